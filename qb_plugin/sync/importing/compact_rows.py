"""The compact form in which an open form holds the payments it read: all that showing and importing them needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from qb_plugin.host import Client, Ledger
from qb_plugin.model import (
    Application,
    Line,
    Message,
    Outcome,
    QboPayment,
    Ref,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.other_receipts import read_other_receipts
from qb_plugin.sync.importing.planning import read_importable
from qb_plugin.sync.importing.refresh import MARGIN
from qb_plugin.sync.importing.row import ImportRow, Listing, PossibleDuplicate, row_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactRow:
    """A row at rest: what is sorted, filtered and added up by, and the rest as one text.

    As objects of their own a payment, its lines and its applications take five times as much.
    """

    payment_id: str
    date: date
    customer: str
    method_id: str | None
    reference: str | None
    total: Decimal
    currency: str | None  # None where the company has one currency
    listing: Listing
    asked_about: str  # the id of the payment here that a person is asked about, or ""
    rest: str

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return row_id(self.payment_id)


@dataclass(frozen=True, slots=True)
class CompactRows:
    """The payments of some dates by their QuickBooks id, in the order they were read; when that was, by our clock, and the
    moment of QuickBooks' from which on anything may have changed since. `clients` are WorkSpace's, by id; `others` says what
    money came in otherwise."""

    rows: Mapping[str, CompactRow] = field(default_factory=dict)
    read_at: datetime | None = None
    since: datetime | None = None
    clients: Mapping[str, Client] = field(default_factory=dict)
    others: Message | None = None

    def get(self, identity: str) -> CompactRow | None:
        """The row of this id in the grid."""
        return self.rows.get(identity.removeprefix(row_id("")))


def read_compact_rows(context: SyncContext, ledger: Ledger, start: date | None, end: date | None) -> CompactRows:
    """QuickBooks' payments of the dates, each with what importing it would do; packed one by one as they come."""
    read_at, since = context.clock.now(), context.quickbooks.now() - MARGIN
    clients = {client.id: client for client in ledger.clients()}
    rows = pack_rows(read_importable(context, ledger, start, end, clients))
    return CompactRows(rows, read_at, since, clients, read_other_receipts(context, start, end))


def pack_rows(rows: Iterable[ImportRow]) -> Mapping[str, CompactRow]:
    """The rows at rest by their payment's id; values that repeat from row to row are stored once."""
    shared: dict[Any, Any] = {}
    return {row.payment.id: pack(row, shared) for row in rows}


def pack(row: ImportRow, shared: dict[Any, Any]) -> CompactRow:
    """The row at rest. What importing has no use for is left out: times and the deposit account."""
    payment = row.payment
    return CompactRow(
        payment_id=payment.id,
        date=_once(shared, payment.date),
        customer=_once(shared, payment.customer_name),
        method_id=_once(shared, payment.method_id),
        reference=payment.reference,
        total=_once(shared, payment.total),
        currency=_once(shared, payment.currency),
        listing=row.listing,
        asked_about=row.existing.id if row.possible_duplicate and row.existing else "",
        rest=_encoder().encode(_rest(row)),
    )


def _once(shared: dict[Any, Any], value: T) -> T:
    found: T = shared.setdefault(value, value)
    return found


@cache
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(separators=(",", ":"))


def _rest(row: ImportRow) -> list[object]:
    payment = row.payment
    return [
        [
            payment.sync_token,
            payment.customer_id,
            str(payment.unapplied),
            payment.note,
            payment.voided,
            str(payment.rate) if payment.rate else None,
        ],
        [(line.type, line.id, str(line.amount), line.number) for line in payment.lines],
        [row.outcome.value, row.client_id, str(row.went_back) if row.went_back else ""],
        [pack_message(each) for each in (row.question, *row.notes)] if row.question or row.notes else (),
        [(each.invoice_id, each.invoice_number, str(each.amount)) for each in row.applications],
        str(row.existing) if row.existing else None,
        astuple(row.possible_duplicate) if row.possible_duplicate else None,
        row.unreadable,
    ]


def unpack_payment(compact_rows: CompactRow) -> QboPayment:
    """The payment as it was read."""
    return _payment(compact_rows, json.loads(compact_rows.rest))


def unpack(compact_rows: CompactRow) -> ImportRow:
    """The row as it was decided."""
    rest = json.loads(compact_rows.rest)
    (outcome, client, went_back), said, applications, existing, possible_duplicate, unreadable = rest[2:]
    question, *notes = map(unpack_message, said) if said else (None,)
    return ImportRow(
        payment=_payment(compact_rows, rest),
        outcome=Outcome(outcome),
        client_id=client,
        applications=tuple(Application(invoice, number, Decimal(amount)) for invoice, number, amount in applications),
        notes=tuple(note for note in notes if note),
        question=question,
        went_back=Decimal(went_back) if went_back else ZERO,
        existing=Ref.parse(existing) if existing else None,
        possible_duplicate=PossibleDuplicate(*possible_duplicate) if possible_duplicate else None,
        unreadable=unreadable,
    )


def _payment(compact_rows: CompactRow, rest: list[Any]) -> QboPayment:
    token, customer, unapplied, note, voided, rate = rest[0]
    return QboPayment(
        id=compact_rows.payment_id,
        sync_token=token,
        customer_id=customer,
        customer_name=compact_rows.customer,
        date=compact_rows.date,
        total=compact_rows.total,
        unapplied=Decimal(unapplied),
        reference=compact_rows.reference,
        method_id=compact_rows.method_id,
        note=note,
        lines=tuple(Line(kind, identity, Decimal(amount), number) for kind, identity, amount, number in rest[1]),
        currency=compact_rows.currency,
        rate=Decimal(rate) if rate else None,
        voided=voided,
    )


def pack_message(message: Message | None) -> list[object] | None:
    """A message as JSON: its key, and its values with those that JSON lacks under their type's letter."""
    return None if message is None else [message.key, {name: _pack_value(value) for name, value in message.values.items()}]


def _pack_value(value: object) -> object:
    if isinstance(value, Decimal):
        return ["d", str(value)]
    if isinstance(value, tuple):
        return ["t", value]
    return ["m", pack_message(value)] if isinstance(value, Message) else value


def unpack_message(packed: list[Any] | None) -> Message | None:
    """The message that `pack_message` packed."""
    return None if packed is None else Message(packed[0], {name: _unpack_value(value) for name, value in packed[1].items()})


def _unpack_value(value: Any) -> object:
    if not isinstance(value, list):
        return value
    letter, packed = value
    if letter == "t":
        return tuple(map(tuple, packed))
    return Decimal(packed) if letter == "d" else unpack_message(packed)
