"""What the firm's count holds for this process and nobody uses: handed out while it counts, given back whole."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.http.pace_rules import Permits
from qb_plugin.quickbooks.http.slot_pool import Permit, SlotPool
from tests.support.virtual_clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def pool(clock: VirtualClock) -> SlotPool:
    """Two idle turns of reads and one idle place, counted at this moment, and a call that has left."""
    found = SlotPool(clock.monotonic)
    assert found.fill(Permits(["us.1", "us.2", "us.3"], ["us.1", "us.2"]), False, 0.0) == Permit("us.1", "us.1", 0.0, 0.0)
    return found


def test_what_was_given_for_several_calls_serves_the_next_ones(pool: SlotPool) -> None:
    assert (pool.calls, pool.places) == (2, 1)
    assert pool.take(False) == Permit("us.2", "us.2", 0.0, 0.0)
    assert (pool.calls, pool.places) == (1, 0)
    assert pool.take(False) is None
    assert (pool.calls, pool.places) == (1, 0)


def test_a_place_that_is_given_back_serves_another_call_and_keeps_its_age(pool: SlotPool, clock: VirtualClock) -> None:
    first = pool.take(False)
    assert first is not None
    clock.move(0.03125)
    pool.put(first)
    assert pool.take(False) == Permit("us.3", "us.2", 0.0, 0.0)


def test_a_batch_is_not_counted_as_a_read_nor_a_read_as_a_batch(pool: SlotPool) -> None:
    assert pool.take(True) is None
    pool.fill(Permits(["us.8", "us.9"], ["us.8", "us.9"]), True, 0.0)
    assert pool.take(True) == Permit("us.9", "us.2", 0.0, 0.0)


@pytest.mark.parametrize(("later", "lasts"), [(0.046875, True), (0.05, True), (0.0625, False)])
def test_a_turn_that_was_counted_too_long_ago_serves_nobody(pool: SlotPool, clock: VirtualClock, later: float, lasts: bool) -> None:
    pool.put(Permit("x", "fresh", 0.0, 200.0))
    clock.move(later)
    assert (pool.take(False) is not None) is lasts
    assert pool.calls == (1 if lasts else 2)


@pytest.mark.parametrize(("age", "place"), [(4.0, "old"), (4.25, "fresh")])
def test_a_place_that_was_given_too_long_ago_serves_nobody(clock: VirtualClock, age: float, place: str) -> None:
    clock.move(100.0)
    pool = SlotPool(clock.monotonic)
    pool.put(Permit("x", "old", 0.0, 100.0 - age))
    pool.put(Permit("y", "fresh", 0.0, 100.0))
    pool.fill(Permits(["us.1", "us.2"], ["us.1"]), False, 100.0)
    found = pool.take(False)
    assert found is not None
    assert (found.call, found.place) == ("us.2", place)


def test_everything_is_drained_once(pool: SlotPool) -> None:
    assert pool.drain() == Permits(["us.2", "us.3"], ["us.2"])
    assert (pool.calls, pool.places) == (0, 0)
    assert pool.drain() == Permits([], [])


def test_what_could_not_be_given_back_serves_nobody_and_is_given_back_later(pool: SlotPool) -> None:
    idle = pool.drain()
    pool.restore(idle)
    assert pool.take(False) is None
    assert pool.take(True) is None
    assert pool.drain() == idle


def test_what_came_meanwhile_stays(pool: SlotPool) -> None:
    idle = pool.drain()
    fresh = pool.fill(Permits(["us.7", "us.8"], ["us.7", "us.8"]), False, 0.0)
    pool.restore(idle)
    pool.fill(Permits(["us.9", "us.10"], ["us.9"]), False, 0.0)
    pool.put(fresh)
    assert pool.take(False) == Permit("us.8", "us.8", 0.0, 0.0)
    assert pool.drain() == Permits(["us.2", "us.3", "us.10"], ["us.2", "us.7"])
