"""The search index holds what the records hold, whatever became of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from hostsim.practice.database import Practice
from hostsim.practice.reset import reset_practice
from hostsim.practice.sql import tables
from tests.support.hosts.practice_samples import add_records, new_record, small_practice

# FTS5 compares its index with the records and raises when they differ.
CHECK = "INSERT INTO practice_search(practice_search, rank) VALUES ('integrity-check', 1)"


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with small_practice(f"sqlite:///{tmp_path / 'firm.db'}") as opened:
        add_records(opened, *(new_record(reference=f"REF-{n}") for n in range(5)))
        yield opened


def _check(practice: Practice) -> None:
    with practice.database.writing() as connection:
        connection.exec_driver_sql(CHECK)


def _found(practice: Practice, text: str) -> int:
    return practice.ledger.snapshot({"search": text}).count


def test_new_records_are_in_it(practice: Practice) -> None:
    _check(practice)
    assert _found(practice, "ref-") == 5


def test_a_record_whose_text_changes_is_found_by_the_new_one_only(practice: Practice) -> None:
    with practice.database.writing() as connection:
        connection.execute(update(tables.records).where(tables.records.c.id == 3).values(search_text="p-1003 changed 10.00"))
    _check(practice)
    assert (_found(practice, "ref-"), _found(practice, "changed")) == (4, 1)


def test_a_deleted_record_is_found_no_more(practice: Practice) -> None:
    with practice.database.writing() as connection:
        connection.execute(delete(tables.marks).where(tables.marks.c.record_id == 2))
        connection.execute(delete(tables.records).where(tables.records.c.id == 2))
    _check(practice)
    assert _found(practice, "ref-") == 4


def test_after_a_reset_it_is_empty_and_still_kept_current(practice: Practice) -> None:
    reset_practice(practice.database)
    _check(practice)
    assert _found(practice, "ref-") == 0
    with practice.database.writing() as connection:
        connection.execute(tables.clients.insert().values(id=1, name="A", name_key="a", active=True))
    add_records(practice, new_record(reference="REF-9"))
    _check(practice)
    with practice.database.writing() as connection:
        connection.execute(delete(tables.marks))
        connection.execute(delete(tables.records))
    _check(practice)
