"""One clock for this machine and for QuickBooks, which moves only when somebody waits: lag and late commits happen in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hostsim.qbo_simulator.base.clock import Clock
from tests.support.virtual_clock import VirtualClock

NOON = datetime(2026, 11, 22, 20, tzinfo=UTC)  # noon in California


class SharedTime(VirtualClock):
    """Stands at noon in California; sleeping is what moves it, from any thread."""

    def __init__(self) -> None:
        super().__init__(NOON)


CLOCKS = ("right", "ahead", "behind", "jumping", "asleep")
HOUR = 3600.0
NAPS = 4  # of so many waits, the machine sleeps through one
NAP = 100.0


class DeskClock:
    """One process's own idea of the shared time: its time of day may be wrong, or jump at every wait; its machine may fall asleep.

    Waiting moves everybody's time. `monotonic` leaves out what the machine slept through, `uptime` does not.
    """

    def __init__(self, time: SharedTime, kind: str = "right") -> None:
        self._time, self._kind = time, kind
        self._waits, self._slept = 0, 0.0
        self._wrong = {"ahead": HOUR, "behind": -600.0}.get(kind, 0.0)

    def now(self) -> datetime:
        return self._time.now() + timedelta(seconds=self._wrong)

    def monotonic(self) -> float:
        return self._time.monotonic() - self._slept

    def uptime(self) -> float:
        return self._time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds)
        self._waits += 1
        if self._kind == "jumping":
            self._wrong = (HOUR, -HOUR)[self._waits % 2]
        if self._kind == "asleep" and self._waits % NAPS == 0:
            self._slept += NAP
            self._time.move(NAP)


class ServerClock(Clock):
    """The simulator's view of the same time; what it waits, everybody waits."""

    def __init__(self, time: SharedTime) -> None:
        super().__init__(source=time.now)
        self._time = time

    def advance(self, seconds: float) -> None:
        self._time.sleep(seconds)
