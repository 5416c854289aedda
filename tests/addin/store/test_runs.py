"""Runs and their rows are kept for good, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from qb_plugin.model import Application, Message, Outcome, RowResult
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import NOON, REALM, sample_run, statements_of

FAILED = RowResult(
    id="payment:1", outcome=Outcome.FAILED, message=Message("inactive", {"name": "Cool Cars", "amount": Decimal("300.00")}, "610")
)
DONE = RowResult(
    id="payment:1",
    outcome=Outcome.SYNCHRONIZED,
    message=None,
    quickbooks_id="145",
    applied=(Application("1001", "INV-1001", Decimal("250.00")), Application("1002", "INV-1002", Decimal("50.00"))),
)
OTHER = RowResult(id="payment:2", outcome=Outcome.NOT_CONFIRMED, message=Message("not_confirmed"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url)) as opened:
        yield opened


def test_a_run_is_kept_from_start_to_finish(store: Store) -> None:
    store.runs.start(sample_run())
    store.runs.start(replace(sample_run(), user="Somebody else"))
    store.runs.report("run", [], 143)
    assert store.runs.latest(REALM, 10) == [replace(sample_run(), done=143)]
    end = NOON + timedelta(minutes=2)
    store.runs.finish("run", {"done": 198, "failed": 2}, end)
    assert store.runs.latest(REALM, 10) == [replace(sample_run(), done=143, finished=end, counts={"done": 198, "failed": 2})]


def test_the_newest_runs_of_the_company_come_first(store: Store) -> None:
    for number in (1, 3, 2):
        store.runs.start(replace(sample_run(f"run-{number}"), started=NOON + timedelta(seconds=number)))
    store.runs.start(sample_run("elsewhere", "another company"))
    assert [run.id for run in store.runs.latest(REALM, 2)] == ["run-3", "run-2"]


def test_the_last_outcome_of_each_row_is_found_again(store: Store) -> None:
    store.runs.start(sample_run("first"))
    store.runs.report("first", [FAILED, OTHER])
    assert store.runs.last_results(REALM, ["payment:1", "payment:2"]) == {"payment:1": FAILED, "payment:2": OTHER}
    store.runs.start(sample_run("second"))
    store.runs.report("second", [DONE])
    assert store.runs.last_results(REALM, ["payment:1", "payment:3"]) == {"payment:1": DONE}
    assert str(store.runs.last_results(REALM, ["payment:1"])["payment:1"].applied[0].amount) == "250.00"


@pytest.mark.parametrize(
    "action", ["undo", "take-changes", "send-changes", "leave-changes", "export-payments", "settle", "withdraw"]
)
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.CHANGED, Outcome.NOT_CONFIRMED, Outcome.SYNCHRONIZED, Outcome.UNDONE])
def test_why_an_undo_or_a_change_was_refused_is_no_outcome_of_the_export(store: Store, action: str, outcome: Outcome) -> None:
    store.runs.start(replace(sample_run("sent"), action="export-payments"))
    store.runs.report("sent", [DONE])
    store.runs.start(replace(sample_run("later"), action=action))
    newest = replace(FAILED, outcome=outcome)
    store.runs.report("later", [newest])
    refused = (action == "undo" or "changes" in action) and outcome in {Outcome.FAILED, Outcome.CHANGED}
    assert store.runs.last_results(REALM, ["payment:1"], of_export=True) == {"payment:1": DONE if refused else newest}
    assert store.runs.last_results(REALM, ["payment:1"]) == {"payment:1": newest}


def test_another_companys_outcomes_are_not_ours(store: Store) -> None:
    store.runs.start(sample_run("elsewhere", "another company"))
    store.runs.report("elsewhere", [FAILED])
    assert store.runs.last_results(REALM, ["payment:1"]) == {}


def test_every_outcome_stays_in_the_history(store: Store) -> None:
    store.runs.start(sample_run())
    store.runs.report("run", [OTHER, FAILED])
    store.runs.report("run", [DONE])
    assert store.runs.results("run") == [OTHER, FAILED, DONE]
    assert store.runs.results("another run") == []


def test_rows_that_were_not_synchronized_in_the_end_are_told_newest_first(store: Store) -> None:
    later = replace(FAILED, id="payment:3")
    store.runs.report("run", [replace(DONE, outcome=Outcome.NOT_CONFIRMED), OTHER])
    store.runs.report("run", [DONE, later])
    store.runs.report("another run", [FAILED])
    assert store.runs.unfinished_rows("run", 10) == [later, OTHER]
    assert store.runs.unfinished_rows("run", 1) == [later]


@pytest.mark.parametrize("key", ["twin_payment", "twin_credit_memo", "marker_twice"])
def test_an_older_row_that_waits_for_a_person_needs_a_decision(store: Store, key: str) -> None:
    """Rows as they were stored before `needs_decision` was an outcome."""
    older = RowResult(id="payment:1", outcome=Outcome.SKIPPED, message=Message(key, {"number": "P-1", "n": 2}))
    store.runs.start(sample_run())
    store.runs.report("run", [older])
    expected = replace(older, outcome=Outcome.NEEDS_DECISION)
    assert store.runs.last_results(REALM, ["payment:1"]) == {"payment:1": expected}
    assert list(store.runs.results("run")) == list(store.runs.unfinished_rows("run", 10)) == [expected]


@pytest.mark.parametrize("message", [None, Message("row_skipped")])
def test_a_row_that_was_skipped_stays_skipped(store: Store, message: Message | None) -> None:
    skipped = RowResult(id="payment:1", outcome=Outcome.SKIPPED, message=message)
    store.runs.start(sample_run())
    store.runs.report("run", [skipped])
    assert list(store.runs.results("run")) == [skipped]


def test_rows_are_reported_in_one_statement_and_none_in_none(store: Store) -> None:
    with statements_of(store) as statements:
        store.runs.report("run", [])
        assert statements == []
        store.runs.report("run", [replace(DONE, id=f"payment:{number}") for number in range(30)])
    assert len(statements) == 1
