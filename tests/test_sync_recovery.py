"""Doubt is settled by looking it up, twice, before the same bytes go again (design section 7, rules 3 to 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.errors import Unreachable
from qb_plugin.model import BookPayment, Fault, IntentState, Message, Operation, Outcome, Settlement, SourceRecord, Verdict
from qb_plugin.store.database import open_store
from qb_plugin.sync.export import settle_open
from qb_plugin.sync.recovery import Recovery, is_refusal
from tests.sync_firm import DAY, Ended, Firm, book_payment, collect, customer_id, firm_in, memo, payment
from tests.sync_steps import LOST, UNSENT, Step, late, refusal, refuses

CALL, LAG = 120.0, 30.0


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def saved(firm: Firm) -> list[BookPayment]:
    return firm.books.payments_saved()


def bytes_sent(firm: Firm) -> list[tuple[str, str, str]]:
    return [(batch.requestid, intent.bid, intent.payload) for batch in firm.books.batches for intent in batch.intents]


# --- looking up ---------------------------------------------------------------------------------------


def test_what_is_found_at_once_is_adopted_without_waiting(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    link = firm.link(row)
    assert link is not None
    assert (link.origin, link.source_version) == ("adopted", "7")
    assert firm.clock.slept == []
    assert len(firm.books.batches) == 1


def test_what_the_query_shows_only_later_is_adopted_at_the_second_look(firm: Firm) -> None:
    row = payment(1)
    firm.books.lag = 25.0
    firm.books.script(row.ref, LOST)
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1
    assert len(firm.books.batches) == 1


def test_what_is_saved_long_after_the_call_broke_off_is_adopted_at_the_second_look(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, late(119.0))
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1
    assert len(firm.books.batches) == 1


def test_the_second_look_waits_for_the_call_limit_and_one_lag_after_the_send(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    firm.export(row)
    assert sum(firm.clock.slept) == CALL + LAG
    assert max(firm.clock.slept) <= 5.0


def test_the_second_look_waits_one_lag_after_the_first_when_the_send_is_long_past(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    firm.clock.move(3600)
    ended = settle(firm)
    assert sum(firm.clock.slept) == LAG
    assert ended.outcome(row) is Outcome.SYNCHRONIZED


def test_the_lag_counts_from_the_first_look_that_was_written_down(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    firm.clock.move(600)
    firm.store.journal.look([firm.open_intents()[0].id], firm.clock.now() - timedelta(seconds=20))
    settle(firm)
    assert sum(firm.clock.slept) == LAG - 20


def test_nobody_waits_when_both_times_are_long_past(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    firm.clock.move(600)
    firm.store.journal.look([firm.open_intents()[0].id], firm.clock.now() - timedelta(seconds=LAG))
    ended = settle(firm)
    assert (ended.outcome(row), firm.clock.slept) == (Outcome.SYNCHRONIZED, [])
    assert "checking_again" not in ended.notices


def test_how_long_the_wait_is_stands_in_a_notice(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    ended = firm.export(row)
    assert Message("checking_doubt", {"n": 1}) in ended.events
    assert Message("checking_again", {"seconds": 150}) in ended.events


def test_the_look_begins_five_minutes_before_quickbooks_own_clock(firm: Firm) -> None:
    row = payment(1)
    firm.books.skew = timedelta(hours=-3)
    firm.books.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.books.put(replace(book, created=firm.books.now() - timedelta(minutes=4, seconds=59)))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    assert firm.clock.slept == []


def test_only_our_marker_proves_it_not_what_it_looks_like(firm: Firm) -> None:
    row = payment(1, reference="10432")
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    twin = book_payment("900", reference="10432", created=firm.books.now())
    others = ["[WS BX-payment-1]", "[WS AF-payment-11]", "[WS AF-payment-1] edited", "[WS AF-credit_memo-1]", None]
    for number, note in enumerate(others):
        firm.books.put(replace(twin, id=str(900 + number), note=note))
    ended = settle(firm)
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == "1001"
    assert ended.outcome(row) is Outcome.SYNCHRONIZED


def test_one_that_was_edited_in_quickbooks_meanwhile_is_adopted_as_changed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.books.put(replace(book, customer_id="58", total=Decimal("9.00")))
    ended = settle(firm)
    assert ended.outcome(row) is Outcome.CHANGED
    assert ended.rows[str(row.ref)].message == Message("saved_but_differs", {"what": "customer, amount"})
    assert firm.link(row) is not None


def test_of_two_with_the_marker_the_one_that_agrees_is_adopted(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.books.put(replace(book, id="900", total=Decimal("9.00")))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == book.id


def test_two_with_the_marker_that_both_agree_are_left_for_a_person(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    send_and_die(firm, row)
    [book] = saved(firm)
    firm.books.put(replace(book, id="900"))
    ended = settle(firm)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.NOT_CONFIRMED, "marker_twice")
    assert len(firm.open_intents()) == 1
    assert len(firm.books.batches) == 1


# --- sending again ------------------------------------------------------------------------------------


def test_after_two_vain_looks_the_same_bytes_go_once_more_under_their_first_requestid(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    ended = firm.export(row)
    first, second = bytes_sent(firm)
    assert first == second
    assert [batch.resend for batch in firm.books.batches] == [False, True]
    assert (ended.outcome(row), len(saved(firm))) == (Outcome.SYNCHRONIZED, 1)
    assert firm.intent_of(row).sends == 2


def test_two_requestids_are_never_mixed_in_one_call(firm: Firm) -> None:
    firm.books.items_a_batch = 2
    rows = [payment(number, number) for number in range(1, 5)]
    for row in (rows[0], rows[2], rows[3]):
        firm.books.script(row.ref, UNSENT)
    firm.export(*rows)
    again = [batch for batch in firm.books.batches if batch.resend]
    assert [[str(intent.source) for intent in batch.intents] for batch in again] == [["payment:1"], ["payment:3", "payment:4"]]
    assert all(intent.requestid == batch.requestid for batch in again for intent in batch.intents)
    assert len(saved(firm)) == 4


def test_only_the_doubtful_items_of_a_batch_go_again(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 4)]
    firm.books.script(rows[1].ref, UNSENT)
    firm.export(*rows)
    assert [str(intent.source) for intent in firm.books.batches[1].intents] == ["payment:2"]
    assert firm.books.batches[1].intents[0].bid == "2"
    assert firm.books.sends == {"payment:1": 1, "payment:2": 2, "payment:3": 1}


def test_more_requestids_than_may_be_in_flight_go_one_after_the_other(firm: Firm) -> None:
    firm.books.items_a_batch, firm.books.width = 1, 1
    rows = [payment(number, number) for number in range(1, 4)]
    for row in rows:
        firm.books.script(row.ref, UNSENT)
    ended = firm.export(*rows)
    assert {ended.outcome(row) for row in rows} == {Outcome.SYNCHRONIZED}


def test_a_replay_that_answers_for_something_deleted_since_is_removed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    firm.books.lag = 3600.0
    firm.clock.at(100, lambda: firm.books.delete("1001"))
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.REMOVED, "removed_in_quickbooks")
    assert firm.link(row) is None
    assert firm.standing(row) == []
    assert saved(firm) == []


def test_a_removed_row_can_be_exported_anew(firm: Firm) -> None:
    test_a_replay_that_answers_for_something_deleted_since_is_removed(firm)
    firm.books.lag = 0.0
    assert firm.export(payment(1)).outcome(payment(1)) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1


def test_what_cannot_be_read_back_at_once_is_read_once_more_before_it_counts_as_removed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    hidden: list[BookPayment] = []

    def hide() -> None:
        hidden.extend(saved(firm))
        firm.books.saved.clear()

    send_and_die(firm, row)
    firm.books.after_batch = hide
    firm.clock.move(600)
    firm.clock.at(45, lambda: firm.books.saved.update({book.id: book for book in hidden}))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    assert firm.link(row) is not None


def test_cancel_while_it_is_read_back_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    stopped: list[bool] = []

    def hide() -> None:
        firm.books.saved.clear()
        stopped.append(True)

    firm.books.after_batch = hide
    send_and_die(firm, row)
    firm.clock.move(600)
    stopped.clear()
    ended = collect(settle_open(firm.place, lambda: bool(stopped)))
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert firm.open_intents()[0].sends == 2


# --- a fault in answer to the re-send -----------------------------------------------------------------


def test_a_fault_in_answer_to_the_re_send_is_refused_only_after_two_further_looks(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, refuses("610", "inactive"))
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.FAILED
    assert ended.rows[str(row.ref)].message == Message("quickbooks_said", {"code": "610"}, "inactive")
    assert firm.books.calls.count("created_since") == 4
    assert sum(firm.clock.slept) == 2 * (CALL + LAG)
    assert firm.standing(row) == []


def test_a_replay_that_answers_6000_for_what_had_succeeded_does_not_deceive(firm: Firm) -> None:
    row = payment(1)
    firm.books.replay = "6000"
    firm.books.lag = 200.0
    firm.books.script(row.ref, LOST)
    ended = firm.export(row)
    assert firm.books.sends[str(row.ref)] == 2
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert len(saved(firm)) == 1


def test_quickbooks_that_forgets_requestids_saves_nothing_twice(firm: Firm) -> None:
    row = payment(1)
    firm.books.replay = "forgets"
    firm.books.lag = LAG
    firm.books.script(row.ref, late(CALL))
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1


def test_a_fault_that_proves_nothing_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, Step(verdict=Verdict.DOUBT, fault=Fault("10000", "system", type="SystemFault")))
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.NOT_CONFIRMED, "not_confirmed")
    assert firm.books.calls.count("created_since") == 3
    [intent] = firm.open_intents()
    assert intent.sends == 2


def test_of_two_re_sent_rows_only_the_one_with_a_reason_is_refused(firm: Firm) -> None:
    rows = [payment(1, 1), payment(2, 2)]
    firm.books.script(rows[0].ref, UNSENT, refuses("610"))
    firm.books.script(rows[1].ref, UNSENT, UNSENT)
    ended = firm.export(*rows)
    assert [ended.outcome(row) for row in rows] == [Outcome.FAILED, Outcome.NOT_CONFIRMED]
    assert [str(intent.source) for intent in firm.open_intents()] == ["payment:2"]


def test_what_a_re_send_saved_without_an_answer_is_found_by_the_look_after_it(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, LOST)
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert len(saved(firm)) == 1


def test_a_row_that_is_still_not_confirmed_is_settled_by_pressing_again(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, UNSENT)
    assert firm.export(row).outcome(row) is Outcome.NOT_CONFIRMED
    ended = firm.export(row)
    assert "settling_open" in ended.notices
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(set(bytes_sent(firm))) == 1
    assert len(saved(firm)) == 1


@pytest.mark.parametrize("code", ["600", "5000", "5030", "10000"])
def test_codes_that_never_prove_a_refusal(code: str) -> None:
    assert not is_refusal(refusal(code))


def test_only_a_validation_fault_can_be_a_refusal() -> None:
    assert is_refusal(refusal("610"))
    assert not is_refusal(Fault("610", "x", type="SystemFault"))
    assert not is_refusal(None)


# --- stopping, dying, others --------------------------------------------------------------------------


def test_cancel_while_waiting_ends_the_wait_and_sends_nothing(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    stopped: list[bool] = []
    firm.clock.at(12, lambda: stopped.append(True))
    ended = firm.export(row, stop=lambda: bool(stopped))
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert sum(firm.clock.slept) <= 15
    assert len(firm.books.batches) == 1


def test_cancel_during_the_wait_after_a_fault_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, refuses("610"))
    stopped: list[bool] = []
    firm.clock.at(CALL + LAG + 10, lambda: stopped.append(True))
    assert firm.export(row, stop=lambda: bool(stopped)).outcome(row) is Outcome.NOT_CONFIRMED
    assert len(firm.open_intents()) == 1


def test_intents_are_settled_at_start_even_if_their_record_was_deleted_here(firm: Firm) -> None:
    row = payment(404)
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    ended = settle(firm)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert firm.open_intents() == []


def test_nothing_open_asks_quickbooks_nothing(firm: Firm) -> None:
    assert settle(firm).events == []
    assert firm.books.calls == []


def test_quickbooks_out_of_reach_at_start_leaves_the_rows_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    send_and_die(firm, row)
    firm.books.unreachable["created_since"] = Unreachable(Message("quickbooks_unreachable"))
    ended = settle(firm)
    assert isinstance(ended.failure, Unreachable)
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert len(firm.open_intents()) == 1


@pytest.mark.parametrize("state", [IntentState.CONFIRMED, IntentState.REFUSED])
def test_what_another_workstation_settled_while_we_waited_is_not_sent_again(firm: Firm, state: IntentState) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    send_and_die(firm, row)
    [intent] = firm.open_intents()

    def settled_elsewhere() -> None:
        other = open_store(firm.url, clock=firm.clock)
        other.journal.settle([settlement_of(intent.id, state)])
        other.close()

    firm.clock.at(60, settled_elsewhere)
    ended = settle(firm)
    assert ended.outcome(row) is (Outcome.SYNCHRONIZED if state is IntentState.CONFIRMED else Outcome.NOT_CONFIRMED)
    assert len(firm.books.batches) == 1
    assert saved(firm) == []


def test_credit_memos_and_payments_in_doubt_are_looked_up_each_among_their_own(firm: Firm) -> None:
    one, other = payment(1, 1), memo(1, 2)
    for row in (one, other):
        firm.books.script(row.ref, LOST)
    send_and_die(firm, one, other)
    ended = settle(firm)
    assert [ended.outcome(row) for row in (one, other)] == [Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED]
    assert firm.intent_of(other, Operation.CREATE).quickbooks_id == "1002"


def test_what_could_not_be_settled_is_known_afterwards(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT, UNSENT)
    send_and_die(firm, row)
    recovery = Recovery(firm.place, lambda: False)
    collect(recovery.settle(firm.open_intents()))
    assert [intent.customer_id for intent in recovery.undecided] == [customer_id(1)]


def test_the_day_and_the_waits_are_those_of_the_design(firm: Firm) -> None:
    assert (firm.waits.call_limit, firm.waits.lag) == (CALL, LAG)
    assert payment(1).date == DAY


def settlement_of(intent_id: str, state: IntentState) -> Settlement:
    return Settlement(intent_id, state, "900" if state is IntentState.CONFIRMED else None)


# --- how these tests break a run off ------------------------------------------------------------------


def send_and_die(firm: Firm, *rows: SourceRecord) -> None:
    """A batch goes out, its answer is lost, and the process dies."""
    ended = Ended()
    events = firm.events(*rows)
    for event in events:
        ended.take(event)
        if all(str(row.ref) in ended.rows and ended.outcome(row) is Outcome.NOT_CONFIRMED for row in rows):
            break
    events.close()


def settle(firm: Firm) -> Ended:
    return collect(settle_open(firm.place, lambda: False))
