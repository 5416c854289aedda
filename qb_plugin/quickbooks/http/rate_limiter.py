"""Keeps to QuickBooks' limits: true sliding windows, filled in bursts, and silence when it asks for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from threading import Lock, Semaphore

from qb_plugin.errors import AddInError
from qb_plugin.model import Message
from qb_plugin.quickbooks.limits import Limits

_READY = 0.001
_STEP = 1.0
_SLOWER = 0.7
_SLOWEST = 0.25


class Slot:
    """A call's place in the windows. It counts from the moment it leaves: on a busy machine that may be a while after its turn
    came, and QuickBooks counts arrivals."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.at = monotonic()

    def leaves(self) -> None:
        """It leaves only now."""
        self.at = self._monotonic()


class Window:
    """At most `most` calls in any `length` seconds."""

    def __init__(self, most: int, length: float) -> None:
        self._most = most
        self._length = length
        self._calls: deque[Slot] = deque()

    def wait(self, now: float, share: float) -> float:
        """Seconds until one call more fits, at this share of the limit."""
        while self._calls and self._calls[0].at <= now - self._length:
            self._calls.popleft()
        most = max(1, int(self._most * share))
        if len(self._calls) < most:
            return 0.0
        return sorted(call.at for call in self._calls)[-most] + self._length - now

    def count(self, call: Slot) -> None:
        """Count a call."""
        self._calls.append(call)


class CallCancelled(AddInError):
    """The call was called back before it left."""


def never() -> bool:
    """Nobody calls it back."""
    return False


def always() -> bool:
    """Nothing holds it back."""
    return True


def full() -> float:
    """All of QuickBooks' limits."""
    return 1.0


class RateLimiter:
    """Gives each call its turn. Thread-safe; `monotonic` and `sleep` are in seconds; `tell` hears how long a silence lasts.

    `pace`: the share of QuickBooks' limits that the firm wants used, asked for at each call.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        publish: Callable[[int], None],
        pace: Callable[[], float] = full,
    ) -> None:
        self._limits = limits
        self._pace = pace
        self._monotonic = monotonic
        self._sleep = sleep
        self._publish = publish
        self._lock = Lock()
        self._places = Semaphore(limits.at_once)
        self._calls = (Window(limits.per_minute, 60 + limits.guard), Window(limits.per_second, 1 + limits.guard))
        self._batches = Window(limits.batches_per_minute, 60 + limits.guard)
        self._silent_until = float("-inf")
        self._share = 1.0
        self._faster_at = float("-inf")
        self._told = 0

    @contextmanager
    def slot(self, batch: bool = False, stop: Callable[[], bool] = never) -> Iterator[Slot]:
        """Wait until one call more is within all limits, and hold its place until it is over.

        The place comes first: a call that was counted and then waited for its place would arrive later than it counts.
        CallCancelled when `stop` says so while the call still waits: it has not left, so it need not.
        """
        with self._places:
            while isinstance(found := self._reserve(batch), float):
                if stop():
                    raise CallCancelled(Message("cancelled_row"))
                self._sleep(min(found, _STEP) if stop is not never else found)
            yield found

    @property
    def at_once(self) -> int:
        """How many calls a run should have under way: as the windows, a share of the limit while it is shared with others."""
        with self._lock:
            return max(1, int(self._limits.at_once * self._present_share(self._monotonic())))

    def throttled(self) -> None:
        """QuickBooks answered 429 though our count is right: strangers share the company's quota. Be silent, then slower."""
        with self._lock:
            now = self._monotonic()
            # Answers to calls that left before the silence began tell nothing new.
            if now >= self._silent_until:
                self._share = max(_SLOWEST, self._share * _SLOWER)
            self._silent_until = now + self._limits.silence
            self._faster_at = self._silent_until + self._limits.recovery

    def _reserve(self, batch: bool) -> Slot | float:
        """The call's place, counted, or seconds to wait before asking again."""
        with self._lock:
            now = self._monotonic()
            silence = self._silent_until - now
            if silence > _READY:
                self._tell_silence(silence)
                return min(silence, _STEP)
            share = self._present_share(now)
            windows = (*self._calls, self._batches) if batch else self._calls
            wait = max(window.wait(now, share) for window in windows)
            if wait > _READY:
                return wait
            slot = Slot(self._monotonic)
            for window in windows:
                window.count(slot)
            return slot

    def _present_share(self, now: float) -> float:
        if self._share < 1.0 and now >= self._faster_at:
            self._share = min(1.0, self._share / _SLOWER)
            self._faster_at = now + self._limits.recovery
        return self._share * self._pace()

    def _tell_silence(self, silence: float) -> None:
        seconds = ceil(silence)
        if seconds != self._told:
            self._told = seconds
            self._publish(seconds)
