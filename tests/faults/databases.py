"""A fresh database for every case, as a copy of one that was set up once: a file on SQLite, a template on PostgreSQL.

The copy has the same address in every case, so that one engine serves them all: its connections are new in each life of a
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


class Databases(Protocol):
    """Gives copies of what `set_up` made; each is used by one case at a time."""

    def prepare(self, name: str, set_up: SetUp) -> None:
        """Make the database that copies are taken of, once."""
        ...

    def fresh(self, name: str) -> str:
        """The address of a copy; the copy given before is gone then."""
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
    """Databases of one PostgreSQL server; `address` is that of any database of it, `prefix` begins all names."""

    def __init__(self, address: str, prefix: str) -> None:
        self._address, self._prefix = make_url(address), prefix
        self._admin: Engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._begun: set[str] = set()
        self._case = f"{prefix}_case"

    def prepare(self, name: str, set_up: SetUp) -> None:
        if name not in self._begun:
            self._run(f"CREATE DATABASE {self._prefix}_{name}")
            self._begun.add(name)
            set_up(self._named(f"{self._prefix}_{name}"))

    def fresh(self, name: str) -> str:
        self._run(f"DROP DATABASE IF EXISTS {self._case} WITH (FORCE)")
        self._run(f"CREATE DATABASE {self._case} TEMPLATE {self._prefix}_{name} STRATEGY FILE_COPY")
        return self._named(self._case)

    def close(self) -> None:
        """Drop what was made."""
        for name in (self._case, *(f"{self._prefix}_{name}" for name in self._begun)):
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _named(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def sqlite_files() -> Iterator[Files]:
    """A folder for SQLite files, in memory where that is possible; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Files(Path(folder))
