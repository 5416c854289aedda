"""A deletion that is settled takes back link and intents of exactly what is gone, in the same commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from qb_plugin.model import Entity, Intent, IntentState, Operation, Pair, PairAnswer, Settlement
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import REALM, StillClock, confirmed, payment, sample_intent, sample_link

OTHER_REALM = "9130347798120999"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as opened:
        yield opened


def sent(store: Store, *intents: Intent) -> None:
    """These were sent and confirmed."""
    store.journal.open(intents, 0)
    store.journal.settle([confirmed(intent) for intent in intents])


def removal(number: int, operation: Operation = Operation.DELETE) -> Intent:
    """What is written down before the deletion of a payment is sent."""
    return replace(sample_intent(number, "gone", operation), quickbooks_id=f"qb-{number}")


def settled(intent: Intent, user: str | None = "Maria Ortiz") -> Settlement:
    """The deletion is done."""
    return Settlement(
        intent_id=intent.id, state=IntentState.CONFIRMED, quickbooks_id=intent.quickbooks_id, sync_token="0", undone_by=user
    )


def remove(store: Store, number: int, operation: Operation = Operation.DELETE) -> None:
    """A payment is taken away, from the intent to its end."""
    written = store.journal.open([removal(number, operation)], 0)
    store.journal.settle([settled(each) for each in written if each])


def states(store: Store, *numbers: int) -> Mapping[str, list[tuple[str, str]]]:
    """What stands of these payments: operations with their states."""
    found: dict[str, list[tuple[str, str]]] = {}
    for intent in store.journal.standing(REALM, [payment(number) for number in numbers]):
        found.setdefault(intent.source.id, []).append((intent.operation, intent.state))
    return found


@pytest.mark.parametrize("operation", [Operation.DELETE, Operation.VOID])
def test_its_intent_is_closed_and_its_link_taken_back_and_the_pair_remembered(store: Store, operation: Operation) -> None:
    sent(store, sample_intent(1))
    remove(store, 1, operation)
    assert states(store, 1) == {"1": [(operation, IntentState.CONFIRMED)]}
    assert store.links.by_source(REALM, [payment(1)]) == {}
    assert store.links.answers(REALM) == {Pair(payment(1), Entity.PAYMENT, "qb-1"): PairAnswer.UNLINKED}


def test_what_was_changed_by_us_since_is_closed_with_it(store: Store) -> None:
    sent(store, sample_intent(1))
    update = sample_intent(1, "again", Operation.UPDATE)
    store.journal.open([update], 0)
    store.journal.settle([replace(confirmed(update), link=None)])
    remove(store, 1)
    assert states(store, 1) == {"1": [(Operation.DELETE, IntentState.CONFIRMED)]}


def test_another_payment_keeps_intent_and_link(store: Store) -> None:
    sent(store, sample_intent(1), sample_intent(2))
    remove(store, 1)
    assert states(store, 2) == {"2": [(Operation.CREATE, IntentState.CONFIRMED)]}
    assert store.links.by_source(REALM, [payment(2)]) == {payment(2): sample_link(2)}


def test_the_link_with_another_transaction_stays(store: Store) -> None:
    """A record that stands twice: the one that goes is not the one that is linked."""
    sent(store, sample_intent(1))
    written = store.journal.open([replace(removal(1), quickbooks_id="qb-900")], 0)
    store.journal.settle([settled(each) for each in written if each])
    assert store.links.by_source(REALM, [payment(1)]) == {payment(1): sample_link(1)}
    assert (Operation.CREATE, IntentState.CONFIRMED) in states(store, 1)["1"]
    assert store.links.answers(REALM) == {Pair(payment(1), Entity.PAYMENT, "qb-900"): PairAnswer.UNLINKED}


def test_another_company_keeps_its_own(store: Store) -> None:
    other = replace(sample_intent(1, "elsewhere"), realm=OTHER_REALM)
    sent(store, sample_intent(1))
    store.journal.open([other], 0)
    store.journal.settle([replace(confirmed(other), link=replace(sample_link(1), realm=OTHER_REALM))])
    remove(store, 1)
    assert list(store.links.by_source(OTHER_REALM, [payment(1)])) == [payment(1)]
    assert [each.state for each in store.journal.standing(OTHER_REALM, [payment(1)])] == [IntentState.CONFIRMED]


def test_a_refused_deletion_leaves_everything(store: Store) -> None:
    sent(store, sample_intent(1))
    [written] = store.journal.open([removal(1)], 0)
    assert written
    store.journal.settle([replace(settled(written, None), state=IntentState.REFUSED)])
    assert store.links.by_source(REALM, [payment(1)]) == {payment(1): sample_link(1)}
    assert store.links.answers(REALM) == {}
    assert (Operation.CREATE, IntentState.CONFIRMED) in states(store, 1)["1"]


def test_what_a_run_created_leaves_out_what_was_refused_undone_or_another_runs(store: Store) -> None:
    sent(store, sample_intent(1), sample_intent(2), replace(sample_intent(3, "later"), run_id="other"))
    [open_] = store.journal.open([sample_intent(4, "open")], 0)
    assert open_
    update = sample_intent(2, "again", Operation.UPDATE)
    store.journal.open([update], 0)
    store.journal.settle([replace(confirmed(update), link=None)])
    assert [(each.source.id, each.operation) for each in store.journal.created_in(REALM, "run")] == [
        ("1", Operation.CREATE),
        ("2", Operation.CREATE),
    ]
    remove(store, 1)
    assert [each.source.id for each in store.journal.created_in(REALM, "run")] == ["2"]
    assert [each.source.id for each in store.journal.created_in(REALM, "other")] == ["3"]
    assert list(store.journal.created_in(OTHER_REALM, "run")) == []
