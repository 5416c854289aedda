"""A practice is opened, made where there is none, brought forward, and says in plain words when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, update

from hostsim.practice.database import Practice, fresh_firm_id, open_practice
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database, PracticeUnavailable, switch_to_log


def test_a_new_practice_gets_the_name_and_id_it_is_given(database_url: str) -> None:
    practice = open_practice(database_url, new_firm="Alder & Finch", new_id=lambda: "af7k2")
    assert (practice.firm.name, practice.firm.id) == ("Alder & Finch", "af7k2")
    practice.close()


def test_opening_again_keeps_the_firm(database_url: str) -> None:
    open_practice(database_url, new_firm="First", new_id=lambda: "aaaaa").close()
    practice = open_practice(database_url, new_firm="Second", new_id=lambda: "bbbbb")
    assert (practice.firm.name, practice.firm.id) == ("First", "aaaaa")
    practice.close()


def test_a_fresh_id_is_short_and_has_only_letters_and_digits() -> None:
    assert len(fresh_firm_id()) == 5
    assert fresh_firm_id().isalnum()


def test_a_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    practice = open_practice(database_url)
    with practice.database.writing() as connection:
        connection.execute(update(tables.schema).values(version=99))
    practice.close()
    with pytest.raises(PracticeUnavailable, match="newer version"):
        open_practice(database_url)


def test_tables_of_others_in_the_same_database_are_left_alone(database_url: str) -> None:
    other = Database(database_url)
    with other.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE qb_links (id integer)")
    practice = open_practice(database_url)
    with practice.database.reading() as connection:
        names = inspect(connection).get_table_names()
    assert "qb_links" in names
    assert {name for name in names if not name.startswith("practice_")} == {"qb_links"}
    practice.close()
    other.close()


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    practice = open_practice(f"sqlite:///{tmp_path / 'firm.db'}")
    with practice.database.reading() as connection:
        asked = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert asked == ["wal", 2, 1]
    practice.close()


def test_a_write_begins_by_taking_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    practice = open_practice(f"sqlite:///{file}")
    other = sqlite3.connect(file, timeout=0, isolation_level=None)
    with practice.database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    practice.close()


class _BusyFile:
    """A connection to a file that another program is switching to its log: refused so many times, as SQLite does it."""

    def __init__(self, refusals: int, name: str = "SQLITE_BUSY") -> None:
        self.refusals, self.name, self.sent = refusals, name, list[str]()

    def execute(self, statement: str) -> _BusyFile:
        self.sent.append(statement)
        if statement.startswith("PRAGMA") and self.refusals:
            self.refusals -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorname = self.name
            raise error
        return self

    def close(self) -> None:
        return


def test_two_programs_that_make_the_same_file_wait_for_each_other() -> None:
    file = _BusyFile(refusals=2)
    switch_to_log(file)
    switch, wait = "PRAGMA journal_mode=WAL", ["BEGIN IMMEDIATE", "COMMIT"]
    assert file.sent == [switch, *wait, switch, *wait, switch]


def test_what_is_no_lock_is_not_waited_for() -> None:
    with pytest.raises(sqlite3.OperationalError):
        switch_to_log(_BusyFile(refusals=1, name="SQLITE_READONLY"))


def test_a_locked_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "firm.db"
    open_practice(f"sqlite:///{file}").close()
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    impatient = Database(f"sqlite:///{file}", busy_seconds=0)
    with pytest.raises(PracticeUnavailable, match="busy: another program is writing"), impatient.writing():
        pass
    impatient.close()
    holder.close()


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_half_written(tmp_path: Path) -> None:
    practice = open_practice(f"sqlite:///{tmp_path / 'firm.db'}")
    with pytest.raises(PracticeUnavailable, match="is full"):
        _write_beyond_the_end(practice)
    with practice.database.reading() as connection:
        assert connection.execute(select(tables.methods)).all() == []
    practice.close()


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(PracticeUnavailable, match="not a practice database"):
        open_practice(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear Sir")


def test_a_folder_that_is_missing_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PracticeUnavailable, match="cannot be opened"):
        open_practice(f"sqlite:///{tmp_path / 'missing' / 'firm.db'}")


def test_a_server_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PracticeUnavailable, match="does not answer"):
        open_practice(f"postgresql+psycopg://nobody@/firm?host={tmp_path}")


@pytest.mark.parametrize("address", ["no address at all", "mysql://localhost/firm"])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(PracticeUnavailable):
        open_practice(address)


def test_a_mistake_in_a_statement_is_not_called_trouble(database_url: str) -> None:
    practice = open_practice(database_url)
    with pytest.raises(Exception, match="practice_nothing") as caught, practice.database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM practice_nothing")
    assert not isinstance(caught.value, PracticeUnavailable)
    practice.close()


def test_a_failure_inside_a_write_leaves_nothing(database_url: str) -> None:
    practice = open_practice(database_url)
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(practice)
    assert practice.ledger.methods() == []
    practice.close()


def _write_beyond_the_end(practice: Practice) -> None:
    with practice.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.execute(tables.methods.insert(), [{"name": "m" * 900 + str(n), "position": n} for n in range(100)])


def _write_and_fail(practice: Practice) -> float:
    with practice.database.writing() as connection:
        connection.execute(tables.methods.insert().values(name="Barter", position=0))
        return 1 / 0
