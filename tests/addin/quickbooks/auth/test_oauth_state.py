"""OAuth states: random, once, ten minutes."""

from __future__ import annotations

from itertools import count

from qb_plugin.quickbooks.auth.oauth_state import States
from tests.support.quickbooks_fakes import StoppedClock


def states() -> tuple[States, StoppedClock]:
    clock, numbers = StoppedClock(), count(1)
    return States(clock.monotonic, lambda: f"state-{next(numbers)}"), clock


def test_a_state_is_taken_once() -> None:
    given, _ = states()
    state = given.issue()
    assert given.take(state)
    assert not given.take(state)


def test_taking_one_leaves_the_others() -> None:
    given, _ = states()
    first, second = given.issue(), given.issue()
    assert given.take(second)
    assert given.take(first)


def test_a_state_ends_after_ten_minutes() -> None:
    given, clock = states()
    first = given.issue()
    clock.sleep(599)
    second = given.issue()
    clock.sleep(1)
    assert not given.take(first)
    assert given.take(second)


def test_a_pasted_code_uses_all_states_up() -> None:
    given, _ = states()
    state = given.issue()
    assert given.take_any()
    assert not given.take_any()
    assert not given.take(state)


def test_states_never_pile_up() -> None:
    given, _ = states()
    issued = [given.issue() for _ in range(30)]
    assert [given.take(state) for state in issued] == [False] * 10 + [True] * 20
