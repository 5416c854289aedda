"""The lease a run sends under: renewed as the run goes on, and looked at right before bytes leave.

See docs/architecture.md rule 8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from qb_plugin.clock import Clock
from qb_plugin.model import Lease
from qb_plugin.sync.ports import Leases
from qb_plugin.sync.reporting import Reporter

FRESH = 15.0  # seconds for which a renewal proves the lease; another workstation may take it 60 s after the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedRun:
    """A run that holds its company's lease, as its work sees it.

    `fence` is the lease's number, `stop` says whether a person has cancelled, and `check_lease` raises LeaseLost when
    another workstation has taken the lease; it is called right before bytes leave. `reporter` takes what comes of it.
    """

    id: str
    fence: int
    stop: Callable[[], bool]
    check_lease: Callable[[], None]
    reporter: Reporter


class LeaseGuard:
    """Renews a run's lease and remembers when it last did."""

    def __init__(self, leases: Leases, lease: Lease, clock: Clock) -> None:
        self._leases, self._lease, self._clock = leases, lease, clock
        self._renewed, self._done = self._moment(), 0

    def renew(self, done: int) -> None:
        """Renew the lease and note how many rows have ended; LeaseLost when another workstation has it."""
        moment = self._moment()
        self._leases.beat(self._lease, done)
        self._renewed, self._done = moment, done

    def check(self) -> None:
        """Make sure that the lease is still ours; LeaseLost when it is not. A recent renewal is proof enough."""
        if self._age() >= FRESH:
            self.renew(self._done)

    def _age(self) -> float:
        """Seconds since the last renewal began, by the clock that counted more: a monotonic one may stop while machines sleep."""
        (wall, monotonic), (wall_then, monotonic_then) = self._moment(), self._renewed
        return max((wall - wall_then).total_seconds(), monotonic - monotonic_then)

    def _moment(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.monotonic()
