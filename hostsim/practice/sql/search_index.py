"""The trigrams that make searching quick: SQLite's FTS5, PostgreSQL's pg_trgm where the server has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

TABLE = (
    "CREATE VIRTUAL TABLE practice_search USING fts5(search_text, content='practice_records', content_rowid='id', "
    "tokenize='trigram case_sensitive 1', columnsize=0)"
)
FORGET_OLD = "INSERT INTO practice_search(practice_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
ADD_NEW = "INSERT INTO practice_search(rowid, search_text) VALUES (new.id, new.search_text);"
# New rows are added by `index_new_records`, all in one statement: FTS5 writes to the disk at every statement of a trigger,
# which costs five times as much as the rest of recording a payment.
TRIGGERS = (
    f"CREATE TRIGGER practice_search_delete AFTER DELETE ON practice_records BEGIN {FORGET_OLD} END",
    f"CREATE TRIGGER practice_search_update AFTER UPDATE OF search_text ON practice_records BEGIN {FORGET_OLD} {ADD_NEW} END",
)
FORGET_ALL = "INSERT INTO practice_search(practice_search) VALUES ('delete-all')"
ADD_ABOVE = "INSERT INTO practice_search(rowid, search_text) SELECT id, search_text FROM practice_records WHERE id > ?"

OFFERED = (
    "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm' AND (installed_version IS NOT NULL "
    "OR has_database_privilege(current_database(), 'CREATE'))"
)
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
INDEX = "CREATE INDEX IF NOT EXISTS practice_records_by_text ON practice_records USING gin (search_text gin_trgm_ops)"
NO_INDEX = "DROP INDEX IF EXISTS practice_records_by_text"


def create_search_index(connection: Connection) -> None:
    """Make the index and what keeps it current. Where the server offers no trigrams, or this user may not add them,
    searching reads the whole table instead.
    """
    if connection.dialect.name == "sqlite":
        for statement in (TABLE, *TRIGGERS):
            connection.exec_driver_sql(statement)
    elif connection.exec_driver_sql(OFFERED).first():
        connection.exec_driver_sql(EXTENSION)
        connection.exec_driver_sql(INDEX)


def index_new_records(connection: Connection, after_id: int) -> None:
    """Make the records above this id, just inserted, findable. PostgreSQL does so by itself."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(ADD_ABOVE, (after_id,))


def pause_search_index(connection: Connection) -> None:
    """Let go of what would be kept current row by row, for the rest of a transaction in which very many rows follow."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(NO_INDEX)


def resume_search_index(connection: Connection) -> None:
    """Build the index again."""
    if connection.dialect.name != "sqlite" and connection.exec_driver_sql(OFFERED).first():
        connection.exec_driver_sql(INDEX)


@contextmanager
def emptied_search_index(connection: Connection) -> Iterator[None]:
    """Empty the index at once; all records must be deleted meanwhile. Row by row it would take minutes in a large firm."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("DROP TRIGGER practice_search_delete")
    connection.exec_driver_sql(FORGET_ALL)
    yield
    connection.exec_driver_sql(TRIGGERS[0])
