"""A great many payments, quickly, to see how the program bears a large firm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import Connection, Index, select

from hostsim.practice.amounts import UNITS_PER_CENT
from hostsim.practice.births import seeded_births
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.inserting import NewRecord, insert_records, lock_serials
from hostsim.practice.sql.search_index import pause_search_index, resume_search_index

AT_ONCE = 10_000
YEARS = 10
METHODS = ("Check", "Check", "Check", "ACH", "Visa", "MasterCard", "Cash", "Wire")
MANY = 50_000  # from here on it is quicker to make the indexes anew


def seed_payments(database: Database, count: int, today: date, seed: int = 1, many: int = MANY) -> None:
    """Add so many unapplied payments of the firm's clients, over the ten years up to today; the same for the same seed.

    One commit: all of them or none. PracticeUnavailable when the database fails.
    """
    births = seeded_births(f"payments {seed}")
    rng = Random(seed)  # noqa: S311 - the same rows for the same seed is the point
    with database.writing() as connection:
        named = select(tables.clients.c.id, tables.clients.c.name).order_by(tables.clients.c.id)
        clients = [(key, name) for key, name in connection.execute(named)]
        indexes = _drop_indexes(connection) if count >= many else []
        for days in _portions(count, today):
            insert_records(connection, [_payment(rng, clients, day) for day in days], lock_serials(connection), births)
        _make_indexes(connection, indexes)
    _settle(database)


def _portions(count: int, today: date) -> Iterator[Sequence[date]]:
    """The day of each payment, oldest first, as they would have been entered."""
    first, span = today - timedelta(days=365 * YEARS - 1), 365 * YEARS
    for start in range(0, count, AT_ONCE):
        yield [first + timedelta(days=position * span // count) for position in range(start, min(start + AT_ONCE, count))]


def _payment(rng: Random, clients: Sequence[tuple[int, str]], day: date) -> NewRecord:
    client_id, name = clients[rng.randrange(len(clients))]
    method = METHODS[rng.randrange(len(METHODS))]
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=client_id,
        client_name=name,
        date=day,
        amount=rng.randrange(1_000, 1_000_000) * UNITS_PER_CENT,
        method=method,
        reference="" if method == "Cash" else str(rng.randrange(10_000_000, 100_000_000)),
    )


def _drop_indexes(connection: Connection) -> list[Index]:
    """Drop what can be made again from the rows, and tell what it was."""
    pause_search_index(connection)
    indexes = [index for table in (tables.records, tables.marks) for index in table.indexes]
    for index in indexes:
        index.drop(connection)
    return indexes


def _make_indexes(connection: Connection, indexes: Sequence[Index]) -> None:
    for index in indexes:
        index.create(connection)
    if indexes:
        resume_search_index(connection)


def _settle(database: Database) -> None:
    """Let the database learn how large its tables are; without that it plans for small ones."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")
