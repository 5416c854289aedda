"""The journal on both databases: written down first, closed once, never two for the same record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from qb_plugin.errors import LeaseLost
from qb_plugin.model import Entity, IntentState, Kind, Message, Operation, Ref, Settlement
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.sql.tables import intents, leases
from tests.support.addin.store_samples import (
    NOON,
    REALM,
    StillClock,
    confirmed,
    payment,
    refused,
    sample_intent,
    sample_intents,
    sample_link,
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


def test_intents_are_kept_as_sent_once_and_in_the_order_of_their_batch(store: Store) -> None:
    wanted = sample_intents([3, 10, 2])
    opened = store.journal.open(wanted, 0)
    assert opened == [replace(intent, sends=1, sent_at=NOON) for intent in wanted]
    assert store.journal.open_intents(REALM) == opened
    assert store.journal.open_intents("another company") == []


def test_what_was_sent_before_keeps_its_count_and_its_moment(store: Store) -> None:
    before = NOON - timedelta(minutes=9)
    resent = replace(sample_intent(1), sends=2, sent_at=before, first_look_at=before + timedelta(seconds=9))
    counted, timed = replace(sample_intent(2), sends=2), replace(sample_intent(3), sent_at=before)
    opened = [resent, replace(counted, sent_at=NOON), replace(timed, sends=1)]
    assert store.journal.open([resent, counted, timed], 0) == opened
    assert store.journal.open_intents(REALM) == opened


def test_an_intent_that_says_something_is_kept_with_it(store: Store) -> None:
    store.journal.open([replace(sample_intent(1), message=Message("not_confirmed", {"n": 1}))], 0)
    (intent,) = store.journal.open_intents(REALM)
    assert intent.message == Message("not_confirmed", {"n": 1})


def test_batches_come_back_one_after_the_other(store: Store, clock: StillClock) -> None:
    third = [intent for intent in store.journal.open(sample_intents([5, 4], "mm"), 0) if intent]
    second = [intent for intent in store.journal.open(sample_intents([3, 6], "aa"), 0) if intent]
    clock.move(-1)
    first = [intent for intent in store.journal.open(sample_intents([9, 1], "zz"), 0) if intent]
    assert store.journal.open_intents(REALM) == first + second + third
    assert store.journal.standing(REALM, [payment(number) for number in (4, 1, 6, 9, 3, 5, 77)]) == first + second + third


def test_a_record_with_a_standing_intent_gets_no_second_one(store: Store) -> None:
    store.journal.open(sample_intents([1, 2]), 0)
    store.journal.settle([confirmed(sample_intent(2))])
    again = store.journal.open(sample_intents([1, 2, 3], "again"), 0)
    assert [intent and intent.id for intent in again] == [None, None, "again-3"]


def test_the_same_record_of_another_company_stands_by_itself(store: Store) -> None:
    theirs = [replace(sample_intent(number, "theirs"), realm="another company", applies=True) for number in (1, 2)]
    assert None not in store.journal.open([sample_intent(1), *theirs], 0)
    assert [intent.id for intent in store.journal.standing(REALM, [payment(1), payment(2)])] == ["first-1"]
    store.journal.settle([Settlement(intent_id=intent.id, state=IntentState.CONFIRMED, quickbooks_id="900") for intent in theirs])
    store.journal.leave_unapplied(REALM, [payment(1)])
    assert [intent.id for intent in store.journal.to_apply("another company")] == ["theirs-1", "theirs-2"]


def test_the_same_record_twice_in_one_batch_is_written_once(store: Store) -> None:
    assert [bool(intent) for intent in store.journal.open([sample_intent(1), sample_intent(1, "twin")], 0)] == [True, False]


def test_a_memo_that_was_to_be_applied_is_found_until_its_application_stands_or_is_given_up(store: Store) -> None:
    wanted = [replace(intent, applies=True) for intent in sample_intents([1, 2, 3, 4])]
    store.journal.open([*wanted, sample_intent(5)], 0)
    store.journal.settle([confirmed(sample_intent(number)) for number in (1, 2, 3, 5)])
    assert [intent.id for intent in store.journal.to_apply(REALM)] == ["first-1", "first-2", "first-3"]
    applications = [sample_intent(number, "apply", Operation.APPLY) for number in (1, 2)]
    store.journal.open(applications, 0)
    store.journal.settle([refused(applications[1])])
    assert [intent.id for intent in store.journal.to_apply(REALM)] == ["first-2", "first-3"]
    store.journal.leave_unapplied(REALM, [payment(3)])
    assert [intent.id for intent in store.journal.to_apply(REALM)] == ["first-2"]
    assert store.journal.to_apply("another company") == []


def test_another_operation_or_version_of_the_record_is_another_intent(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    others = [sample_intent(1, "apply", Operation.APPLY), sample_intent(1, "update", version="1")]
    assert None not in store.journal.open(others, 0)


def test_a_refused_or_withdrawn_intent_makes_room_for_a_new_one(store: Store) -> None:
    store.journal.open(sample_intents([1, 2]), 0)
    store.journal.settle([refused(sample_intent(1)), confirmed(sample_intent(2))])
    store.journal.withdraw(REALM, [payment(2)])
    assert store.journal.standing(REALM, [payment(1), payment(2)]) == []
    assert None not in store.journal.open(sample_intents([1, 2], "again"), 0)


def test_only_confirmed_intents_of_these_records_are_withdrawn(store: Store) -> None:
    store.journal.open(sample_intents([1, 2, 3]), 0)
    store.journal.settle([confirmed(sample_intent(2)), confirmed(sample_intent(3))])
    store.journal.withdraw(REALM, [payment(1), payment(2)])
    store.journal.withdraw("another company", [payment(3)])
    standing = store.journal.standing(REALM, [payment(1), payment(2), payment(3)])
    assert {intent.id: intent.state for intent in standing} == {"first-1": IntentState.OPEN, "first-3": IntentState.CONFIRMED}


def test_an_intent_settles_with_what_came_of_it_and_its_link(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    message, updated = Message("changed", {"customer": "Zoë"}, "details"), NOON + timedelta(seconds=7)
    store.journal.settle(
        [
            Settlement(
                intent_id="first-1",
                state=IntentState.CONFIRMED,
                quickbooks_id="145",
                sync_token="3",
                message=message,
                record_updated=updated,
                link=sample_link(1, "145"),
            )
        ]
    )
    (settled,) = store.journal.standing(REALM, [payment(1)])
    assert (settled.state, settled.quickbooks_id, settled.sync_token, settled.message, settled.record_updated) == (
        IntentState.CONFIRMED,
        "145",
        "3",
        message,
        updated,
    )
    assert store.links.by_source(REALM, [payment(1)]) == {payment(1): sample_link(1, "145")}
    assert store.journal.open_intents(REALM) == []


def test_settling_again_changes_nothing(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    store.journal.settle([confirmed(sample_intent(1))])
    store.links.remove(REALM, [payment(1)])
    store.journal.settle([refused(sample_intent(1)), confirmed(sample_intent(1))])
    (settled,) = store.journal.standing(REALM, [payment(1)])
    assert (settled.state, settled.message) == (IntentState.CONFIRMED, None)
    assert store.links.by_source(REALM, [payment(1)]) == {}


def test_an_intent_in_doubt_may_say_so_and_stay_open(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    store.journal.settle([Settlement(intent_id="first-1", state=IntentState.OPEN, message=Message("not_confirmed"))])
    (intent,) = store.journal.open_intents(REALM)
    assert intent.message == Message("not_confirmed")
    store.journal.settle([confirmed(sample_intent(1))])
    assert store.journal.open_intents(REALM) == []


def test_when_an_intent_was_closed_is_noted_and_nothing_while_it_is_open(store: Store, clock: StillClock) -> None:
    store.journal.open(sample_intents([1, 2, 3]), 0)
    clock.move(90)
    store.journal.settle([confirmed(sample_intent(1)), refused(sample_intent(2))])
    store.journal.settle([Settlement(intent_id="first-3", state=IntentState.OPEN, message=Message("not_confirmed"))])
    with store.database.read() as connection:
        rows = connection.execute(select(intents.c.id, intents.c.settled_at).order_by(intents.c.id)).all()
    assert [tuple(row) for row in rows] == [("first-1", clock.now()), ("first-2", clock.now()), ("first-3", None)]


def test_the_first_look_counts_and_a_send_more_forgets_it(store: Store) -> None:
    store.journal.open(sample_intents([1, 2]), 0)
    store.journal.look(["first-1"], NOON + timedelta(seconds=40))
    store.journal.look(["first-1"], NOON + timedelta(seconds=70))
    looked, other = store.journal.open_intents(REALM)
    assert (looked.first_look_at, other.first_look_at) == (NOON + timedelta(seconds=40), None)
    store.journal.mark_sent(["first-1"], NOON + timedelta(seconds=160))
    again, other = store.journal.open_intents(REALM)
    assert (again.sends, again.sent_at, again.first_look_at) == (2, NOON + timedelta(seconds=160), None)
    assert (other.sends, other.sent_at) == (1, NOON)


def test_of_a_batch_that_is_closed_in_part_only_the_rest_is_closed(store: Store) -> None:
    """Another workstation may have settled some of them; what it found stands, the others end here, each with its link."""
    first, second, third = batch = sample_intents(range(3))
    store.journal.open(batch, 0)
    store.journal.settle([replace(confirmed(second), quickbooks_id="900", link=None)])
    store.journal.settle([confirmed(intent) for intent in batch] + [replace(confirmed(third), quickbooks_id="901")])
    ended = {intent.id: intent.quickbooks_id for intent in store.journal.standing(REALM, [intent.source for intent in batch])}
    assert ended == {first.id: confirmed(first).quickbooks_id, second.id: "900", third.id: confirmed(third).quickbooks_id}
    assert store.journal.open_intents(REALM) == []
    assert set(store.links.by_source(REALM, [intent.source for intent in batch])) == {first.source, third.source}


def test_a_settled_intent_takes_no_more_sends_or_looks(store: Store) -> None:
    store.journal.open([sample_intent(1)], 0)
    store.journal.settle([confirmed(sample_intent(1))])
    store.journal.mark_sent(["first-1"], NOON)
    store.journal.look(["first-1"], NOON)
    (intent,) = store.journal.standing(REALM, [payment(1)])
    assert (intent.sends, intent.first_look_at) == (1, None)


def test_a_late_waker_writes_nothing(store: Store, clock: StillClock) -> None:
    early = store.leases.take(REALM, sample_run("early"))
    clock.move(61)
    late = store.leases.take(REALM, sample_run("late"))
    with pytest.raises(LeaseLost) as lost:
        store.journal.open([sample_intent(1)], early.fence)
    assert lost.value.message == Message("lease_lost")
    assert store.journal.open_intents(REALM) == []
    assert store.journal.open([sample_intent(1)], late.fence) != [None]


@pytest.mark.parametrize("state", [IntentState.REFUSED, IntentState.CLOSED])
def test_a_late_waker_closes_nothing_but_what_it_was_told_is_there(store: Store, state: IntentState) -> None:
    lease = store.leases.take(REALM, sample_run())
    store.journal.open(sample_intents([1, 2]), lease.fence)
    store.leases.release(lease)
    store.leases.take(REALM, sample_run())
    late = Settlement(intent_id=sample_intent(1).id, state=state)
    with pytest.raises(LeaseLost):
        store.journal.settle([late, confirmed(sample_intent(2))], lease.fence)
    assert [intent.source for intent in store.journal.open_intents(REALM)] == [payment(1)]
    assert [intent.state for intent in store.journal.standing(REALM, [payment(2)])] == [IntentState.CONFIRMED]
    store.journal.settle([late], lease.fence + 1)
    assert store.journal.open_intents(REALM) == []


def test_a_send_that_was_called_back_is_not_counted(store: Store) -> None:
    store.journal.open(sample_intents([1, 2]), 0)
    store.journal.mark_sent([sample_intent(1).id, sample_intent(2).id], NOON)
    store.journal.take_back([sample_intent(1).id])
    store.journal.take_back([])
    assert [intent.sends for intent in store.journal.open_intents(REALM)] == [1, 2]


def test_another_companys_lease_is_no_hindrance(store: Store) -> None:
    store.leases.take("another company", sample_run(realm="another company"))
    assert store.journal.open([sample_intent(1)], 0) != [None]


def test_a_lease_for_something_else_is_no_hindrance(store: Store) -> None:
    process = {"machine": "desk", "pid": 1, "process_started": "1"}
    sign_in = {"purpose": "sign_in", "realm": REALM, "fence": 9, "held": True, "heartbeat": NOON, "done": 0}
    with store.database.write() as connection:
        connection.execute(store.database.insert(leases), sign_in | process)
    assert store.journal.open([sample_intent(1)], 0) != [None]


def test_nothing_to_do_costs_no_statement(store: Store) -> None:
    with statements_of(store) as statements:
        assert store.journal.open([], 0) == []
        store.journal.settle([])
    assert statements == []


def test_a_batch_of_thirty_costs_two_statements_to_open_and_two_to_settle(store: Store) -> None:
    batch = sample_intents(range(30))
    store.journal.open([sample_intent(99)], 0)
    with statements_of(store) as statements:
        store.journal.open(batch, 0)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT"]
    with statements_of(store) as statements:
        store.journal.settle([confirmed(intent) for intent in batch])
    assert [statement.split()[0] for statement in statements] == ["UPDATE", "INSERT"]


def test_many_go_with_a_few_statements_and_each_is_told_for_itself(store: Store) -> None:
    standing = sample_intents([5, 250, 277], "standing")
    store.journal.open(standing, 0)
    many = sample_intents(range(1, 278))
    with statements_of(store) as statements:
        written = store.journal.open(many, 0)
    assert [statement.split()[0] for statement in statements] == ["SELECT", *["INSERT"] * 3, "SELECT"]
    assert [intent.source.id for intent, found in zip(many, written, strict=True) if found is None] == ["5", "250", "277"]
    store.journal.settle([confirmed(intent) for intent in standing])
    with statements_of(store) as statements:
        store.journal.settle([confirmed(intent) for intent in written if intent])
    assert [statement.split()[0] for statement in statements].count("INSERT") == 3
    assert store.journal.open_intents(REALM) == []
    assert len(store.links.all_of(REALM, Entity.PAYMENT)) == 277


def test_records_are_written_in_one_order_whatever_order_they_come_in(store: Store) -> None:
    orders: list[list[str]] = []

    def note(connection: object, cursor: object, statement: str, rows: list[tuple[str, ...]], *rest: object) -> None:
        if statement.startswith("INSERT"):
            place = statement.partition("(")[2].partition(")")[0].split(", ").index("source_id")
            orders.append([row[place] for row in rows])

    event.listen(store.database.engine, "before_cursor_execute", note)
    store.journal.open(sample_intents([3, 1, 2], "up"), 0)
    store.journal.open(sample_intents([2, 3, 1], "down"), 0)
    store.journal.settle([confirmed(intent) for intent in sample_intents([2, 3, 1], "up")])
    assert orders == [["1", "2", "3"]] * 3
    memo = replace(sample_intent(2, "memo"), source=Ref(Kind.CREDIT_MEMO, "2"))
    store.journal.open([*sample_intents([3, 1], "mixed"), memo], 0)
    assert orders[-1] == ["2", "1", "3"]  # credit memos before payments


def test_intents_are_counted_by_operation_and_state(store: Store) -> None:
    store.journal.open(sample_intents([1, 2, 3]), 0)
    store.journal.open([sample_intent(1, "apply", Operation.APPLY)], 0)
    store.journal.settle([confirmed(sample_intent(1)), refused(sample_intent(2))])
    assert store.journal.counts(REALM) == {
        ("apply", "open"): 1,
        ("create", "confirmed"): 1,
        ("create", "open"): 1,
        ("create", "refused"): 1,
    }
    assert store.journal.counts("another company") == {}


def test_thousands_go_through_at_once(store: Store) -> None:
    many = sample_intents(range(1100))
    assert None not in store.journal.open(many, 0)
    store.journal.settle([confirmed(intent) for intent in many])
    sources = [intent.source for intent in many]
    assert len(store.links.by_source(REALM, sources)) == 1100
    assert len(store.journal.standing(REALM, sources)) == 1100
