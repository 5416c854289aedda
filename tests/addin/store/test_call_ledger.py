"""The firm's count of calls in the tables: one text, changed by one process at a time, over connections that never do harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from qb_plugin.errors import Fatal
from qb_plugin.store.call_ledger import SharedCallLedger
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import NOON, StillClock


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url)) as opened:
        yield opened


def counted(text: str, moment: float) -> tuple[str, float]:
    """One more."""
    return str(int(text or "0") + 1), moment


def read(ledger: SharedCallLedger) -> str:
    return ledger.change(lambda text, _: (text, text))


def test_the_text_begins_empty_and_is_the_same_for_every_process(store: Store) -> None:
    with closing(store.open_ledger()) as one, closing(store.open_ledger()) as other:
        assert read(one) == ""
        one.change(counted)
        other.change(counted)
        assert read(one) == "2"


def test_the_moment_is_that_of_the_clock_given(store: Store) -> None:
    with closing(store.open_ledger(StillClock())) as ledger:
        assert ledger.change(counted) == NOON.timestamp()


def test_a_change_that_fails_leaves_the_text(store: Store) -> None:
    with closing(store.open_ledger()) as ledger:
        ledger.change(counted)
        with pytest.raises(ZeroDivisionError):
            ledger.change(lambda text, _: ("lost", 1 // int(text == "")))
        assert read(ledger) == "1"


def test_no_change_of_many_processes_at_once_is_lost(store: Store) -> None:
    with ExitStack() as opened:
        ledgers = [opened.enter_context(closing(store.open_ledger())) for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: ledgers[number % 4].change(counted), range(80)))
        assert read(ledgers[0]) == "80"


def test_its_connection_neither_waits_for_the_disk_nor_copies_the_log(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'firm.db'}")) as store, closing(store.open_ledger()) as ledger:
        with ledger._database.read() as connection:
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("synchronous", "wal_autocheckpoint")]
        assert found == [0, 0]
        with store.database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_database_that_stays_locked_is_given_up_soon_so_that_whoever_waits_can_cancel(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    with closing(open_store(f"sqlite:///{file}")) as store, closing(store.open_ledger()) as ledger:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Fatal) as caught:
                ledger.change(counted)
            other.execute("ROLLBACK")
        assert caught.value.message.key == "database_locked"
        ledger.change(counted)


def test_the_address_with_its_password_is_not_shown(store: Store) -> None:
    assert store.url not in repr(store)
