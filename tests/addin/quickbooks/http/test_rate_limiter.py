"""The pacer, counted on a clock that moves only when it waits: calls in every true window, not seconds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock, Semaphore

import pytest

from qb_plugin.quickbooks.http.pace_rules import PaceReason, PaceWait
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import StoppedClock

MINUTES = Limits(per_second=100_000)


def sent_at(rate_limiter: RateLimiter, clock: StoppedClock, calls: int, batch: bool = False) -> list[float]:
    """When each of so many calls went out, none taking any time."""
    times = []
    for _ in range(calls):
        with rate_limiter.slot(batch):
            times.append(clock.monotonic())
    return times


def most_within(times: list[float], seconds: float) -> int:
    """The fullest window of this length."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def paced(limits: Limits | None = None) -> tuple[RateLimiter, StoppedClock, list[PaceWait]]:
    clock, told = StoppedClock(), list[PaceWait]()
    return RateLimiter(limits or Limits(), clock.monotonic, clock.sleep, told.append), clock, told


def test_no_window_of_a_minute_or_a_second_holds_more_calls_than_quickbooks_takes() -> None:
    rate_limiter, clock, _ = paced()
    times = sent_at(rate_limiter, clock, 1300)
    assert most_within(times, 60) <= 500
    assert most_within(times, 1) == 10
    assert most_within(times, 1.5) == 10


def test_a_minute_is_filled_to_its_limit() -> None:
    rate_limiter, clock, _ = paced(MINUTES)
    times = sent_at(rate_limiter, clock, 1300)
    assert most_within(times, 60) == 500
    assert most_within(times, 60.5) == 500


def test_batches_fill_their_minute_in_a_burst_and_then_wait_for_it_to_pass() -> None:
    rate_limiter, clock, _ = paced(Limits(per_second=1000))
    times = sent_at(rate_limiter, clock, 100, batch=True)
    assert times[:40] == [0.0] * 40
    assert times[40:80] == [60.5] * 40
    assert times[80:] == [121.0] * 20


def test_three_thousand_rows_in_batches_of_thirty_need_no_more_than_the_windows_ask_for() -> None:
    rate_limiter, clock, _ = paced()
    times = sent_at(rate_limiter, clock, 100, batch=True)
    # 100 batches: two windows of 40 and 20 more, ten in each second and a half.
    assert times[-1] <= 2 * 60.5 + 4 * 1.5
    assert most_within(times, 60) == 40


def test_reads_do_not_count_against_the_batches_but_batches_count_as_calls() -> None:
    limits = Limits(per_minute=50, per_second=1000, batches_per_minute=40)
    rate_limiter, clock, _ = paced(limits)
    assert sent_at(rate_limiter, clock, 40, batch=True)[-1] == 0.0
    assert sent_at(rate_limiter, clock, 10)[-1] == 0.0
    assert sent_at(rate_limiter, clock, 1)[-1] == 60.5


def test_a_429_brings_sixty_seconds_of_silence_told_second_by_second() -> None:
    rate_limiter, clock, told = paced()
    rate_limiter.throttled()
    assert sent_at(rate_limiter, clock, 1) == [60.0]
    assert told == [PaceWait(PaceReason.SILENCE, seconds) for seconds in range(60, 0, -1)]


def test_after_a_429_the_pace_is_lower_for_a_while_and_then_recovers() -> None:
    rate_limiter, clock, _ = paced(MINUTES)
    rate_limiter.throttled()
    clock.sleep(60)
    slower = sent_at(rate_limiter, clock, 700)
    assert most_within(slower, 60) == 350
    clock.sleep(400)
    assert most_within(sent_at(rate_limiter, clock, 700), 60) == 500


def test_several_429_of_one_burst_lower_the_pace_once() -> None:
    rate_limiter, clock, _ = paced(MINUTES)
    for _ in range(9):
        rate_limiter.throttled()
    clock.sleep(60)
    assert most_within(sent_at(rate_limiter, clock, 400), 60) == 350


def test_a_429_after_every_silence_never_stops_the_calls_altogether() -> None:
    rate_limiter, clock, _ = paced(Limits(per_second=4))
    for _ in range(20):
        rate_limiter.throttled()
        clock.sleep(60)
    assert most_within(sent_at(rate_limiter, clock, 20), 1) == 1


@pytest.mark.parametrize(("pace", "most"), [(1.0, 10), (0.5, 5), (0.05, 1)])
def test_a_gentler_pace_leaves_places_to_others(pace: float, most: int) -> None:
    clock = StoppedClock()
    assert RateLimiter(Limits(), clock.monotonic, clock.sleep, print, lambda: pace).at_once == most


def test_after_a_429_a_run_leaves_places_to_whoever_it_met_and_takes_them_back_later() -> None:
    rate_limiter, clock, _ = paced()
    assert rate_limiter.at_once == 10
    rate_limiter.throttled()
    assert rate_limiter.at_once == 7
    clock.sleep(60 + 300)
    assert rate_limiter.at_once == 10


@pytest.mark.parametrize(("pace", "most"), [(1.0, 500), (0.5, 250), (0.25, 125)])
def test_a_gentler_pace_uses_a_share_of_the_limits(pace: float, most: int) -> None:
    clock = StoppedClock()
    rate_limiter = RateLimiter(MINUTES, clock.monotonic, clock.sleep, print, lambda: pace)
    assert most_within(sent_at(rate_limiter, clock, 600), 60) == most


def test_no_more_calls_are_under_way_at_once_than_quickbooks_takes() -> None:
    clock, over = StoppedClock(), Semaphore(0)
    under_way, most, lock = 0, 0, Lock()
    together = Barrier(3)

    def sleep(seconds: float) -> None:
        # Time passes only when a call is over: threads need real time, in which no place may end by itself.
        assert over.acquire(timeout=10)
        clock.sleep(seconds)

    rate_limiter = RateLimiter(Limits(at_once=3, per_second=1000), clock.monotonic, sleep, lambda _: None)

    def call() -> None:
        nonlocal under_way, most
        with rate_limiter.slot():
            with lock:
                under_way += 1
                most = max(most, under_way)
            together.wait(10)
            with lock:
                under_way -= 1
        over.release()

    with ThreadPoolExecutor(9) as pool:
        for done in [pool.submit(call) for _ in range(9)]:
            done.result()
    assert most == 3


def test_a_call_that_was_held_up_counts_from_when_it_left() -> None:
    rate_limiter, clock, _ = paced(Limits(per_second=1000))
    with rate_limiter.slot(batch=True) as slot:
        clock.sleep(7.0)
        slot.leaves()
    assert sent_at(rate_limiter, clock, 40, batch=True) == [7.0] * 39 + [67.5]


def test_of_calls_that_left_in_another_order_each_counts_for_itself() -> None:
    rate_limiter, clock, _ = paced(Limits(per_second=1000, batches_per_minute=2))
    with rate_limiter.slot(batch=True) as first:
        sent_at(rate_limiter, clock, 1, batch=True)
        clock.sleep(7.0)
        first.leaves()
    assert sent_at(rate_limiter, clock, 2, batch=True) == [60.5, 67.5]


def test_threads_share_the_windows() -> None:
    rate_limiter, _, _ = paced(Limits(per_second=1000, at_once=8))
    times, lock = list[float](), Lock()

    def call() -> None:
        # Its own moment: a thread that waits for the processor meanwhile would read the clock that another has moved on.
        with rate_limiter.slot(batch=True) as slot, lock:
            times.append(slot.at)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call) for _ in range(80)]:
            done.result()
    assert len(times) == 80
    assert most_within(sorted(times), 60) <= 40


def test_a_call_that_fails_gives_its_place_back() -> None:
    rate_limiter, clock, _ = paced(Limits(at_once=1))
    with pytest.raises(OSError, match="lost"), rate_limiter.slot():
        raise OSError("lost")
    assert sent_at(rate_limiter, clock, 1) == [0.0]
