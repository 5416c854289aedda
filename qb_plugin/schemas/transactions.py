"""Payments, credit memos and invoices in the shapes of Intuit's entity reference."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from sys import intern
from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import CREDIT_TYPES, Line, QboCreditMemo, QboInvoice, QboPayment, QboTransaction
from qb_plugin.money import ZERO
from qb_plugin.schemas.conversions import as_day, as_money, as_ref_id, as_reference, as_text, as_times
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, optional, required
from qb_plugin.schemas.text import BadReplyError, JsonObject

_NO_TIMES = (None, None)


def as_lines(value: Any) -> tuple[Line, ...]:
    """The lines that link to another transaction, with the invoice's number where LineEx gives it."""
    try:
        return tuple(line for raw in value for line in _read_links(raw))
    except (TypeError, KeyError, AttributeError):
        raise ValidationError("not lines") from None


def _read_links(raw: JsonObject) -> Iterator[Line]:
    for link in raw.get("LinkedTxn") or ():
        identity, kind = link["TxnId"], link["TxnType"]
        if not isinstance(identity, str) or not isinstance(kind, str):
            raise ValidationError("a link without id and type")
        yield Line(kind, identity, as_money(raw["Amount"]), _read_number(raw.get("LineEx")))


def _read_number(extra: JsonObject | None) -> str | None:
    for entry in (extra or {}).get("any") or ():
        pair = entry.get("value") or {}
        if pair.get("Name") == "txnReferenceNumber":
            number = pair.get("Value")
            return number if isinstance(number, str) else None
    return None


def as_deposit_id(value: Any) -> str | None:
    """The bank deposit among the transactions that a payment is linked to as a whole."""
    try:
        return next((as_text(link["TxnId"]) for link in value if link["TxnType"] == "Deposit"), None)
    except (TypeError, KeyError):
        raise ValidationError("not links") from None


class PaymentReply(ReplySchema):
    """A Payment; `Line`, `LinkedTxn` and every empty property may be absent."""

    id = required(as_text, "Id")
    sync_token = required(as_text, "SyncToken")
    customer = required(as_reference, "CustomerRef")
    date = required(as_day, "TxnDate")
    total = required(as_money, "TotalAmt")
    unapplied = optional(as_money, "UnappliedAmt")
    reference = optional(as_text, "PaymentRefNum")
    method_id = optional(as_ref_id, "PaymentMethodRef")
    deposit_account_id = optional(as_ref_id, "DepositToAccountRef")
    note = optional(as_text, "PrivateNote")
    lines = optional(as_lines, "Line", ())
    times = optional(as_times, "MetaData", _NO_TIMES)
    currency = optional(as_ref_id, "CurrencyRef")
    rate = optional(as_money, "ExchangeRate")
    deposit_id = optional(as_deposit_id, "LinkedTxn")


def as_subtotal(value: Any) -> Decimal:
    """What the sales of a form come to."""
    try:
        return sum((as_money(line["Amount"]) for line in value if line.get("DetailType") == "SalesItemLineDetail"), ZERO)
    except (TypeError, KeyError, AttributeError):
        raise ValidationError("not lines") from None


class CreditMemoReply(ReplySchema):
    """A CreditMemo; RemainingCredit may be absent on old ones, whose Balance is then the rest."""

    id = required(as_text, "Id")
    sync_token = required(as_text, "SyncToken")
    customer = required(as_reference, "CustomerRef")
    date = required(as_day, "TxnDate")
    total = required(as_money, "TotalAmt")
    remaining = optional(as_money, "RemainingCredit")
    balance = optional(as_money, "Balance", ZERO)
    number = optional(as_text, "DocNumber")
    note = optional(as_text, "PrivateNote")
    times = optional(as_times, "MetaData", _NO_TIMES)
    currency = optional(as_ref_id, "CurrencyRef")
    subtotal = optional(as_subtotal, "Line")


class InvoiceReply(ReplySchema):
    """An Invoice, the part that allocation needs."""

    id = required(as_text, "Id")
    number = optional(as_text, "DocNumber")
    customer_id = required(as_ref_id, "CustomerRef")
    date = required(as_day, "TxnDate")
    total = required(as_money, "TotalAmt")
    balance = required(as_money, "Balance")
    currency = optional(as_ref_id, "CurrencyRef")


def as_payers(value: Any) -> frozenset[str]:
    """The payments among the transactions that an invoice is linked to; a link that is odd names none."""
    links = value if isinstance(value, list) else []
    found = [link["TxnId"] for link in links if isinstance(link, dict) and link.get("TxnType") == "Payment" and "TxnId" in link]
    return frozenset(identity for identity in found if isinstance(identity, str))


class InvoicePayers(ReplySchema):
    """An Invoice, the part that says which payments pay it."""

    payers = optional(as_payers, "LinkedTxn", frozenset())


def read_payment(raw: object) -> QboPayment:
    """A payment; BadReplyError for anything else."""
    found = load_reply(PaymentReply, raw)
    customer_id, customer_name = found.pop("customer")
    created, updated = found.pop("times") or _NO_TIMES
    found["lines"] = found["lines"] or ()
    if found["unapplied"] is None:
        found["unapplied"] = _sum_unapplied(found["total"], found["lines"])
    voided = not found["total"] and (found["note"] or "").startswith("Voided")
    return QboPayment(
        customer_id=customer_id, customer_name=customer_name, created=created, updated=updated, voided=voided, **found
    )


def _sum_unapplied(total: Decimal, lines: tuple[Line, ...]) -> Decimal:
    """The total less what the lines use: all amounts are positive, and a credit's line adds to what can be used."""
    return total + sum((line.amount if line.type in CREDIT_TYPES else -line.amount for line in lines), ZERO)


def read_credit_memo(raw: object) -> QboCreditMemo:
    """A credit memo; BadReplyError for anything else."""
    found = load_reply(CreditMemoReply, raw)
    customer_id, customer_name = found.pop("customer")
    created, updated = found.pop("times") or _NO_TIMES
    balance = found.pop("balance") or ZERO
    if found["remaining"] is None:
        found["remaining"] = balance
    return QboCreditMemo(customer_id=customer_id, customer_name=customer_name, created=created, updated=updated, **found)


def read_invoice(raw: object) -> QboInvoice:
    """An invoice; BadReplyError for anything else."""
    found = load_reply(InvoiceReply, raw)
    # A run may hold all open invoices of a company, so equal ids and amounts are one object each.
    found["customer_id"] = intern(found["customer_id"])
    if found["currency"]:
        found["currency"] = intern(found["currency"])
    if found["balance"] == found["total"]:
        found["balance"] = found["total"]
    return QboInvoice(**found)


def read_payers(raw: object) -> frozenset[str]:
    """The ids of the payments that an invoice is linked to; BadReplyError for anything else."""
    found: frozenset[str] = load_reply(InvoicePayers, raw)["payers"]
    return found


def read_transaction(entity: str, raw: object) -> QboTransaction:
    """A payment or a credit memo by the name of its entity; BadReplyError for any other entity."""
    if entity == "Payment":
        return read_payment(raw)
    if entity == "CreditMemo":
        return read_credit_memo(raw)
    raise BadReplyError(f"no record kind is called {entity}")
