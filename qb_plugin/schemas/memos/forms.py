"""A credit memo's lines and tax as QuickBooks gives them, to be sent again."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import CreditMemoForm, SalesLine
from qb_plugin.money import ZERO
from qb_plugin.schemas.conversions import as_mapping, as_money, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required
from qb_plugin.schemas.text import write_json

SUBTOTAL, SALE = "SubTotalLineDetail", "SalesItemLineDetail"


def as_sales_lines(value: Any) -> tuple[SalesLine, ...]:
    """The lines but for the subtotal, which QuickBooks makes by itself."""
    if not isinstance(value, list):
        raise ValidationError("not lines")
    lines = [as_mapping(line) for line in value]
    return tuple(
        SalesLine(
            text=write_json(line),
            amount=ZERO if line.get("Amount") is None else as_money(line["Amount"]),
            sells=line.get("DetailType") == SALE,
        )
        for line in lines
        if line.get("DetailType") != SUBTOTAL
    )


def as_group_code(value: Any) -> str | None:
    """The code whose rates tax a whole memo; None where there is none."""
    code = as_mapping(value).get("TxnTaxCodeRef")
    return None if code is None else as_text(as_mapping(code).get("value"))


class CreditMemoLines(ReplySchema):
    """A CreditMemo, the part that an update sends again."""

    id = required(as_text, "Id")
    sync_token = required(as_text, "SyncToken")
    lines = required(as_sales_lines, "Line")
    tax_group_id = optional(as_group_code, "TxnTaxDetail")
    tax_calculation = optional(as_text, "GlobalTaxCalculation")


def read_credit_memo_form(raw: object) -> CreditMemoForm:
    """The lines and the tax of a credit memo; BadReplyError for anything else."""
    return CreditMemoForm(**load_reply(CreditMemoLines, raw))
