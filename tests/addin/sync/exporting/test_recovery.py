"""Doubt is settled by looking it up, twice, before the same bytes go again (docs/architecture.md rules 3 to 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from qb_plugin.errors import Unreachable
from qb_plugin.model import IntentState, Message, Operation, Outcome, QboPayment, SourceRecord
from qb_plugin.store.database import open_store
from qb_plugin.sync.context import Waits
from qb_plugin.sync.exporting.looks import marker_of
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.exporting.settlement import doubt_settled
from tests.support.addin.interrupted_runs import BETWEEN, CALL, LAG, WAY, send_and_die, settle, settlement_of
from tests.support.addin.scripted_sends import LOST, UNSENT, late, refuses
from tests.support.addin.sync_firm import DAY, Ended, Firm, book_payment, collect, customer_id, firm_in, leased, memo, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def saved(firm: Firm) -> list[QboPayment]:
    return firm.quickbooks.payments_saved()


def bytes_sent(firm: Firm) -> list[tuple[str, str, str]]:
    return [(batch.requestid, intent.bid, intent.payload) for batch in firm.quickbooks.batches for intent in batch.intents]


def looked_at(firm: Firm, row: SourceRecord, seconds_ago: float) -> None:
    """It was sent long ago, nobody knows what became of it, and a first look found nothing."""
    send_and_die(firm, row)
    firm.clock.move(600)
    firm.store.journal.look([firm.open_intents()[0].id], firm.clock.now() - timedelta(seconds=seconds_ago))


# --- looking up ---------------------------------------------------------------------------------------


def test_what_is_found_at_once_is_adopted_without_waiting(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    link = firm.link(row)
    assert link is not None
    assert (link.origin, link.source_version) == ("adopted", "7")
    assert firm.clock.slept == []
    assert len(firm.quickbooks.batches) == 1


def test_what_the_query_shows_only_later_is_adopted_at_the_second_look(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.lag = 25.0
    firm.quickbooks.script(row.ref, LOST)
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1
    assert len(firm.quickbooks.batches) == 1


def test_what_is_saved_long_after_the_call_broke_off_is_adopted_at_the_second_look(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, late(119.0))
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1
    assert len(firm.quickbooks.batches) == 1


def test_the_second_look_waits_for_the_call_limit_the_lag_and_the_way_after_the_first(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    firm.export(row)
    assert sum(firm.clock.slept) == BETWEEN
    assert max(firm.clock.slept) <= 5.0


def test_a_send_that_is_said_to_be_long_past_is_waited_for_all_the_same(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    firm.clock.move(3600)
    ended = settle(firm)
    assert sum(firm.clock.slept) == BETWEEN
    assert ended.outcome(row) is Outcome.SYNCHRONIZED


@pytest.mark.parametrize("seconds_ago", [0, 20, LAG, 3600])
def test_a_look_that_was_written_down_before_shortens_no_wait(firm: Firm, seconds_ago: float) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    looked_at(firm, row, seconds_ago)
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    assert sum(firm.clock.slept) == BETWEEN


def test_nobody_waits_where_no_time_is_set(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    firm.waits = Waits(call_limit=0.0, lag=0.0, margin=0.0)
    send_and_die(firm, row)
    ended = settle(firm)
    assert (ended.outcome(row), firm.clock.slept) == (Outcome.SYNCHRONIZED, [])
    assert "checking_again" not in ended.notices


def test_a_wait_of_less_than_a_second_is_waited_too(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    firm.waits = Waits(call_limit=0.25, lag=0.25, margin=0.25)
    send_and_die(firm, row)
    ended = settle(firm)
    assert firm.clock.slept == [0.75]
    assert (ended.outcome(row), ended.notices) == (Outcome.SYNCHRONIZED, ["settling_open", "checking_again", "checking_doubt"])


def test_cancel_just_before_the_wait_is_over_sends_nothing(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    firm.waits = Waits(call_limit=0.25, lag=0.25, margin=0.25)
    send_and_die(firm, row)
    assert collect(partial(settle_open, firm.context), lambda: True).outcome(row) is Outcome.NOT_CONFIRMED
    assert len(firm.quickbooks.batches) == 1


def test_a_vain_first_look_is_written_down_with_its_moment(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    firm.clock.move(40)
    looked = firm.clock.now()
    collect(partial(settle_open, firm.context), lambda: True)
    assert firm.open_intents()[0].first_look_at == looked


def test_what_a_settling_tells_from_its_first_look_to_its_end(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, UNSENT)
    send_and_die(firm, row)
    ended = collect(lambda run: Recovery(firm.context, run).settle(firm.open_intents()))
    told = [Message("checking_again", {"seconds": 180}), Message("checking_doubt", {"n": 1})]
    assert (ended.events, ended.failure) == ([*told, *told, doubt_settled(firm.intent_of(row), str(row.ref))], None)


def test_how_long_the_wait_is_stands_in_a_notice(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    ended = firm.export(row)
    assert Message("checking_doubt", {"n": 1}) in ended.events
    assert Message("checking_again", {"seconds": 180}) in ended.events


def test_the_look_begins_five_minutes_before_quickbooks_own_clock(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.skew = timedelta(hours=-3)
    firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.quickbooks.put(replace(book, created=firm.quickbooks.now() - timedelta(minutes=4, seconds=59)))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    assert firm.clock.slept == []


def test_only_our_marker_proves_it_not_what_it_looks_like(firm: Firm) -> None:
    row = payment(1, reference="10432")
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    possible_duplicate = book_payment("900", reference="10432", created=firm.quickbooks.now())
    others = ["[WS BX-payment-1]", "[WS AF-payment-11]", "[WS AF-payment-1] edited", "[WS AF-credit_memo-1]", None]
    for number, note in enumerate(others):
        firm.quickbooks.put(replace(possible_duplicate, id=str(900 + number), note=note))
    ended = settle(firm)
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == "1001"
    assert ended.outcome(row) is Outcome.SYNCHRONIZED


def test_one_that_was_edited_in_quickbooks_meanwhile_is_adopted_as_changed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.quickbooks.put(replace(book, customer_id="58", total=Decimal("9.00")))
    ended = settle(firm)
    assert ended.outcome(row) is Outcome.CHANGED
    assert ended.rows[str(row.ref)].message == Message("saved_but_differs", {"what": "customer, amount"})
    assert firm.link(row) is not None


def test_of_two_with_the_marker_the_one_that_agrees_is_adopted(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.quickbooks.put(replace(book, id="900", total=Decimal("9.00")))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == book.id


def test_two_with_the_marker_that_both_agree_are_left_for_a_person(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.quickbooks.put(replace(book, id="900"))
    ended = settle(firm)
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert ended.rows[str(row.ref)].message == Message("marker_twice", {"number": "payment:1", "n": 2})
    assert len(firm.open_intents()) == 1
    assert len(firm.quickbooks.batches) == 1


# --- stopping, dying, others --------------------------------------------------------------------------


def test_cancel_while_waiting_ends_the_wait_and_sends_nothing(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    stopped: list[bool] = []
    firm.clock.at(12, lambda: stopped.append(True))
    ended = firm.export(row, stop=lambda: bool(stopped))
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert sum(firm.clock.slept) <= 15
    assert len(firm.quickbooks.batches) == 1


def test_cancel_during_the_wait_after_a_fault_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, refuses("610"))
    stopped: list[bool] = []
    firm.clock.at(BETWEEN + 10, lambda: stopped.append(True))
    assert firm.export(row, stop=lambda: bool(stopped)).outcome(row) is Outcome.NOT_CONFIRMED
    assert len(firm.open_intents()) == 1


def test_intents_are_settled_at_start_even_if_their_record_was_deleted_here(firm: Firm) -> None:
    row = payment(404)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    ended = settle(firm)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert firm.open_intents() == []


def test_nothing_open_asks_quickbooks_nothing(firm: Firm) -> None:
    assert settle(firm).events == []
    assert firm.quickbooks.calls == []


def test_quickbooks_out_of_reach_at_start_leaves_the_rows_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, row)
    firm.quickbooks.unreachable["created_since"] = Unreachable(Message("quickbooks_unreachable"))
    ended = settle(firm)
    assert isinstance(ended.failure, Unreachable)
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert len(firm.open_intents()) == 1


@pytest.mark.parametrize("state", [IntentState.CONFIRMED, IntentState.REFUSED])
def test_what_another_workstation_settled_while_we_waited_is_not_sent_again(firm: Firm, state: IntentState) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    [intent] = firm.open_intents()

    def settled_elsewhere() -> None:
        other = open_store(firm.url, clock=firm.clock)
        other.journal.settle([settlement_of(intent.id, state)])
        other.close()

    firm.clock.at(60, settled_elsewhere)
    ended = settle(firm)
    assert ended.outcome(row) is (Outcome.SYNCHRONIZED if state is IntentState.CONFIRMED else Outcome.NOT_CONFIRMED)
    assert len(firm.quickbooks.batches) == 1
    assert saved(firm) == []


def test_credit_memos_and_payments_in_doubt_are_looked_up_each_among_their_own(firm: Firm) -> None:
    one, other = payment(1, 1), memo(1, 2)
    for row in (one, other):
        firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, one, other)
    ended = settle(firm)
    assert [ended.outcome(row) for row in (one, other)] == [Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED]
    assert firm.intent_of(other, Operation.CREATE).quickbooks_id == "1002"


def test_what_could_not_be_settled_is_known_afterwards(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, UNSENT)
    send_and_die(firm, row)
    recovery = Recovery(firm.context, leased(lambda: True))
    recovery.settle(firm.open_intents())
    assert [intent.customer_id for intent in recovery.undecided] == [customer_id(1)]


def test_all_that_could_not_be_settled_is_known_afterwards_whatever_the_reason(firm: Firm) -> None:
    twice, gone, lost, found = (payment(number, number) for number in range(1, 5))
    for row, again in ((twice, LOST), (gone, UNSENT), (lost, UNSENT), (found, LOST)):
        firm.quickbooks.script(row.ref, again)
    firm.quickbooks.script(lost.ref, UNSENT)
    send_and_die(firm, twice, gone, lost, found)
    [book] = [book for book in saved(firm) if book.customer_id == customer_id(1)]
    firm.quickbooks.put(replace(book, id="900"))
    stopped: list[bool] = []

    def hide() -> None:
        firm.quickbooks.saved.clear()
        stopped.append(True)

    firm.quickbooks.after_batch = hide
    ended = Ended()
    recovery = Recovery(firm.context, leased(lambda: bool(stopped), reporter=ended.reporter))
    recovery.settle(firm.open_intents())
    assert [str(intent.source) for intent in recovery.undecided] == ["payment:1", "payment:2", "payment:3"]
    assert {row: result.outcome for row, result in ended.rows.items()} == {
        "payment:1": Outcome.NOT_CONFIRMED,
        "payment:2": Outcome.NOT_CONFIRMED,
        "payment:3": Outcome.NOT_CONFIRMED,
        "payment:4": Outcome.SYNCHRONIZED,
    }


def test_an_applications_marker_is_another_than_its_memos(firm: Firm) -> None:
    row = memo(1)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    [intent] = firm.open_intents()
    text = intent.payload.replace("credit_memo-1]", "apply-1]")
    application = replace(intent, operation=Operation.APPLY, payload=text)
    assert [str(marker_of(firm.context, each)) for each in (intent, application)] == ["[WS AF-credit_memo-1]", "[WS AF-apply-1]"]


def test_the_day_and_the_waits_are_those_of_the_design(firm: Firm) -> None:
    assert (firm.waits.call_limit, firm.waits.lag, firm.waits.margin) == (CALL, LAG, WAY)
    assert payment(1).date == DAY
