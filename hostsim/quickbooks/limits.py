"""Limits: true sliding windows per realm, on the simulator's clock."""

from collections import deque
from dataclasses import dataclass, field

from hostsim.quickbooks.settings import Settings


@dataclass(slots=True)
class Meter:
    """What one company has used lately."""

    calls: deque[float] = field(default_factory=deque)
    batches: deque[float] = field(default_factory=deque)
    running: list[float] = field(default_factory=list)
    emails: deque[float] = field(default_factory=deque)
    silent_until: float = 0.0

    def admits(self, settings: Settings, now: float, batch: bool, weight: int, seconds: float) -> bool:
        """Whether one more call may come in now; if so it is counted."""
        if not settings.limits:
            return True
        self.running = [end for end in self.running if end > now]
        if now < self.silent_until or self._full(settings, now, batch, weight):
            self.silent_until = max(self.silent_until, now + settings.throttle_penalty)
            return False
        self.calls.extend([now] * weight)
        if batch:
            self.batches.append(now)
        if seconds:
            self.running.append(now + seconds)
        return True

    def _full(self, settings: Settings, now: float, batch: bool, weight: int) -> bool:
        _forget(self.calls, now - 60)
        _forget(self.batches, now - 60)
        last_second = sum(1 for at in reversed(self.calls) if at > now - 1) if self.calls else 0
        batches = min(settings.batches_per_minute, settings.batches_per_minute_realm)
        return (
            len(self.calls) + weight > settings.per_minute
            or last_second >= settings.per_second
            or len(self.running) >= settings.concurrent
            or (batch and len(self.batches) >= batches)
        )

    def admits_email(self, settings: Settings, now: float) -> bool:
        """Whether one more e-mail may go out today."""
        if not settings.limits:
            return True
        _forget(self.emails, now - 86_400)
        if len(self.emails) >= settings.emails_per_day:
            return False
        self.emails.append(now)
        return True


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
