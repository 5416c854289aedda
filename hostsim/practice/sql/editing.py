"""Changes and removes records with all that goes with one: applications, balances, marks, search text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, select, update

from hostsim.practice.amounts import from_units
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import add_methods, highest_id, lower_balances
from hostsim.practice.sql.sql_conditions import in_values
from hostsim.practice.text_format import folded, record_number, record_search_text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """A record as it lies in the database; amounts are units, `applied` maps invoice ids to what goes there."""

    kind: Kind
    id: int
    serial: int
    client_id: int
    client_name: str
    date: date
    amount: int
    method: str
    reference: str
    memo: str
    version: int
    applied: Mapping[int, int]

    @property
    def number(self) -> str:
        """What people call it."""
        return record_number(self.kind, self.serial)

    @property
    def ref(self) -> str:
        """The record as text, `payment:17`."""
        return f"{self.kind.value}:{self.id}"


def read_kept(connection: Connection, ids: Collection[int]) -> dict[int, KeptRecord]:
    """These records by id, with what they are applied to."""
    records, clients, parts = tables.records, tables.clients, tables.applications
    named = select(records, clients.c.name).join(clients, clients.c.id == records.c.client_id)
    rows = connection.execute(named.where(in_values(connection, records.c.id, ids))).all()
    applied: dict[int, dict[int, int]] = {row.id: {} for row in rows}
    for part in connection.execute(select(parts).where(in_values(connection, parts.c.record_id, ids))):
        applied[part.record_id][part.invoice_id] = part.amount
    return {row.id: _kept(row, applied[row.id]) for row in rows}


def _kept(row: Any, applied: Mapping[int, int]) -> KeptRecord:
    return KeptRecord(
        kind=Kind.of_sign(row.kind),
        id=row.id,
        serial=row.serial,
        client_id=row.client_id,
        client_name=row.name,
        date=row.date,
        amount=row.value * row.kind,
        method=row.method,
        reference=row.reference,
        memo=row.memo,
        version=row.version,
        applied=applied,
    )


def release_parts(connection: Connection, record: KeptRecord) -> None:
    """Take a record's applications away and give their amounts back to the invoices."""
    connection.execute(delete(tables.applications).where(tables.applications.c.record_id == record.id))
    lower_balances(connection, [(invoice, -amount) for invoice, amount in record.applied.items()])


def rewrite_record(connection: Connection, record: KeptRecord) -> None:
    """Write the record as it is to be, one version up; applications are written by `release_parts` and `apply_parts`."""
    value = record.amount * record.kind.sign
    add_methods(connection, [record.method])
    values = {
        "client_id": record.client_id,
        "client_key": folded(record.client_name),
        "date": record.date,
        "value": value,
        "method": record.method,
        "reference": record.reference,
        "memo": record.memo,
        "unapplied": max(record.amount - sum(record.applied.values()), 0),
        "version": record.version + 1,
        "search_text": record_search_text(record.number, record.reference, from_units(record.amount)),
    }
    connection.execute(update(tables.records).where(tables.records.c.id == record.id).values(values))
    marks = update(tables.marks).where(tables.marks.c.record_id == record.id)
    connection.execute(marks.values(date=record.date, value=value))


def delete_record(connection: Connection, record: KeptRecord) -> None:
    """Remove a record with its applications and marks; its id is not used again."""
    release_parts(connection, record)
    reserve_ids(connection, record.id)
    connection.execute(delete(tables.marks).where(tables.marks.c.record_id == record.id))
    connection.execute(delete(tables.records).where(tables.records.c.id == record.id))


def reserve_ids(connection: Connection, *ids: int) -> None:
    """Note that rows with these ids are being removed: an add-in's links still name them."""
    counters = tables.counters
    following = select(counters.c.next).where(counters.c.kind == 0)
    above = max(connection.scalar(following) or 1, *(key + 1 for key in ids))
    connection.execute(update(counters).where(counters.c.kind == 0).values(next=above))


def reserve_all_ids(connection: Connection) -> None:
    """Note that every record, client and invoice is being removed."""
    reserve_ids(connection, *(highest_id(connection, table) for table in (tables.records, tables.clients, tables.invoices)))
