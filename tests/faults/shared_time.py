"""One clock for this machine and for QuickBooks, which moves only when somebody waits: lag and late commits happen in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from hostsim.qbo_simulator.base.clock import Clock

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC)  # noon in California


class SharedTime:
    """Stands at noon; sleeping is what moves it, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds


class ServerClock(Clock):
    """The simulator's view of the same time; what it waits, everybody waits."""

    def __init__(self, time: SharedTime) -> None:
        super().__init__(source=time.now)
        self._time = time

    def advance(self, seconds: float) -> None:
        self._time.sleep(seconds)
