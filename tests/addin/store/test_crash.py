"""A process that dies at any point of a change leaves it done or not begun, and doing it again ends well."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from qb_plugin.model import Entity, IntentState, Outcome, RowResult
from qb_plugin.store.database import Store, open_store
from tests.support.addin.store_samples import NOON, REALM, StillClock, confirmed, payment, sample_intents, sample_link, sample_run

BATCH = sample_intents([3, 1, 2])
SOURCES = [intent.source for intent in BATCH]


class Death(BaseException):
    """Nothing in the program catches it."""


class Executioner:
    """Strikes before the n-th statement or commit."""

    def __init__(self, store: Store, point: int) -> None:
        self._left = point
        event.listen(store.database.engine, "before_cursor_execute", self._strike)
        event.listen(store.database.engine, "commit", self._strike)

    def _strike(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            raise Death


@dataclass(frozen=True)
class Change:
    """A change, what must be there before it, and what tells whether it happened."""

    name: str
    prepare: Callable[[Store], object]
    make: Callable[[Store], object]
    see: Callable[[Store], object]


def prepared(store: Store) -> None:
    store.journal.open(BATCH, 0)


def settled(store: Store) -> None:
    prepared(store)
    store.journal.settle([confirmed(intent) for intent in BATCH])


def nothing(store: Store) -> None:
    """Begin with empty tables."""


def states(store: Store) -> list[IntentState]:
    return [intent.state for intent in store.journal.standing(REALM, SOURCES)]


CHANGES = [
    Change("open", nothing, lambda store: store.journal.open(BATCH, 0), states),
    Change(
        "settle",
        prepared,
        lambda store: store.journal.settle([confirmed(intent) for intent in BATCH]),
        lambda store: (states(store), sorted(store.links.by_source(REALM, SOURCES))),
    ),
    Change("withdraw", settled, lambda store: store.journal.withdraw(REALM, SOURCES), states),
    Change(
        "mark_sent",
        prepared,
        lambda store: store.journal.mark_sent([intent.id for intent in BATCH], NOON),
        lambda store: {intent.sends > 1 for intent in store.journal.open_intents(REALM)},
    ),
    Change(
        "add",
        nothing,
        lambda store: store.links.add([sample_link(1), sample_link(2)]),
        lambda store: len(store.links.all_of(REALM, Entity.PAYMENT)),
    ),
    Change(
        "remove",
        settled,
        lambda store: store.links.remove(REALM, SOURCES),
        lambda store: len(store.links.all_of(REALM, Entity.PAYMENT)),
    ),
    Change(
        "report",
        lambda store: store.runs.start(sample_run()),
        lambda store: store.runs.report("run", [RowResult(id=str(payment(n)), outcome=Outcome.FAILED) for n in (1, 2)]),
        lambda store: len(store.runs.results("run")),
    ),
    Change("put", nothing, lambda store: store.settings.put(REALM, {"a": 1, "b": 2}), lambda store: store.settings.get(REALM)),
    Change("save", nothing, lambda store: store.tokens.save(REALM, b"new"), lambda store: store.tokens.load(REALM)),
    Change("take", nothing, lambda store: store.leases.take(REALM, sample_run()), lambda store: store.leases.current(REALM)),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_it_is_done_wholly_or_not_at_all(database_url: str, change: Change) -> None:
    realm_free = _Fresh(database_url)
    with closing(realm_free.open()) as store:
        change.prepare(store)
        before = change.see(store)
    deaths = _die_everywhere(realm_free, change, before)
    with closing(realm_free.open()) as store:
        after = change.see(store)
    assert deaths >= 2
    assert after != before


class _Fresh:
    """New connections each time, as a new process has them."""

    def __init__(self, url: str) -> None:
        self._url = url

    def open(self) -> Store:
        return open_store(self._url, StillClock())


def _die_everywhere(fresh: _Fresh, change: Change, before: object) -> int:
    """Die before the first, the second… statement or commit until the change goes through; returns how often it died."""
    point = 1
    while True:
        with closing(fresh.open()) as store:
            Executioner(store, point)
            try:
                change.make(store)
            except Death:
                with closing(fresh.open()) as successor:
                    assert change.see(successor) == before
            else:
                return point - 1
        point += 1
