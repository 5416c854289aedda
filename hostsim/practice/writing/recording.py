"""Records payments that an add-in brings: each is judged first, then all good ones are written at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from hostsim.practice.births import fresh_birth
from hostsim.practice.model import Kind, RecordedPayment, RecordingStatus
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import FIRST_VERSION, NewRecord, insert_records, lock_serials
from hostsim.practice.sql.sql_conditions import in_values, row_number, row_numbers
from hostsim.practice.writing.record_events import NOBODY, Author, Happened, write_events
from hostsim.practice.writing.rules import (
    Books,
    Refused,
    amount_of,
    check_sum,
    day_of,
    invoice_ids_in,
    parts_of,
    read_books,
)

Given = Mapping[str, object]
Births = Callable[[], str]


def record_group(
    connection: Connection, payments: Sequence[Given], births: Births = fresh_birth, author: Author = NOBODY
) -> list[RecordedPayment]:
    """One outcome each, in order, in the caller's transaction. If the database refuses the group, its rows go one by one."""
    try:
        with connection.begin_nested():
            return _record(connection, payments, births, author)
    except IntegrityError as error:
        if len(payments) == 1:
            return [_refusal(payments[0], f"The practice database does not take this payment ({type(error.orig).__name__}).")]
        return [outcome for payment in payments for outcome in record_group(connection, [payment], births, author)]


def _record(connection: Connection, payments: Sequence[Given], births: Births, author: Author) -> list[RecordedPayment]:
    first = lock_serials(connection)  # comes first: what is read below stays true until the commit
    books = _read_books(connection, payments)
    known = _known_keys(connection, payments)
    judged = [_judge(payment, books, known) for payment in payments]
    rows = [row for row in judged if isinstance(row, NewRecord)]
    keys = insert_records(connection, rows, first, births)
    write_events(connection, author, ((f"{Kind.PAYMENT}:{key}", Happened.RECORDED, "") for key in keys))
    ids = iter(keys)
    outcomes: list[RecordedPayment] = []
    for payment, row in zip(payments, judged, strict=True):
        outcomes.append(_recorded(payment, next(ids)) if isinstance(row, NewRecord) else row)
    return _repeats_resolved(outcomes)


def _read_books(connection: Connection, payments: Sequence[Given]) -> Books:
    client_ids = row_numbers([str(payment.get("client_id", "")) for payment in payments])
    return read_books(connection, client_ids, [key for payment in payments for key in invoice_ids_in(_parts(payment))])


def _known_keys(connection: Connection, payments: Sequence[Given]) -> dict[str, int | None]:
    """The record of each key that exists; None stands for a payment earlier in the same list."""
    keys, records = [_key(payment) for payment in payments if _key(payment)], tables.records.c
    if not keys:
        return {}
    known = select(records.external_key, records.id).where(in_values(connection, records.external_key, keys))
    return {row.external_key: row.id for row in connection.execute(known)}


def _judge(payment: Given, books: Books, known: dict[str, int | None]) -> NewRecord | RecordedPayment:
    key = _key(payment)
    if key in known:
        found = known[key]
        return RecordedPayment(key, RecordingStatus.EXISTS, None if found is None else str(found))
    try:
        row = _new_record(payment, books)
    except Refused as refusal:
        return _refusal(payment, str(refusal))
    books.spend(dict(row.applied))
    if key:
        known[key] = None
    return row


def _new_record(payment: Given, books: Books) -> NewRecord:
    client_id = row_number(str(payment.get("client_id", "")))
    payer = books.payer(client_id)
    amount = amount_of(payment.get("amount"), "payment", payer.currency)
    day = day_of(payment.get("date"))
    applied = parts_of(_parts(payment), client_id or 0, books)
    check_sum(sum(applied.values()), amount, "payment")
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=client_id or 0,
        client_name=payer.name,
        date=day,
        amount=amount,
        method=str(payment.get("method") or ""),
        reference=str(payment.get("reference") or ""),
        memo=str(payment.get("memo") or ""),
        external_key=_key(payment) or None,
        applied=tuple(applied.items()),
    )


def _parts(payment: Given) -> Sequence[Given]:
    parts = payment.get("applications")
    return parts if isinstance(parts, list | tuple) else ()


def _key(payment: Given) -> str:
    return str(payment.get("external_key") or "")


def _recorded(payment: Given, key: int) -> RecordedPayment:
    return RecordedPayment(_key(payment), RecordingStatus.RECORDED, str(key), version=FIRST_VERSION)


def _refusal(payment: Given, reason: str) -> RecordedPayment:
    return RecordedPayment(_key(payment), RecordingStatus.REFUSED, reason=reason)


def _repeats_resolved(outcomes: Sequence[RecordedPayment]) -> list[RecordedPayment]:
    """A key given twice in one list exists by the second time, as what the first became."""
    first = {outcome.external_key: outcome.id for outcome in outcomes if outcome.status is RecordingStatus.RECORDED}
    exists = RecordingStatus.EXISTS
    return [replace(one, id=first[one.external_key]) if one.status is exists and one.id is None else one for one in outcomes]
