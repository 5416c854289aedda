"""A run in the host's task: what is shown while it goes on, which marks follow, and how every row ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from qb_plugin.errors import CallCancelled, ReconnectNeeded
from qb_plugin.forms.run_marks import mark_change, marked_record
from qb_plugin.forms.run_task import RunTask
from qb_plugin.model import Application, Kind, Message, Outcome, Ref
from qb_plugin.quickbooks.http.call_scope import CallPurpose, current_scope
from qb_plugin.runtime import Runtime
from qb_plugin.sync.lease import LeasedRun
from tests.support.addin.reported_rows import IDS, REALM, connected, ended, failing, reporting
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_marks import FakeMarks
from tests.support.virtual_clock import VirtualClock

WAIT = Message("quickbooks_no_connection", {"seconds": 5})
WAITS = "* QuickBooks cannot be reached. Trying again in 5 s."


class AbsentMarks(FakeMarks):
    """Marks of a host whose database is away."""

    def put(self, changes: Sequence[Mapping[str, object]]) -> None:
        """Fail."""
        raise ConnectionError


MARKED = {
    Outcome.READY: None,
    Outcome.NOT_READY: None,
    Outcome.SYNCHRONIZED: "synchronized",
    Outcome.CHANGED: "synchronized",
    Outcome.NEEDS_DECISION: None,
    Outcome.FAILED: "failed",
    Outcome.REMOVED: "failed",
    Outcome.NOT_CONFIRMED: "not_confirmed",
    Outcome.SKIPPED: None,
    Outcome.NOT_TRIED: None,
    Outcome.UNDONE: "",
}


@pytest.mark.parametrize("outcome", MARKED)
def test_each_end_of_a_row_sets_its_mark_with_the_number_in_quickbooks(task: RunTask, host: TextHost, outcome: Outcome) -> None:
    rows = [ended("payment:1", outcome, quickbooks_id="698"), ended("payment:2", outcome)]
    task.run("export-payments", IDS[:2], reporting(*rows))
    state = MARKED[outcome]
    assert {ref: (mark.state, mark.external_id) for ref, mark in host.marks.marks.items()} == (
        {} if state is None else {"payment:1": (state, "698" if state else ""), "payment:2": (state, "")}
    )


def test_every_outcome_of_a_run_is_in_the_table() -> None:
    assert set(MARKED) == set(Outcome) - {Outcome.WAITING, Outcome.RUNNING, Outcome.HIDDEN}


def test_an_imported_row_marks_the_record_that_it_became(task: RunTask, host: TextHost) -> None:
    became, none = "quickbooks_payment:17", "quickbooks_payment:18"
    task.run(
        "import-payments",
        [became, none],
        reporting(ended(became, source=Ref(Kind.PAYMENT, "4"), quickbooks_id="17"), ended(none, Outcome.FAILED)),
    )
    assert {ref: (mark.state, mark.external_id) for ref, mark in host.marks.marks.items()} == {"payment:4": ("synchronized", "17")}


def test_the_record_to_mark_is_the_row_or_what_it_became() -> None:
    assert marked_record(ended("payment:1")) == "payment:1"
    assert marked_record(ended("payment:1", source=Ref(Kind.PAYMENT, "2"))) == "payment:2"
    assert marked_record(ended("payment:7:1")) == "payment:7:1"
    assert marked_record(ended("quickbooks_payment:1")) is None
    assert mark_change("payment:1", "failed", None, "9130") == {"ref": "payment:1", "state": "failed", "scope": "9130"}


def test_the_bar_has_its_length_from_the_first_row_on_and_moves_when_a_row_has_ended(task: RunTask, host: TextHost) -> None:
    running = [ended(identity, Outcome.RUNNING) for identity in IDS]
    applied = (Application("9", "INV-9", Decimal("45.00")),)
    rows = [ended(IDS[0], Outcome.SKIPPED), ended(IDS[1], applied=applied), ended(IDS[2], Outcome.FAILED)]
    task.run("export-payments", IDS, reporting(*running, *rows))
    assert host.lines == [
        "running payment:1", "0/3", "running payment:2", "running payment:3",
        "skipped payment:1", "1/3", "synchronized payment:2", "2/3", "failed payment:3", "3/3",
    ]  # fmt: skip
    assert host.rows["payment:2"]["applied"] == [{"invoice": "INV-9", "amount": "45.00"}]


def test_a_result_for_a_row_that_was_not_asked_for_is_not_shown(task: RunTask, host: TextHost) -> None:
    summary = task.run("export-payments", IDS[:1], reporting(ended("payment:9"), ended("payment:1")))
    assert host.lines == ["synchronized payment:1", "1/1"]
    assert list(host.marks.marks) == ["payment:1"]
    assert summary["text"] == "1 tried: 1 done, 0 failed."


def test_a_wait_is_said_until_a_row_has_ended_and_by_nobody_after_the_run(runtime: Runtime, task: RunTask, host: TextHost) -> None:
    def work(run: LeasedRun) -> None:
        runtime.notices.publish(WAIT)
        run.reporter.row(ended("payment:1", Outcome.RUNNING))
        run.reporter.row(ended("payment:1"))
        run.reporter.row(ended("payment:2"))
        run.reporter.notice(WAIT)
        run.reporter.row(ended("payment:3"))

    task.run("export-payments", IDS, work)
    runtime.notices.publish(WAIT)
    assert [line for line in host.lines if line[0] == "*" or line.startswith("synchronized")] == [
        WAITS, "synchronized payment:1", "* ", "synchronized payment:2", WAITS, "synchronized payment:3", "* ",
    ]  # fmt: skip


def test_marks_are_set_while_a_run_goes_on_and_while_it_waits(
    runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    seen = []

    def work(run: LeasedRun) -> None:
        run.reporter.row(ended("payment:1"))
        seen.append(list(host.marks.marks))
        clock.move(1.5)
        run.reporter.row(ended("payment:2"))
        seen.append(list(host.marks.marks))
        run.reporter.row(ended("payment:3"))
        clock.move(1.5)
        run.reporter.notice(WAIT)
        seen.append(list(host.marks.marks))

    task.run("export-payments", IDS, work)
    assert seen == [[], IDS[:2], IDS]


def test_the_work_calls_quickbooks_for_a_run_and_stops_when_the_person_cancels(task: RunTask, host: TextHost) -> None:
    seen = []

    def work(run: LeasedRun) -> None:
        scope = current_scope()
        seen.append((scope.purpose, scope.stop(), run.stop(), scope.hasty()))
        host.cancelled = True
        seen.append((scope.purpose, scope.stop(), run.stop(), scope.hasty()))
        host.hasty = True
        seen.append((scope.purpose, scope.stop(), run.stop(), scope.hasty()))

    summary = task.run("export-payments", IDS, work)
    assert seen == [
        (CallPurpose.RUN, False, False, False), (CallPurpose.RUN, True, True, False), (CallPurpose.RUN, True, True, True),
    ]  # fmt: skip
    assert current_scope().purpose is CallPurpose.FORM
    assert (summary["text"], summary["level"]) == ("Stopped. 0 were done and stay; 3 were not touched.", "info")


def test_a_failure_ends_the_run_and_each_row_and_is_the_last_sentence(task: RunTask, host: TextHost) -> None:
    gone = ReconnectNeeded(Message("quickbooks_signed_out"))
    summary = task.run("export-payments", IDS, failing(gone))
    assert {row["id"]: row["outcome"] for row in host.rows.values()} == {
        "payment:1": "synchronized", "payment:2": "not_confirmed", "payment:3": "not_tried",
    }  # fmt: skip
    assert summary["text"] == host.rows["payment:3"]["message"]
    assert summary["text"].startswith("QuickBooks")
    assert summary["level"] == "error"
    counts = summary["counts"]
    assert (counts["tried"], counts["done"], counts["not_confirmed"], counts["not_tried"]) == (2, 1, 1, 1)


def test_a_call_that_was_called_back_is_no_failure(task: RunTask, host: TextHost) -> None:
    summary = task.run("export-payments", IDS, failing(CallCancelled(Message("cancelled_row"))))
    assert summary["text"] == "2 tried: 1 done, 0 failed, 1 not confirmed, 1 not tried."
    assert (summary["level"], task.failure) == ("warning", None)
    assert host.rows["payment:3"]["outcome"] == "not_tried"


@pytest.mark.parametrize(("seen", "done"), [("", 3), (REALM, 3), ("4", 0)])
def test_what_was_pressed_in_a_list_of_another_company_is_not_done(
    seen: str, done: int, runtime: Runtime, task: RunTask, host: TextHost
) -> None:
    runtime.save_settings("4", {"company_name": "Brook & Sons"})
    runtime.save_settings(REALM, {"company_name": "Alder & Finch"})
    summary = task.run("export-payments", IDS, reporting(*map(ended, IDS)), seen=seen)
    assert (summary["counts"]["done"], summary["counts"]["not_tried"]) == (done, 3 - done)
    assert len(host.marks.marks) == done
    refusal = Message("company_changed", {"was": "Brook & Sons", "now": "Alder & Finch"})
    assert (summary["text"] == runtime.sentences.text(refusal)) == (done == 0)


class BrokenHost(TextHost):
    """A host that fails while it shows a row."""

    def row(self, row: object) -> None:
        """Fail once, when the first row has ended."""
        super().row(row)  # type: ignore[arg-type]
        if len(self.lines) == 1:
            raise ConnectionError("the client's name is Whitfield")


def test_a_host_that_fails_leaves_no_row_without_an_end_and_only_its_failures_name_is_told(
    runtime: Runtime, host: TextHost
) -> None:
    broken = BrokenHost(host.ledger, "", {}, host.day)
    summary = RunTask(runtime, broken).run("export-payments", IDS, reporting(*(ended(identity) for identity in IDS)))
    assert [row["outcome"] for row in broken.rows.values()] == ["synchronized", "not_tried", "not_tried"]
    assert summary["text"].startswith("Park Practice could not go on with this run.")
    assert broken.rows["payment:2"]["message"] == summary["text"]
    assert broken.rows["payment:2"]["details"] == "ConnectionError"
    assert (summary["level"], summary["counts"]["not_tried"]) == ("error", 2)


def test_marks_that_the_host_does_not_take_are_the_last_sentence_unless_the_run_failed(host: TextHost, clock: VirtualClock) -> None:
    host.ledger.marks = AbsentMarks()
    with connected(host, clock) as runtime:
        summary = RunTask(runtime, host).run("export-payments", IDS[:1], reporting(ended("payment:1")))
        gone = ReconnectNeeded(Message("quickbooks_signed_out"))
        failed = RunTask(runtime, host).run("export-payments", IDS, failing(gone))
        both = (runtime.sentences.text(Message("marks_wait")), runtime.sentences.text(gone.message))
    assert (summary["text"], failed["text"]) == both
    assert summary["level"] == failed["level"] == "error"


EVERY_WAIT = [
    Message("quickbooks_slow_down", {"seconds": 40}),
    Message("pace_own_calls", {"seconds": 30, "n": 500}),
    Message("pace_other_calls", {"seconds": 30, "n": 500}),
    Message("pace_places", {"seconds": 0, "n": 10}),
    Message("pace_database", {"seconds": 1, "n": 500}),
    Message("quickbooks_no_connection", {"seconds": 20}),
    Message("checking_doubt", {"n": 3}),
    Message("checking_again", {"seconds": 35}),
]


@pytest.mark.parametrize("wait", EVERY_WAIT, ids=lambda wait: wait.key)
def test_after_cancel_nothing_speaks_of_waiting_but_the_stop_itself(wait: Message, runtime: Runtime, host: TextHost) -> None:
    def work(run: LeasedRun) -> None:
        runtime.notices.publish(wait)
        host.cancelled = True
        runtime.notices.publish(wait)
        run.reporter.notice(wait)
        runtime.notices.publish(Message("stopping", {"seconds": 90, "n": 30}))

    RunTask(runtime, host).run("export-payments", IDS, work)
    said = [line for line in host.lines if line.startswith("* ")]
    stop = "* Stopping: waiting up to 90 s for 30 answers. Nothing new is sent."
    assert said[:2] == [f"* {runtime.sentences.text(wait)}", stop]


def test_time_left_is_what_the_pace_is_known_to_take_and_follows_each_wait(
    runtime: Runtime, host: TextHost, clock: VirtualClock
) -> None:
    known = iter([118.0, 57.0, 56.0])
    runtime.company.seconds_until_sent = lambda rows: next(known) if rows else 0.0  # type: ignore[method-assign]

    def work(run: LeasedRun) -> None:
        run.reporter.row(ended("payment:1"))
        clock.sleep(61)
        for second in (57, 56):
            runtime.notices.publish(Message("pace_own_calls", {"seconds": second, "n": 500}))
            clock.sleep(1)

    RunTask(runtime, host).run("export-payments", IDS, work)
    assert host.left[:3] == [118, 57, 56]


@pytest.mark.parametrize(
    ("action", "left"),
    [
        ("export-payments", [120, 60, None]),
        ("export-credit-memos", [120, 60, None]),
        ("undo", [120, 60, None]),
        ("undo-import", [120, 60, None]),
        ("import-payments", [None] * 3),
        ("changes", [None] * 3),
        ("reconcile", [None] * 3),
        ("settle", [None] * 3),
        ("hide", [None] * 3),
        ("match", [None] * 3),
    ],
)
def test_time_left_is_that_of_the_rows_that_are_still_to_be_sent(
    action: str, left: list[int | None], runtime: Runtime, host: TextHost, clock: VirtualClock
) -> None:
    runtime.company.seconds_until_sent = lambda rows: 60.0 * rows  # type: ignore[method-assign]

    def work(run: LeasedRun) -> None:
        for identity in IDS:
            run.reporter.row(ended(identity))
            clock.move(1.0)

    RunTask(runtime, host).run(action, IDS, work)
    assert host.left == left
