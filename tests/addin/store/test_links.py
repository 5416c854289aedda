"""Links are unique both ways per company, whatever is done in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Ref
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.sql import tables
from tests.support.addin.store_samples import NOON, REALM, StillClock, payment, sample_link


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as opened:
        yield opened


def test_a_link_is_found_from_either_side(store: Store) -> None:
    client = Link(realm=REALM, source=Ref(Kind.CLIENT, "1"), entity=Entity.CUSTOMER, quickbooks_id="58", origin=LinkOrigin.MATCHED)
    assert store.links.add([sample_link(2), sample_link(1), client]) == [sample_link(2), sample_link(1), client]
    assert store.links.by_source(REALM, [payment(1), client.source, payment(9)]) == {
        payment(1): sample_link(1),
        client.source: client,
    }
    assert store.links.by_quickbooks(REALM, Entity.PAYMENT, ["qb-2", "58"]) == {"qb-2": sample_link(2)}
    assert store.links.all_of(REALM, Entity.CUSTOMER) == [client]
    assert {link.source.id for link in store.links.all_of(REALM, Entity.PAYMENT)} == {"1", "2"}


def test_a_record_linked_on_either_side_is_left_out(store: Store) -> None:
    store.links.add([sample_link(1)])
    same_source, same_book = sample_link(1, "other"), sample_link(2, "qb-1")
    assert store.links.add([same_source, same_book, sample_link(3), sample_link(1)]) == [sample_link(3)]
    assert store.links.by_source(REALM, [payment(1), payment(2)]) == {payment(1): sample_link(1)}


def test_the_first_of_two_that_exclude_each_other_is_added(store: Store) -> None:
    assert store.links.add([sample_link(5, "a"), sample_link(5, "b"), sample_link(5, "a")]) == [sample_link(5, "a")]


def test_another_company_or_entity_is_no_hindrance(store: Store) -> None:
    elsewhere = replace(sample_link(1), realm="another company")
    memo = Link(
        realm=REALM, source=Ref(Kind.CREDIT_MEMO, "1"), entity=Entity.CREDIT_MEMO, quickbooks_id="qb-1", origin=LinkOrigin.EXPORTED
    )
    assert store.links.add([sample_link(1), elsewhere, memo]) == [sample_link(1), elsewhere, memo]
    store.links.remove(REALM, [payment(1)])
    assert store.links.by_source("another company", [payment(1)]) == {payment(1): elsewhere}


def test_a_removed_link_makes_room_and_stays_as_history(store: Store) -> None:
    store.links.add([sample_link(1)])
    store.links.remove(REALM, [payment(1), payment(2)])
    assert store.links.by_source(REALM, [payment(1)]) == {}
    assert store.links.by_quickbooks(REALM, Entity.PAYMENT, ["qb-1"]) == {}
    assert store.links.add([sample_link(1, "new")]) == [sample_link(1, "new")]
    columns = (tables.links.c.quickbooks_id, tables.links.c.made_at, tables.links.c.removed_at)
    with store.database.read() as connection:
        rows = connection.execute(select(*columns).order_by(tables.links.c.number)).all()
    assert [tuple(row) for row in rows] == [("qb-1", NOON, NOON), ("new", NOON, None)]


def test_nothing_to_add_is_nothing_added(store: Store) -> None:
    assert store.links.add([]) == []


NUMBERS = st.integers(0, 4)
LINKS = st.builds(lambda number, book: sample_link(number, f"qb-{book}"), NUMBERS, NUMBERS)


class LinkMachine(RuleBasedStateMachine):
    """Adds and removes in any order, beside a plain dictionary that says what must be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = open_store(f"sqlite:///{Path(self.folder.name) / 'firm.db'}", StillClock())
        self.expected: dict[Ref, Link] = {}

    @initialize(first=st.lists(LINKS, max_size=3))
    def begin(self, first: list[Link]) -> None:
        self.add(first)

    @rule(new=st.lists(LINKS, max_size=6))
    def add(self, new: list[Link]) -> None:
        added = self.store.links.add(new)
        # In which order equals are tried is the store's affair; that no other could have been added is not.
        for link in added:
            assert link.source not in self.expected
            assert link.quickbooks_id not in {other.quickbooks_id for other in self.expected.values()}
            self.expected[link.source] = link
        taken = {link.quickbooks_id for link in self.expected.values()}
        assert all(link.source in self.expected or link.quickbooks_id in taken for link in new)

    @rule(numbers=st.lists(NUMBERS, max_size=3))
    def remove(self, numbers: list[int]) -> None:
        self.store.links.remove(REALM, [payment(number) for number in numbers])
        for number in numbers:
            self.expected.pop(payment(number), None)

    @invariant()
    def both_sides_agree(self) -> None:
        by_source = self.store.links.by_source(REALM, [payment(number) for number in range(5)])
        by_book = self.store.links.by_quickbooks(REALM, Entity.PAYMENT, [f"qb-{number}" for number in range(5)])
        assert by_source == self.expected
        assert by_book == {link.quickbooks_id: link for link in self.expected.values()}
        assert len(self.store.links.all_of(REALM, Entity.PAYMENT)) == len(self.expected)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


class TestLinkMachine(LinkMachine.TestCase):  # type: ignore[valid-type,misc]
    settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
