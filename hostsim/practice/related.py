"""What belongs to one record: what pays an invoice, a client's invoices and payments, and who did what to a record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select

from hostsim.practice import reading
from hostsim.practice.amounts import from_units
from hostsim.practice.model import Kind, Record, RecordEvent
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.sql_conditions import row_number
from hostsim.practice.writing.record_events import read_events


class RelatedRecords:
    """Reads by one record; every method may raise PracticeUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def paying(self, invoice_id: str) -> Sequence[tuple[Record, Decimal]]:
        """The payments and credit memos that are applied to the invoice, each with its part, oldest first."""
        parts, records = tables.applications.c, tables.records.c
        found = select(records.kind, records.id, parts.amount).join(tables.applications, parts.record_id == records.id)
        with self._database.reading() as connection:
            rows = connection.execute(
                found.where(parts.invoice_id == row_number(invoice_id)).order_by(records.date, records.id)
            ).all()
            amounts = {f"{Kind.of_sign(row.kind).value}:{row.id}": from_units(row.amount) for row in rows}
            return [(record, amounts[record.ref]) for record in reading.read_records(connection, list(amounts))]

    def of_client(self, client_id: str, limit: int) -> tuple[int, Sequence[Record]]:
        """How many payments and credit memos the client has, and the newest of them."""
        records, mine = tables.records.c, tables.records.c.client_id == row_number(client_id)
        newest = select(records.kind, records.id).where(mine).order_by(records.date.desc(), records.id.desc()).limit(limit)
        with self._database.reading() as connection:
            count = connection.execute(select(func.count()).select_from(tables.records).where(mine)).scalar_one()
            refs = [f"{Kind.of_sign(row.kind).value}:{row.id}" for row in connection.execute(newest)]
            return count, reading.read_records(connection, refs)

    def events(self, ref: str) -> Sequence[RecordEvent]:
        """What was done to the record, newest first; nothing of what was done before this was noted."""
        with self._database.reading() as connection:
            return read_events(connection, ref)
