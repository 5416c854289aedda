"""Trouble with the database comes as a sentence, and what was going on is done wholly or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError, TimeoutError

from qb_plugin.errors import Fatal
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.sql.database_errors import translate_errors
from tests.support.addin.store_samples import REALM, StillClock, sample_intents
from tests.support.postgres import POSTGRES


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock(), patience=0.02)) as opened:
        yield opened


class DriverError(Exception):
    """Like psycopg's: with the server's own code."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("the driver's own words")
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("the driver's own words")
    error.sqlite_errorcode = code
    return error


UNREACHED = type("OperationalError", (DriverError,), {})


@pytest.mark.parametrize(
    ("cause", "key"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), "database_locked"),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "database_locked"),
        (sqlite_error(sqlite3.SQLITE_FULL), "database_full"),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "database_lost"),
        (sqlite_error(sqlite3.SQLITE_ERROR), "database_failed"),
        (DriverError("55P03"), "database_locked"),
        (DriverError("40P01"), "database_locked"),
        (DriverError("53100"), "database_full"),
        (DriverError("53300"), "database_lost"),
        (DriverError("57P01"), "database_lost"),
        (DriverError("42P01"), "database_failed"),
        (UNREACHED(None), "database_lost"),
        (DriverError(None), "database_failed"),
    ],
)
def test_each_trouble_has_its_sentence_and_the_drivers_words_as_details(cause: Exception, key: str) -> None:
    with pytest.raises(Fatal) as told, translate_errors():
        raise DBAPIError("INSERT INTO secrets", {"token": "do not tell"}, cause)
    assert told.value.message.key == key
    assert told.value.message.details == "the driver's own words"


def test_a_connection_that_broke_is_lost_whatever_the_code() -> None:
    with pytest.raises(Fatal) as told, translate_errors():
        raise OperationalError("", {}, sqlite_error(sqlite3.SQLITE_ERROR), connection_invalidated=True)
    assert told.value.message.key == "database_lost"


@pytest.mark.parametrize(
    ("error", "key"),
    [(TimeoutError("no connection left"), "database_locked"), (InvalidRequestError("wrong use"), "database_failed")],
)
def test_trouble_that_no_database_reported_has_its_sentence_too(error: Exception, key: str) -> None:
    with pytest.raises(Fatal) as told, translate_errors():
        raise error
    assert told.value.message.key == key


def test_who_waits_too_long_for_anothers_lock_is_told_so(store: Store, database_url: str) -> None:
    with closing(open_store(database_url, StillClock())) as other:
        with other.database.write() as connection:
            connection.execute(text("INSERT INTO quickbooks_settings VALUES ('1', 'name', '2')"))
            with pytest.raises(Fatal) as told:
                store.settings.put("1", {"name": 3})
        assert told.value.message.key == "database_locked"
        store.settings.put("1", {"name": 4})
        assert other.settings.get("1") == {"name": 4}


def test_a_full_disk_leaves_nothing_half_written_and_does_not_outlast_itself(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'firm.db'}", StillClock())
    with store.database.read() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + 2}")
    many = sample_intents(range(500))
    with pytest.raises(Fatal) as told:
        store.journal.open(many, 0)
    assert told.value.message.key == "database_full"
    assert store.journal.open_intents(REALM) == []
    with store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert None not in store.journal.open(many, 0)
    assert len(store.journal.open_intents(REALM)) == 500
    store.close()


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_a_connection_that_the_server_ends_is_lost_and_the_next_one_works(store: Store, database_url: str) -> None:
    with closing(open_store(database_url, StillClock())) as other:
        with pytest.raises(Fatal) as told:
            _write_while_the_server_ends_it(store, other)
        assert told.value.message.key == "database_lost"
        assert other.settings.get("1") == {}
        store.settings.put("1", {"name": 1})
        assert other.settings.get("1") == {"name": 1}


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_a_server_that_started_anew_while_nothing_was_done_is_not_noticed(store: Store, database_url: str) -> None:
    with store.database.read() as connection:
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with closing(open_store(database_url, StillClock())) as other, other.database.write() as stronger:
        stronger.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    store.settings.put("1", {"name": 1})
    assert store.settings.get("1") == {"name": 1}


def _write_while_the_server_ends_it(store: Store, other: Store) -> None:
    with store.database.write() as connection:
        connection.execute(text("INSERT INTO quickbooks_settings VALUES ('1', 'name', '2')"))
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other.database.write() as stronger:
            stronger.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
        connection.execute(text("INSERT INTO quickbooks_settings VALUES ('1', 'other', '2')"))
