"""Makes the practice's tables, and brings an older database forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, inspect, select, update

from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database, PracticeUnavailable
from hostsim.practice.sql.search_index import create_search_index

VERSION = 2
FIRST_SERIALS = ({"kind": 1, "next": 1001}, {"kind": -1, "next": 1})
LOCK = 8_400_001  # any number, as long as every workstation uses the same


def add_data_key(connection: Connection) -> None:
    """Version 2 keeps the firm's data key, wrapped by a passphrase, for all its workstations."""
    tables.data_key.create(connection, checkfirst=True)


# What leads from version n to n + 1, at place n - 1.
STEPS: Sequence[Callable[[Connection], None]] = (add_data_key,)


def prepare(database: Database, name: str, short_id: str) -> None:
    """Make what is missing; a new database gets a firm of this name and id. PracticeUnavailable when it is a newer program's."""
    if _is_current(database):
        return
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if inspect(connection).has_table(tables.schema.name):
            _bring_forward(connection)
        else:
            _create(connection, name, short_id)


def _is_current(database: Database) -> bool:
    """Whether nothing is to be done; found out without waiting for whoever is writing."""
    with database.reading() as connection:
        if not inspect(connection).has_table(tables.schema.name):
            return False
        return connection.scalar(select(tables.schema.c.version)) == VERSION


def _create(connection: Connection, name: str, short_id: str) -> None:
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.schema).values(version=VERSION))
    connection.execute(insert(tables.firm).values(id=1, name=name, short_id=short_id))
    connection.execute(insert(tables.counters), FIRST_SERIALS)
    create_search_index(connection)


def _bring_forward(connection: Connection) -> None:
    version = connection.scalar(select(tables.schema.c.version)) or 0
    if version > VERSION:
        raise PracticeUnavailable(
            "A newer version of WorkSpace has written this database. Nothing was changed. Update WorkSpace first."
        )
    for step in STEPS[version - 1 :]:
        step(connection)
    if version < VERSION:
        connection.execute(update(tables.schema).values(version=VERSION))
