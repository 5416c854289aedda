"""The history on both databases: what is asked for is found, entries stay as they were written, and pruning says what went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from qb_plugin.model import (
    HistoryEntry,
    HistoryQuery,
    Message,
    Outcome,
    RecordSummary,
    RowResult,
)
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import NOON, REALM, StillClock, confirmed, payment, refused, sample_intent, sample_run

AMY = RecordSummary(
    number="P-1001", client="Amy's Bird Sanctuary", date=date(2026, 11, 18), amount=Decimal("1450.00"), reference="10432"
)
COOL = RecordSummary(number="P-1002", client="Cool Cars & Söhne", date=date(2026, 11, 17), amount=Decimal("300.00"))
DONE = RowResult(id="payment:1", outcome=Outcome.SYNCHRONIZED, quickbooks_id="qb-1", summary=AMY)
FAILED = RowResult(id="payment:2", outcome=Outcome.FAILED, message=Message("inactive", {"name": "Cool Cars"}), summary=COOL)
BROUGHT = RowResult(id="quickbooks_payment:77", outcome=Outcome.SYNCHRONIZED, quickbooks_id="77", source=payment(9))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    with closing(open_store(database_url, clock)) as opened:
        yield opened


def fill(store: Store, clock: StillClock) -> None:
    """An export of two payments an hour before an import of one, another company's run, and an attempt of a run that died."""
    export = replace(sample_run("export"), company="Alder & Finch", filters={"From": "2026-11-01", "Auto Apply": "yes"}, total=2)
    store.runs.start(export)
    store.journal.open([replace(sample_intent(1), run_id="export"), replace(sample_intent(2), run_id="export")], 1)
    store.journal.settle([replace(confirmed(sample_intent(1)), tid="1-abc"), replace(refused(sample_intent(2)), tid="1-abc")])
    store.runs.report("export", [DONE, FAILED], 2)
    store.runs.finish("export", {"done": 1, "failed": 1}, clock.now() + timedelta(seconds=6))
    clock.sleep(3600)
    store.runs.start(replace(sample_run("import"), action="import-payments", user="Lee Park", started=clock.now()))
    store.runs.report("import", [BROUGHT], 1)
    store.runs.finish("import", {"done": 1}, clock.now())
    store.runs.start(replace(sample_run("theirs", "another company"), started=clock.now()))
    store.runs.report("theirs", [DONE])
    clock.sleep(60)
    store.journal.open([replace(sample_intent(3, "died"), run_id="cut short")], 1)


def ids(store: Store, **query: Any) -> list[str]:
    """The entries that a query leaves: what kind of entry, and the record."""
    found = store.history.entries(store.history.entry_ids(HistoryQuery(realm=REALM, **query)))
    return [f"{entry.kind} {record_of(entry)}" for entry in found]


def record_of(entry: HistoryEntry) -> str:
    if entry.result:
        return entry.result.id
    return str(entry.link.source if entry.link else entry.attempts[0].intent.source)


def test_runs_come_newest_first_with_company_and_filters(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    found = store.history.runs(store.history.run_ids(HistoryQuery(realm=REALM)))
    assert [run.id for run in found] == ["import", "export"]
    assert found[1].company == "Alder & Finch"
    assert found[1].filters == {"From": "2026-11-01", "Auto Apply": "yes"}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"action": "import-payments"}, ["import"]),
        ({"outcome": "failed"}, ["export"]),
        ({"records": ("payment:9",)}, ["import"]),
        ({"records": ("77",)}, ["import"]),
        ({"start": NOON + timedelta(minutes=1)}, ["import"]),
        ({"end": NOON + timedelta(minutes=1)}, ["export"]),
        ({"start": NOON, "end": NOON + timedelta(seconds=1)}, ["export"]),
        ({"words": ("söhne",)}, ["export"]),
        ({"words": ("lee",)}, ["import"]),
        ({"words": ("1,450.00",)}, ["export"]),
        ({"words": ("1450.00", "amy's")}, ["export"]),
        ({"words": ("100%",)}, []),
        ({"words": ("_",)}, ["import"]),
    ],
)
def test_runs_are_filtered(store: Store, clock: StillClock, query: dict[str, Any], left: list[str]) -> None:
    fill(store, clock)
    assert store.history.run_ids(HistoryQuery(realm=REALM, **query)) == left


def test_every_entry_of_the_company_is_there_once(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    assert ids(store)[:2] == ["attempt payment:3", "result quickbooks_payment:77"]
    assert sorted(ids(store)) == [
        "attempt payment:3",
        "linked payment:1",
        "result payment:1",
        "result payment:2",
        "result quickbooks_payment:77",
    ]


def test_an_end_carries_its_attempts_and_the_record_as_it_stood(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    [entry] = store.history.entries(store.history.entry_ids(HistoryQuery(realm=REALM, run_id="export", words=("amy's",))))
    assert entry.result is not None
    assert entry.result.summary == AMY
    assert entry.at == NOON
    assert entry.run is not None
    assert entry.run.user == "Maria Ortiz"
    [attempt] = entry.attempts
    assert (attempt.intent.tid, attempt.intent.quickbooks_id, attempt.opened, attempt.settled) == ("1-abc", "qb-1", NOON, NOON)


def test_all_of_a_record_is_found_by_either_sides_number(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    store.links.remove(REALM, [payment(1)])
    everything = ["linked payment:1", "result payment:1", "unlinked payment:1"]
    assert sorted(ids(store, records=("payment:1",))) == everything
    assert sorted(ids(store, records=("qb-1",))) == everything
    assert ids(store, records=("payment:9",)) == ["result quickbooks_payment:77"]
    assert ids(store, records=("payment:3",)) == ["attempt payment:3"]


def test_one_action_alone(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    assert ids(store, action="import-payments") == ["result quickbooks_payment:77"]
    assert sorted(ids(store, action="export-payments")) == ["result payment:1", "result payment:2"]
    assert ids(store, run_id="cut short") == ["attempt payment:3"]


def test_one_outcome_alone(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    assert ids(store, outcome="failed") == ["result payment:2"]


def test_an_entry_of_an_older_version_has_the_time_of_its_run(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    with store.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO quickbooks_run_results (run_id, row_id, outcome, applied) SELECT 'import', 'payment:5', 'failed', '[]'"
            )
        )
    [entry] = store.history.entries(store.history.entry_ids(HistoryQuery(realm=REALM, records=("payment:5",))))
    assert entry.at == NOON + timedelta(hours=1)
    assert entry.result is not None
    assert entry.result.summary is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quickbooks_run_results SET outcome = 'synchronized' WHERE outcome = 'failed'",
        "UPDATE quickbooks_run_results SET message = NULL",
        "UPDATE quickbooks_runs SET user_name = 'Somebody else'",
        "UPDATE quickbooks_runs SET counts = '{}' WHERE id = 'export'",
        "UPDATE quickbooks_runs SET filters = '{}' WHERE id = 'going on'",
        "UPDATE quickbooks_prunings SET run_count = 0",
        "DELETE FROM quickbooks_run_results WHERE outcome = 'failed'",
        "DELETE FROM quickbooks_run_results WHERE run_id = 'export'",
        "DELETE FROM quickbooks_runs WHERE id = 'export'",
        "DELETE FROM quickbooks_runs WHERE id = 'going on'",
        "DELETE FROM quickbooks_prunings",
    ],
)
def test_an_entry_can_be_neither_changed_nor_deleted(store: Store, clock: StillClock, statement: str) -> None:
    fill(store, clock)
    store.runs.start(replace(sample_run("old"), started=NOON - timedelta(days=30)))
    store.runs.finish("old", {}, NOON)
    assert store.prunings.prune(REALM, NOON - timedelta(days=1), "Maria Ortiz")
    store.runs.start(replace(sample_run("going on"), filters={"From": "2026-11-01"}))
    with pytest.raises(DBAPIError, match="cannot be changed"), store.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_run_goes_on_and_ends(store: Store) -> None:
    store.runs.start(sample_run())
    store.runs.report("run", [], 143)
    store.runs.finish("run", {"done": 200}, NOON)
    assert store.runs.latest(REALM, 1)[0].counts == {"done": 200}


def test_pruning_removes_what_is_older_and_says_so(store: Store, clock: StillClock) -> None:
    fill(store, clock)
    store.runs.start(replace(sample_run("going on"), started=NOON - timedelta(days=400)))
    done = store.prunings.prune(REALM, NOON + timedelta(minutes=30), "Maria Ortiz")
    assert done is not None
    assert (done.runs, done.rows, done.user) == (1, 2, "Maria Ortiz")
    assert store.prunings.prunings(REALM) == [done]
    assert store.history.run_ids(HistoryQuery(realm=REALM)) == ["import", "going on"]
    assert store.runs.results("export") == []
    assert store.runs.results("theirs") == [DONE]
    assert [link.quickbooks_id for link in store.links.by_source(REALM, [payment(1)]).values()] == ["qb-1"]
    assert store.prunings.prune(REALM, NOON + timedelta(minutes=30), "Maria Ortiz") is None


def test_two_moments_of_one_second_are_told_apart(store: Store) -> None:
    first, second = (datetime(2026, 11, 22, 8, 0, 0, micro, tzinfo=UTC) for micro in (1, 2))
    store.runs.start(replace(sample_run("a"), started=first))
    store.runs.start(replace(sample_run("b"), started=second))
    assert store.history.run_ids(HistoryQuery(realm=REALM, start=second)) == ["b"]
