"""OAuth states: random, once, ten minutes, and the same in every process of the firm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
from sqlalchemy import text

from qb_plugin.quickbooks.auth.oauth_state import States
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    with closing(open_store(database_url, clock)) as opened:
        yield opened


@pytest.fixture
def given(store: Store) -> States:
    numbers = count(1)
    return States(store.tokens, lambda: f"state-{next(numbers)}")


def test_a_state_is_taken_once(given: States) -> None:
    state = given.issue()
    assert given.take(state)
    assert not given.take(state)


def test_taking_one_leaves_the_others(given: States) -> None:
    first, second = given.issue(), given.issue()
    assert given.take(second)
    assert given.take(first)


def test_a_state_ends_after_ten_minutes(given: States, clock: StillClock) -> None:
    first = given.issue()
    clock.move(599)
    second = given.issue()
    clock.move(1)
    assert not given.take(first)
    assert given.take(second)


def test_a_state_of_a_clock_that_ran_ahead_does_not_last_longer(given: States, clock: StillClock) -> None:
    clock.move(3600)
    state = given.issue()
    clock.move(-3600)
    assert not given.take(state)


def test_a_pasted_code_uses_all_states_up(given: States) -> None:
    state = given.issue()
    assert given.take_any()
    assert not given.take_any()
    assert not given.take(state)


def test_states_never_pile_up(given: States, clock: StillClock) -> None:
    issued = []
    for _ in range(30):
        issued.append(given.issue())
        clock.move(1)
    assert [given.take(state) for state in issued] == [False] * 10 + [True] * 20


def test_a_state_issued_by_one_process_is_taken_by_another(given: States, database_url: str, clock: StillClock) -> None:
    state = given.issue()
    with closing(open_store(database_url, clock)) as other:
        assert States(other.tokens, str).take(state)
    assert not given.take(state)


def test_what_is_kept_of_a_state_does_not_tell_it(given: States, store: Store) -> None:
    state = given.issue()
    with store.database.read() as connection:
        kept = connection.execute(text("SELECT digest FROM quickbooks_oauth_states")).scalars().all()
    assert len(kept) == 1
    assert state not in kept[0]
