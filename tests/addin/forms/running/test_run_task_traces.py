"""What a run leaves: how the history tells it, the marks that a run before it left out, and forms that read anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.errors import ReconnectNeeded
from qb_plugin.forms.run_task import Countdown, RunTask
from qb_plugin.model import Entity, Link, LinkOrigin, Message, RecordSummary, Ref
from qb_plugin.runtime import Runtime
from qb_plugin.store.database import open_store
from tests.addin.forms.running.test_run_task import BrokenHost
from tests.addin.forms.running.test_run_task_watching import Colleague
from tests.support.addin.reported_rows import IDS, REALM, connected, ended, failing, reporting
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger_values import FakeRecord
from tests.support.ledgers.fake_marks import FakeMarks
from tests.support.virtual_clock import VirtualClock

DAY = date(2026, 11, 10)
LINK = Link(realm=REALM, source=Ref.parse("payment:7"), entity=Entity.PAYMENT, quickbooks_id="698", origin=LinkOrigin.MATCHED)


def test_the_history_keeps_the_fields_of_the_form_and_what_the_rows_were_about(
    runtime: Runtime, task: RunTask, host: TextHost
) -> None:
    host.ledger.entries.append(FakeRecord("payment", "1", "P-1", "1", "Whitfield", DAY, Decimal("45.00")))
    there = RecordSummary(number="17", client="Maple Street Bakery", date=DAY, amount=Decimal("12.00"))

    def summarize(ids: Sequence[str]) -> Mapping[str, RecordSummary]:
        return dict.fromkeys(ids, there)

    ids = ["payment:1", "quickbooks_payment:17"]
    filters = {"From": "2026-11-01"}
    summary = task.run("import-payments", ids, reporting(*map(ended, ids)), filters=filters, summarize=summarize)
    [run] = runtime.history.runs([summary["run"]])
    assert run.filters == filters
    kept = {row.id: row.summary for row in runtime.store.runs.results(run.id)}
    assert kept[ids[1]] == there
    here = kept[ids[0]]
    assert here
    assert (here.number, here.client, here.amount) == ("P-1", "Whitfield", Decimal("45.00"))


def test_a_run_without_fields_or_summaries_stands_in_the_history_too(runtime: Runtime, task: RunTask) -> None:
    summary = task.run("import-payments", ["quickbooks_payment:17"], reporting(ended("quickbooks_payment:17")))
    [run] = runtime.history.runs([summary["run"]])
    assert run.filters == {}
    assert [row.summary for row in runtime.store.runs.results(run.id)] == [None]


@pytest.mark.parametrize("cut_short", [True, False])
def test_marks_are_set_right_after_a_run_that_was_cut_short(
    cut_short: bool, runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock)
    (other.sleep if cut_short else other.leave)()
    runtime.links.add([LINK])
    task.run("export-payments", IDS[:1], reporting(ended("payment:2")))
    assert host.marks.marked("synchronized", REALM) == (["payment:7"] if cut_short else [])
    other.close()


def test_marks_are_left_alone_when_it_cannot_be_known_whether_a_run_was_cut_short(
    runtime: Runtime, task: RunTask, host: TextHost
) -> None:
    runtime.links.add([LINK])
    with runtime.store.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE quickbooks_leases")
    summary = task.run("export-payments", IDS, reporting())
    assert (summary["level"], summary["counts"]["not_tried"]) == ("error", 3)
    assert host.marks.marked("synchronized", REALM) == []


class WatchedMarks(FakeMarks):
    """Marks that ask, each time they are set, whether somebody holds the lease."""

    def __init__(self, held: Callable[[], bool]) -> None:
        super().__init__()
        self._held, self.held = held, list[bool]()

    def put(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Change what each change names."""
        self.held.append(self._held())
        super().put(changes)


def test_the_last_marks_are_set_while_the_lease_is_held(host: TextHost, clock: VirtualClock) -> None:
    """Who is killed before leaves a lease that was not given back; else nobody would know of the marks that are missing."""
    with closing(open_store(host.database_url)) as store:
        host.ledger.marks = marks = WatchedMarks(lambda: store.leases.current(REALM) is not None)
        with connected(host, clock) as runtime:
            other = Colleague(runtime, host, clock)
            other.sleep()
            other.close()
            runtime.links.add([LINK])
            RunTask(runtime, host).run("export-payments", IDS[:1], reporting(ended("payment:1")))
    assert marks.marked("synchronized", REALM) == ["payment:7"]  # the row's own, and then what the links say of all
    assert marks.held == [True, True]


def test_marks_are_set_right_where_nobody_can_be_told_of_the_rows(runtime: Runtime, host: TextHost, clock: VirtualClock) -> None:
    other = Colleague(runtime, host, clock)
    other.sleep()
    other.close()
    runtime.links.add([LINK])
    RunTask(runtime, BrokenHost(host.ledger, "", {}, host.day)).run("export-payments", IDS, reporting(*map(ended, IDS)))
    assert host.marks.marked("synchronized", REALM) == ["payment:7"]


class UnreadableMarks(FakeMarks):
    """Marks of a host that takes them, and cannot list them."""

    def marked(self, state: str, scope: str = "") -> Sequence[str]:
        """Fail."""
        raise ConnectionError


def test_marks_that_cannot_be_set_right_are_the_last_sentence_unless_the_run_failed(host: TextHost, clock: VirtualClock) -> None:
    host.ledger.marks = UnreadableMarks()
    gone = ReconnectNeeded(Message("quickbooks_signed_out"))
    texts = []
    with connected(host, clock) as runtime:
        for work in (reporting(ended("payment:1")), failing(gone)):
            other = Colleague(runtime, host, clock)
            other.sleep()
            texts.append(RunTask(runtime, host).run("export-payments", IDS, work)["text"])
            other.close()
        assert texts == [runtime.sentences.text(message) for message in (Message("marks_wait"), gone.message)]


def test_why_a_run_ended_early_is_known_afterwards(task: RunTask) -> None:
    gone = ReconnectNeeded(Message("quickbooks_signed_out"))
    task.run("export-payments", IDS, failing(gone))
    assert task.failure is gone


def test_nothing_is_known_of_a_run_that_ended_by_itself(task: RunTask) -> None:
    assert task.failure is None
    task.run("export-payments", IDS, reporting(*map(ended, IDS)))
    assert task.failure is None


def test_seconds_left_are_reckoned_once_a_second_and_never_below_none(clock: VirtualClock) -> None:
    reckoned = iter([10.4, 5.0, 0.0])
    left = Countdown(clock.monotonic)
    shown = []
    for pause in (0.0, 0.9, 0.1, 0.4, 0.6, 0.0, 0.9):
        clock.move(pause)
        shown.append(left.seconds(lambda: next(reckoned)))
    assert shown == [10, 10, 5, 5, 0, 0, 0]
