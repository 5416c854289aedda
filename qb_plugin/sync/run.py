"""One press of the button: lease, history, counts; whatever happens, every row ends with an outcome and the lease is given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from qb_plugin.clock import Clock
from qb_plugin.errors import AddInError
from qb_plugin.model import Message, Outcome, RowResult, RunInfo
from qb_plugin.sync.lease import LeasedRun, LeaseGuard
from qb_plugin.sync.ports import Leases, Runs
from qb_plugin.sync.reporting import Reporter, RunAborted

COUNTED = (  # the outcomes a run ends with, in the order in which its summary names them
    ("done", frozenset({Outcome.SYNCHRONIZED, Outcome.UNDONE})),
    ("changed", frozenset({Outcome.CHANGED})),
    ("needs_decision", frozenset({Outcome.NEEDS_DECISION})),
    ("failed", frozenset({Outcome.FAILED, Outcome.REMOVED})),
    ("not_confirmed", frozenset({Outcome.NOT_CONFIRMED})),
    ("skipped", frozenset({Outcome.SKIPPED})),
    ("not_tried", frozenset({Outcome.NOT_TRIED})),
    ("ready", frozenset({Outcome.READY})),  # a preview's: would be created or linked
    ("not_ready", frozenset({Outcome.NOT_READY})),
)
UNTRIED = frozenset({"skipped", "not_tried", "ready", "not_ready"})
NOT_ENDED = frozenset({Outcome.WAITING, Outcome.RUNNING})
GROUP = 500  # results a commit of the history, at most
LAST_WAITS = (1.0, 1.0, 2.0, 4.0)  # seconds between the tries to write down how a run ended, while the database is away
SECONDS = 2.0  # results wait for others at most so long: another workstation that watches sees the number go on

Work = Callable[[LeasedRun], object]
Describe = Callable[[Sequence[RowResult]], Sequence[RowResult]]
Shown = TypeVar("Shown", RowResult, Message)


@dataclass(slots=True)
class RunProgress:
    """How each row ended, and the last result of those that have not: more would be a burden in a run of a hundred thousand."""

    ids: Sequence[str]
    outcomes: dict[str, Outcome | None] = field(init=False)  # of every row; None until it has ended
    _ended: int = 0
    _untried: int = 0
    _going: dict[str, RowResult] = field(default_factory=dict)
    _not_applied: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.outcomes = dict.fromkeys(self.ids)

    def __contains__(self, identity: str) -> bool:
        return identity in self.outcomes

    def take(self, result: RowResult) -> bool:
        """Count a result; False when the row is not one of this run's."""
        if result.id not in self.outcomes:
            return False
        before, now = self.outcomes[result.id], None if result.outcome in NOT_ENDED else result.outcome
        self._ended += (now is not None) - (before is not None)
        self._untried += (now is Outcome.NOT_TRIED) - (before is Outcome.NOT_TRIED)
        self.outcomes[result.id] = now
        (self._not_applied.add if result.not_applied and now is Outcome.SYNCHRONIZED else self._not_applied.discard)(result.id)
        if now is None:
            self._going[result.id] = result
        else:
            self._going.pop(result.id, None)
        return True

    @property
    def ended(self) -> int:
        """How many rows have an end."""
        return self._ended

    @property
    def processed(self) -> int:
        """How many of them were tried or skipped: what a bar may show as done."""
        return self._ended - self._untried

    def finish_remaining(self, reason: Message) -> list[RowResult]:
        """An end for each row that has none: what was on its way is not confirmed, the others were not tried."""
        open_ids = [identity for identity in self.outcomes if self.outcomes[identity] is None]
        ends = [end_of(self._going.get(identity), identity, reason) for identity in open_ids]
        for end in ends:
            self.take(end)
        return ends

    def counts(self) -> dict[str, int]:
        """How many rows ended how, one count an outcome, and how many were tried at all; the counts add up to the rows.
        `not_applied`, where there are such rows, is part of those done."""
        by = Counter(self.outcomes.values())
        counts = {name: sum(by[outcome] for outcome in outcomes) for name, outcomes in COUNTED}
        part = {"not_applied": len(self._not_applied)} if self._not_applied else {}
        return {"tried": sum(number for name, number in counts.items() if name not in UNTRIED), **counts, **part}


def end_of(last: RowResult | None, identity: str, reason: Message) -> RowResult:
    """How a row ends that the run leaves open; of a credit memo that was saved only the application is not confirmed."""
    if last is None or last.outcome is Outcome.WAITING:
        return RowResult(id=identity, outcome=Outcome.NOT_TRIED, message=reason)
    key = "application_not_confirmed" if last.quickbooks_id else "not_confirmed"
    return replace(last, outcome=Outcome.NOT_CONFIRMED, message=Message(key))


@dataclass(frozen=True, slots=True)
class RunPorts:
    """The ports a run is recorded through."""

    leases: Leases
    runs: Runs
    clock: Clock


def never() -> bool:
    """That no person can cancel."""
    return False


def as_they_are(results: Sequence[RowResult]) -> Sequence[RowResult]:
    """Results without a summary of their records."""
    return results


def run_under_lease(
    ports: RunPorts,
    run: RunInfo,
    work: Work,
    *,
    progress: RunProgress,
    listener: Reporter,
    stop: Callable[[], bool] = never,
    describe: Describe = as_they_are,
) -> None:
    """Do the work under the company's lease; RunInProgress when another run holds it.

    Results are written to the history, with the summaries that `describe` gives them, and then reported to `listener`. A failure
    that ends the work is raised once every row has ended; when it is the listener that fails, no row is reported any more.
    """
    lease = ports.leases.take(run.realm, run)
    recorder = RunRecorder(ports, run, LeaseGuard(ports.leases, lease, ports.clock), progress, listener, describe=describe)
    try:
        finish_all_rows(recorder, partial(work, recorder.leased_run(lease.fence, stop)))
    finally:
        try:
            recorder.write_end()
        finally:
            ports.leases.release(lease)


def finish_all_rows(recorder: RunRecorder, work: Callable[[], object]) -> None:
    """Do the work, and then end each row that it left without an end."""
    try:
        recorder.start()
        try:
            work()
        finally:
            recorder.write()
    except BaseException as stopped:
        failure = stopped.failure if isinstance(stopped, RunAborted) else stopped
        if isinstance(failure, Exception) and recorder.listening:
            recorder.finish_remaining(failure.message if isinstance(failure, AddInError) else Message("cancelled_row"))
        raise failure  # noqa: B904 - it is the very exception, without what carried it here
    recorder.finish_remaining(Message("cancelled_row"))


class RunRecorder:
    """Writes a run's results to the history in groups, renews the lease with them, and only then passes them on."""

    def __init__(
        self,
        ports: RunPorts,
        run: RunInfo,
        guard: LeaseGuard,
        progress: RunProgress,
        listener: Reporter,
        *,
        describe: Describe = as_they_are,
    ) -> None:
        self._ports, self._run, self._guard, self._progress, self._listener = ports, run, guard, progress, listener
        self._describe = describe
        self._waiting: list[RowResult] = []
        self._unshown: list[RowResult] = []  # counted, and not shown because writing it down failed: one at most
        self._written_at = ports.clock.monotonic()
        self.listening = True  # until the listener fails

    def leased_run(self, fence: int, stop: Callable[[], bool]) -> LeasedRun:
        """The run as its work sees it."""
        reporter = Reporter(self.row, self.notice)
        guard = self._guard
        return LeasedRun(
            id=self._run.id,
            fence=fence,
            stop=stop,
            check_lease=guard.check,
            may_leave=guard.may_leave,
            reporter=reporter,
            user=self._run.user,
        )

    def start(self) -> None:
        """Write down that the run has begun."""
        self._ports.runs.start(self._run)

    def row(self, result: RowResult) -> None:
        """Take a result, and write the group down once it is full or old."""
        try:
            self._keep(result)
        except BaseException as failure:
            self._unshown.append(result)  # it counts, and is shown with the rows that this failure ends
            raise RunAborted(failure) from None
        self._pass_on(self._listener.row, result)

    def notice(self, message: Message) -> None:
        """Take a notice: what follows may take long, so the results that wait are written down first."""
        try:
            self._write_and_renew()
        except BaseException as failure:
            raise RunAborted(failure) from None
        self._pass_on(self._listener.notice, message)

    def write(self) -> None:
        """Write the results that wait to the history, and how far the run is, as one."""
        self._ports.runs.report(self._run.id, self._describe(self._waiting), self._progress.ended)
        self._waiting.clear()
        self._written_at = self._ports.clock.monotonic()

    def finish_remaining(self, reason: Message) -> None:
        """End the rows that have no end, and say that it was all; a history that cannot be written now prevents neither."""
        ends = self._progress.finish_remaining(reason)
        self._waiting += ends
        if ends:
            with suppress(AddInError):
                self.write()
        for end in (*self._unshown, *ends):
            self._listener.row(end)
        self._listener.end()

    def write_end(self) -> None:
        """Write what still waits, and how the run ended; a database that is away is tried again for some seconds."""
        for seconds in LAST_WAITS:
            with suppress(AddInError):
                return self._write_end()
            self._ports.clock.sleep(seconds)
        return self._write_end()

    def _write_end(self) -> None:
        try:
            if self._waiting:
                self.write()
        finally:
            self._ports.runs.finish(self._run.id, self._progress.counts(), self._ports.clock.now())

    def _keep(self, result: RowResult) -> None:
        if self._progress.take(result) and result.outcome not in NOT_ENDED:
            self._waiting.append(result)
        if len(self._waiting) >= GROUP:
            self._write_and_renew()
        elif self._waiting and self._ports.clock.monotonic() >= self._written_at + SECONDS:
            self.write()

    def _write_and_renew(self) -> None:
        self.write()
        self._guard.renew(self._progress.ended)

    def _pass_on(self, show: Callable[[Shown], None], event: Shown) -> None:
        try:
            show(event)
        except BaseException as failure:
            self.listening = False
            raise RunAborted(failure) from None
