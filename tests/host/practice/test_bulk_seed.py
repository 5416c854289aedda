"""Many payments are added quickly, the same for the same seed, and everything that finds records finds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import inspect, select

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.bulk_seed import seed_payments
from hostsim.practice.sql import tables
from tests.support.hosts.practice_samples import ADDIN, add_records, new_record, small_practice

TODAY = date(2026, 11, 22)


def _rows(practice: Practice) -> list[tuple[object, ...]]:
    with practice.database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(tables.records).order_by(tables.records.c.id))]


def _indexes(practice: Practice) -> set[str | None]:
    with practice.database.reading() as connection:
        inspector = inspect(connection)
        return {index["name"] for table in ("practice_records", "practice_marks") for index in inspector.get_indexes(table)}


def test_seeded_payments_are_listed_found_and_marked_like_others(database_url: str) -> None:
    with small_practice(database_url) as practice:
        before = _indexes(practice)
        seed_payments(practice.database, 300, TODAY, many=200)
        assert _indexes(practice) == before
        (ref,) = add_records(practice, new_record(reference="AFTERWARDS"))
        ledger = practice.ledger_for(ADDIN)
        assert ledger.snapshot({"hide_synchronized": True, "show_hidden": False}).count == 301
        assert ledger.snapshot({"search": "afterwards"}).refs(0, 9) == [ref]
        (record,) = ledger.records(["payment:300"])
        assert "payment:300" in ledger.snapshot({"search": record.number}).refs(0, 9)
        assert len(practice.marks(ADDIN).get(["payment:1", "payment:300", ref])) == 3


def test_the_same_seed_gives_the_same_payments(database_url: str) -> None:
    with small_practice(database_url) as practice:
        seed_payments(practice.database, 50, TODAY, seed=7)
        first = _rows(practice)
    practice = open_practice(database_url)
    seed_payments(practice.database, 50, TODAY, seed=8)
    both = _rows(practice)
    assert len(both) == 100
    assert [row[6] for row in both[50:]] != [row[6] for row in first]
    practice.close()


def test_seeded_payments_lie_in_the_ten_years_up_to_today(database_url: str) -> None:
    with small_practice(database_url) as practice:
        seed_payments(practice.database, 100, TODAY)
        days = [record.date for record in practice.ledger.records([f"payment:{n}" for n in range(1, 101)])]
    assert days == sorted(days)
    assert date(2016, 11, 22) < days[0] < date(2017, 1, 1)
    assert date(2026, 10, 1) < days[-1] <= TODAY
