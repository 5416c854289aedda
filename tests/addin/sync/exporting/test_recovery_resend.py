"""After two vain looks the same bytes go again, and what comes back is believed only as far as it proves something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from qb_plugin.errors import LeaseLost
from qb_plugin.model import Fault, IntentState, Message, Outcome, QboPayment, Verdict
from qb_plugin.store.sql.encoding import decode_message
from qb_plugin.store.sql.tables import intents
from qb_plugin.sync.exporting.recovery import is_refusal
from qb_plugin.sync.exporting.run_export import settle_open
from tests.support.addin.interrupted_runs import BETWEEN, CALL, LAG, send_and_die, settle
from tests.support.addin.scripted_sends import LOST, UNSENT, Step, late, refusal, refuses
from tests.support.addin.sync_firm import Firm, collect, firm_in, leased, memo, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def saved(firm: Firm) -> list[QboPayment]:
    return firm.quickbooks.payments_saved()


def bytes_sent(firm: Firm) -> list[tuple[str, str, str]]:
    return [(batch.requestid, intent.bid, intent.payload) for batch in firm.quickbooks.batches for intent in batch.intents]


def closed_with(firm: Firm) -> list[tuple[str, Message | None]]:
    """How every intent ended, those that stand no more included."""
    with firm.store.database.read() as connection:
        rows = connection.execute(select(intents.c.state, intents.c.message)).all()
    return [(state, decode_message(message)) for state, message in rows]


# --- sending again ------------------------------------------------------------------------------------


def test_after_two_vain_looks_the_same_bytes_go_once_more_under_their_first_requestid(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    ended = firm.export(row)
    first, second = bytes_sent(firm)
    assert first == second
    assert [batch.resend for batch in firm.quickbooks.batches] == [False, True]
    assert (ended.outcome(row), len(saved(firm))) == (Outcome.SYNCHRONIZED, 1)
    assert (firm.intent_of(row).sends, firm.intent_of(row).sent_at) == (2, firm.clock.now())
    link = firm.link(row)
    assert link is not None
    assert link.origin == "exported"


def test_two_requestids_are_never_mixed_in_one_call(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 2
    rows = [payment(number, number) for number in range(1, 5)]
    for row in (rows[0], rows[2], rows[3]):
        firm.quickbooks.script(row.ref, UNSENT)
    firm.export(*rows)
    again = [batch for batch in firm.quickbooks.batches if batch.resend]
    assert [[str(intent.source) for intent in batch.intents] for batch in again] == [["payment:1"], ["payment:3", "payment:4"]]
    assert all(intent.requestid == batch.requestid for batch in again for intent in batch.intents)
    assert len(saved(firm)) == 4


def test_only_the_doubtful_items_of_a_batch_go_again(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 4)]
    firm.quickbooks.script(rows[1].ref, UNSENT)
    firm.export(*rows)
    assert [str(intent.source) for intent in firm.quickbooks.batches[1].intents] == ["payment:2"]
    assert firm.quickbooks.batches[1].intents[0].bid == "2"
    assert firm.quickbooks.sends == {"payment:1": 1, "payment:2": 2, "payment:3": 1}


def test_payments_and_credit_memos_that_went_again_are_each_read_back(firm: Firm) -> None:
    rows = [payment(1, 1), memo(1, 2)]
    for row in rows:
        firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, *rows)
    ended = settle(firm)
    assert [ended.outcome(row) for row in rows] == [Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED]
    assert firm.clock.slept.count(5.0) == BETWEEN / 5


def test_more_requestids_than_may_be_in_flight_go_one_after_the_other(firm: Firm) -> None:
    firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 1
    rows = [payment(number, number) for number in range(1, 4)]
    for row in rows:
        firm.quickbooks.script(row.ref, UNSENT)
    ended = firm.export(*rows)
    assert {ended.outcome(row) for row in rows} == {Outcome.SYNCHRONIZED}


def test_a_replay_that_answers_for_something_deleted_since_is_removed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, LOST)
    firm.quickbooks.lag = 3600.0
    firm.clock.at(100, lambda: firm.quickbooks.delete("1001"))
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.REMOVED, "removed_in_quickbooks")
    assert firm.link(row) is None
    assert firm.standing(row) == []
    assert saved(firm) == []
    assert closed_with(firm) == [(IntentState.CLOSED.value, Message("removed_in_quickbooks"))]


def test_a_removed_row_can_be_exported_anew(firm: Firm) -> None:
    test_a_replay_that_answers_for_something_deleted_since_is_removed(firm)
    firm.quickbooks.lag = 0.0
    assert firm.export(payment(1)).outcome(payment(1)) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1


def test_what_cannot_be_read_back_at_once_is_read_once_more_before_it_counts_as_removed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    hidden: list[QboPayment] = []

    def hide() -> None:
        hidden.extend(saved(firm))
        firm.quickbooks.saved.clear()

    send_and_die(firm, row)
    firm.quickbooks.after_batch = hide
    firm.clock.move(600)
    firm.clock.at(BETWEEN + 15, lambda: firm.quickbooks.saved.update({book.id: book for book in hidden}))
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
    assert firm.link(row) is not None


def test_cancel_while_it_is_read_back_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    stopped: list[bool] = []

    def hide() -> None:
        firm.quickbooks.saved.clear()
        stopped.append(True)

    firm.quickbooks.after_batch = hide
    send_and_die(firm, row)
    firm.clock.move(600)
    stopped.clear()
    ended = collect(partial(settle_open, firm.context), lambda: bool(stopped))
    assert ended.outcome(row) is Outcome.NOT_CONFIRMED
    assert firm.open_intents()[0].sends == 2


def lose_the_lease(at_check: int) -> Callable[[], None]:
    """A look at the lease that fails from this one on."""
    checks = count(1)

    def check() -> None:
        if next(checks) >= at_check:
            raise LeaseLost(Message("lease_lost"))

    return check


@pytest.mark.parametrize(("at_check", "sends"), [(1, [1, 1]), (2, [2, 2])])
def test_the_lease_is_looked_at_before_anything_is_counted_as_sent_and_before_each_batch(
    firm: Firm, at_check: int, sends: list[int]
) -> None:
    rows = [payment(1), payment(2, 2)]
    for row in rows:
        firm.quickbooks.script(row.ref, UNSENT)
    firm.quickbooks.items_a_batch = 1
    send_and_die(firm, *rows)
    ended = collect(partial(settle_open, firm.context), check=lose_the_lease(at_check))
    assert isinstance(ended.failure, LeaseLost)
    assert [intent.sends for intent in firm.open_intents()] == sends
    assert len(firm.quickbooks.batches) == 2


# --- a fault in answer to the re-send -----------------------------------------------------------------


def test_a_fault_in_answer_to_the_re_send_is_refused_only_after_two_further_looks(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, refuses("610", "inactive"))
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.FAILED
    assert ended.rows[str(row.ref)].message == Message("quickbooks_said", {"code": "610"}, "inactive")
    assert firm.quickbooks.calls.count("created_since") == 4
    assert sum(firm.clock.slept) == 2 * BETWEEN
    assert firm.standing(row) == []


def test_a_replay_that_answers_6000_for_what_had_succeeded_does_not_deceive(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.replay = "6000"
    firm.quickbooks.lag = 200.0
    firm.quickbooks.script(row.ref, LOST)
    ended = firm.export(row)
    assert firm.quickbooks.sends[str(row.ref)] == 2
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert len(saved(firm)) == 1


def test_quickbooks_that_forgets_requestids_saves_nothing_twice(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.replay = "forgets"
    firm.quickbooks.lag = LAG
    firm.quickbooks.script(row.ref, late(CALL))
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED
    assert len(saved(firm)) == 1


def test_a_fault_that_proves_nothing_leaves_it_not_confirmed(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(
        row.ref, UNSENT, Step(verdict=Verdict.DOUBT, fault=Fault(code="10000", text="system", type="SystemFault"))
    )
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.NOT_CONFIRMED, "doubt_settled")
    assert firm.quickbooks.calls.count("created_since") == 4
    [intent] = firm.open_intents()
    assert intent.sends == 2


def test_of_two_re_sent_rows_only_the_one_with_a_reason_is_refused(firm: Firm) -> None:
    rows = [payment(1, 1), payment(2, 2)]
    firm.quickbooks.script(rows[0].ref, UNSENT, refuses("610"))
    firm.quickbooks.script(rows[1].ref, UNSENT, UNSENT, UNSENT, UNSENT)
    ended = firm.export(*rows)
    assert ended.failure is None
    assert [ended.outcome(row) for row in rows] == [Outcome.FAILED, Outcome.NOT_CONFIRMED]
    assert [str(intent.source) for intent in firm.open_intents()] == ["payment:2"]


def test_a_fault_that_proves_nothing_is_no_refusal_though_another_rows_is(firm: Firm) -> None:
    rows = [payment(1, 1), payment(2, 2)]
    firm.quickbooks.script(rows[0].ref, UNSENT, refuses("610"))
    odd = Step(verdict=Verdict.DOUBT, fault=Fault(code="10000", text="system", type="SystemFault"))
    firm.quickbooks.script(rows[1].ref, UNSENT, odd, odd, odd)
    ended = firm.export(*rows)
    assert [ended.outcome(row) for row in rows] == [Outcome.FAILED, Outcome.NOT_CONFIRMED]


def test_the_reason_of_a_refusal_is_told_with_what_was_refused(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, refuses("610"))
    send_and_die(firm, row)
    context = replace(firm.context, fault_message=lambda fault, context: Message("quickbooks_said", {"code": fault.code} | context))
    ended = collect(partial(settle_open, context))
    keys = {"customer": "customer:51", "account": "account:"}
    said = {"code": "610", "entity": "Payment", "account": "Undeposited Funds", "keys": keys}
    assert ended.rows[str(row.ref)].message == Message("quickbooks_said", said)


def test_what_a_re_send_saved_without_an_answer_is_found_by_the_look_after_it(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, LOST)
    ended = firm.export(row)
    assert (ended.outcome(row), ended.said(row)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")
    assert len(saved(firm)) == 1


def test_a_row_that_is_still_not_confirmed_is_settled_by_looking_again(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT, UNSENT)
    assert firm.export(row).outcome(row) is Outcome.NOT_CONFIRMED
    ended = firm.export(row, look_again=frozenset({row.ref}))
    assert "settling_open" in ended.notices
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(set(bytes_sent(firm))) == 1
    assert len(saved(firm)) == 1


@pytest.mark.parametrize("code", ["600", "5000", "5030", "10000"])
def test_codes_that_never_prove_a_refusal(code: str) -> None:
    assert not is_refusal(refusal(code))


def test_only_a_validation_fault_can_be_a_refusal() -> None:
    assert is_refusal(refusal("610"))
    assert not is_refusal(Fault(code="610", text="x", type="SystemFault"))
    assert not is_refusal(None)


def test_a_send_that_was_called_back_before_it_left_is_not_counted_and_stays_in_doubt(firm: Firm) -> None:
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    send_and_die(firm, row)
    stopped = leased(may_leave=lambda: False, stop=lambda: firm.clock.monotonic() > BETWEEN)
    settle_open(firm.context, stopped)
    [intent] = firm.open_intents()
    assert (intent.sends, intent.singles, len(saved(firm))) == (1, 1, 0)
    assert settle(firm).outcome(row) is Outcome.SYNCHRONIZED
