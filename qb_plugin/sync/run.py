"""One press of the button: lease, history, counts; whatever happens, every row ends with an outcome and the lease is given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.model import Message, Outcome, RowResult, RunInfo
from qb_plugin.sync.lease import LeasedRun, LeaseGuard
from qb_plugin.sync.ports import Clock, Leases, Runs

COUNTED = (  # the outcomes a run ends with, in the order in which its summary names them
    ("done", frozenset({Outcome.SYNCHRONIZED})),
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
SECONDS = 2.0  # for how long results wait for company: whoever watches from another workstation sees the number go on

Event = RowResult | Message
Work = Callable[[LeasedRun], Iterator[Event]]


@dataclass(slots=True)
class RunProgress:
    """How each row ended, and the last result of those that have not: more would be a burden in a run of a hundred thousand."""

    ids: Sequence[str]
    outcomes: dict[str, Outcome | None] = field(init=False)  # of every row; None until it has ended
    _ended: int = 0
    _untried: int = 0
    _going: dict[str, RowResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.outcomes = dict.fromkeys(self.ids)

    def __contains__(self, identity: str) -> bool:
        return identity in self.outcomes

    def take(self, result: RowResult) -> bool:
        """Keep a result; False when the row is not one of this run's."""
        if result.id not in self.outcomes:
            return False
        before, now = self.outcomes[result.id], None if result.outcome in NOT_ENDED else result.outcome
        self._ended += (now is not None) - (before is not None)
        self._untried += (now is Outcome.NOT_TRIED) - (before is Outcome.NOT_TRIED)
        self.outcomes[result.id] = now
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
        """How many rows ended how, one count an outcome, and how many were tried at all; the counts add up to the rows."""
        by = Counter(self.outcomes.values())
        counts = {name: sum(by[outcome] for outcome in outcomes) for name, outcomes in COUNTED}
        return {"tried": sum(number for name, number in counts.items() if name not in UNTRIED), **counts}


def end_of(last: RowResult | None, identity: str, reason: Message) -> RowResult:
    """How a row ends that the run leaves behind; a credit memo that was saved says that only its application is open."""
    if last is None or last.outcome is Outcome.WAITING:
        return RowResult(identity, Outcome.NOT_TRIED, reason)
    key = "application_not_confirmed" if last.quickbooks_id else "not_confirmed"
    return replace(last, outcome=Outcome.NOT_CONFIRMED, message=Message(key))


@dataclass(frozen=True, slots=True)
class RunPorts:
    """What keeping a run needs."""

    leases: Leases
    runs: Runs
    clock: Clock


def never() -> bool:
    """That no person can cancel."""
    return False


def run_under_lease(
    ports: RunPorts, run: RunInfo, work: Work, progress: RunProgress, stop: Callable[[], bool] = never
) -> Generator[Event, None, None]:
    """Do the work under the company's lease, keeping the history as it goes; RunInProgress when somebody else runs.

    A failure that ends the work is raised once every row has been told its end.
    """
    lease = ports.leases.take(run.realm, run)
    guard = LeaseGuard(ports.leases, lease, ports.clock)
    try:
        events = partial(work, LeasedRun(run.id, lease.fence, stop, guard.check))
        yield from finish_all_rows(ports, run, guard, events, progress)
    finally:
        try:
            ports.runs.finish(run.id, progress.counts(), ports.clock.now())
        finally:
            ports.leases.release(lease)


def finish_all_rows(
    ports: RunPorts, run: RunInfo, guard: LeaseGuard, work: Callable[[], Iterator[Event]], progress: RunProgress
) -> Iterator[Event]:
    """The work's events, and then an end for each row that they left without one."""
    try:
        ports.runs.start(run)
        yield from record_events(ports, run, guard, work(), progress)
    except Exception as failure:
        reason = failure.message if isinstance(failure, AddInError) else Message("cancelled_row")
        yield from the_rest(ports, run, progress, reason)
        raise
    yield from the_rest(ports, run, progress, Message("cancelled_row"))


def the_rest(ports: RunPorts, run: RunInfo, progress: RunProgress, reason: Message) -> Sequence[RowResult]:
    """End the rows that have no end; a history that cannot be written does not keep people from being told."""
    ends = progress.finish_remaining(reason)
    if ends:
        with suppress(AddInError):
            ports.runs.report(run.id, ends)
    return ends


def record_events(
    ports: RunPorts, run: RunInfo, guard: LeaseGuard, events: Iterator[Event], progress: RunProgress
) -> Iterator[Event]:
    """Pass the events on, writing results to the history in groups and the lease's heartbeat with them."""
    waiting: list[RowResult] = []
    written = ports.clock.monotonic()
    try:
        for event in events:
            if isinstance(event, RowResult) and progress.take(event) and event.outcome not in NOT_ENDED:
                waiting.append(event)
            if len(waiting) >= GROUP or isinstance(event, Message):
                write(ports, run, waiting, progress)
                guard.renew(progress.ended)
                written = ports.clock.monotonic()
            elif waiting and ports.clock.monotonic() >= written + SECONDS:
                write(ports, run, waiting, progress)
                written = ports.clock.monotonic()
            yield event
    finally:
        if isinstance(events, Generator):
            events.close()  # what is in flight is written down before the lease is given back
        write(ports, run, waiting, progress)


def write(ports: RunPorts, run: RunInfo, waiting: list[RowResult], progress: RunProgress) -> None:
    """Write the results that wait to the history, and how far the run is, as one."""
    ports.runs.report(run.id, waiting, progress.ended)
    waiting.clear()
