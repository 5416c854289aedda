"""What the journal notes of doubt on both databases: sends alone, the end of trying, who gave up and when, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from qb_plugin.errors import LeaseLost
from qb_plugin.model import Intent, IntentState, Message
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.sql.tables import intents
from tests.support.addin.store_samples import (
    NOON,
    REALM,
    StillClock,
    confirmed,
    sample_intent,
    sample_intents,
    sample_run,
    statements_of,
)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    with closing(open_store(database_url, clock)) as opened:
        yield opened


def opened(store: Store, *numbers: int) -> list[Intent]:
    """Open intents for these payments."""
    return [intent for intent in store.journal.open(sample_intents(numbers), 0) if intent]


def ended(store: Store) -> dict[str, tuple[str, datetime | None, str | None]]:
    """By intent: its state, when it was settled and by whom."""
    columns = (intents.c.id, intents.c.state, intents.c.settled_at, intents.c.settled_by)
    with store.database.read() as connection:
        return {row.id: (row.state, row.settled_at, row.settled_by) for row in connection.execute(select(*columns))}


def test_sends_alone_are_counted_one_by_one(store: Store) -> None:
    one, two = opened(store, 1, 2)
    store.journal.count_single(one.id)
    store.journal.count_single(one.id)
    store.journal.count_single(two.id)
    assert store.journal.open_intents(REALM) == [replace(one, singles=2), replace(two, singles=1)]


def test_one_that_was_settled_fully_is_noted_as_such_until_it_is_sent_again(store: Store) -> None:
    one, two, three = opened(store, 1, 2, 3)
    store.journal.mark_fully_settled([one.id, two.id])
    assert store.journal.open_intents(REALM) == [replace(one, fully_settled=True), replace(two, fully_settled=True), three]
    later = NOON + timedelta(minutes=5)
    store.journal.mark_sent([two.id], later)
    assert store.journal.open_intents(REALM)[1] == replace(two, sends=2, sent_at=later)


def test_to_note_none_as_settled_fully_costs_nothing(store: Store) -> None:
    with statements_of(store) as statements:
        store.journal.mark_fully_settled([])
    assert statements == []


def test_what_is_given_up_is_withdrawn_with_who_and_when(store: Store, clock: StillClock) -> None:
    one, two, three = opened(store, 1, 2, 3)
    store.journal.mark_fully_settled([one.id, two.id])
    clock.move(90)
    store.journal.give_up([one.id], "Maria Ortiz")
    assert ended(store) == {
        one.id: ("withdrawn", NOON + timedelta(seconds=90), "Maria Ortiz"),
        two.id: ("open", None, None),
        three.id: ("open", None, None),
    }
    assert store.journal.withdrawn(REALM) == [replace(one, state=IntentState.WITHDRAWN, fully_settled=True, withdrawals=1)]


def test_what_is_still_tried_or_settled_is_not_given_up(store: Store) -> None:
    tried, done = opened(store, 1, 2)
    store.journal.mark_fully_settled([done.id])
    store.journal.settle([confirmed(done)])
    store.journal.give_up([tried.id, done.id], "Maria Ortiz")
    assert {identity: end[0] for identity, end in ended(store).items()} == {tried.id: "open", done.id: "confirmed"}
    assert store.journal.withdrawn(REALM) == []


def test_what_was_given_up_is_listed_for_its_company_in_the_order_in_which_it_was_sent(store: Store, clock: StillClock) -> None:
    later = opened(store, 5, 4)
    clock.move(-1)
    earlier = [intent for intent in store.journal.open(sample_intents([9], "zz"), 0) if intent]
    elsewhere = replace(sample_intent(7), realm="another company")
    store.journal.open([elsewhere], 0)
    every = [intent.id for intent in (*later, *earlier, elsewhere)]
    store.journal.mark_fully_settled(every)
    store.journal.give_up(every, "Maria Ortiz")
    assert [intent.id for intent in store.journal.withdrawn(REALM)] == ["zz-9", "first-5", "first-4"]
    assert [intent.id for intent in store.journal.withdrawn("another company")] == ["first-7"]


def given_up(store: Store, *numbers: int) -> list[Intent]:
    """Intents that a person gave up."""
    found = opened(store, *numbers)
    store.journal.mark_fully_settled([intent.id for intent in found])
    store.journal.give_up([intent.id for intent in found], "Maria Ortiz")
    return found


def test_one_that_is_opened_again_is_in_doubt_as_one_that_was_sent_alone_once(store: Store) -> None:
    one, two = given_up(store, 1, 2)
    store.journal.reopen(REALM, [one.id], 0)
    assert store.journal.open_intents(REALM) == [replace(one, singles=1, withdrawals=1)]
    assert ended(store)[one.id] == ("open", None, None)
    assert [intent.id for intent in store.journal.withdrawn(REALM)] == [two.id]


def test_only_what_was_given_up_is_opened_again(store: Store) -> None:
    done, going = opened(store, 1, 2)
    store.journal.settle([confirmed(done)])
    store.journal.reopen(REALM, [done.id, going.id], 0)
    assert ended(store)[done.id][0] == "confirmed"
    assert store.journal.open_intents(REALM) == [going]


def test_who_has_lost_the_lease_opens_nothing_again(store: Store, clock: StillClock) -> None:
    (one,) = given_up(store, 1)
    early = store.leases.take(REALM, sample_run("early"))
    clock.move(61)
    late = store.leases.take(REALM, sample_run("late"))
    with pytest.raises(LeaseLost) as lost:
        store.journal.reopen(REALM, [one.id], early.fence)
    assert lost.value.message == Message("lease_lost")
    assert store.journal.open_intents(REALM) == []
    store.journal.reopen(REALM, [one.id], late.fence)
    assert [intent.id for intent in store.journal.open_intents(REALM)] == [one.id]


def test_many_are_noted_given_up_and_opened_again_at_once(store: Store) -> None:
    numbers = range(1, 1202)
    given_up(store, *numbers)
    assert len(store.journal.withdrawn(REALM)) == len(numbers)
    store.journal.reopen(REALM, [sample_intent(number).id for number in numbers], 0)
    assert len(store.journal.open_intents(REALM)) == len(numbers)
