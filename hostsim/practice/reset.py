"""Empties a practice. Tables of add-ins in the same database are not the practice's and stay."""

from __future__ import annotations

from sqlalchemy import delete, update

from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.schema import FIRST_SERIALS
from hostsim.practice.sql.search_index import emptied_search_index

EMPTIED = (
    tables.changes,
    tables.marks,
    tables.applications,
    tables.records,
    tables.invoices,
    tables.clients,
    tables.methods,
    tables.users,
)


def reset_practice(database: Database) -> None:
    """Remove every record, client and mark in one commit; firm and registered add-ins stay. PracticeUnavailable on failure."""
    with database.writing() as connection, emptied_search_index(connection):
        for table in EMPTIED:
            connection.execute(delete(table))
        for serial in FIRST_SERIALS:
            row = update(tables.counters).where(tables.counters.c.kind == serial["kind"])
            connection.execute(row.values(next=serial["next"]))
