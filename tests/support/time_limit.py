"""A limit to what one test may take: a loop without an end, or a thread that is waited for in vain, fails and does not hang."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

LIMIT = 600.0  # seconds; the longest test takes some tens of them on a machine that does nothing else
AGAIN = 5.0  # seconds after which it is said again to a test that caught it


@contextmanager
def time_limit(seconds: float = LIMIT) -> Iterator[None]:
    """Fail the test that is still at it after so many seconds, in the main thread; nothing where the system has no such signal."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _fail)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _fail(number: int, frame: FrameType | None) -> None:
    """No `Exception`, so that none of our own handlers takes it for a failure of the host or of QuickBooks."""
    pytest.fail("the test takes longer than any does")
