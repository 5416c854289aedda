"""One press of the button: whatever happens, every row ends with an outcome, the history is kept and the lease given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qb_plugin.errors import Fatal, LeaseLost, ReconnectNeeded, RunInProgress
from qb_plugin.model import Message, Outcome, RowResult, RunInfo
from qb_plugin.sync.exporting.run_export import export
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import GROUP, SECONDS, RunPorts, RunProgress, Work, run_under_lease
from tests.support.addin.scripted_sends import LOST, UNSENT, Step, refuses
from tests.support.addin.sync_firm import REALM, Ended, Firm, firm_in, invoice, payment
from tests.support.virtual_clock import NOON

RUN = RunInfo(id="run", realm=REALM, action="export-payments", user="Maria Ortiz", started=NOON, total=3)
SIGNED_OUT = ReconnectNeeded(Message("quickbooks_signed_out"))
Event = RowResult | Message


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def ports(firm: Firm) -> RunPorts:
    return RunPorts(firm.store.leases, firm.store.runs, firm.clock)


def run(firm: Firm, events: Callable[[], Iterator[Event]], *ids: str) -> tuple[Ended, RunProgress]:
    progress = RunProgress(ids)
    return under_lease(ports(firm), reporting(events), progress), progress


def under_lease(ports: RunPorts, work: Work, progress: RunProgress, run: RunInfo = RUN) -> Ended:
    """All that a run reports, and the failure that ended it."""
    ended = Ended()
    try:
        run_under_lease(ports, run, work, progress=progress, listener=ended.reporter)
    except Exception as failure:
        ended.failure = failure
    return ended


def reporting(events: Callable[[], Iterator[Event]]) -> Work:
    """Work that reports these events one after the other."""

    def work(run: LeasedRun) -> None:
        with closing(events()) as each:  # type: ignore[type-var]
            for event in each:
                if isinstance(event, Message):
                    run.reporter.notice(event)
                else:
                    run.reporter.row(event)

    return work


def result(identity: str, outcome: Outcome, key: str | None = None, quickbooks_id: str | None = None) -> RowResult:
    return RowResult(id=identity, outcome=outcome, message=Message(key) if key else None, quickbooks_id=quickbooks_id)


def kept(firm: Firm) -> dict[str, Outcome]:
    return {found.id: found.outcome for found in firm.store.runs.results("run")}


def free(firm: Firm) -> bool:
    return firm.store.leases.current(REALM) is None


# --- the tally ----------------------------------------------------------------------------------------


def test_only_this_runs_rows_are_counted_and_only_their_last_results() -> None:
    progress = RunProgress(["a", "b"])
    assert progress.take(result("a", Outcome.NOT_CONFIRMED))
    assert progress.take(result("a", Outcome.SYNCHRONIZED))
    assert not progress.take(result("x", Outcome.FAILED))
    assert ("a" in progress, "b" in progress, "x" in progress) == (True, True, False)
    assert (progress.ended, progress.counts()["done"], progress.counts()["not_confirmed"]) == (1, 1, 0)


def test_a_row_that_is_on_its_way_has_no_end_yet() -> None:
    progress = RunProgress(["a", "b"])
    progress.take(result("a", Outcome.RUNNING))
    progress.take(result("b", Outcome.WAITING))
    assert progress.ended == 0
    progress.take(result("a", Outcome.FAILED))
    assert progress.ended == 1


def test_the_counts_tell_what_was_tried_and_what_came_of_it() -> None:
    outcomes = [Outcome.SYNCHRONIZED, Outcome.CHANGED, Outcome.FAILED, Outcome.REMOVED, Outcome.NOT_CONFIRMED]
    outcomes += [Outcome.SKIPPED, Outcome.NOT_TRIED, Outcome.NOT_TRIED, Outcome.NEEDS_DECISION]
    progress = RunProgress([str(number) for number in range(len(outcomes))])
    for number, outcome in enumerate(outcomes):
        progress.take(result(str(number), outcome))
    counts = progress.counts()
    expected = {"done": 1, "changed": 1, "needs_decision": 1, "failed": 2, "not_confirmed": 1, "skipped": 1, "not_tried": 2}
    assert counts == {"tried": 6, **expected, "ready": 0, "not_ready": 0}
    assert sum(counts.values()) - counts["tried"] == len(outcomes)


def test_rows_left_without_an_end_say_what_is_known_of_them() -> None:
    progress = RunProgress(["sent", "queued", "untouched", "memo", "done"])
    for last in (
        result("sent", Outcome.RUNNING),
        result("queued", Outcome.WAITING),
        result("memo", Outcome.RUNNING, "memo_to_apply", "900"),
        result("done", Outcome.SYNCHRONIZED),
    ):
        progress.take(last)
    ends = {end.id: (end.outcome, end.message and end.message.key) for end in progress.finish_remaining(Message("why"))}
    assert ends == {
        "sent": (Outcome.NOT_CONFIRMED, "not_confirmed"),
        "queued": (Outcome.NOT_TRIED, "why"),
        "untouched": (Outcome.NOT_TRIED, "why"),
        "memo": (Outcome.NOT_CONFIRMED, "application_not_confirmed"),
    }
    assert progress.finish_remaining(Message("why")) == []


# --- carrying out -------------------------------------------------------------------------------------


def test_a_run_keeps_its_history_and_gives_the_lease_back(firm: Firm) -> None:
    def work() -> Iterator[Event]:
        assert not free(firm)
        yield result("a", Outcome.RUNNING)
        yield result("a", Outcome.SYNCHRONIZED)
        yield Message("checking_doubt", {"n": 1})
        yield result("b", Outcome.FAILED)

    ended, progress = run(firm, work, "a", "b")
    assert ended.failure is None
    assert kept(firm) == {"a": Outcome.SYNCHRONIZED, "b": Outcome.FAILED}
    [info] = firm.store.runs.latest(REALM, 5)
    assert (info.finished, info.counts["done"], info.counts["failed"]) == (firm.clock.now(), 1, 1)
    assert free(firm)
    assert progress.ended == 2


def test_results_are_written_in_groups_with_the_leases_heartbeat(firm: Firm) -> None:
    seen: list[tuple[int, int]] = []

    def work() -> Iterator[Event]:
        for number in range(GROUP + 1):
            yield result(str(number), Outcome.SYNCHRONIZED)
            lease = firm.store.leases.current(REALM)
            if number >= GROUP - 2:
                seen.append((len(kept(firm)), lease.run.done if lease and lease.run else -1))

    run(firm, work, *map(str, range(GROUP + 1)))
    assert seen == [(0, 0), (GROUP, GROUP), (GROUP, GROUP)]
    assert len(kept(firm)) == GROUP + 1


def test_a_slow_run_says_every_other_second_how_far_it_is(firm: Firm) -> None:
    seen: list[int] = []

    def work() -> Iterator[Event]:
        for identity in "abc":
            yield result(identity, Outcome.SYNCHRONIZED)
            lease = firm.store.leases.current(REALM)
            seen.append(lease.run.done if lease and lease.run else -1)
            firm.clock.move(SECONDS)

    run(firm, work, *"abc")
    assert seen == [0, 2, 3]


def test_rows_that_were_not_tried_are_not_through(firm: Firm) -> None:
    progress = RunProgress(["a", "b", "c"])
    progress.take(result("a", Outcome.SYNCHRONIZED))
    ends = progress.finish_remaining(Message("cancelled_row"))
    assert (len(ends), progress.ended, progress.processed) == (2, 3, 1)
    progress.take(result("b", Outcome.NOT_TRIED))
    assert progress.processed == 1
    progress.take(result("b", Outcome.FAILED))
    assert progress.processed == 2


def test_a_rows_result_that_is_not_of_this_run_is_passed_on_and_not_kept(firm: Firm) -> None:
    ended, _ = run(firm, lambda: (result(other, Outcome.SYNCHRONIZED) for other in ["other"]), "a")
    assert ended.rows["other"].outcome is Outcome.SYNCHRONIZED
    assert kept(firm) == {"a": Outcome.NOT_TRIED}


def test_a_row_that_the_work_forgot_was_not_tried(firm: Firm) -> None:
    ended, progress = run(firm, lambda: (result(row, Outcome.SYNCHRONIZED) for row in "a"), "a", "b")
    assert ended.rows["b"] == RowResult(id="b", outcome=Outcome.NOT_TRIED, message=Message("cancelled_row"))
    assert progress.counts()["not_tried"] == 1


@pytest.mark.parametrize(("failure", "key"), [(SIGNED_OUT, "quickbooks_signed_out"), (ValueError("a defect"), "cancelled_row")])
def test_a_failure_ends_every_row_before_it_is_raised(firm: Firm, failure: Exception, key: str) -> None:
    def work() -> Iterator[Event]:
        yield result("a", Outcome.SYNCHRONIZED)
        yield result("b", Outcome.RUNNING)
        raise failure

    ended, _ = run(firm, work, "a", "b", "c")
    assert ended.failure is failure
    assert {identity: end.outcome for identity, end in ended.rows.items()} == {
        "a": Outcome.SYNCHRONIZED,
        "b": Outcome.NOT_CONFIRMED,
        "c": Outcome.NOT_TRIED,
    }
    assert ended.rows["c"].message == Message(key)
    assert kept(firm) == {identity: end.outcome for identity, end in ended.rows.items()}
    assert firm.store.runs.latest(REALM, 1)[0].counts["not_tried"] == 1
    assert free(firm)


def test_somebody_else_running_is_told_and_nothing_is_done(firm: Firm) -> None:
    lease = firm.store.leases.take(REALM, RUN)
    ended, progress = run(firm, lambda: (result(row, Outcome.SYNCHRONIZED) for row in "a"), "a")
    assert isinstance(ended.failure, RunInProgress)
    assert (ended.events, progress.ended) == ([], 0)
    assert firm.store.leases.current(REALM) is not None
    firm.store.leases.release(lease)


def test_a_run_that_nobody_listens_to_any_more_gives_the_lease_back(firm: Firm) -> None:
    closed: list[bool] = []

    def work() -> Iterator[Event]:
        try:
            yield result("a", Outcome.RUNNING)
        finally:
            closed.append(not free(firm))

    def listen(_: RowResult) -> None:
        raise KeyError("the host")

    progress, listener = RunProgress(["a"]), Reporter(listen, listen)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        run_under_lease(ports(firm), RUN, reporting(work), progress=progress, listener=listener)
    assert closed == [True]
    assert free(firm)


def test_when_the_lease_is_lost_the_work_is_closed_before_the_run_is(firm: Firm) -> None:
    closed: list[bool] = []

    def work() -> Iterator[Event]:
        try:
            yield result("a", Outcome.RUNNING)
            firm.clock.move(61)
            firm.store.leases.release(firm.store.leases.take(REALM, RUN))
            yield Message("checking_doubt", {"n": 1})
        finally:
            closed.append(firm.store.runs.latest(REALM, 1)[0].finished is None)

    ended, _ = run(firm, work, "a")
    assert isinstance(ended.failure, LeaseLost)
    assert ended.rows["a"].outcome is Outcome.NOT_CONFIRMED
    assert closed == [True]


class LostHistory:
    """The runs of a database that goes away after the start."""

    def __init__(self, firm: Firm) -> None:
        self._runs = firm.store.runs

    def start(self, run: RunInfo) -> None:
        self._runs.start(run)

    def __getattr__(self, name: str) -> object:
        raise Fatal(Message("database_lost"))


def test_a_history_that_cannot_be_written_still_ends_the_rows_and_gives_the_lease_back(firm: Firm) -> None:
    broken = RunPorts(firm.store.leases, LostHistory(firm), firm.clock)  # type: ignore[arg-type]
    progress = RunProgress(["a", "b"])
    ended = under_lease(broken, reporting(lambda: (result(row, Outcome.SYNCHRONIZED) for row in "a")), progress)
    assert isinstance(ended.failure, Fatal)
    assert {identity: end.outcome for identity, end in ended.rows.items()} == {
        "a": Outcome.SYNCHRONIZED,
        "b": Outcome.NOT_TRIED,
    }
    assert free(firm)


class FailingHistory:
    """The runs of a database that goes away for one report, after so many good ones."""

    def __init__(self, firm: Firm, good: int) -> None:
        self._runs, self._good = firm.store.runs, good

    def report(self, run_id: str, results: Sequence[RowResult], done: int | None = None) -> None:
        self._good -= 1
        if self._good == -1:
            raise Fatal(Message("database_lost"))
        self._runs.report(run_id, results, done)

    def __getattr__(self, name: str) -> object:
        return getattr(self._runs, name)


TOLD = {
    "history": {
        "payment:1": Outcome.SYNCHRONIZED,
        "payment:2": Outcome.NOT_CONFIRMED,
        "payment:3": Outcome.NOT_TRIED,
        "payment:4": Outcome.NOT_TRIED,
    },
    "listener": {"payment:1": Outcome.RUNNING, "payment:2": Outcome.RUNNING},
}


@pytest.mark.parametrize("broken", ["history", "listener"])
def test_a_result_that_cannot_be_recorded_or_shown_stops_the_sending_and_settles_what_is_in_flight(firm: Firm, broken: str) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
    firm.quickbooks.after_batch = lambda: firm.clock.move(SECONDS)
    records = [payment(number, number) for number in range(1, 5)]
    ended = Ended()

    def show(result: RowResult) -> None:
        if broken == "listener" and result.outcome is Outcome.SYNCHRONIZED:
            raise KeyError("the host")
        ended.take(result)

    runs = FailingHistory(firm, good=0 if broken == "history" else 99)
    progress = RunProgress([str(record.ref) for record in records])
    with pytest.raises(Fatal if broken == "history" else KeyError):
        run_under_lease(
            RunPorts(firm.store.leases, runs, firm.clock),  # type: ignore[arg-type]
            RUN,
            lambda leased: export(firm.context, leased, ExportOptions(), records),
            progress=progress,
            listener=Reporter(show, ended.take),
        )
    assert (len(firm.quickbooks.batches), firm.open_intents()) == (2, [])
    assert {identity: result.outcome for identity, result in ended.rows.items()} == TOLD[broken]
    assert free(firm)


# --- with a real export -------------------------------------------------------------------------------


def press(firm: Firm, *numbers: int, **options: object) -> Ended:
    records = [payment(number, number) for number in numbers]

    def work(leased: LeasedRun) -> None:
        export(firm.context, leased, ExportOptions(**options), records)  # type: ignore[arg-type]

    before = len(firm.store.runs.latest(REALM, 99))
    pressed = replace(RUN, id=f"run-{before + 1}" if before else RUN.id)
    return under_lease(ports(firm), work, RunProgress([str(record.ref) for record in records]), pressed)


def test_a_lease_lost_in_mid_run_reports_truly_and_pressing_again_finishes(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
    firm.quickbooks.script(payment(1).ref, LOST)

    def taken_over() -> None:
        firm.clock.move(61)
        lease = firm.store.leases.take(REALM, RUN)
        firm.store.leases.release(lease)
        firm.quickbooks.after_batch = lambda: None

    firm.quickbooks.after_batch = taken_over
    ended = press(firm, 1, 2, 3)
    assert ended.failure is None
    assert ended.rows["payment:3"].message == Message("lease_lost")
    saved = {book.customer_id for book in firm.quickbooks.payments_saved()}
    outcomes = {identity: end.outcome for identity, end in ended.rows.items()}
    assert outcomes["payment:1"] is Outcome.NOT_CONFIRMED
    assert outcomes["payment:3"] is Outcome.NOT_TRIED
    assert "53" not in saved
    again = press(firm, 1, 2, 3)
    assert {end.outcome for end in again.rows.values()} <= {Outcome.SYNCHRONIZED}
    assert len(firm.quickbooks.saved) == 3
    assert free(firm)


def test_a_lease_lost_while_doubt_is_settled_leaves_the_row_not_confirmed(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, UNSENT)
    firm.clock.at(70, lambda: firm.store.leases.release(firm.store.leases.take(REALM, RUN)))
    ended = press(firm, 1, 2)
    assert isinstance(ended.failure, LeaseLost)
    assert {identity: end.outcome for identity, end in ended.rows.items()} == {
        "payment:1": Outcome.NOT_CONFIRMED,
        "payment:2": Outcome.SYNCHRONIZED,
    }


def test_a_lost_lease_is_noticed_before_the_same_bytes_go_again_though_nobody_is_told_of_the_waiting(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, UNSENT)
    firm.clock.at(70, lambda: firm.store.leases.release(firm.store.leases.take(REALM, RUN)))

    def work(leased: LeasedRun) -> None:
        without_notices = replace(leased.reporter, notice=lambda _: None)
        export(firm.context, replace(leased, reporter=without_notices), ExportOptions(), [payment(1)])

    ended = under_lease(ports(firm), work, RunProgress(["payment:1"]))
    assert ended.rows["payment:1"].outcome is Outcome.NOT_CONFIRMED
    assert firm.quickbooks.sends == {"payment:1": 1}


def test_rows_in_doubt_that_cannot_be_looked_up_stay_not_confirmed_in_the_history(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, LOST)
    firm.quickbooks.unreachable["created_since"] = SIGNED_OUT
    press(firm, 1)
    ended = press(firm, 1, 2)
    assert ended.failure is SIGNED_OUT
    assert {identity: end.outcome for identity, end in ended.rows.items()} == {
        "payment:1": Outcome.NOT_CONFIRMED,
        "payment:2": Outcome.NOT_TRIED,
    }


def test_a_row_to_be_planned_again_when_quickbooks_goes_away_was_not_tried(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    firm.quickbooks.script(payment(1).ref, refuses("620"))
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreachable.update(open_invoices=SIGNED_OUT)
    ended = press(firm, 1, auto_apply=True)
    assert ended.rows["payment:1"] == RowResult(id="payment:1", outcome=Outcome.NOT_TRIED, message=SIGNED_OUT.message)


def test_a_fatal_answer_is_told_on_the_rows_and_does_not_break_the_run(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, Step(fatal=SIGNED_OUT))
    ended = press(firm, 1)
    assert (ended.failure, ended.rows["payment:1"].outcome) == (None, Outcome.NOT_TRIED)
