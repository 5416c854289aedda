"""Makes the practice's tables, and brings an older database forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, inspect, select, update

from hostsim.practice import tables
from hostsim.practice.connection import Database, PracticeUnavailable

VERSION = 1
FIRST_SERIALS = ({"kind": 1, "next": 1001}, {"kind": -1, "next": 1})
LOCK = 8_400_001  # any number, as long as every workstation uses the same

# What leads from version n to n + 1, at place n - 1.
STEPS: Sequence[Callable[[Connection], None]] = ()

SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE practice_search USING fts5(search_text, content='practice_records', content_rowid='id', "
    "tokenize='trigram case_sensitive 1', columnsize=0)",
    "CREATE TRIGGER practice_search_insert AFTER INSERT ON practice_records BEGIN "
    "INSERT INTO practice_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER practice_search_delete AFTER DELETE ON practice_records BEGIN "
    "INSERT INTO practice_search(practice_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER practice_search_update AFTER UPDATE OF search_text ON practice_records BEGIN "
    "INSERT INTO practice_search(practice_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO practice_search(rowid, search_text) VALUES (new.id, new.search_text); END",
)
TRIGRAMS_OFFERED = (
    "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm' AND (installed_version IS NOT NULL "
    "OR has_database_privilege(current_database(), 'CREATE'))"
)
POSTGRES_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX practice_records_by_text ON practice_records USING gin (search_text gin_trgm_ops)",
)


def prepare(database: Database, name: str, short_id: str) -> None:
    """Make what is missing; a new database gets a firm of this name and id. PracticeUnavailable when it is a newer program's."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if inspect(connection).has_table(tables.schema.name):
            _bring_forward(connection)
        else:
            _create(connection, name, short_id)
    if not database.is_sqlite:
        _create_trigram_index(database)


def _create(connection: Connection, name: str, short_id: str) -> None:
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.schema).values(version=VERSION))
    connection.execute(insert(tables.firm).values(id=1, name=name, short_id=short_id))
    connection.execute(insert(tables.counters), FIRST_SERIALS)
    if connection.dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            connection.exec_driver_sql(statement)


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


def _create_trigram_index(database: Database) -> None:
    """Where the server offers no trigrams, or this user may not add them, searching reads the whole table instead."""
    with database.reading() as connection:
        indexes = {index["name"] for index in inspect(connection).get_indexes(tables.records.name)}
        offered = connection.exec_driver_sql(TRIGRAMS_OFFERED).first()
    if "practice_records_by_text" in indexes or not offered:
        return
    with database.writing() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        for statement in POSTGRES_SEARCH:
            connection.exec_driver_sql(statement)
