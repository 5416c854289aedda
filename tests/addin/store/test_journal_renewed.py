"""Intents whose requestid is spent: withdrawn, and sent under a new one, in one commit; and what a late waker may still settle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from qb_plugin.errors import LeaseLost
from qb_plugin.model import IntentState
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.journal import SPENT
from tests.support.addin.store_samples import NOON, REALM, StillClock, confirmed, refused, sample_intents, sample_run

OTHER = "9130347798120107"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    with closing(open_store(database_url, clock)) as opened:
        yield opened


def names(store: Store, realm: str = REALM) -> list[str]:
    """The ids of the company's open intents, in their order."""
    return [intent.id for intent in store.journal.open_intents(realm)]


def test_what_is_spent_is_withdrawn_and_what_takes_its_place_is_opened_in_its_order(store: Store, clock: StillClock) -> None:
    store.journal.open(sample_intents([1, 2, 3]), 0)
    clock.move(90)
    fresh = [replace(intent, requestid="f" * 32) for intent in sample_intents([2, 1], "second")]
    store.journal.renew(["first-1", "first-2"], fresh, 0)
    assert names(store) == ["first-3", "second-2", "second-1"]
    given_up = store.journal.withdrawn(REALM)
    assert [(intent.id, intent.state, intent.withdrawals) for intent in given_up] == [
        ("first-1", IntentState.WITHDRAWN, 1),
        ("first-2", IntentState.WITHDRAWN, 1),
    ]
    later = NOON + timedelta(seconds=90)
    assert [intent.id for intent in store.journal.withdrawn(REALM, later)] == ["first-1", "first-2"]
    assert store.journal.withdrawn(REALM, later + timedelta(seconds=1)) == []
    with store.database.read() as connection:
        who = connection.exec_driver_sql("SELECT settled_by FROM quickbooks_intents WHERE state = 'withdrawn'").scalars()
        assert list(who) == [SPENT, SPENT]


def test_what_was_settled_meanwhile_is_not_withdrawn(store: Store) -> None:
    one, two = sample_intents([1, 2])
    store.journal.open([one, two], 0)
    store.journal.settle([confirmed(one)])
    store.journal.renew([one.id, two.id], sample_intents([2], "second"), 0)
    assert [intent.id for intent in store.journal.withdrawn(REALM)] == [two.id]
    assert [intent.id for intent in store.journal.standing(REALM, [one.source])] == [one.id]


@pytest.mark.parametrize("company", [0, 1])
def test_who_has_lost_the_lease_of_any_of_the_companies_renews_nothing(store: Store, clock: StillClock, company: int) -> None:
    mine, other = sample_intents([1])[0], replace(sample_intents([2])[0], realm=OTHER)
    store.journal.open([mine, other], 0)
    lost = (REALM, OTHER)[company]
    early = store.leases.take(lost, sample_run("early", lost))
    clock.move(61)
    late = store.leases.take(lost, sample_run("late", lost))
    fresh = [replace(mine, id="second-1"), replace(other, id="second-2")]
    with pytest.raises(LeaseLost):
        store.journal.renew([mine.id, other.id], fresh, early.fence)
    assert (names(store), names(store, OTHER)) == ([mine.id], [other.id])
    store.journal.renew([mine.id, other.id], fresh, late.fence)
    assert (names(store), names(store, OTHER)) == (["second-1"], ["second-2"])


def test_a_late_waker_settles_what_it_was_told_is_there_and_leaves_the_rest_open(store: Store, clock: StillClock) -> None:
    one, two, three = sample_intents([1, 2, 3])
    early = store.leases.take(REALM, sample_run("early"))
    store.journal.open([one, two, three], early.fence)
    clock.move(61)
    late = store.leases.take(REALM, sample_run("late"))
    with pytest.raises(LeaseLost):
        store.journal.settle([refused(one), confirmed(two)], early.fence)
    assert names(store) == [one.id, three.id]
    store.journal.settle([confirmed(three)], early.fence)  # all of it is there: a fact, whoever has the lease
    store.journal.settle([refused(one)], late.fence)
    assert names(store) == []


def test_the_only_intent_of_a_lost_company_is_not_settled_either(store: Store, clock: StillClock) -> None:
    (one,) = sample_intents([1])
    early = store.leases.take(REALM, sample_run("early"))
    store.journal.open([one], early.fence)
    clock.move(61)
    store.leases.take(REALM, sample_run("late"))
    with pytest.raises(LeaseLost):
        store.journal.settle([refused(one)], early.fence)
    assert names(store) == [one.id]


def test_one_that_was_closed_meanwhile_does_not_keep_the_others_of_its_holder_open(store: Store) -> None:
    one, two = sample_intents([1, 2])
    lease = store.leases.take(REALM, sample_run())
    store.journal.open([one, two], lease.fence)
    store.journal.settle([confirmed(one)])
    store.journal.settle([refused(one), refused(two)], lease.fence)
    assert names(store) == []
    assert [intent.id for intent in store.journal.standing(REALM, [one.source])] == [one.id]


def test_a_lease_lost_between_two_tries_of_one_settling_is_noticed(store: Store, database_url: str, clock: StillClock) -> None:
    one, two = sample_intents([1, 2])
    lease, taken = store.leases.take(REALM, sample_run()), list[str]()
    store.journal.open([one, two], lease.fence)
    store.journal.settle([confirmed(one)])
    with closing(open_store(database_url, clock)) as elsewhere:

        def take_over(*_: object) -> None:
            if not taken:
                taken.append("late")
                clock.move(61)
                elsewhere.leases.take(REALM, sample_run("late"))

        event.listen(store.database.engine, "checkin", take_over)
        with pytest.raises(LeaseLost):
            store.journal.settle([refused(one), refused(two)], lease.fence)
    assert names(store) == [two.id]


def test_another_companys_lease_stops_nobody(store: Store, clock: StillClock) -> None:
    (one,) = sample_intents([1])
    store.journal.open([one], 0)
    store.leases.take(OTHER, sample_run("early", OTHER))
    clock.move(61)
    store.leases.take(OTHER, sample_run("late", OTHER))
    store.journal.settle([refused(one)], 0)
    assert names(store) == []
