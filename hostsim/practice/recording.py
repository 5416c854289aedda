"""Records payments that an add-in brings: each is judged first, in plain words, then all good ones are written at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from hostsim.practice.amounts import BadAmountError, from_units, has_whole_cents, read_amount, to_units
from hostsim.practice.model import Kind, RecordedPayment, RecordingStatus
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import NewRecord, insert_records, lock_serials
from hostsim.practice.sql.sql_conditions import among, row_number, row_numbers


class Refused(Exception):
    """This payment cannot be recorded; the text says why, in a sentence."""


@dataclass(slots=True)
class _Bill:
    """An invoice, as much of it as judging needs."""

    number: str
    client_id: int
    balance: int


@dataclass(slots=True)
class _Books:
    """What a group of payments is judged against, read inside its transaction; balances go down as payments are accepted.

    `keys` has the id of a record that exists already, and None for a payment earlier in the same list.
    """

    clients: dict[int, str]
    invoices: dict[int, _Bill]
    keys: dict[str, int | None]


def record_group(connection: Connection, payments: Sequence[Mapping[str, Any]]) -> list[RecordedPayment]:
    """One outcome each, in order, in the caller's transaction. If the database refuses the group, its rows go one by one."""
    try:
        with connection.begin_nested():
            return _record(connection, payments)
    except IntegrityError as error:
        if len(payments) == 1:
            return [_refusal(payments[0], f"The practice database does not take this payment ({type(error.orig).__name__}).")]
        return [outcome for payment in payments for outcome in record_group(connection, [payment])]


def _record(connection: Connection, payments: Sequence[Mapping[str, Any]]) -> list[RecordedPayment]:
    first = lock_serials(connection)  # comes first: what is read below stays true until the commit
    books = _read_books(connection, payments)
    judged = [_judge(payment, books) for payment in payments]
    rows = [row for row in judged if isinstance(row, NewRecord)]
    ids = iter(insert_records(connection, rows, first))
    outcomes: list[RecordedPayment] = []
    for payment, row in zip(payments, judged, strict=True):
        outcomes.append(_told(payment, next(ids)) if isinstance(row, NewRecord) else row)
    return _repeated_keys_resolved(outcomes)


def _told(payment: Mapping[str, Any], key: int) -> RecordedPayment:
    return RecordedPayment(str(payment.get("external_key") or ""), RecordingStatus.RECORDED, str(key))


def _repeated_keys_resolved(outcomes: Sequence[RecordedPayment]) -> list[RecordedPayment]:
    """A key given twice in one list exists by the second time, as what the first became."""
    first = {outcome.external_key: outcome.id for outcome in outcomes if outcome.status is RecordingStatus.RECORDED}
    exists = RecordingStatus.EXISTS
    return [replace(one, id=first[one.external_key]) if one.status is exists and one.id is None else one for one in outcomes]


def _refusal(payment: Mapping[str, Any], reason: str) -> RecordedPayment:
    return RecordedPayment(str(payment.get("external_key") or ""), RecordingStatus.REFUSED, reason=reason)


def _read_books(connection: Connection, payments: Sequence[Mapping[str, Any]]) -> _Books:
    clients, invoices, records = tables.clients, tables.invoices, tables.records
    client_ids = row_numbers([str(payment.get("client_id", "")) for payment in payments])
    invoice_ids = row_numbers(
        [str(part.get("invoice_id", "")) for payment in payments for part in payment.get("applications") or ()]
    )
    keys = [str(payment["external_key"]) for payment in payments if payment.get("external_key")]
    names = select(clients.c.id, clients.c.name).where(among(connection, clients.c.id, set(client_ids)))
    bills = select(invoices).where(among(connection, invoices.c.id, set(invoice_ids))).order_by(invoices.c.id).with_for_update()
    known = select(records.c.external_key, records.c.id).where(among(connection, records.c.external_key, keys))
    return _Books(
        clients={row.id: row.name for row in connection.execute(names)},
        invoices={row.id: _Bill(row.number, row.client_id, row.balance) for row in connection.execute(bills)},
        keys={row.external_key: row.id for row in connection.execute(known)} if keys else {},
    )


def _judge(payment: Mapping[str, Any], books: _Books) -> NewRecord | RecordedPayment:
    key = str(payment.get("external_key") or "")
    if key in books.keys:
        known = books.keys[key]
        return RecordedPayment(key, RecordingStatus.EXISTS, None if known is None else str(known))
    try:
        row = _new_record(payment, books)
    except Refused as refusal:
        return _refusal(payment, str(refusal))
    for invoice, amount in row.applied:
        books.invoices[invoice].balance -= amount
    if key:
        books.keys[key] = None
    return row


def _new_record(payment: Mapping[str, Any], books: _Books) -> NewRecord:
    client_id = row_number(str(payment.get("client_id", "")))
    if client_id is None or client_id not in books.clients:
        raise Refused("WorkSpace has no such client. Nothing was saved.")
    amount = _amount(payment.get("amount"), "payment")
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=client_id,
        client_name=books.clients[client_id],
        date=_day(payment.get("date")),
        amount=amount,
        method=str(payment.get("method") or ""),
        reference=str(payment.get("reference") or ""),
        memo=str(payment.get("memo") or ""),
        external_key=str(payment.get("external_key") or "") or None,
        applied=_applied(payment.get("applications") or (), client_id, amount, books),
    )


def _applied(parts: Sequence[Mapping[str, Any]], client_id: int, amount: int, books: _Books) -> tuple[tuple[int, int], ...]:
    """What goes to each invoice, parts of the same invoice together."""
    applied: dict[int, int] = {}
    for part in parts:
        key = row_number(str(part.get("invoice_id", "")))
        if key is None or key not in books.invoices:
            raise Refused("WorkSpace has no such invoice. Nothing was saved.")
        applied[key] = applied.get(key, 0) + _amount(part.get("amount"), "part applied to an invoice")
    for key, share in applied.items():
        _check_share(books.invoices[key], client_id, share)
    if sum(applied.values()) > amount:
        raise Refused("More is applied to invoices than the payment amounts to. Nothing was saved.")
    return tuple(applied.items())


def _check_share(bill: _Bill, client_id: int, share: int) -> None:
    if bill.client_id != client_id:
        raise Refused(f"Invoice {bill.number} belongs to another client. Nothing was saved.")
    if share > bill.balance:
        left, wanted = from_units(bill.balance), from_units(share)
        raise Refused(f"Invoice {bill.number} has {left:,.2f} left, less than the {wanted:,.2f} to be applied. Nothing was saved.")


def _amount(value: object, what: str) -> int:
    """Units of an amount above zero with whole cents."""
    try:
        units = to_units(read_amount(value))
    except BadAmountError:
        raise Refused(f"The {what} has no amount WorkSpace can keep. Nothing was saved.") from None
    if units <= 0:
        raise Refused(f"The amount of the {what} must be more than zero. Nothing was saved.")
    if not has_whole_cents(units):
        raise Refused(f"The amount of the {what} has more than two decimals. Nothing was saved.")
    return units


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise Refused("The payment has no date. Nothing was saved.")
    return value
