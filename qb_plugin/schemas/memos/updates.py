"""Updates of credit memos as JSON text, and back.

They are sparse, for what they do not name stays: the customer's message, addresses, class and location. All lines are in them,
since QuickBooks drops those that are not sent; TotalAmt is what the memo is to come to, which QuickBooks computes by itself.
"""

from __future__ import annotations

from decimal import Decimal

from marshmallow import ValidationError

from qb_plugin.model import CreditMemoDraft, CreditMemoUpdate, SalesLine
from qb_plugin.schemas.conversions import as_day, as_money, as_ref_id, as_text
from qb_plugin.schemas.drafts import DraftRefusedError, DraftSchema, build_tax_detail, find_message, omit_empty
from qb_plugin.schemas.flat_schema import ReplySchema, build_schema, load_reply, optional, required
from qb_plugin.schemas.limits import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Money,
    as_amount,
    as_day_text,
    bounded,
    optional_value,
    ref_to,
    sent,
)
from qb_plugin.schemas.memos.forms import SALE
from qb_plugin.schemas.text import JsonObject, read_json, write_json
from qb_plugin.schemas.transactions import as_subtotal

ONE = Decimal(1)


class UpdateBody(DraftSchema):
    """A CreditMemo to update, without its lines; the order of the fields is the order on the wire."""

    customer_id = ref_to("CustomerRef", missing="quickbooks_no_customer")
    date = sent(as_day_text, "TxnDate")
    number = bounded("DocNumber", "Number", LONGEST_REFERENCE)
    currency = ref_to("CurrencyRef")
    note = bounded("PrivateNote", "Memo", LONGEST_NOTE, one_line=False)
    total = sent(as_amount, "TotalAmt")
    tax_group_id = optional_value(build_tax_detail, "TxnTaxDetail")
    tax_calculation = optional_value(str, "GlobalTaxCalculation")


class LineBody(DraftSchema):
    """What an update changes of the memo's one sale."""

    amount = optional_value(as_amount, "Amount")
    description = bounded("Description", "Description", LONGEST_NOTE, one_line=False)


class UpdateText(ReplySchema):
    """A CreditMemo in the form `write_credit_memo_update` gives it."""

    customer_id = required(as_ref_id, "CustomerRef")
    date = required(as_day, "TxnDate")
    number = optional(as_text, "DocNumber")
    note = optional(as_text, "PrivateNote")
    currency = optional(as_ref_id, "CurrencyRef")
    amount = required(as_money, "TotalAmt")
    subtotal = required(as_subtotal, "Line")


def write_credit_memo_update(update: CreditMemoUpdate) -> str:
    """The JSON text for an update; DraftRefusedError when a limit of QuickBooks is broken."""
    try:
        body, lines = _load_body(update), [_build_line(line, update) for line in update.form.lines]
    except ValidationError as problem:
        message = find_message(problem.messages)
    else:
        stub = {"Id": update.form.id, "SyncToken": update.form.sync_token, "sparse": True}
        return write_json({**stub, **body, "Line": lines})
    raise DraftRefusedError(message)  # out here: the caught error holds the memo's values


def read_credit_memo_update(raw: JsonObject) -> CreditMemoDraft:
    """What an update is to make of a memo, as far as it is compared with what QuickBooks has; BadReplyError for any other text."""
    return CreditMemoDraft(item_id="", **load_reply(UpdateText, raw))


def _load_body(update: CreditMemoUpdate) -> dict[str, object]:
    values: dict[str, object] = {
        "customer_id": update.customer_id,
        "date": update.date,
        "number": update.number,
        "currency": update.currency,
        "note": update.note,
        "total": Money(update.total, update.currency),
        "tax_group_id": update.form.tax_group_id,
        "tax_calculation": update.form.tax_calculation,
    }
    return omit_empty(build_schema(UpdateBody).load(values))


def _build_line(line: SalesLine, update: CreditMemoUpdate) -> dict[str, object]:
    """The line as it was read; the sole sale with its new amount and description."""
    found = read_json(line.text.encode())
    kept: dict[str, object] = dict(found) if isinstance(found, dict) else {}
    if line is not update.form.sole_sale:
        return kept
    amount = None if update.line_amount is None else Money(update.line_amount, update.currency)
    changed = omit_empty(build_schema(LineBody).load({"amount": amount, "description": update.description}))
    detail = kept.get(SALE)
    if amount is None or not isinstance(detail, dict):
        return {**kept, **changed}
    return {**kept, **changed, SALE: _fit_price(detail, changed["Amount"])}


def _fit_price(detail: JsonObject, amount: object) -> dict[str, object]:
    """The sale's details with a price that gives the new amount: QuickBooks refuses one that does not (code 6070)."""
    found = {name: value for name, value in detail.items() if name not in {"UnitPrice", "TaxInclusiveAmt"}}
    if detail.get("Qty") == ONE:
        return {**found, "UnitPrice": amount}
    found.pop("Qty", None)
    return found
