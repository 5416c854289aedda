"""One press of the button: lease, history, counts; whatever happens, every row ends with an outcome and the lease is given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qb_plugin.model import Lease, Message, Outcome, RowResult, RunInfo
from qb_plugin.sync.ports import Clock, Leases, Runs

DONE = frozenset({Outcome.SYNCHRONIZED, Outcome.CHANGED})
NOT_ENDED = frozenset({Outcome.READY, Outcome.WAITING, Outcome.RUNNING})
GROUP = 200  # results a commit of the history


@dataclass(slots=True)
class Tally:
    """Each row's last result, and how many ended how."""

    ids: Sequence[str]
    results: dict[str, RowResult] = field(default_factory=dict)

    def take(self, result: RowResult) -> bool:
        """Keep a result; False when the row is not one of this run's."""
        if result.id not in self._wanted:
            return False
        self.results[result.id] = result
        return True

    _wanted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._wanted = frozenset(self.ids)

    @property
    def ended(self) -> int:
        """How many rows have an end."""
        return len(self.results)

    def counts(self) -> dict[str, int]:
        """How many rows were tried, are done, failed, not confirmed, skipped and not tried."""
        by = Counter(result.outcome for result in self.results.values())
        done = sum(by[outcome] for outcome in DONE)
        failed = by[Outcome.FAILED] + by[Outcome.REMOVED]
        return {
            "tried": done + failed + by[Outcome.NOT_CONFIRMED],
            "done": done,
            "failed": failed,
            "not_confirmed": by[Outcome.NOT_CONFIRMED],
            "skipped": by[Outcome.SKIPPED],
            "not_tried": by[Outcome.NOT_TRIED],
        }


@dataclass(frozen=True, slots=True)
class RunPorts:
    """What keeping a run needs."""

    leases: Leases
    runs: Runs
    clock: Clock


def carry_out(
    ports: RunPorts,
    run: RunInfo,
    work: Callable[[Lease], Iterator[RowResult | Message]],
    tally: Tally,
) -> Iterator[RowResult | Message]:
    """Do the work under the company's lease, keeping the history as it goes; RunInProgress when somebody else runs."""
    lease = ports.leases.take(run.realm, run)
    try:
        ports.runs.start(run)
        yield from recorded(ports, run, lease, work(lease), tally)
    finally:
        finish(ports, run, tally.counts())
        ports.leases.release(lease)


def recorded(
    ports: RunPorts, run: RunInfo, lease: Lease, events: Iterator[RowResult | Message], tally: Tally
) -> Iterator[RowResult | Message]:
    """Pass the events on, writing results to the history in groups and the lease's heartbeat with them."""
    waiting: list[RowResult] = []
    try:
        for event in events:
            if isinstance(event, RowResult) and tally.take(event):
                waiting.append(event)
            if len(waiting) >= GROUP or isinstance(event, Message):
                waiting = keep(ports, run, lease, waiting, tally)
            yield event
    finally:
        keep(ports, run, lease, waiting, tally)


def keep(ports: RunPorts, run: RunInfo, lease: Lease, results: Sequence[RowResult], tally: Tally) -> list[RowResult]:
    """Write results to the history and say how far the run is; returns the empty list of those still to write."""
    if results:
        ports.runs.report(run.id, results)
    ports.runs.progress(run.id, tally.ended)
    ports.leases.beat(lease, tally.ended)
    return []


def finish(ports: RunPorts, run: RunInfo, counts: Mapping[str, int]) -> None:
    """Close the run in the history."""
    ports.runs.finish(run.id, counts, ports.clock.now())
