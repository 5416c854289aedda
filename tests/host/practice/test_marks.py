"""Marks are kept per add-in and record, and only for records that exist."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.mark_sets import make_set
from hostsim.practice.model import Kind, MarkChange
from hostsim.practice.sql import tables
from tests.support.hosts.practice_samples import ADDIN, add_records, counted_statements, new_record, small_practice
from tests.support.postgres import POSTGRES


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        yield opened


def test_a_new_record_is_unmarked(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(Kind.CREDIT_MEMO))
    mark = practice.marks(ADDIN).get([ref])[ref]
    assert (mark.ref, mark.state, mark.hidden) == (ref, "", False)


def test_an_addin_that_comes_later_has_marks_for_all_that_was_there(practice: Practice) -> None:
    refs = add_records(practice, new_record(), new_record())
    marks = practice.marks("latecomer")
    marks.put([{"ref": refs[0], "state": "synchronized"}])
    assert practice.ledger_for("latecomer").snapshot({"hide_synchronized": True}).refs(0, 9) == [refs[1]]
    assert practice.marks(ADDIN).marked("synchronized") == []


def test_a_mark_on_nothing_changes_nothing(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record())
    marks = practice.marks(ADDIN)
    marks.put([{"ref": wrong, "state": "failed", "hidden": True} for wrong in ("credit_memo:1", "payment:99", "client:1", "x")])
    assert marks.marked("failed") == []
    assert not marks.get([ref])[ref].hidden
    assert marks.get(["credit_memo:1", "payment:99", "nonsense"]) == {}


def test_a_state_there_is_not_is_refused_before_anything_is_written(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record())
    with pytest.raises(ValueError, match="cannot be marked"):
        practice.marks(ADDIN).put([{"ref": ref, "state": "failed"}, {"ref": ref, "state": "sync"}])
    assert practice.marks(ADDIN).marked("failed") == []


def test_marks_of_both_kinds_are_listed_in_order_of_id(practice: Practice) -> None:
    refs = add_records(practice, new_record(), new_record(Kind.CREDIT_MEMO), new_record())
    practice.marks(ADDIN).put([{"ref": ref, "state": "failed"} for ref in reversed(refs)])
    assert practice.marks(ADDIN).marked("failed") == ["payment:1", "credit_memo:2", "payment:3"]
    assert practice.marks(ADDIN).marked("") == []


def test_many_marks_change_in_one_statement(practice: Practice) -> None:
    refs = add_records(practice, *(new_record() for _ in range(50)))
    marks = practice.marks(ADDIN)
    marks.use("first")
    with counted_statements(practice) as sent:
        marks.put([{"ref": ref, "state": "synchronized", "scope": "first"} for ref in refs])
    assert len(sent) == 1
    assert len(marks.marked("synchronized")) == 50


def test_changes_that_name_different_things_are_two_statements_at_most_and_leave_the_rest(
    practice: Practice,
) -> None:
    one, two, three = add_records(practice, new_record(), new_record(), new_record())
    marks = practice.marks(ADDIN)
    marks.put([{"ref": three, "state": "failed", "hidden": True, "external_id": "698", "scope": "first"}])
    hidden: MarkChange = {"ref": two, "hidden": True, "scope": "first"}
    with counted_statements(practice) as sent:
        marks.put(
            [
                hidden,
                {"ref": one, "state": "synchronized", "external_id": "7", "scope": "first"},
                {"ref": three, "state": "", "scope": "first"},
            ]
        )
        marks.put([])
        marks.put([{"ref": one}])
    assert len(sent) == 2
    seen = [(mark.state, mark.hidden, mark.external_id) for mark in marks.get([one, two, three]).values()]
    assert seen == [("synchronized", False, "7"), ("", True, ""), ("", True, "698")]
    assert practice.ledger_for(ADDIN).snapshot({"hide_synchronized": True}).refs(0, 9) == [three, two]


WAITING = "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def is_anybody_waiting(practice: Practice) -> bool:
    with practice.database.reading() as connection:
        return bool(connection.execute(text(WAITING)).scalar_one())


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_two_that_mark_the_same_records_in_other_orders_do_not_block_each_other(practice: Practice) -> None:
    first, second = add_records(practice, new_record(), new_record())
    with ThreadPoolExecutor(1) as pool:
        with practice.database.writing() as other:
            other.execute(update(tables.marks).where(tables.marks.c.record_id == 1).values(hidden=True))
            put = pool.submit(practice.marks(ADDIN).put, [{"ref": ref, "state": "failed"} for ref in (second, first)])
            while not is_anybody_waiting(practice):
                pass
            other.execute(update(tables.marks).where(tables.marks.c.record_id == 2).values(hidden=True))
        put.result()
    assert practice.marks(ADDIN).marked("failed") == [first, second]


# --- by company ---------------------------------------------------------------------------------------


def as_version_3(practice: Practice) -> None:
    """Take away what version 4 added."""
    with practice.database.writing() as connection:
        tables.mark_sets.drop(connection)
        connection.execute(update(tables.schema).values(version=3))


def test_marks_of_an_older_database_are_taken_over_by_the_first_company_named(practice: Practice, database_url: str) -> None:
    one, two = add_records(practice, new_record(), new_record())
    practice.marks(ADDIN).put([{"ref": one, "state": "synchronized", "external_id": "7"}, {"ref": two, "hidden": True}])
    as_version_3(practice)
    later = open_practice(database_url)
    marks = later.marks(ADDIN)
    assert (marks.marked("synchronized", "trial"), marks.marked("synchronized", "real")) == ([one], [])
    assert marks.get([two], "real")[two].hidden
    listed = {s: later.ledger_for(ADDIN).snapshot({"hide_synchronized": True, "scope": s}).refs(0, 9) for s in ("trial", "real")}
    assert listed == {"trial": [two], "real": [two, one]}
    later.close()


def test_a_set_that_was_cut_short_is_made_as_a_whole_the_next_time(practice: Practice, database_url: str) -> None:
    refs = add_records(practice, new_record(), new_record())
    practice.marks(ADDIN).use("trial")

    def cut() -> None:
        with practice.database.writing() as connection:
            make_set(connection, practice.first_addin_id() or 0, "real")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut()
    marks = practice.marks(ADDIN)
    marks.put([{"ref": refs[0], "state": "failed", "scope": "real"}])
    assert (marks.marked("failed", "real"), sorted(marks.get(refs, "real"))) == ([refs[0]], refs)


def test_a_record_that_comes_later_has_a_mark_for_every_company(practice: Practice) -> None:
    marks = practice.marks(ADDIN)
    for scope in ("trial", "real", "third"):
        marks.use(scope)
    (ref,) = add_records(practice, new_record())
    marks.put([{"ref": ref, "state": "synchronized", "scope": "real"}])
    assert {scope: marks.marked("synchronized", scope) for scope in ("trial", "real", "third")} == {
        "trial": [],
        "real": [ref],
        "third": [],
    }
    assert practice.ledger.snapshot({"hide_synchronized": True}).count == 1  # the third is in use


def test_two_that_name_a_company_at_once_make_one_set(practice: Practice) -> None:
    add_records(practice, new_record())
    practice.marks(ADDIN).use("trial")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: practice.marks(ADDIN).use("real"), range(8)))
    with practice.database.reading() as connection:
        assert sorted(connection.scalars(select(tables.mark_sets.c.scope)).all()) == ["real", "trial"]
