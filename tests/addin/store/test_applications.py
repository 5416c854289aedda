"""The journal knows which credit memos were saved and still are to be applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from qb_plugin.model import Intent, IntentState, Kind, Operation, Ref, Settlement
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import REALM, StillClock, sample_intent

MEMO = Ref(Kind.CREDIT_MEMO, "31")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as found:
        yield found


def opened(store: Store, operation: Operation = Operation.CREATE, **more: object) -> Intent:
    intent = replace(sample_intent(31, operation.value, operation), source=MEMO, **more)  # type: ignore[arg-type]
    [written] = store.journal.open([intent], 0)
    assert written is not None
    return written


def settle(store: Store, intent: Intent, state: IntentState) -> None:
    store.journal.settle([Settlement(intent_id=intent.id, state=state, quickbooks_id="900", sync_token="0")])


def to_apply(store: Store) -> list[Ref]:
    return [intent.source for intent in store.journal.to_apply(REALM)]


def test_a_saved_memo_that_was_to_be_applied_is_to_apply(store: Store) -> None:
    create = opened(store, applies=True, source_version="7")
    assert to_apply(store) == []
    settle(store, create, IntentState.CONFIRMED)
    [found] = store.journal.to_apply(REALM)
    assert (found.source, found.quickbooks_id, found.applies, found.source_version) == (MEMO, "900", True, "7")
    assert store.journal.to_apply("another") == []


def test_a_memo_that_was_only_to_be_saved_is_not(store: Store) -> None:
    settle(store, opened(store), IntentState.CONFIRMED)
    assert to_apply(store) == []


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (IntentState.OPEN, []),
        (IntentState.CONFIRMED, []),
        (IntentState.REFUSED, [MEMO]),
        (IntentState.WITHDRAWN, [MEMO]),
    ],
)
def test_an_application_that_stands_leaves_nothing_to_apply(store: Store, state: IntentState, left: list[Ref]) -> None:
    settle(store, opened(store, applies=True), IntentState.CONFIRMED)
    settle(store, opened(store, Operation.APPLY), state)
    assert to_apply(store) == left


def test_a_memo_with_nothing_to_apply_to_is_left_alone_from_then_on(store: Store) -> None:
    settle(store, opened(store, applies=True), IntentState.CONFIRMED)
    store.journal.leave_unapplied(REALM, [Ref(Kind.CREDIT_MEMO, "32")])
    assert to_apply(store) == [MEMO]
    store.journal.leave_unapplied(REALM, [MEMO])
    assert to_apply(store) == []


def test_a_memo_that_was_unlinked_is_not_to_apply(store: Store) -> None:
    settle(store, opened(store, applies=True), IntentState.CONFIRMED)
    store.journal.withdraw(REALM, [MEMO])
    assert to_apply(store) == []
