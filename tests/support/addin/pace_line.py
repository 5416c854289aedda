"""Rate limiters over one count in memory that is watched, on a clock that moves only when somebody waits."""

from __future__ import annotations

from collections.abc import Callable

from qb_plugin.errors import Fatal
from qb_plugin.model import Message
from qb_plugin.quickbooks.http.call_ledger import Change, MemoryLedger, T
from qb_plugin.quickbooks.http.pace_rules import PaceWait
from qb_plugin.quickbooks.http.pace_state import PaceState, decode_state
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import StoppedClock


class WatchedLedger(MemoryLedger):
    """The count in memory: how often it was changed, and how it stands. While `away`, it is not there."""

    def __init__(self, clock: StoppedClock) -> None:
        super().__init__(clock.monotonic)
        self.changes, self.away = 0, False

    def change(self, act: Change[T]) -> T:
        self.changes += 1
        if self.away:
            raise Fatal(Message("database_lost"))
        return super().change(act)

    def state(self) -> PaceState:
        """The count as another process would find it."""
        return decode_state(super().change(lambda text, _: (text, text)))


class Line:
    """Processes of one firm over one count, on a clock that moves only when somebody waits."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock, self.told = StoppedClock(), list[PaceWait]()
        self.ledger, self.limits = WatchedLedger(self.clock), limits or Limits()
        self.meanwhile: Callable[[], object] = lambda: None

    def process(self, name: str = "us", number_from: int = 1) -> RateLimiter:
        """A rate limiter of this process."""
        return RateLimiter(
            self.limits,
            self.clock.monotonic,
            self._sleep,
            self.told.append,
            ledger=self.ledger,
            process=name,
            number_from=number_from,
        )

    def _sleep(self, seconds: float) -> None:
        self.meanwhile()
        self.clock.sleep(seconds)


def call(limiter: RateLimiter, times: int = 1, batch: bool = False) -> None:
    """Calls one after the other that take no time."""
    for _ in range(times):
        with limiter.slot(batch):
            pass
