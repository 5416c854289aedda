"""The summary of a run and of a preview: its sentence, its level and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from qb_plugin.errors import ReconnectNeeded
from qb_plugin.forms.run_task import RunTask, counts_in_words
from qb_plugin.model import Message, Outcome, RowResult
from qb_plugin.runtime import Runtime
from tests.support.addin.reported_rows import IDS, REALM, ended, reporting
from tests.support.hosts.text_host import TextHost


def test_a_preview_shows_each_row_and_marks_and_writes_nothing(runtime: Runtime, task: RunTask, host: TextHost) -> None:
    plan = [ended("payment:9"), ended("payment:1", Outcome.SYNCHRONIZED), ended("payment:2", Outcome.NOT_READY)]
    summary = task.preview(IDS, lambda: iter(plan))
    assert host.lines[:3] == ["synchronized payment:1", "1/3", "not_ready payment:2"]
    assert host.rows["payment:3"]["outcome"] == "not_tried"
    assert list(host.rows) == IDS
    assert (host.marks.marks, len(runtime.mark_queue)) == ({}, 0)
    assert runtime.store.runs.latest(REALM, 5) == []
    assert (summary["run"], summary["level"]) == ("", "warning")
    assert (summary["counts"]["done"], summary["counts"]["not_ready"]) == (1, 1)


def test_a_preview_that_fails_gives_the_reason_to_each_row_that_is_left(task: RunTask, host: TextHost) -> None:
    def plan() -> Iterator[RowResult]:
        yield ended("payment:1", Outcome.READY)
        raise ReconnectNeeded(Message("quickbooks_signed_out"))

    summary = task.preview(IDS, plan)
    assert summary["level"] == "error"
    assert [host.rows[identity]["outcome"] for identity in IDS] == ["ready", "not_tried", "not_tried"]
    assert host.rows["payment:2"]["message"] == summary["text"]


def test_a_preview_has_no_pace_of_batches(runtime: Runtime, task: RunTask, host: TextHost) -> None:
    runtime.company.seconds_until_sent = lambda rows: 60.0 * rows  # type: ignore[method-assign]
    task.preview(IDS, lambda: map(ended, IDS))
    assert set(host.left) == {None}


def test_rows_that_a_preview_leaves_out_were_cancelled(runtime: Runtime, task: RunTask, host: TextHost) -> None:
    task.preview(IDS[:1], lambda: iter(()))
    assert host.rows["payment:1"]["message"] == runtime.sentences.text(Message("cancelled_row"))


def test_a_preview_may_say_one_sentence_of_all_rows_unless_it_failed(runtime: Runtime, task: RunTask) -> None:
    told = Message("connection_none")

    def plan() -> Iterator[RowResult]:
        raise ReconnectNeeded(Message("quickbooks_signed_out"))

    summary = task.preview(IDS[:1], lambda: iter([ended("payment:1", Outcome.NOT_READY)]), lambda: told)
    assert summary["text"] == runtime.sentences.text(told)
    assert (summary["level"], summary["counts"]["not_ready"]) == ("warning", 1)
    failed = task.preview(IDS[:1], plan, lambda: told)
    assert failed["text"] == runtime.sentences.text(Message("quickbooks_signed_out"))


LEVELS: Mapping[Outcome, str] = {
    Outcome.SYNCHRONIZED: "info",
    Outcome.UNDONE: "info",
    Outcome.SKIPPED: "info",
    Outcome.NOT_TRIED: "info",
    Outcome.READY: "info",
    Outcome.CHANGED: "warning",
    Outcome.NEEDS_DECISION: "warning",
    Outcome.FAILED: "warning",
    Outcome.REMOVED: "warning",
    Outcome.NOT_CONFIRMED: "warning",
    Outcome.NOT_READY: "warning",
}
WORDS = {
    Outcome.SYNCHRONIZED: "1 tried: 1 done, 0 failed.",
    Outcome.UNDONE: "1 tried: 1 done, 0 failed.",
    Outcome.SKIPPED: "0 tried: 0 done, 0 failed, 1 skipped.",
    Outcome.NOT_TRIED: "0 tried: 0 done, 0 failed, 1 not tried.",
    Outcome.READY: "0 tried: 0 done, 0 failed, 1 ready.",
    Outcome.CHANGED: "1 tried: 0 done, 1 changed, 0 failed.",
    Outcome.NEEDS_DECISION: "1 tried: 0 done, 1 needs a decision, 0 failed.",
    Outcome.FAILED: "1 tried: 0 done, 1 failed.",
    Outcome.REMOVED: "1 tried: 0 done, 1 failed.",
    Outcome.NOT_CONFIRMED: "1 tried: 0 done, 0 failed, 1 not confirmed.",
    Outcome.NOT_READY: "0 tried: 0 done, 0 failed, 1 not ready.",
}


def test_every_outcome_of_a_run_is_in_the_tables() -> None:
    assert set(LEVELS) == set(WORDS) == set(Outcome) - {Outcome.WAITING, Outcome.RUNNING, Outcome.HIDDEN}


@pytest.mark.parametrize("outcome", LEVELS)
def test_the_summary_warns_of_what_a_person_must_look_at(task: RunTask, outcome: Outcome) -> None:
    summary = task.run("export-payments", ["payment:1"], reporting(ended("payment:1", outcome)))
    assert (summary["level"], summary["text"]) == (LEVELS[outcome], WORDS[outcome])


def test_a_count_that_is_not_there_is_none() -> None:
    assert counts_in_words({"skipped": 2}) == "0 done, 0 failed, 2 skipped"


def test_of_those_done_the_ones_that_were_not_applied_are_told() -> None:
    assert counts_in_words({"done": 3, "not_applied": 1}) == "3 done (1 of them not applied), 0 failed"
    assert counts_in_words({"done": 3, "not_applied": 0}) == "3 done, 0 failed"


def test_the_summary_names_the_run_of_the_history(runtime: Runtime, task: RunTask) -> None:
    summary = task.run("export-payments", IDS, reporting(*(ended(identity) for identity in IDS)))
    (run,) = runtime.store.runs.latest(REALM, 5)
    assert (run.id, run.action, run.total, run.user) == (summary["run"], "export-payments", 3, "Lee Park")
