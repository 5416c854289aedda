"""The lease a run sends under: renewed as the run goes on, and looked at right before bytes leave.

See docs/architecture.md rule 8.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock

from qb_plugin.clock import Clock
from qb_plugin.errors import AddInError, LeaseLost
from qb_plugin.model import Lease, Message
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import Leases
from qb_plugin.sync.reporting import Reporter

FRESH = 15.0  # seconds for which a renewal proves the lease; another workstation may take it 60 s after the last one
NAP = 5.0  # seconds between looks at a person's cancel, while a run waits
PROVES = 40.0  # seconds for which it proves it to a call whose turn has come: 20 before another workstation may look


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedRun:
    """A run that holds its company's lease, as its work sees it.

    `fence` is the lease's number, `stop` says whether a person has cancelled, and `check_lease` raises LeaseLost when
    another workstation has taken the lease; it is called before anything is written down or queued to be sent. `may_leave` is asked
    for each call when its turn has come, by the thread that sends it, with nothing between the answer and the sending.
    `reporter` takes what comes of it; `user` is who pressed the button.
    """

    id: str
    fence: int
    stop: Callable[[], bool]
    check_lease: Callable[[], None]
    may_leave: Callable[[], bool]
    reporter: Reporter
    user: str = ""


class LeaseGuard:
    """Renews a run's lease and remembers when it last did. Thread-safe: each call that leaves asks it."""

    def __init__(self, leases: Leases, lease: Lease, clock: Clock) -> None:
        self._leases, self._lease, self._clock = leases, lease, clock
        self._renewed, self._done = clock.uptime(), 0
        self._is_lost = False
        self._lock = RLock()

    def renew(self, done: int) -> None:
        """Renew the lease and note how many rows have ended; LeaseLost when another workstation has it."""
        with self._lock:
            began = self._clock.uptime()
            try:
                self._leases.beat(self._lease, done)
            except LeaseLost:
                self._is_lost = True
                raise
            self._renewed, self._done = began, done

    def check(self) -> None:
        """Make sure that the lease is still ours; LeaseLost when it is not. A recent renewal is proof enough."""
        if self._is_lost or self._age() >= FRESH:
            self.renew(self._done)

    def may_leave(self) -> bool:
        """Whether a call may leave now: the last good renewal, if need be one made here, began less than `PROVES` seconds ago.

        A queue may be longer than the lease. False when another workstation has it, or while the database does not answer.
        """
        with self._lock:
            if not self._is_lost and self._age() >= PROVES:
                with suppress(AddInError):
                    self.renew(self._done)
            return not self._is_lost and self._age() < PROVES

    def _age(self) -> float:
        """Seconds since the last renewal began, those included for which the machine slept."""
        return self._clock.uptime() - self._renewed


def wait(context: SyncContext, run: LeasedRun, seconds: float) -> bool:
    """Let time pass by this process's own monotonic clock, saying how long it will be; False when stopped meanwhile.

    Moments that were written down do not count: another machine's clock, or this one's before a restart, may be wrong.
    """
    clock, left = context.clock, seconds
    until = clock.monotonic() + seconds
    if left > 0:
        run.reporter.notice(Message("checking_again", {"seconds": round(left)}))
    while left > 0 and not run.stop():
        clock.sleep(min(left, NAP))
        left = until - clock.monotonic()
    return left <= 0
