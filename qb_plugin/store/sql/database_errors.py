"""Errors of the database as failures with a message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError

from qb_plugin.errors import Fatal
from qb_plugin.model import Message

LOCKED, FULL, LOST, FAILED = "database_locked", "database_full", "database_lost", "database_failed"

# Primary result codes of SQLite (the low byte), https://www.sqlite.org/rescode.html
_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: LOST,
    sqlite3.SQLITE_CANTOPEN: LOST,
    sqlite3.SQLITE_READONLY: LOST,
    sqlite3.SQLITE_NOTADB: LOST,
    sqlite3.SQLITE_CORRUPT: LOST,
}

# PostgreSQL's SQLSTATE by its longest known beginning, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL: Mapping[str, str] = {
    "55P03": LOCKED,  # lock_not_available, after lock_timeout
    "40": LOCKED,  # deadlock, serialization failure
    "53100": FULL,
    "53": LOST,  # too many connections, out of memory
    "08": LOST,
    "57P": LOST,  # the server is stopping, stopped or starting
    "28": LOST,  # the sign-in to the database is refused
    "3D": LOST,  # no such database
}


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate every error of SQLAlchemy in the block into Fatal with one of the four keys; the raw text becomes the details."""
    try:
        yield
    except SQLAlchemyError as error:
        raise Fatal(Message(_key(error), details=_details(error))) from error


def is_locked(error: SQLAlchemyError) -> bool:
    """Whether the error is a lock of another connection."""
    return _key(error) == LOCKED


def _key(error: SQLAlchemyError) -> str:
    if isinstance(error, TimeoutError):
        return LOCKED
    if not isinstance(error, DBAPIError):
        return FAILED
    if error.connection_invalidated:
        return LOST
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, FAILED)
    return _postgresql_key(error)


def _postgresql_key(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    if not state:
        # psycopg gives no state when it never reached the server.
        return LOST if type(error.orig).__name__ == "OperationalError" else FAILED
    for length in (5, 3, 2):
        if state[:length] in _POSTGRESQL:
            return _POSTGRESQL[state[:length]]
    return FAILED


def _details(error: SQLAlchemyError) -> str:
    # Only the driver's own words: SQLAlchemy's text would carry the statement and its values.
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)
