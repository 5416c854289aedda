"""A clock that moves only when somebody waits, and request ids that count: what makes the tests of the rules repeatable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
MOST_WAITS = 50_000  # of one test: whoever waits more waits without end


class VirtualClock:
    """Stands at `start` until some thread sleeps or a test moves it; `slept` holds every wait.

    The tests of one part begin at a moment of their own (`store_samples.StillClock`, `quickbooks_fakes.StoppedClock`,
    `shared_time.SharedTime`). Clocks of another kind stay where their tests are: `HurriedClock` runs with the real one, since real
    threads wait by it, and only its sleeps are over at once; `TimelessClock` never moves; a real process lets real time pass
    while it sleeps (`QuickClock`).
    """

    def __init__(self, start: datetime = NOON) -> None:
        self.start = start
        self.slept: list[float] = []
        self._seconds = 0.0
        self._due: list[tuple[float, Callable[[], object]]] = []
        self._lock = Lock()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def uptime(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        assert len(self.slept) < MOST_WAITS, "waited without end"
        self.slept.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        """Let time pass, then do what has become due; no lock is held meanwhile, for it may wait itself."""
        with self._lock:
            self._seconds += seconds
            due = [act for moment, act in self._due if moment <= self._seconds]
            self._due = [entry for entry in self._due if entry[0] > self._seconds]
        for act in due:
            act()

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something once so many seconds have passed, such as a person pressing Cancel."""
        self._due.append((self._seconds + seconds, act))


class CountingIds:
    """Request ids one after the other, from a number of its own for each workstation."""

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def requestid(self) -> str:
        self._next += 1
        return f"{self._next - 1:032x}"
