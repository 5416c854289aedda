"""Insertion of records with their search text, sort key, applications, balances and marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from hostsim.practice.amounts import from_units
from hostsim.practice.births import fresh_birth
from hostsim.practice.marks import mark_new_records
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.practice.sql.search_index import index_new_records
from hostsim.practice.text_format import folded, record_number, record_search_text

FIRST_VERSION = 0  # each change counts one more


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to write, already checked. Amounts are units; `applied` maps invoice ids to amounts.

    `serial` is the number it must get; without one it gets the next.
    """

    kind: Kind
    client_id: int
    client_name: str
    date: date
    amount: int
    method: str
    reference: str = ""
    memo: str = ""
    external_key: str | None = None
    applied: tuple[tuple[int, int], ...] = ()
    serial: int | None = None


def lock_serials(connection: Connection) -> dict[Kind, int]:
    """The next number of each kind. Until the transaction ends, other writers of records wait here."""
    counter = tables.counters
    rows = connection.execute(select(counter.c.kind, counter.c.next).order_by(counter.c.kind).with_for_update())
    return {Kind.of_sign(sign): following for sign, following in rows if sign}


def highest_id(connection: Connection, table: Table) -> int:
    """The highest id that a row of this table has, or that a removed row of any table had."""
    removed = select(tables.counters.c.next - 1).where(tables.counters.c.kind == 0).scalar_subquery()
    here, gone = connection.execute(select(select(func.max(table.c.id)).scalar_subquery(), removed)).one()
    return max(here or 0, gone or 0)


def insert_records(
    connection: Connection, rows: Sequence[NewRecord], first: Mapping[Kind, int], births: Callable[[], str] = fresh_birth
) -> list[int]:
    """Insert them numbered from `first`, which `lock_serials` gave in this transaction. Gives their ids, in this order."""
    if not rows:
        return []
    top = highest_id(connection, tables.records)
    serials = dict(first)
    values = []
    for key, row in enumerate(rows, start=top + 1):
        serial = serials[row.kind] if row.serial is None else row.serial
        values.append(record_values(key, serial, row, births()))
        serials[row.kind] = max(serials[row.kind], serial + 1)
    add_methods(connection, list(dict.fromkeys(row.method for row in rows)))
    connection.execute(insert(tables.records), values)
    _keep_serials(connection, serials)
    ids = list(range(top + 1, top + 1 + len(rows)))
    apply_parts(connection, [(key, *part) for key, row in zip(ids, rows, strict=True) for part in row.applied])
    mark_new_records(connection, top)
    index_new_records(connection, top)
    return ids


def _keep_serials(connection: Connection, serials: Mapping[Kind, int]) -> None:
    following = [{"sign": kind.sign, "following": serial} for kind, serial in serials.items()]
    counter = tables.counters
    connection.execute(update(counter).where(counter.c.kind == bindparam("sign")).values(next=bindparam("following")), following)


def record_values(key: int, serial: int, row: NewRecord, birth: str = "") -> dict[str, object]:
    """The columns of one record."""
    return {
        "id": key,
        "kind": row.kind.sign,
        "serial": serial,
        "client_id": row.client_id,
        "client_key": folded(row.client_name),
        "date": row.date,
        "value": row.amount * row.kind.sign,
        "method": row.method,
        "reference": row.reference,
        "memo": row.memo,
        "unapplied": max(row.amount - sum(amount for _, amount in row.applied), 0),
        "external_key": row.external_key,
        "version": FIRST_VERSION,
        "search_text": record_search_text(record_number(row.kind, serial), row.reference, from_units(row.amount)),
        "birth": birth,
    }


def add_methods(connection: Connection, names: Collection[str]) -> None:
    """Remember payment methods that are new, after those there are; each name once."""
    existing = set(connection.scalars(select(tables.methods.c.name)))
    new = [name for name in names if name and name not in existing]
    if new:
        rows = [{"name": name, "position": position} for position, name in enumerate(new, start=len(existing))]
        connection.execute(insert(tables.methods), rows)


def apply_parts(connection: Connection, parts: Sequence[tuple[int, int, int]]) -> None:
    """Write applications that are new (record id, invoice id, units), and lower the balances of their invoices."""
    if not parts:
        return
    names = ("record_id", "invoice_id", "amount")
    connection.execute(insert(tables.applications), [dict(zip(names, part, strict=True)) for part in parts])
    lower_balances(connection, [(invoice, amount) for _, invoice, amount in parts])


def lower_balances(connection: Connection, parts: Sequence[tuple[int, int]]) -> None:
    """Take these units off the balances of these invoices; negative units are given back."""
    lowered = tables.invoices.c.balance - bindparam("by")
    lower = update(tables.invoices).where(tables.invoices.c.id == bindparam("at")).values(balance=lowered)
    if parts:
        connection.execute(lower, [{"at": invoice, "by": amount} for invoice, amount in sorted(parts)])
