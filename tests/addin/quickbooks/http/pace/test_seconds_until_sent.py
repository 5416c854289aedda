"""How long the rest of a run's batches will take to leave, by what is known: on states that are written down, and over a count
whose clock is another than ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qb_plugin.quickbooks.http.call_ledger import MemoryLedger
from qb_plugin.quickbooks.http.pace_rules import seconds_until_sent
from qb_plugin.quickbooks.http.pace_state import CountedCall, PaceState
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import StoppedClock

NOW = 1024.0
FOUR = Limits(batches_per_minute=4, guard=0.5)
ONE = replace(FOUR, batches_per_minute=1)


def sent(*ago: float, batch: bool = True) -> list[CountedCall]:
    """Calls that left so many seconds ago, the longest ago first."""
    return [CountedCall(f"us.{number}", NOW - seconds, batch) for number, seconds in enumerate(ago)]


def seconds(state: PaceState, batches: int, pace: float = 1.0, limits: Limits = FOUR) -> float:
    """How long from now."""
    return seconds_until_sent(state, batches, pace, NOW, limits)


@pytest.mark.parametrize(("batches", "wait"), [(0, 0.0), (1, 0.0), (4, 0.0), (5, 60.5), (8, 60.5), (9, 121.0)])
def test_what_fits_into_a_minute_leaves_at_once_and_the_rest_a_minute_and_its_guard_later(batches: int, wait: float) -> None:
    assert seconds(PaceState(), batches) == wait


@pytest.mark.parametrize(
    ("batches", "wait"), [(0, 0.0), (1, 0.0), (2, 10.5), (3, 30.5), (4, 50.5), (5, 60.5), (6, 71.0), (7, 91.0), (8, 111.0)]
)
def test_each_batch_waits_for_the_one_that_makes_room_for_it(batches: int, wait: float) -> None:
    assert seconds(PaceState(calls=sent(50.0, 30.0, 10.0)), batches) == wait


@pytest.mark.parametrize(("ago", "wait"), [(60.0, 0.5), (60.25, 0.25), (60.5, 0.0), (61.0, 0.0)])
def test_a_batch_counts_until_a_minute_and_its_guard_have_passed(ago: float, wait: float) -> None:
    assert seconds(PaceState(calls=sent(ago)), 1, limits=ONE) == wait


def test_other_calls_take_no_room_from_batches() -> None:
    assert seconds(PaceState(calls=sent(3.0, 2.0, 1.0, batch=False)), 4) == 0.0


@pytest.mark.parametrize(("batches", "wait"), [(0, 0.0), (1, 30.0), (4, 30.0), (5, 90.5)])
def test_nothing_leaves_before_a_silence_is_over(batches: int, wait: float) -> None:
    assert seconds(PaceState(silent_until=NOW + 30.0), batches) == wait


@pytest.mark.parametrize(("silence", "wait"), [(30.0, 40.5), (50.0, 50.0), (-1.0, 40.5)])
def test_of_a_silence_and_a_full_minute_the_longer_counts(silence: float, wait: float) -> None:
    assert seconds(PaceState(calls=sent(20.0), silent_until=NOW + silence), 1, limits=ONE) == wait


@pytest.mark.parametrize(
    ("share", "faster_at", "pace", "most"),
    [
        (1.0, NOW, 0.5, 2),
        (0.5, NOW + 60, 1.0, 2),
        (0.5, NOW + 60, 0.5, 1),
        (1.0, NOW, 0.1, 1),
        (0.7, NOW + 0.1, 1.0, 2),
        (0.7, NOW, 1.0, 4),
    ],
)
def test_the_share_after_a_429_and_the_firms_pace_make_the_minute_smaller_but_never_nothing(
    share: float, faster_at: float, pace: float, most: int
) -> None:
    state = PaceState(share=share, faster_at=faster_at)
    assert [seconds(replace(state), batches, pace) for batches in (most, most + 1)] == [0.0, 60.5]


def test_it_is_asked_on_the_clock_of_the_count_at_the_firms_pace() -> None:
    clock = StoppedClock()
    clock.move(16.0)
    ledger = MemoryLedger(lambda: clock.monotonic() + 5000.0)
    limiter = RateLimiter(FOUR, clock.monotonic, clock.sleep, lambda _: None, lambda: 0.5, ledger=ledger)
    assert [limiter.seconds_until_sent(batches) for batches in (0, 2, 3)] == [0.0, 0.0, 60.5]
    for _ in range(2):
        with limiter.slot(batch=True):
            pass
    clock.move(20.0)
    assert [limiter.seconds_until_sent(batches) for batches in (0, 1, 2, 3)] == [0.0, 40.5, 40.5, 101.0]
