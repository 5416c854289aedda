"""A fresh database for every case, as one that was set up once: a copy of the file on SQLite, the same rows on PostgreSQL.

It has the same address in every case, so that one engine serves them all: its connections are new in each life of a
process, its compiled statements are kept, which is most of what a small case would cost.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

MEMORY = Path("/dev/shm")  # a disk in memory, where there is one: cases then cost no waiting for the disk
SetUp = Callable[[str], None]
COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
OTHERS_GONE = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


class Databases(Protocol):
    """Gives what `set_up` made, anew for each case; one case uses it at a time."""

    def prepare(self, name: str, set_up: SetUp) -> None:
        """Set it up, once."""
        ...

    def fresh(self, name: str) -> str:
        """The address of it as it was set up; what the case before left there is gone."""
        ...


class Files:
    """SQLite files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self, name: str, set_up: SetUp) -> None:
        if not self._begun(name).exists():
            set_up(f"sqlite:///{self._begun(name)}")

    def fresh(self, name: str) -> str:
        for part in self._folder.glob("case.db*"):
            part.unlink()
        shutil.copyfile(self._begun(name), self._folder / "case.db")
        return f"sqlite:///{self._folder / 'case.db'}"

    def _begun(self, name: str) -> Path:
        return self._folder / f"begun-{name}.db"


class Servers:
    """Databases of one PostgreSQL server; `address` is that of any database of it, `prefix` begins all names.

    A new database costs the server a third of a second, so there is one for each name, and what its tables held when it was
    set up is kept beside them, in a schema of its own, and put back for every case.
    """

    def __init__(self, address: str, prefix: str) -> None:
        self._address, self._prefix = make_url(address), prefix
        self._admin: Engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._begun: dict[str, Begun] = {}

    def prepare(self, name: str, set_up: SetUp) -> None:
        if name not in self._begun:
            self._run(f"CREATE DATABASE {self._prefix}_{name}")
            address = self._address.set(database=f"{self._prefix}_{name}").render_as_string(hide_password=False)
            set_up(address)
            self._begun[name] = Begun(address)

    def fresh(self, name: str) -> str:
        self._begun[name].restore()
        return self._begun[name].address

    def close(self) -> None:
        """Drop what was made."""
        for name, begun in self._begun.items():
            begun.close()
            self._run(f"DROP DATABASE {self._prefix}_{name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


class Begun:
    """A PostgreSQL database that can be put back to where it stood when this was made."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:
            tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
            counters = connection.exec_driver_sql(COUNTERS).all()
            connection.exec_driver_sql("CREATE SCHEMA begun")
            for table in tables:
                connection.exec_driver_sql(f"CREATE TABLE begun.{table} AS TABLE public.{table}")
        self._again = "; ".join(
            (
                OTHERS_GONE,
                "BEGIN",
                "SET LOCAL session_replication_role = replica",  # no order of tables that foreign keys would ask for
                *(f"DELETE FROM public.{table}" for table in tables),
                *(f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE TABLE begun.{table}" for table in tables),
                *(f"SELECT setval('{name}', {value or 1}, {value is not None})" for name, value in counters),
                "COMMIT",
            )
        )

    def restore(self) -> None:
        """Put everything back; whoever was still connected is gone, and so is what they had not committed."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(self._again)

    def close(self) -> None:
        """Let go of the connection."""
        self._engine.dispose()


@contextmanager
def sqlite_files() -> Iterator[Files]:
    """A folder for SQLite files, in memory where that is possible; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Files(Path(folder))
