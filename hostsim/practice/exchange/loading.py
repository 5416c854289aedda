"""Loads a firm's file into the practice, in one commit: what is there already is updated, one mistake leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, update

from hostsim.practice.births import fresh_birth
from hostsim.practice.exchange.client_loading import delete_clients, load_clients
from hostsim.practice.exchange.firm_file import FirmFile
from hostsim.practice.exchange.invoice_loading import load_invoices
from hostsim.practice.exchange.loaded import read_books
from hostsim.practice.exchange.record_loading import RecordLoader
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.editing import reserve_all_ids
from hostsim.practice.sql.inserting import lock_serials
from hostsim.practice.sql.schema import FIRST_SERIALS
from hostsim.practice.sql.search_index import emptied_search_index

Ids = Mapping[str, list[str]]
BILLING = (tables.marks, tables.applications, tables.records, tables.invoices, tables.clients)


def load_firm(database: Database, file: FirmFile, *, empty: bool = False, births: Callable[[], str] = fresh_birth) -> Ids:
    """Load the file, into an emptied firm when asked; the ids by list, in the order of the file.

    LoadMistake, with place and reason, for the first thing that does not fit; then nothing is loaded. Links and external keys
    are never touched. PracticeUnavailable when the database fails.
    """
    with database.writing() as connection:
        lock_serials(connection)
        if empty:
            _empty(connection)
        if file.currency:
            connection.execute(update(tables.firm).values(currency=file.currency))
        return _load(connection, file, births)


def _load(connection: Connection, file: FirmFile, births: Callable[[], str]) -> Ids:
    """What gives room comes first: records that go or are applied anew release their invoices before anything is applied."""
    books = read_books(connection, file)
    clients = load_clients(connection, file.clients, books)
    records = RecordLoader(connection, books, births)
    records.release(file.records)
    invoices = load_invoices(connection, file.invoices, books)
    ids = records.load(file.records)
    delete_clients(connection, file.clients, books)
    payments = len(file.payments)
    return {"clients": clients, "invoices": invoices, "payments": ids[:payments], "credit_memos": ids[payments:]}


def _empty(connection: Connection) -> None:
    """Remove every record, invoice, client and mark. Users, payment methods and known add-ins stay, ids are not used again."""
    reserve_all_ids(connection)
    with emptied_search_index(connection):
        for table in BILLING:
            connection.execute(delete(table))
    for serial in FIRST_SERIALS:
        if serial["kind"]:
            row = update(tables.counters).where(tables.counters.c.kind == serial["kind"])
            connection.execute(row.values(next=serial["next"]))
