"""The practice's billing records, as add-ins and the host's pages read and record them; every amount is a Decimal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from hostsim.practice import reading
from hostsim.practice.amounts import BadAmountError, to_units
from hostsim.practice.births import fresh_birth
from hostsim.practice.lists import client_and_invoice_lists as lists
from hostsim.practice.lists.listing import take_snapshot
from hostsim.practice.lists.query import read_query
from hostsim.practice.mark_sets import MarkSets
from hostsim.practice.marks import first_set_in_use
from hostsim.practice.model import (
    ApplyChange,
    ChangeOutcome,
    Client,
    Invoice,
    LedgerQuery,
    ListQuery,
    NewClient,
    PaymentToRecord,
    Record,
    RecordChange,
    RecordedPayment,
    UpdateChange,
)
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.snapshots import IdSnapshot, Snapshot
from hostsim.practice.sql.sql_conditions import in_values, row_number
from hostsim.practice.writing.changes import Action, change_group
from hostsim.practice.writing.record_events import NOBODY, Author
from hostsim.practice.writing.recording import record_group

GROUP = 500  # items in one commit: large enough to be quick, short enough that no other writer waits long


class PracticeLedger:
    """Reads and records. Filters go by the marks of these sets' add-in, without one by those of the first add-in.

    `author` is noted with everything that is written. Every method may raise PracticeUnavailable, whose text is a sentence.
    """

    def __init__(
        self, database: Database, sets: MarkSets | None = None, births: Callable[[], str] = fresh_birth, author: Author = NOBODY
    ) -> None:
        self._database = database
        self._sets = sets
        self._births = births
        self._author = author

    @property
    def can(self) -> frozenset[str]:
        """The changes that this ledger takes: all there are."""
        return frozenset(Action)

    def clients(self) -> Sequence[Client]:
        """All clients by name."""
        with self._database.reading() as connection:
            return reading.read_clients(connection)

    def clients_by_id(self, ids: Sequence[str]) -> Sequence[Client]:
        """The clients in the order asked; unknown ones are left out."""
        with self._database.reading() as connection:
            return reading.read_clients(connection, ids)

    def methods(self) -> Sequence[str]:
        """The payment methods in use, in the order people know them."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(tables.methods.c.name).order_by(tables.methods.c.position)))

    def snapshot(self, query: LedgerQuery) -> Snapshot:
        """Order the payments and credit memos that the query leaves (keys: see `read_query`); BadQuery for an unknown one."""
        chosen = read_query(query)
        marked_by = self._sets.condition(query.get("scope") or "") if self._sets else None
        with self._database.reading() as connection:
            return take_snapshot(connection, chosen, first_set_in_use(connection) if marked_by is None else marked_by)

    def client_snapshot(self, query: ListQuery) -> IdSnapshot:
        """Order the clients: `search`, `sort` (name, balance), `descending`."""
        with self._database.reading() as connection:
            return lists.client_snapshot(connection, query)

    def invoice_snapshot(self, query: ListQuery) -> IdSnapshot:
        """Order the invoices: `client_id`, `open` (only those with a balance), `search`, `sort` (date, due, number, client,
        total, balance), `descending` (newest first by default)."""
        with self._database.reading() as connection:
            return lists.invoice_snapshot(connection, query)

    def records(self, refs: Sequence[str]) -> Sequence[Record]:
        """The records, in the order asked; unknown ones are left out."""
        with self._database.reading() as connection:
            return reading.read_records(connection, refs)

    def records_with_fractions(self) -> Sequence[Record]:
        """All records whose amount has fractions of a cent."""
        with self._database.reading() as connection:
            return reading.read_with_fractions(connection)

    def invoices(self, ids: Sequence[str]) -> Sequence[Invoice]:
        """The invoices, in the order asked; unknown ones are left out."""
        with self._database.reading() as connection:
            return reading.read_invoices(connection, ids)

    def all_invoices(self) -> Sequence[Invoice]:
        """All invoices, newest first."""
        snapshot = self.invoice_snapshot({})
        return self.invoices(snapshot.ids(0, snapshot.count))

    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[Invoice]:
        """All invoices with these numbers, in order of id."""
        with self._database.reading() as connection:
            return reading.read_invoices_by_number(connection, numbers)

    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[Record]:
        """Payments of these clients, dates and amounts, in order of id."""
        clients = {client: row_number(client) for client in {client for client, _, _ in keys}}
        amounts = {amount: _units(amount) for amount in {amount for _, _, amount in keys}}
        rows = ((clients[client], day, amounts[amount]) for client, day, amount in keys)
        stored = [(client, day, amount) for client, day, amount in rows if client is not None and amount is not None]
        with self._database.reading() as connection:
            return reading.find_payments(connection, stored)

    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which external keys exist already, and as which payment id."""
        records = tables.records.c
        with self._database.reading() as connection:
            condition = in_values(connection, records.external_key, list(keys))
            rows = connection.execute(select(records.external_key, records.id).where(condition)) if keys else ()
            return {key: str(identity) for key, identity in rows}

    def record_payments(self, payments: Sequence[PaymentToRecord]) -> Sequence[RecordedPayment]:
        """Record payments, one outcome each, in the order given; a payment with its applications and key, or not at all.

        Committed in groups of 500: after PracticeUnavailable, the groups before it stay recorded; given again, they exist.
        """
        outcomes: list[RecordedPayment] = []
        for start in range(0, len(payments), GROUP):
            with self._database.writing() as connection:
                outcomes += record_group(connection, payments[start : start + GROUP], self._births, self._author)
        return outcomes

    def apply(self, changes: Sequence[ApplyChange]) -> Sequence[ChangeOutcome]:
        """Apply records to invoices; committed in groups, as payments are."""
        return self._change(Action.APPLY, changes)

    def update(self, changes: Sequence[UpdateChange]) -> Sequence[ChangeOutcome]:
        """Change records; what a change does not name stays."""
        return self._change(Action.UPDATE, changes)

    def remove(self, changes: Sequence[RecordChange]) -> Sequence[ChangeOutcome]:
        """Remove records with their applications. Their ids are not used again."""
        return self._change(Action.REMOVE, changes)

    def create_clients(self, clients: Sequence[NewClient]) -> Sequence[ChangeOutcome]:
        """Create active clients."""
        return self._change(Action.CREATE_CLIENTS, clients)

    def _change(self, action: Action, changes: Sequence[Mapping[str, object]]) -> Sequence[ChangeOutcome]:
        outcomes: list[ChangeOutcome] = []
        for start in range(0, len(changes), GROUP):
            with self._database.writing() as connection:
                outcomes += change_group(connection, action, changes[start : start + GROUP], self._author)
        return outcomes


def _units(amount: Decimal) -> int | None:
    """None when the practice can hold no such amount."""
    try:
        return to_units(amount)
    except BadAmountError:
        return None
