"""The trigrams that make searching quick: SQLite's FTS5, PostgreSQL's pg_trgm where the server has it."""

from __future__ import annotations

from sqlalchemy import Connection

TABLE = (
    "CREATE VIRTUAL TABLE practice_search USING fts5(search_text, content='practice_records', content_rowid='id', "
    "tokenize='trigram case_sensitive 1', columnsize=0)"
)
FORGET_OLD = "INSERT INTO practice_search(practice_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
ADD_NEW = "INSERT INTO practice_search(rowid, search_text) VALUES (new.id, new.search_text);"
TRIGGERS = {
    "practice_search_insert": f"AFTER INSERT ON practice_records BEGIN {ADD_NEW} END",
    "practice_search_delete": f"AFTER DELETE ON practice_records BEGIN {FORGET_OLD} END",
    "practice_search_update": f"AFTER UPDATE OF search_text ON practice_records BEGIN {FORGET_OLD} {ADD_NEW} END",
}
REBUILD = "INSERT INTO practice_search(practice_search) VALUES ('rebuild')"

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
        connection.exec_driver_sql(TABLE)
        _add_triggers(connection)
    elif connection.exec_driver_sql(OFFERED).first():
        connection.exec_driver_sql(EXTENSION)
        connection.exec_driver_sql(INDEX)


def pause_search_index(connection: Connection) -> None:
    """Stop keeping it current for the rest of this transaction, in which very many rows follow."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(NO_INDEX)
        return
    for name in TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def resume_search_index(connection: Connection) -> None:
    """Make it anew from the rows there are: ten times quicker than row by row."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(REBUILD)
        _add_triggers(connection)
    elif connection.exec_driver_sql(OFFERED).first():
        connection.exec_driver_sql(INDEX)


def _add_triggers(connection: Connection) -> None:
    for name, what in TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {what}")
