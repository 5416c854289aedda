"""Reads a payload back into its draft, which is compared with the record that QuickBooks returns."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import fields

from qb_plugin.model import CreditMemoDraft, Draft, PaymentDraft
from qb_plugin.schemas.conversions import as_day, as_mapping, as_money, as_ref_id, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required
from qb_plugin.schemas.memos.updates import read_credit_memo_update
from qb_plugin.schemas.text import BadReplyError, ReplyValues, read_json
from qb_plugin.schemas.transactions import as_lines


class PaymentText(ReplySchema):
    """A Payment in the form `write_draft` gives it."""

    customer_id = required(as_ref_id, "CustomerRef")
    date = required(as_day, "TxnDate")
    total = required(as_money, "TotalAmt")
    reference = optional(as_text, "PaymentRefNum")
    method_id = optional(as_ref_id, "PaymentMethodRef")
    deposit_account_id = optional(as_ref_id, "DepositToAccountRef")
    receivable_account_id = optional(as_ref_id, "ARAccountRef")
    note = optional(as_text, "PrivateNote")
    lines = optional(as_lines, "Line", ())
    currency = optional(as_ref_id, "CurrencyRef")


def as_tax_group(value: object) -> str:
    """The code whose rates tax a whole credit memo."""
    return as_ref_id(as_mapping(value).get("TxnTaxCodeRef"))


class ItemLine(ReplySchema):
    """The item of a sales line, and its tax code."""

    item_id = required(as_ref_id, "ItemRef")
    tax_code_id = optional(as_ref_id, "TaxCodeRef")


class SalesLineText(ReplySchema):
    """The one line of a credit memo in the form `write_draft` gives it."""

    amount = required(as_money, "Amount")
    description = optional(as_text, "Description")
    item = fields.Nested(ItemLine, data_key="SalesItemLineDetail", required=True)


class CreditMemoText(ReplySchema):
    """A CreditMemo in the form `write_draft` gives it."""

    customer_id = required(as_ref_id, "CustomerRef")
    date = required(as_day, "TxnDate")
    number = optional(as_text, "DocNumber")
    note = optional(as_text, "PrivateNote")
    currency = optional(as_ref_id, "CurrencyRef")
    tax_group_id = optional(as_tax_group, "TxnTaxDetail")
    tax_calculation = optional(as_text, "GlobalTaxCalculation")
    line = fields.List(fields.Nested(SalesLineText), data_key="Line", required=True)


def read_draft(entity: str, payload: str) -> Draft:
    """The inverse of `write_draft`, and what an update is to make of a record; BadReplyError for any other text."""
    raw = read_json(payload.encode())
    if entity == "Payment":
        return PaymentDraft(**load_reply(PaymentText, raw))
    if entity == "CreditMemo" and isinstance(raw, dict) and "Id" in raw:
        return read_credit_memo_update(raw)
    if entity == "CreditMemo":
        return _read_credit_memo(load_reply(CreditMemoText, raw))
    raise BadReplyError(f"no record kind is called {entity}")


def _read_credit_memo(found: ReplyValues) -> CreditMemoDraft:
    if len(found["line"]) != 1:
        raise BadReplyError("a credit memo written by `write_draft` has one line")
    line = found["line"][0]
    amount: Decimal = line["amount"]
    return CreditMemoDraft(
        customer_id=found["customer_id"],
        date=found["date"],
        amount=amount,
        item_id=line["item"]["item_id"],
        number=found["number"],
        note=found["note"],
        description=line["description"],
        currency=found["currency"],
        tax_code_id=line["item"]["tax_code_id"],
        tax_group_id=found["tax_group_id"],
        tax_calculation=found["tax_calculation"],
    )
