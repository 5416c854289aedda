"""One database, SQLite or PostgreSQL: how it is opened, how reads and writes begin, and what people read when it fails."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

BUSY_SECONDS = 15.0
READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
MAGIC = b"SQLite format 3\0"  # the first bytes of each of its files

# Looked for in the driver's text, in this order; the last resort is the sentence in `_sentence`.
SENTENCES = (
    (
        "database is locked",
        "The practice database is busy: another program is writing to it. Nothing was saved. Try again in a moment.",
    ),
    ("disk is full", "The disk that holds the practice database is full. Nothing was saved. Make room on it and try again."),
    ("no space left", "The disk that holds the practice database is full. Nothing was saved. Make room on it and try again."),
    ("unable to open", "The practice database cannot be opened. Check that its folder exists and that you may write to it."),
    ("readonly database", "The practice database may only be read. Nothing was saved. Check that you may write to its file."),
    ("not a database", "The file is not a practice database. Nothing was changed. Choose another file."),
    ("malformed", "The practice database is damaged. Nothing was saved. Restore it from a backup."),
    ("password", "The database server did not accept the user name or password. Nothing was changed."),
)


class PracticeUnavailable(Exception):
    """The practice database cannot be used right now; the text is a sentence for people, the cause is the driver's."""


class Database:
    """Connections to one database. Reads see one moment; writes are taken in turn and saved wholly or not at all."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        self.engine = _engine(url, busy_seconds)
        self._writer = self.engine.execution_options(practice_write=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, else PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose statements all see the same moment; PracticeUnavailable when the database fails."""
        with troubles_told(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN" if self.is_sqlite else READ_ONLY)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection inside a write transaction, committed at the end; PracticeUnavailable when the database fails."""
        with troubles_told(), self._writer.connect() as connection, connection.begin():
            if self.is_sqlite:  # whose driver begins none; a listener that did would make each statement look for listeners
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextmanager
def troubles_told() -> Iterator[None]:
    """Turn what a database driver raises into PracticeUnavailable. Mistakes in a statement stay what they are."""
    try:
        yield
    except DBAPIError as error:
        if not _is_outage(error):
            raise
        raise PracticeUnavailable(_sentence(str(error.orig))) from error
    except PoolTimeoutError as error:
        raise PracticeUnavailable("The practice database is busy. Nothing was saved. Try again in a moment.") from error


def _is_outage(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
        return False  # a mistake in a statement, which SQLite counts as operational too
    names = {kind.__name__ for kind in type(error.orig).__mro__}
    mentioned = any(words in str(error.orig).lower() for words, _ in SENTENCES)
    return "OperationalError" in names or (mentioned and "DatabaseError" in names)


def _sentence(text: str) -> str:
    lowered = text.lower()
    for words, sentence in SENTENCES:
        if words in lowered:
            return sentence
    return "The practice database does not answer. Nothing was saved. Check that it is running and try again."


def _engine(url: str, busy_seconds: float) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise PracticeUnavailable(
            "The database address is not one. Write sqlite:///file or postgresql+psycopg://host/name."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_seconds)
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise PracticeUnavailable(f"A database of kind {parsed.get_backend_name()} cannot hold a practice. Use SQLite or PostgreSQL.")


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    if url.database and url.database != ":memory:":
        check_file(Path(url.database))
        keep_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def check_file(file: Path) -> None:
    """PracticeUnavailable for a file that is no SQLite database: not even its rights are changed.

    What cannot be read (another user's file) is left for opening to complain about.
    """
    if not file.is_file() or not file.stat().st_size:
        return
    with suppress(PermissionError), file.open("rb") as content:
        if content.read(len(MAGIC)) != MAGIC:  # SQLite itself takes a file of a few bytes for an empty one
            raise PracticeUnavailable(_sentence("not a database"))


def keep_private(file: Path) -> None:
    """Make the file, or its rights, so that only this user can read it; SQLite gives its log and index files the same.

    What cannot be done (no such folder, another user's file) is left for opening to complain about.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        if os.name == "posix" and file.stat().st_mode & 0o077:
            file.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # or the driver would begin transactions by itself, and late
    switch_to_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-8192", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def switch_to_log(connection: Any, attempts: int = 20) -> None:
    """Switch a new file to its write-ahead log. Two that do so at once are told that it is locked without any wait; a write
    waits as it should, so it is what passes the time until the next attempt.
    """
    for _ in range(attempts):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
