"""A clock for which waiting is over at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from qb_plugin.clock import SystemClock


class HurriedClock(SystemClock):
    """The machine's clock, and the time waited for has passed at once. Real threads wait by it."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._stopped: tuple[datetime, float, float] | None = None

    def stop(self) -> None:
        """From now on time passes by waiting alone, however busy the machine is."""
        self._stopped = super().now(), super().monotonic(), super().uptime()

    def now(self) -> datetime:
        """Now, the waits added."""
        return (self._stopped[0] if self._stopped else super().now()) + timedelta(seconds=self._waited)

    def monotonic(self) -> float:
        """Seconds, the waits added."""
        return (self._stopped[1] if self._stopped else super().monotonic()) + self._waited

    def uptime(self) -> float:
        """Seconds, the waits added."""
        return (self._stopped[2] if self._stopped else super().uptime()) + self._waited

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self._waited += seconds
