"""Every case begins with the same database, whatever the case before it left there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from tests.faults.harness.databases import Databases, Servers, sqlite_files
from tests.support.postgres import DATABASES, PostgresServer

COUNTED = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}


@pytest.fixture(params=DATABASES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    if request.param == "sqlite":
        with sqlite_files() as files:
            yield files
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as address:
        servers = Servers(address, "begun")
        yield servers
        servers.close()


def engine_at(address: str) -> Engine:
    """As a process of a case would have it, its connections not shared with the next one."""
    return create_engine(address, poolclass=NullPool)


def set_up(address: str) -> None:
    """An invoice, and a payment that refers to it."""
    engine = engine_at(address)
    with engine.begin() as connection:
        for name, more in (("invoices", ""), ("payments", ", invoice INTEGER REFERENCES invoices (id)")):
            connection.exec_driver_sql(f"CREATE TABLE {name} (id {COUNTED[engine.dialect.name]}, amount INTEGER{more})")
        connection.exec_driver_sql("INSERT INTO invoices (amount) VALUES (100)")
        connection.exec_driver_sql("INSERT INTO payments (amount, invoice) VALUES (60, 1)")


def rows_at(address: str) -> list[tuple[int, int, int]]:
    """The payments, after one more."""
    with engine_at(address).begin() as connection:
        connection.exec_driver_sql("INSERT INTO payments (amount, invoice) VALUES (7, 1)")
        return [tuple(row) for row in connection.exec_driver_sql("SELECT id, amount, invoice FROM payments ORDER BY id")]


def test_rows_and_counters_are_as_they_were_set_up(databases: Databases) -> None:
    databases.prepare("small", set_up)
    for _ in range(2):
        address = databases.fresh("small")
        assert rows_at(address) == [(1, 60, 1), (2, 7, 1)]
        with engine_at(address).begin() as connection:
            connection.exec_driver_sql("UPDATE payments SET amount = 8, invoice = NULL")
            connection.exec_driver_sql("DELETE FROM invoices")


def test_a_transaction_that_a_dead_process_left_open_comes_to_nothing(databases: Databases) -> None:
    databases.prepare("small", set_up)
    left = engine_at(databases.fresh("small")).connect()
    left.exec_driver_sql("UPDATE payments SET amount = 8")
    assert rows_at(databases.fresh("small")) == [(1, 60, 1), (2, 7, 1)]
    left.invalidate()
    left.close()
