"""The clock that every part of the add-in tells time and waits by: a Protocol, and this machine's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """The time of day (with its zone), two times that only increase, and waiting (all in seconds); a test need not wait."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float:
        """For waits: never runs ahead, and may stand still while the machine sleeps."""
        ...

    def uptime(self) -> float:
        """For ages: goes on while the machine sleeps, and may run ahead."""
        ...

    def sleep(self, seconds: float) -> None: ...


class LargerSteps:
    """Adds up whichever of two readings has moved more since the last look: where no clock counts a sleep, one of them does."""

    def __init__(self, *readings: Callable[[], float]) -> None:
        self._readings = readings
        self._lock = Lock()
        self._last = [read() for read in readings]
        self._sum = 0.0

    def read(self) -> float:
        """The sum by now."""
        with self._lock:
            before, self._last = self._last, [read() for read in self._readings]
            self._sum += max(now - then for now, then in zip(self._last, before, strict=True))
            return self._sum


# Linux alone has a clock that counts while the machine sleeps.
_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)
_uptime = LargerSteps(time.time, time.monotonic).read if _BOOT is None else partial(time.clock_gettime, _BOOT)


class SystemClock:
    """This machine's time of day and its monotonic times, and waiting."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only increase, whatever happens to the time of day."""
        return time.monotonic()

    def uptime(self) -> float:
        """Seconds that only increase, those included for which the machine slept."""
        return _uptime()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        time.sleep(seconds)
