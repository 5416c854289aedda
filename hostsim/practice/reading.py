"""Reads records, invoices and clients by id: two statements for a page of records, whatever its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from hostsim.practice.amounts import UNITS_PER_CENT, from_units
from hostsim.practice.lists.listing import signed_keys
from hostsim.practice.model import Application, Client, Invoice, Kind, Record
from hostsim.practice.sql import tables
from hostsim.practice.sql.sql_conditions import in_rows, in_values, row_numbers
from hostsim.practice.text_format import folded, record_number

# Keys in one comparison. PostgreSQL parses each of them; SQLite gets them all as one text.
KEYS_AT_ONCE = {"sqlite": 10_000}
FEW_KEYS = 500

# In the order that `_record` takes them: by name, a column of a row costs three times as much.
RECORD_COLUMNS = (
    *("kind", "id", "serial", "client_id", "date", "value", "method", "reference"),
    *("memo", "unapplied", "external_key", "version", "birth"),
)

_records: Select[Any] = (
    select(*(tables.records.c[name] for name in RECORD_COLUMNS), tables.clients.c.name.label("client_name"))
    .join(tables.clients, tables.clients.c.id == tables.records.c.client_id)
    .order_by(tables.records.c.id)
)
_invoices = select(tables.invoices, tables.clients.c.name.label("client_name")).join(
    tables.clients, tables.clients.c.id == tables.invoices.c.client_id
)


def read_records(connection: Connection, refs: Sequence[str]) -> list[Record]:
    """The records in the order asked; unknown ones are left out."""
    wanted = signed_keys(refs)
    rows = connection.execute(_records.where(in_values(connection, tables.records.c.id, [abs(key) for key in wanted]))).all()
    found = {record.ref: record for record in _with_applications(connection, rows)}
    return [found[ref] for ref in refs if ref in found]


def read_with_fractions(connection: Connection) -> list[Record]:
    """The records whose amount has fractions of a cent, in order of id: no firm has many."""
    return _with_applications(connection, connection.execute(_records.where(tables.records.c.value % UNITS_PER_CENT != 0)).all())


def find_payments(connection: Connection, keys: Sequence[tuple[int, date, int]]) -> list[Record]:
    """Payments with one of these clients, dates and amounts (in units), in order of id."""
    columns = (tables.records.c.client_id, tables.records.c.date, tables.records.c.value)
    wanted = list(dict.fromkeys(keys))
    rows: list[Row[Any]] = []
    at_once = KEYS_AT_ONCE.get(connection.dialect.name, FEW_KEYS)
    for start in range(0, len(wanted), at_once):
        these = in_rows(connection, columns, wanted[start : start + at_once])
        # Of both kinds: with the kind in the statement, SQLite reads every payment there is.
        rows += connection.execute(_records.where(these)).all()
    payments = [row for row in rows if row.kind == 1]
    return _with_applications(connection, sorted(payments, key=lambda row: row.id))


def read_invoices(connection: Connection, ids: Sequence[str]) -> list[Invoice]:
    """The invoices in the order asked; unknown ones are left out."""
    rows = connection.execute(_invoices.where(in_values(connection, tables.invoices.c.id, row_numbers(ids))))
    found = {str(row.id): _invoice(row) for row in rows}
    return [found[text] for text in ids if text in found]


def read_invoices_by_number(connection: Connection, numbers: Collection[str]) -> list[Invoice]:
    """All invoices with these numbers, in order of id; case and outer blanks make no difference."""
    if not numbers:
        return []
    wanted = {_number_key(number) for number in numbers}
    # By the folded text, which the index has; it leaves out accents, too, so the numbers themselves are compared then.
    condition = in_values(connection, tables.INVOICE_TEXT, sorted({folded(number).strip() for number in numbers}))
    rows = connection.execute(_invoices.where(condition).order_by(tables.invoices.c.id))
    return [_invoice(row) for row in rows if _number_key(row.number) in wanted]


def _number_key(number: str) -> str:
    return number.strip().casefold()


def read_clients(connection: Connection, ids: Sequence[str] | None = None) -> list[Client]:
    """The clients with these ids in the order asked, or all of them by name."""
    owed, ahead = _sum_by_client(tables.invoices, "balance"), _sum_by_client(tables.records, "unapplied")
    firm_currency = select(tables.firm.c.currency).scalar_subquery().label("firm_currency")
    statement: Select[Any] = select(tables.clients, firm_currency).order_by(tables.clients.c.name_key, tables.clients.c.id)
    if ids is not None:
        numbers = row_numbers(ids)
        owed = owed.where(in_values(connection, tables.invoices.c.client_id, numbers))
        ahead = ahead.where(in_values(connection, tables.records.c.client_id, numbers))
        statement = statement.where(in_values(connection, tables.clients.c.id, numbers))
    owes, paid_ahead = _pairs(connection, owed), _pairs(connection, ahead)
    rows = connection.execute(statement).all()
    read = {str(row.id): _client(row, owes.get(row.id, 0), paid_ahead.get(row.id, 0)) for row in rows}
    return list(read.values()) if ids is None else [read[text] for text in ids if text in read]


def _sum_by_client(table: Any, column: str) -> Select[Any]:
    return select(table.c.client_id, func.sum(table.c[column])).where(table.c[column] > 0).group_by(table.c.client_id)


def _pairs(connection: Connection, statement: Select[Any]) -> Mapping[int, int]:
    return {key: int(total) for key, total in connection.execute(statement)}


def _with_applications(connection: Connection, rows: Sequence[Row[Any]]) -> list[Record]:
    if not rows:
        return []
    applied = _applications(connection, [row.id for row in rows])
    return [_record(tuple(row), applied) for row in rows]


def _applications(connection: Connection, record_ids: Collection[int]) -> Mapping[int, list[Application]]:
    table = tables.applications
    statement = (
        select(table, tables.invoices.c.number)
        .join(tables.invoices, tables.invoices.c.id == table.c.invoice_id)
        .where(in_values(connection, table.c.record_id, record_ids))
        .order_by(table.c.record_id, table.c.invoice_id)
    )
    applied: dict[int, list[Application]] = defaultdict(list)
    for row in connection.execute(statement):
        applied[row.record_id].append(Application(str(row.invoice_id), row.number, from_units(row.amount)))
    return applied


def _record(row: tuple[Any, ...], applied: Mapping[int, list[Application]]) -> Record:
    sign, key, serial, client_id, day, value, method, reference, memo, unapplied, external_key, version, birth, name = row
    kind = Kind.of_sign(sign)
    return Record(
        kind=kind,
        id=str(key),
        number=record_number(kind, serial),
        client_id=str(client_id),
        client_name=name,
        date=day,
        amount=from_units(value * sign),
        method=method,
        reference=reference,
        memo=memo,
        unapplied=from_units(unapplied),
        external_key=external_key,
        version=version,
        birth=birth,
        applications=tuple(applied.get(key, ())),
    )


def _invoice(row: Row[Any]) -> Invoice:
    return Invoice(
        id=str(row.id),
        number=row.number,
        client_id=str(row.client_id),
        client_name=row.client_name,
        date=row.date,
        due=row.due,
        total=from_units(row.total),
        balance=from_units(row.balance),
    )


def _client(row: Row[Any], balance: int, unapplied: int) -> Client:
    return Client(
        id=str(row.id),
        name=row.name,
        active=row.active,
        balance=from_units(balance),
        unapplied=from_units(unapplied),
        email=row.email,
        phone=row.phone,
        currency=row.currency or row.firm_currency,
    )
