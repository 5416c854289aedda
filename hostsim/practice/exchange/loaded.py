"""The firm as a file is loaded against it: clients by name, invoices by client and number, records by number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from hostsim.practice.exchange.firm_file import FirmFile, LoadMistake, RecordEntry
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.practice.sql.editing import KeptRecord, read_kept
from hostsim.practice.sql.sql_conditions import in_values
from hostsim.practice.text_format import record_number


@dataclass(slots=True)
class LoadedClient:
    """A client of the firm; `currency` is the firm's where the client has none."""

    id: int
    name: str
    currency: str


@dataclass(slots=True)
class LoadedInvoice:
    """An invoice of the firm; the balance is in units and goes down as parts are applied."""

    id: int
    number: str
    client_id: int
    total: int
    balance: int


@dataclass(frozen=True, slots=True)
class LoadedBooks:
    """What the file's names and numbers mean; `None` stands for a name that several have."""

    firm_currency: str
    clients: dict[str, LoadedClient | None]
    clients_by_id: dict[int, LoadedClient]
    invoices: dict[tuple[int, str], LoadedInvoice | None]
    records: dict[tuple[Kind, int], KeptRecord]

    def client(self, name: str, place: str) -> LoadedClient:
        """The client of this name."""
        if name not in self.clients:
            raise LoadMistake(place, f"There is no client called {name!r}.")
        found = self.clients[name]
        if found is None:
            raise LoadMistake(place, f"Several clients are called {name!r}.")
        return found

    def invoice(self, client: LoadedClient, number: str, place: str) -> LoadedInvoice:
        """The invoice of this client and number."""
        found = self.invoices.get((client.id, number))
        if found is not None:
            return found
        if (client.id, number) in self.invoices:
            raise LoadMistake(place, f"{client.name!r} has several invoices {number!r}.")
        if any(known == number for _, known in self.invoices):
            raise LoadMistake(place, f"Invoice {number!r} belongs to another client than {client.name!r}.")
        raise LoadMistake(place, f"{client.name!r} has no invoice {number!r}.")

    def record(self, entry: RecordEntry) -> KeptRecord | None:
        """The record that the entry's number names; None for a new one."""
        return None if entry.serial is None else self.records.get((entry.kind, entry.serial))


def read_books(connection: Connection, file: FirmFile) -> LoadedBooks:
    """All clients, and the invoices and records that the file numbers. LoadMistake when a number stands in the file twice."""
    firm_currency = connection.scalar(select(tables.firm.c.currency)) or ""
    rows = connection.execute(select(tables.clients))
    by_id = {row.id: LoadedClient(row.id, row.name, row.currency or firm_currency) for row in rows}
    clients: dict[str, LoadedClient | None] = {}
    for client in by_id.values():
        clients[client.name] = None if client.name in clients else client
    return LoadedBooks(firm_currency, clients, by_id, _invoices(connection, file), _records(connection, file))


def _invoices(connection: Connection, file: FirmFile) -> dict[tuple[int, str], LoadedInvoice | None]:
    applied = {part.invoice for record in file.records for part in record.applications or ()}
    numbers = sorted(applied | {invoice.number for invoice in file.invoices})
    found: dict[tuple[int, str], LoadedInvoice | None] = {}
    for row in _invoice_rows(connection, numbers):
        key = (row.client_id, row.number)
        found[key] = None if key in found else LoadedInvoice(row.id, row.number, row.client_id, row.total, row.balance)
    return found


def _invoice_rows(connection: Connection, numbers: list[str]) -> list[Row[tuple[object, ...]]]:
    if not numbers:
        return []
    return list(connection.execute(select(tables.invoices).where(in_values(connection, tables.invoices.c.number, numbers))))


def _records(connection: Connection, file: FirmFile) -> dict[tuple[Kind, int], KeptRecord]:
    numbered: dict[tuple[Kind, int], RecordEntry] = {}
    for entry in file.records:
        if entry.serial is not None and numbered.setdefault((entry.kind, entry.serial), entry) is not entry:
            raise LoadMistake(entry.place, f"{record_number(entry.kind, entry.serial)} stands in the file twice.")
    records = tables.records.c
    serials = sorted({serial for _, serial in numbered})
    rows = connection.execute(
        select(records.id, records.kind, records.serial).where(in_values(connection, records.serial, serials))
    )
    wanted = [row.id for row in rows if (Kind.of_sign(row.kind), row.serial) in numbered] if serials else []
    return {(kept.kind, kept.serial): kept for kept in read_kept(connection, wanted).values()} if wanted else {}
