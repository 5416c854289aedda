"""Limits: true sliding windows per realm, on the simulator's clock."""

from collections import deque
from dataclasses import dataclass, field

from hostsim.qbo_simulator.base.settings import Settings


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as counted: its time, how many calls it counts for, and its service time in seconds."""

    at: float
    batch: bool
    weight: int
    seconds: float


@dataclass(slots=True)
class Meter:
    """The recent calls of one company in sliding windows."""

    calls: deque[float] = field(default_factory=deque)
    batches: deque[float] = field(default_factory=deque)
    running: list[float] = field(default_factory=list)
    emails: deque[float] = field(default_factory=deque)
    silent_until: float = 0.0

    def admits(self, settings: Settings, arrival: Arrival) -> bool:
        """Whether the limits admit one more call; if so it is counted."""
        if not settings.limits:
            return True
        now = arrival.at
        self.running = [end for end in self.running if end > now]
        if now < self.silent_until or self._full(settings, arrival):
            self.silent_until = max(self.silent_until, now + settings.throttle_penalty)
            return False
        self.calls.extend([now] * arrival.weight)
        if arrival.batch:
            self.batches.append(now)
        if arrival.seconds:
            self.running.append(now + arrival.seconds)
        return True

    def _full(self, settings: Settings, arrival: Arrival) -> bool:
        now = arrival.at
        _forget(self.calls, now - 60)
        _forget(self.batches, now - 60)
        last_second = sum(1 for at in self.calls if at > now - 1)
        batches = min(settings.batches_per_minute, settings.batches_per_minute_realm)
        return (
            len(self.calls) + arrival.weight > settings.per_minute
            or last_second >= settings.per_second
            or len(self.running) >= settings.concurrent
            or (arrival.batch and len(self.batches) >= batches)
        )

    def admits_email(self, settings: Settings, now: float) -> bool:
        """Whether the limits admit one more e-mail today; if so it is counted."""
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
