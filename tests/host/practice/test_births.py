"""Every record has a birth: random, kept for good, and given to the records of an older database too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from sqlalchemy import update

from hostsim.practice.births import fresh_birth, seeded_births
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.sql import tables
from hostsim.practice.sql.schema import ADDED_COLUMNS, VERSION, give_births
from tests.support.hosts.practice_samples import ADDIN, add_records, new_record, payment, record_one, small_practice


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        yield opened


def births_of(practice: Practice) -> list[str]:
    """The births of all records, oldest first."""
    snapshot = practice.ledger.snapshot({"sort": "number", "descending": False})
    return [record.birth for record in practice.ledger.records(snapshot.refs(0, snapshot.count))]


def numbered() -> Callable[[], str]:
    """Births b1, b2, b3 and so on."""
    numbers = count(1)
    return lambda: f"b{next(numbers)}"


def as_version_2(practice: Practice) -> None:
    """Take away what version 3 added."""
    with practice.database.writing() as connection:
        for column in ADDED_COLUMNS:
            table, _, rest = column.partition(" ADD COLUMN ")
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {rest.partition(' ')[0]}")
        tables.changes.drop(connection)
        connection.execute(tables.counters.delete().where(tables.counters.c.kind == 0))
        connection.execute(update(tables.schema).values(version=2))


def test_a_birth_is_eight_letters_and_digits_from_the_source() -> None:
    assert fresh_birth(bytes) == "aaaaaaaa"
    assert fresh_birth() != fresh_birth()
    assert len(fresh_birth()) == 8
    assert fresh_birth().isalnum()
    assert [seeded_births("x")() for _ in range(2)] == [seeded_births("x")()] * 2


def test_a_recorded_payment_gets_a_birth_of_the_source_given(database_url: str) -> None:
    with small_practice(database_url):
        practice = open_practice(database_url, births=numbered())
        record_one(practice, payment("k1"))
        record_one(practice, payment("k2"))
        practice.marks(ADDIN)
        practice.ledger_for(ADDIN).record_payments([payment("k3")])
        assert births_of(practice) == ["b1", "b2", "b3"]
        practice.close()


def test_an_older_database_is_brought_forward_with_births_for_its_records(practice: Practice, database_url: str) -> None:
    add_records(practice, new_record(), new_record(), new_record())
    as_version_2(practice)
    later = open_practice(database_url, births=numbered())
    assert births_of(later) == ["b1", "b2", "b3"]
    assert [client.currency for client in later.ledger.clients()] == ["USD"] * 3
    again = open_practice(database_url, births=numbered())
    assert births_of(again) == ["b1", "b2", "b3"]
    add_records(again, new_record())
    again.ledger.remove([{"key": "c", "ref": "payment:4", "version": 0}])
    add_records(again, new_record())
    assert len(again.ledger.records(["payment:4", "payment:5"])) == 1
    for opened in (later, again):
        opened.close()


def test_bringing_forward_that_is_cut_short_leaves_the_database_as_it_was(practice: Practice, database_url: str) -> None:
    add_records(practice, new_record(), new_record())
    as_version_2(practice)

    def cut() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_practice(database_url, births=cut)
    assert practice.schema_version == 2
    later = open_practice(database_url, births=numbered())
    assert (later.schema_version, births_of(later)) == (VERSION, ["b1", "b2"])
    later.close()


def test_births_are_given_in_portions_to_those_without(practice: Practice) -> None:
    add_records(practice, *(new_record() for _ in range(7)))
    with practice.database.writing() as connection:
        connection.execute(update(tables.records).where(tables.records.c.id != 4).values(birth=""))
        kept = births_of(practice)[3]
        give_births(connection, numbered(), at_once=2)
    assert births_of(practice) == ["b1", "b2", "b3", kept, "b4", "b5", "b6"]
