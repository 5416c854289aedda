"""Transactions that payments' lines are linked to, and money received otherwise than by a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import Document, OtherReceipt
from qb_plugin.schemas.conversions import as_day, as_mapping, as_money, as_ref_id, as_text
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required

#: In which list a linked transaction is read, by the type that a payment's line calls it.
DOCUMENT_ENTITIES: Mapping[str, str] = {
    "Invoice": "Invoice",
    "CreditMemo": "CreditMemo",
    "Check": "Purchase",
    "Expense": "Purchase",
    "CreditCardCredit": "Purchase",
    "RefundReceipt": "RefundReceipt",
}


class DocumentReply(ReplySchema):
    """Any transaction, the part that people know it by."""

    id = required(as_text, "Id")
    number = optional(as_text, "DocNumber")
    date = optional(as_day, "TxnDate")
    total = optional(as_money, "TotalAmt")
    customer_id = optional(as_ref_id, "CustomerRef")


class SalesReceiptReply(ReplySchema):
    """A SalesReceipt; it may name no customer."""

    id = required(as_text, "Id")
    customer_id = optional(as_ref_id, "CustomerRef", "")
    amount = required(as_money, "TotalAmt")
    currency = optional(as_ref_id, "CurrencyRef")


def as_received(value: Any) -> tuple[tuple[str, Any], ...]:
    """Customer and amount of each deposit line that is money of its own, and not a payment taken to the bank."""
    try:
        return tuple(found for line in value for found in _read_received(line))
    except (TypeError, AttributeError):
        raise ValidationError("not lines") from None


def _read_received(line: dict[str, Any]) -> list[tuple[str, Any]]:
    entity = (line.get("DepositLineDetail") or {}).get("Entity")
    if line.get("LinkedTxn") or not entity or str(entity.get("type", "")).lower() != "customer":
        return []
    return [(as_text(as_mapping(entity).get("value")), as_money(line.get("Amount")))]


class DepositReply(ReplySchema):
    """A bank deposit, the lines of customers."""

    id = required(as_text, "Id")
    received = optional(as_received, "Line", ())
    currency = optional(as_ref_id, "CurrencyRef")


def read_document(raw: object) -> Document:
    """A linked transaction; BadReplyError for anything else."""
    return Document(**load_reply(DocumentReply, raw))


def read_sales_receipt(raw: object) -> OtherReceipt:
    """A sales receipt; BadReplyError for anything else."""
    return OtherReceipt(entity="SalesReceipt", **load_reply(SalesReceiptReply, raw))


def read_deposit_lines(raw: object) -> list[OtherReceipt]:
    """The customers' lines of a bank deposit; BadReplyError for anything else."""
    found = load_reply(DepositReply, raw)
    same = {"entity": "Deposit", "id": found["id"], "currency": found["currency"]}
    return [OtherReceipt(customer_id=customer, amount=amount, **same) for customer, amount in found["received"] or ()]
