"""A clock that moves only when somebody waits, and request ids that count: what makes the tests of the rules repeatable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


class VirtualClock:
    """Begins at noon. `at` lets something happen the moment a time has passed, such as a person pressing Cancel."""

    def __init__(self) -> None:
        self.moment = NOON
        self.slept: list[float] = []
        self._due: list[tuple[datetime, Callable[[], object]]] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        due, self._due = self._due, [entry for entry in self._due if entry[0] > self.moment]
        for moment, act in due:
            if moment <= self.moment:
                act()

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something once so many seconds have passed."""
        self._due.append((self.moment + timedelta(seconds=seconds), act))


class CountingIds:
    """Request ids one after the other, from a number of its own for each workstation."""

    def __init__(self, first: int = 1) -> None:
        self._next = first

    def requestid(self) -> str:
        self._next += 1
        return f"{self._next - 1:032x}"
