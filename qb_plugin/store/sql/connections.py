"""Connections to the add-in's tables: one transaction each, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import ArgumentError, OperationalError

from qb_plugin.clock import Clock
from qb_plugin.errors import Fatal
from qb_plugin.model import Message
from qb_plugin.store.sql.database_errors import is_locked, translate_errors

# Far below what either database takes as parameters of one statement.
PORTION = 500
# Rows that one statement takes, as many as possible first: several batches, then a batch, beyond which little is gained.
SIZES = (240, 30, 1)
OLDEST_SQLITE = (3, 35)  # changes many rows by a list of values, and tells which of many were inserted
_PAUSE = 0.05

Item = TypeVar("Item")


class Database:
    """The database of the tables, and the time; `clock` is this machine's."""

    def __init__(self, engine: Engine, clock: Clock, server_time: bool) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writes=True)
        self.clock = clock
        self._server_time = server_time and engine.dialect.name == "postgresql"
        self._list_type = Text() if engine.dialect.name == "sqlite" else ARRAY(Text())
        self._insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with translate_errors(), self.engine.connect() as connection, connection.begin():
            _begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed at its end, or not at all."""
        with translate_errors(), self._writing.connect() as connection, connection.begin():
            # Writers wait their turn at the start: two that read first and write later would block each other.
            _begin(connection, "BEGIN IMMEDIATE")
            yield connection

    def insert(self, table: Table) -> postgresql.Insert:
        """An insert with `ON CONFLICT`, which SQLite and PostgreSQL write alike."""
        return self._insert(table)  # type: ignore[return-value]

    def among(self, column: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
        """The condition that the column is one of these texts, however many. They are sent as one value: a statement with a
        parameter for each is compiled again every time, which costs more than its answer."""
        return self._is_one_of(column, bindparam(None, self.listed(values), self._list_type))

    def among_listed(self, column: Column[str], name: str) -> ColumnElement[bool]:
        """The same for a statement that is made once: the parameter of this name is given what `listed` returns."""
        return self._is_one_of(column, bindparam(name, type_=self._list_type))

    def listed(self, values: Iterable[str]) -> object:
        """These texts as one value."""
        return json.dumps(list(values)) if self.engine.dialect.name == "sqlite" else list(values)

    def _is_one_of(self, column: Column[str], texts: BindParameter[Any]) -> ColumnElement[bool]:
        if self.engine.dialect.name == "sqlite":
            return column.in_(select(func.json_each(texts).table_valued("value").c.value))
        return column == any_(texts)

    def many(self, text: str, width: int) -> Many:
        """A statement that inserts many rows of `width` values; where `{rows}` stands in its text, their parameters come."""
        return Many(text, self._group(width), SIZES)

    def many_changes(self, text: str, width: int) -> Many:
        """The same for one that changes rows, in the order given. A server itself chooses in which order one statement locks its
        rows, so there each has its own."""
        return Many(text, self._group(width), SIZES if self.engine.dialect.name == "sqlite" else (1,))

    def _group(self, width: int) -> str:
        mark = "?" if self.engine.dialect.name == "sqlite" else "%s"
        return f"({','.join([mark] * width)})"

    def shared_now(self, connection: Connection) -> datetime:
        """The moment by which leases are judged: the server's own time where several machines, with clocks of their own, meet."""
        if not self._server_time:
            return self.clock.now()
        return connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]


class Many:
    """A statement made once, that takes many rows at a time: row by row, most of the cost is the driver's, not the database's.

    Rows go straight to the driver, so moments must come as text.
    """

    def __init__(self, text: str, group: str, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._texts = {size: text.format(rows=",".join([group] * size)) for size in sizes}

    def send(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it over the rows, in their order; returns how many rows of the table it changed."""
        start = changed = 0
        for size in self._sizes:
            whole = (len(rows) - start) // size * size
            if size == 1 and whole:
                changed += connection.exec_driver_sql(self._texts[1], list(rows[start:])).rowcount
                break
            for first in range(start, start + whole, size):
                values = tuple(chain.from_iterable(rows[first : first + size]))
                changed += connection.exec_driver_sql(self._texts[size], values).rowcount
            start += whole
        return changed


def insert_text(table: Table, names: Sequence[str]) -> str:
    """The text of an insert for `Database.many`; rows that break a rule of uniqueness are left out."""
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {{rows}} ON CONFLICT DO NOTHING"  # noqa: S608 - names of our own


def use_write_ahead_log(database: Database, patience: float) -> None:
    """Switch a SQLite file to its write-ahead log, once and for good.

    SQLite does not wait when two switch the same new file at once: one of them is refused at once as locked.
    """
    if database.engine.dialect.name != "sqlite":
        return
    deadline = database.clock.now() + timedelta(seconds=patience)
    with translate_errors():
        while not _switched(database.engine, last=database.clock.now() >= deadline):
            database.clock.sleep(_PAUSE)


def _switched(engine: Engine, last: bool) -> bool:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    except OperationalError as error:
        if last or not is_locked(error):
            raise
        return False
    return True


def portions(items: Iterable[Item]) -> Iterator[Sequence[Item]]:
    """The items in lists of at most PORTION."""
    source = iter(items)
    while portion := list(islice(source, PORTION)):
        yield portion


def connect(url: str, patience: float, lies_on_share: Callable[[Path], bool]) -> Engine:
    """An engine for this address; Fatal when it cannot hold the tables. `patience`: seconds to wait for another's lock.

    Values are hidden in what it raises: a traceback must not show what a payment holds.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise Fatal(Message("database_unsupported", {"kind": url.partition(":")[0]})) from None
    connectors: Mapping[str, Callable[[], Engine]] = {
        "sqlite": lambda: _connect_sqlite(address, patience, lies_on_share),
        "postgresql": lambda: _connect_postgresql(address, patience),
    }
    name = address.get_backend_name()
    if name not in connectors:
        raise Fatal(Message("database_unsupported", {"kind": name}))
    with translate_errors():
        return connectors[name]()


def connect_ledger(url: str, patience: float) -> Engine:
    """An engine with one connection for the count of calls, at an address that `connect` has accepted.

    Its commits do not wait for the disk. `patience`: seconds after which a database that is locked or away is given up; whoever
    waits for it looks then whether it is still wanted.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, connect_args={"timeout": patience}, paramstyle="named", hide_parameters=True, pool_size=1, max_overflow=0
        )
        event.listen(engine, "connect", _prepare_ledger)
        event.listen(engine, "close", _leave_ledger)
        return engine
    milliseconds = int(patience * 1000)
    arguments = {
        "options": f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds}",
        "connect_timeout": max(2, round(patience)),
    }
    return create_engine(address, connect_args=arguments, pool_size=1, max_overflow=0, pool_pre_ping=True, hide_parameters=True)


def _connect_sqlite(address: URL, patience: float, lies_on_share: Callable[[Path], bool]) -> Engine:
    if address.database in (None, "", ":memory:"):
        raise Fatal(Message("database_in_memory"))
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        found, needed = (".".join(map(str, version)) for version in (sqlite3.sqlite_version_info, OLDEST_SQLITE))
        raise Fatal(Message("database_too_old", {"found": found, "needed": needed}))
    if lies_on_share(Path(str(address.database))):
        raise Fatal(Message("database_on_share", {"file": Path(str(address.database)).name}))
    engine = create_engine(address, connect_args={"timeout": patience}, paramstyle="named", hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _connect_postgresql(address: URL, patience: float) -> Engine:
    options = f"-c lock_timeout={int(patience * 1000)}"
    # A pooled connection does not survive a restart of the server, so each is tried before it is used.
    return create_engine(address, connect_args={"options": options}, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001
    # The driver's own transactions begin too late for BEGIN IMMEDIATE, so they are switched off.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")
    # Pages of the log are copied into the file less often than by default, each then for more changes at once.
    connection.execute("PRAGMA wal_autocheckpoint=4000")


def _prepare_ledger(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=OFF")
    # A connection that does not wait for the disk must never copy the log into the file: what others have committed to the disk
    # could be torn by a power cut meanwhile.
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _leave_ledger(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001
    # The last connection to leave copies the log into the file, so it leaves as one that waits for the disk.
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection, statement: str) -> None:
    # SQLite alone: its driver begins none. As a listener of the engine it would have every statement look for listeners.
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement)
