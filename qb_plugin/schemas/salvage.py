"""What can still be read of a record that is not as the reference describes: each part by itself, so that the others go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from marshmallow import ValidationError

from qb_plugin.model import Customer, Document, Entity, ListEntry, OtherReceipt, QboInvoice, UnreadableRecord
from qb_plugin.money import ZERO
from qb_plugin.schemas.conversions import as_day, as_money, as_reference, as_text
from qb_plugin.schemas.documents import DepositReply, DocumentReply, SalesReceiptReply
from qb_plugin.schemas.flat_schema import ReplySchema, load_parts
from qb_plugin.schemas.lists import AccountReply, CustomerReply, NamedReply
from qb_plugin.schemas.text import BadReplyError, ReplyValues
from qb_plugin.schemas.transactions import InvoiceReply

T = TypeVar("T")
U = TypeVar("U")

#: Parts of a customer without which its money may go wrong; the others are only shown.
_OF_MONEY = frozenset({"active", "currency", "parent_id", "bills_with_parent"})


def rescuing(read: Callable[[object], T], rescue: Callable[[object, str], U]) -> Callable[[object], T | U]:
    """A reader that gives the record, or what `rescue` makes of one that is odd, and of what was odd about it.

    BadReplyError when it has not even an Id: then nobody could name it, and the whole answer is not what was asked for.
    """

    def read_or_rescue(raw: object) -> T | U:
        try:
            return read(raw)
        except BadReplyError as problem:
            what = str(problem)
        return rescue(raw, what)

    return read_or_rescue


def tolerant(entity: Entity, read: Callable[[object], T]) -> Callable[[object], T | UnreadableRecord]:
    """A reader of payments or credit memos that gives the record, or what can be read of it."""
    return rescuing(read, lambda raw, problem: salvage(entity, raw, problem))


def salvage(entity: Entity, raw: object, problem: str) -> UnreadableRecord:
    """Each part that can be read; a part that is odd, or missing where QuickBooks always sends one, is None."""
    values = raw if isinstance(raw, dict) else {}
    identity = _part(as_text, values.get("Id"))
    if not identity:
        raise BadReplyError(problem)
    customer_id, customer_name = _part(as_reference, values.get("CustomerRef")) or (None, "")
    note = values.get("PrivateNote")
    return UnreadableRecord(
        id=identity,
        entity=entity,
        problem=problem,
        customer_id=customer_id,
        customer_name=customer_name,
        total=_part(as_money, values.get("TotalAmt")),
        date=_part(as_day, values.get("TxnDate")),
        note="" if note is None else _part(as_text, note),
    )


def _part(read: Callable[[object], T], value: object) -> T | None:
    try:
        return read(value)
    except ValidationError:
        return None


def rescue_customer(raw: object, problem: str) -> Customer:
    """A customer whose name, e-mail or phone is odd is one all the same; of any other odd one nobody knows how it pays."""
    found, wrong = _named_parts(CustomerReply, raw, problem)
    name = found["name"] or found["full_name"] or f"(customer {found['id']})"
    return Customer(
        id=found["id"],
        name=name,
        full_name=found["full_name"] or name,
        active=found["active"] is not False,
        currency=found["currency"],
        parent_id=found["parent_id"],
        bills_with_parent=bool(found["bills_with_parent"]),
        email=found["email"] or "",
        phone=found["phone"] or "",
        sync_token=found["sync_token"] or "0",
        problem=problem if wrong & _OF_MONEY else "",
    )


def rescue_account(raw: object, problem: str) -> ListEntry:
    """An account; one without a name is called by its id."""
    found, _ = _named_parts(AccountReply, raw, problem)
    name = found["full_name"] or found["name"] or f"(account {found['id']})"
    return ListEntry(found["id"], name, found["type"] or "", found["active"] is not False, found["currency"])


def rescue_named(raw: object, problem: str) -> ListEntry:
    """A payment method, an item or a tax code; one without a name is called by its id."""
    found, _ = _named_parts(NamedReply, raw, problem)
    return ListEntry(found["id"], found["name"] or f"(number {found['id']})", found["type"] or "", found["active"] is not False)


def rescue_invoice(raw: object, problem: str) -> QboInvoice:
    """An invoice of which nobody knows what is open; one whose number alone is odd is as good as one without a number."""
    found, wrong = _named_parts(InvoiceReply, raw, problem)
    if wrong == {"number"}:
        return QboInvoice(**found)
    return QboInvoice(
        id=found["id"],
        number=found["number"],
        customer_id=found["customer_id"] or "",
        date=found["date"] or date.min,
        total=ZERO,
        balance=ZERO,
        problem=problem,
    )


def rescue_document(raw: object, problem: str) -> Document:
    """A linked transaction, as far as it can be named."""
    return Document(**_named_parts(DocumentReply, raw, problem)[0])


def rescue_sales_receipt(raw: object, problem: str) -> OtherReceipt:
    """A sales receipt of which nobody knows how much it is."""
    found, _ = _named_parts(SalesReceiptReply, raw, problem)
    return OtherReceipt(entity="SalesReceipt", id=found["id"], customer_id=found["customer_id"] or "", amount=ZERO, problem=problem)


def rescue_deposit_lines(raw: object, problem: str) -> list[OtherReceipt]:
    """A bank deposit of which nobody knows what it holds."""
    found, _ = _named_parts(DepositReply, raw, problem)
    return [OtherReceipt(entity="Deposit", id=found["id"], customer_id="", amount=ZERO, problem=problem)]


def _named_parts(kind: type[ReplySchema], raw: object, problem: str) -> tuple[ReplyValues, frozenset[str]]:
    """What can be read of a record that has an Id."""
    found, wrong = load_parts(kind, raw)
    if not found["id"]:
        raise BadReplyError(problem)
    return found, wrong
