"""One clock for this machine and for QuickBooks, which moves only when somebody waits: lag and late commits happen in time."""

from __future__ import annotations

from datetime import UTC, datetime

from hostsim.qbo_simulator.base.clock import Clock
from tests.support.virtual_clock import VirtualClock

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC)  # noon in California


class SharedTime(VirtualClock):
    """Stands at noon in California; sleeping is what moves it, from any thread."""

    def __init__(self) -> None:
        super().__init__(NOON)


class ServerClock(Clock):
    """The simulator's view of the same time; what it waits, everybody waits."""

    def __init__(self, time: SharedTime) -> None:
        super().__init__(source=time.now)
        self._time = time

    def advance(self, seconds: float) -> None:
        self._time.sleep(seconds)
