"""What was seen applied of a credit memo is forgotten when this program itself applies more of it, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from qb_plugin.model import Entity, Intent, IntentState, Kind, Link, Operation, Ref, Settlement
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import REALM, StillClock, sample_intent, sample_link

SEEN, NEWER = "INV-1 40.00", "INV-1 75.00"
ANOTHER = "another company"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as opened:
        yield opened


def memo(number: int) -> Ref:
    return Ref(Kind.CREDIT_MEMO, str(number))


def link(number: int, applied: str = SEEN, realm: str = REALM) -> Link:
    """The link of a credit memo of which so much was seen applied."""
    return replace(sample_link(number), realm=realm, source=memo(number), entity=Entity.CREDIT_MEMO, applied=applied)


def intent(number: int, operation: Operation = Operation.APPLY) -> Intent:
    return replace(sample_intent(number, operation=operation), source=memo(number))


def applied(store: Store, realm: str = REALM) -> dict[str, str | None]:
    """What is known to be applied, by memo."""
    return {each.source.id: each.applied for each in store.links.all_of(realm, Entity.CREDIT_MEMO)}


ENDS = [
    (Settlement(intent_id="first-1", state=IntentState.CONFIRMED, quickbooks_id="700"), None),
    (Settlement(intent_id="first-1", state=IntentState.CONFIRMED, quickbooks_id="700", renewed=link(1, NEWER)), None),
    (Settlement(intent_id="first-1", state=IntentState.REFUSED), SEEN),
    (Settlement(intent_id="first-1", state=IntentState.CLOSED), SEEN),
    (Settlement(intent_id="first-1", state=IntentState.OPEN), SEEN),
]


@pytest.mark.parametrize(("end", "known_applied"), ENDS)
def test_an_application_that_is_confirmed_without_a_link_of_its_own_leaves_it_unknown(
    store: Store, end: Settlement, known_applied: str | None
) -> None:
    store.links.add([link(1), link(2), link(1, realm=ANOTHER)])
    store.journal.open([intent(1), intent(2)], 0)
    store.journal.settle([end])
    assert applied(store) == {"1": known_applied, "2": SEEN}
    assert applied(store, ANOTHER) == {"1": SEEN}


def test_what_comes_with_a_link_of_its_own_is_known_by_it(store: Store) -> None:
    store.journal.open([intent(1)], 0)
    store.journal.settle([Settlement(intent_id="first-1", state=IntentState.CONFIRMED, quickbooks_id="700", link=link(1))])
    assert applied(store) == {"1": SEEN}


@pytest.mark.parametrize("operation", [each for each in Operation if each is not Operation.APPLY])
def test_no_other_operation_makes_it_unknown(store: Store, operation: Operation) -> None:
    store.links.add([link(1)])
    store.journal.open([intent(1, operation)], 0)
    store.journal.settle([Settlement(intent_id="first-1", state=IntentState.CONFIRMED, quickbooks_id="700")])
    assert applied(store) == {"1": SEEN}


def test_of_many_that_are_applied_in_one_commit_each_is_unknown(store: Store) -> None:
    numbers = range(1, 1202)
    store.links.add([link(number) for number in numbers])
    store.journal.open([intent(number) for number in numbers], 0)
    ends = [Settlement(intent_id=f"first-{number}", state=IntentState.CONFIRMED, quickbooks_id="700") for number in numbers]
    store.journal.settle(ends)
    assert set(applied(store).values()) == {None}
