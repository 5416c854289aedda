"""What people said of pairs is kept per company and pair; unlinking is one commit; what an intent replaces goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from qb_plugin.errors import LeaseLost
from qb_plugin.model import Entity, IntentState, Kind, Link, LinkOrigin, Pair, PairAnswer, Ref, RunInfo
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import REALM, StillClock, confirmed, payment, sample_intent, sample_link, sample_run


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as opened:
        yield opened


def pair(number: int, quickbooks_id: str = "qb-1") -> Pair:
    return Pair(payment(number), Entity.PAYMENT, quickbooks_id)


def test_the_newest_answer_of_a_pair_counts(store: Store) -> None:
    store.links.answer(REALM, [pair(1), pair(2)], PairAnswer.DIFFERENT, "Maria")
    store.links.answer(REALM, [pair(2), pair(2)], PairAnswer.UNLINKED, "Lee")
    assert store.links.answers(REALM) == {pair(1): PairAnswer.DIFFERENT, pair(2): PairAnswer.UNLINKED}


def test_an_answer_is_one_companys(store: Store) -> None:
    store.links.answer(REALM, [pair(1)], PairAnswer.DIFFERENT, "Maria")
    assert store.links.answers("another") == {}


def test_what_is_forgotten_was_never_said(store: Store) -> None:
    store.links.answer(REALM, [pair(1), pair(1, "qb-2")], PairAnswer.DIFFERENT, "Maria")
    store.links.forget(REALM, [pair(1)])
    store.links.forget(REALM, [])
    store.links.answer(REALM, [], PairAnswer.DIFFERENT, "Maria")
    assert store.links.answers(REALM) == {pair(1, "qb-2"): PairAnswer.DIFFERENT}


def test_unlinking_takes_the_link_back_closes_the_intent_and_is_remembered(store: Store) -> None:
    store.journal.open([sample_intent(1), sample_intent(2)], 0)
    store.journal.settle([confirmed(sample_intent(1)), confirmed(sample_intent(2))])
    store.links.add([sample_link(1), sample_link(2)])
    assert store.links.unlink(REALM, [payment(1), payment(9)], "Maria") == [sample_link(1)]
    assert set(store.links.by_source(REALM, [payment(1), payment(2)])) == {payment(2)}
    assert [intent.source for intent in store.journal.standing(REALM, [payment(1), payment(2)])] == [payment(2)]
    assert store.links.answers(REALM) == {pair(1): PairAnswer.UNLINKED}


def test_an_intent_takes_the_place_of_what_it_replaces_in_one_commit(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    store.journal.settle([confirmed(sample_intent(1))])
    store.links.add([sample_link(1)])
    again = replace(sample_intent(1, "second"), replaces="qb-1")
    [opened] = store.journal.open([again], 0)
    assert opened is not None
    assert store.links.by_source(REALM, [payment(1)]) == {}
    assert [(i.id, i.state) for i in store.journal.standing(REALM, [payment(1)])] == [(again.id, IntentState.OPEN)]


def test_of_intents_that_are_written_together_only_those_that_replace_something_take_a_link_away(store: Store) -> None:
    store.links.add([sample_link(1), sample_link(2), replace(sample_link(1), realm="another company")])
    elsewhere = replace(sample_intent(1, "third"), realm="another company")
    store.journal.open([replace(sample_intent(1), replaces="qb-1"), sample_intent(2), elsewhere], 0)
    assert set(store.links.by_source(REALM, [payment(1), payment(2)])) == {payment(2)}
    assert set(store.links.by_source("another company", [payment(1)])) == {payment(1)}


def test_a_lost_lease_leaves_what_would_be_replaced_as_it_was(store: Store) -> None:
    store.links.add([sample_link(1)])
    run: RunInfo = sample_run()
    store.leases.take(REALM, run)
    for _ in range(2):  # another workstation takes it later: a higher fence
        store.leases.release(lease) if (lease := store.leases.current(REALM)) else None
        store.leases.take(REALM, run)
    with pytest.raises(LeaseLost):
        store.journal.open([replace(sample_intent(1, "second"), replaces="qb-1")], 0)
    assert store.links.by_source(REALM, [payment(1)]) == {payment(1): sample_link(1)}


@pytest.mark.parametrize(
    ("kind", "entity", "shared"),
    [
        (Kind.CLIENT, Entity.CUSTOMER, True),
        (Kind.INVOICE, Entity.INVOICE, False),
        (Kind.PAYMENT, Entity.PAYMENT, False),
        (Kind.CREDIT_MEMO, Entity.CREDIT_MEMO, False),
    ],
)
def test_clients_may_share_a_customer_and_nothing_else_is_shared(store: Store, kind: Kind, entity: Entity, shared: bool) -> None:
    links = [
        Link(realm=REALM, source=Ref(kind, number), entity=entity, quickbooks_id="58", origin=LinkOrigin.MATCHED) for number in "12"
    ]
    assert len(store.links.add(links)) == (2 if shared else 1)
    assert len(store.links.by_source(REALM, [link.source for link in links])) == (2 if shared else 1)
