"""What links note since version 16: what was applied, and who made and took back a link; links that are older note nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from qb_plugin.model import Entity, EntryKind, HistoryQuery, IntentState, Kind, Link, LinkOrigin, Operation, Ref, Settlement
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.sql import migrations, tables
from tests.addin.store.sql.test_migrations import make_version_1, shape_of
from tests.support.addin.store_samples import NOON, REALM, StillClock, payment, sample_intent, sample_link

MEMO, PAID = Ref(Kind.CREDIT_MEMO, "1"), payment(1)
NOTED = '[["Invoice", "17", "50.00", "A-1"]]'


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url, StillClock())) as opened:
        yield opened


@pytest.fixture
def old_url(database_url: str) -> str:
    """A database as version 15 left it."""
    make_version_1(database_url)
    engine = create_engine(database_url)
    number = "BIGSERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    with engine.begin() as connection:
        for version in range(2, 16):
            for statement in migrations.STEPS.get(version, ()):
                connection.execute(text(statement.replace("{number}", number)))
        connection.execute(tables.schema_version.insert(), {"version": 15, "applied_at": NOON})
    engine.dispose()
    return database_url


def link_of(store: Store, ref: Ref = PAID) -> Link:
    return store.links.by_source(REALM, [ref])[ref]


def test_links_of_version_15_stay_and_note_nothing_until_they_are_renewed(old_url: str) -> None:
    before = shape_of(old_url)
    with closing(open_store(old_url, StillClock())) as store:
        assert (link_of(store), link_of(store).applied, link_of(store).by) == (sample_link(1), None, "")
        store.links.renew([replace(sample_link(1), applied=NOTED)])
        assert link_of(store).applied == NOTED
        store.links.unlink(REALM, [payment(1)], "Maria")
        query = HistoryQuery(realm=REALM, records=("payment:1",))
        told = [each for each in store.history.entries(store.history.entry_ids(query)) if each.link]
        assert {each.kind: each.link.by for each in told if each.link} == {EntryKind.LINKED: "", EntryKind.UNLINKED: "Maria"}
    assert shape_of(old_url) != before


def test_a_renewal_that_names_nothing_leaves_what_is_noted(store: Store) -> None:
    store.links.add([replace(sample_link(1), applied=NOTED, by="Maria")])
    store.links.renew([replace(sample_link(1), sync_token="9")])
    assert (link_of(store).sync_token, link_of(store).applied, link_of(store).by) == ("9", NOTED, "Maria")
    store.links.renew([replace(sample_link(1), applied="")])
    assert link_of(store).applied == ""


def test_who_took_a_link_back_does_not_hide_who_made_it(store: Store) -> None:
    store.links.add([replace(sample_link(1), by="Maria")])
    store.links.remove(REALM, [payment(1)], "Noor")
    query = HistoryQuery(realm=REALM, records=("payment:1",))
    told = store.history.entries(store.history.entry_ids(query))
    assert {each.kind: each.link.by for each in told if each.link} == {EntryKind.LINKED: "Maria", EntryKind.UNLINKED: "Noor"}


def memo_link(store: Store) -> None:
    link = Link(realm=REALM, source=MEMO, entity=Entity.CREDIT_MEMO, quickbooks_id="41", origin=LinkOrigin.EXPORTED, applied="")
    store.links.add([link, replace(sample_link(1), applied=NOTED)])


def apply_memo(store: Store, state: IntentState = IntentState.CONFIRMED) -> None:
    intent = replace(sample_intent(1, "apply", Operation.APPLY), source=MEMO)
    store.journal.open([intent], 1)
    store.journal.settle([Settlement(intent_id=intent.id, state=state, quickbooks_id="42", sync_token="0")], 1)


def test_our_own_application_of_a_memo_makes_what_was_noted_unknown(store: Store) -> None:
    memo_link(store)
    apply_memo(store)
    assert (link_of(store, MEMO).applied, link_of(store).applied) == (None, NOTED)


@pytest.mark.parametrize("state", [IntentState.REFUSED, IntentState.CLOSED])
def test_an_application_that_was_not_made_leaves_it(store: Store, state: IntentState) -> None:
    memo_link(store)
    apply_memo(store, state)
    assert link_of(store, MEMO).applied == ""


def test_an_application_that_was_taken_away_by_us_makes_it_unknown(store: Store) -> None:
    memo_link(store)
    apply_memo(store)
    store.links.renew([replace(link_of(store, MEMO), applied=NOTED)])
    removal = replace(
        sample_intent(1, "undo", Operation.DELETE, "42:0"), source=MEMO, quickbooks_id="42", sync_token="0", entity=Entity.PAYMENT
    )
    store.journal.open([removal], 1)
    done = Settlement(intent_id=removal.id, state=IntentState.CONFIRMED, quickbooks_id="42", undone_by="Maria")
    store.journal.settle([done], 1)
    assert link_of(store, MEMO).applied is None
    assert [each.state for each in store.journal.standing(REALM, [MEMO]) if each.operation is Operation.APPLY] == []
