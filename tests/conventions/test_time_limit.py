"""The limit to what a test may take: it ends a loop and a wait, whatever catches exceptions there."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock

import pytest

from tests.support.time_limit import LIMIT, time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such signal")


def loop() -> None:
    """Go on for ever, whatever our own handlers catch."""
    while True:
        with suppress(Exception):
            int("7")


def wait_for_a_lock() -> None:
    """Wait for what nobody gives back."""
    lock = Lock()
    with lock:
        lock.acquire()


@pytest.mark.parametrize("hang", [loop, wait_for_a_lock, Event().wait])
def test_a_test_that_hangs_fails(hang: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="longer than any"), time_limit(0.05):
        hang()


def test_a_test_that_ends_in_time_is_left_alone() -> None:
    with time_limit(0.05):
        pass
    assert not Event().wait(0.1)


def test_the_limit_is_on_for_every_test() -> None:
    left, again = signal.getitimer(signal.ITIMER_REAL)
    assert 0 < left <= LIMIT
    assert again > 0
