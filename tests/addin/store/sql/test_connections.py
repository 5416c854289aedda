"""The tables are opened safely, or not at all and with a sentence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from qb_plugin.clock import SystemClock
from qb_plugin.errors import Fatal
from qb_plugin.model import Message
from qb_plugin.store.database import open_store
from qb_plugin.store.sql.connections import PORTION, Database, portions
from qb_plugin.store.sql.migrations import CURRENT
from qb_plugin.store.sql.tables import links
from tests.support.addin.store_samples import NOON, StillClock


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_the_disk(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'firm.db'}")
    with store.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 30_000
    store.close()


def test_the_tables_live_beside_the_hosts_own_under_their_prefix(database_url: str) -> None:
    store = open_store(database_url)
    tables = inspect(store.database.engine).get_table_names()
    store.close()
    assert len(tables) == 14
    assert all(table.startswith("quickbooks_") for table in tables)


def test_a_store_tells_which_version_its_tables_are(database_url: str) -> None:
    with closing(open_store(database_url)) as store:
        assert store.schema_version() == CURRENT
        with store.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM quickbooks_schema")
        assert store.schema_version() is None


@pytest.mark.parametrize("address", ["sqlite://", "postgresql+psycopg://nobody@nowhere/none"])
def test_any_number_of_texts_is_one_value_of_a_statement(address: str) -> None:
    database = Database(create_engine(address), StillClock(), server_time=False)
    made = database.among(links.c.quickbooks_id, ["1", "o'2"] * 500).compile(database.engine)
    assert len(made.params) == 1
    assert made.string.count("%(") + made.string.count("?") == 1


def test_what_the_host_keeps_in_the_same_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    host = sqlite3.connect(file)
    host.execute("CREATE TABLE payment (id INTEGER)")
    host.execute("INSERT INTO payment VALUES (17)")
    host.commit()
    open_store(f"sqlite:///{file}").close()
    assert host.execute("SELECT id FROM payment").fetchall() == [(17,)]
    host.close()


class Releasing(StillClock):
    """While it sleeps, whoever held the lock lets go of it."""

    def __init__(self, holder: sqlite3.Connection) -> None:
        super().__init__()
        self._holder = holder

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._holder.rollback()


def locked_file(file: Path) -> sqlite3.Connection:
    """A new file without a write-ahead log that somebody else holds for himself."""
    holder = sqlite3.connect(file)
    holder.execute("CREATE TABLE payment (id INTEGER)")
    holder.commit()
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def test_a_new_file_that_another_program_holds_is_waited_for(tmp_path: Path) -> None:
    with closing(locked_file(tmp_path / "firm.db")) as holder:
        clock = Releasing(holder)
        open_store(f"sqlite:///{tmp_path / 'firm.db'}", clock, patience=0.01).close()
    assert len(clock.slept) == 1


def test_a_new_file_that_is_held_too_long_is_told_as_locked(tmp_path: Path) -> None:
    clock = StillClock()
    with closing(locked_file(tmp_path / "firm.db")), pytest.raises(Fatal) as told:
        open_store(f"sqlite:///{tmp_path / 'firm.db'}", clock, patience=0.01)
    assert told.value.message.key == "database_locked"
    assert len(clock.slept) == 1


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("sqlite://", "database_in_memory"),
        ("sqlite:///:memory:", "database_in_memory"),
        ("mysql+pymysql://localhost/firm", "database_unsupported"),
        ("no address at all", "database_unsupported"),
        ("postgresql+psycopg://postgres@/firm?host=/nowhere/at/all", "database_lost"),
        ("sqlite:////nowhere/at/all/firm.db", "database_lost"),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_a_sentence(url: str, key: str) -> None:
    with pytest.raises(Fatal) as refused:
        open_store(url)
    assert refused.value.message.key == key


def test_a_sqlite_that_is_too_old_is_refused_before_anything_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 26, 0))
    with pytest.raises(Fatal) as refused:
        open_store(f"sqlite:///{tmp_path / 'firm.db'}")
    assert refused.value.message == Message("database_too_old", {"found": "3.26.0", "needed": "3.35"})
    assert not (tmp_path / "firm.db").exists()


def test_a_file_on_a_network_share_is_refused_by_its_name(tmp_path: Path) -> None:
    asked: list[Path] = []

    def on_share(path: Path) -> bool:
        asked.append(path)
        return True

    with pytest.raises(Fatal) as refused:
        open_store(f"sqlite:///{tmp_path / 'firm.db'}", on_share=on_share)
    assert asked == [tmp_path / "firm.db"]
    assert refused.value.message.key == "database_on_share"
    assert refused.value.message.values == {"file": "firm.db"}
    assert not (tmp_path / "firm.db").exists()


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "firm.db").write_text("Dear Maria, " * 1000, encoding="utf-8")
    with pytest.raises(Fatal) as refused:
        open_store(f"sqlite:///{tmp_path / 'firm.db'}")
    assert refused.value.message.key == "database_lost"


def test_long_lists_are_asked_for_in_portions() -> None:
    assert [len(portion) for portion in portions(range(2 * PORTION + 1))] == [PORTION, PORTION, 1]
    assert list(portions([])) == []


def test_leases_are_judged_by_the_servers_time_unless_a_clock_is_given(database_url: str) -> None:
    given = open_store(database_url, StillClock())
    own = open_store(database_url)
    with given.database.read() as connection:
        assert given.database.shared_now(connection) == NOON
    with own.database.read() as connection:
        now = own.database.shared_now(connection)
        assert abs((SystemClock().now() - now).total_seconds()) < 3600
        assert now.utcoffset() is not None
    given.close()
    own.close()


def test_the_machines_clock_knows_its_zone_and_can_wait() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.0)
    assert clock.now() >= before
    assert before.utcoffset() is not None
