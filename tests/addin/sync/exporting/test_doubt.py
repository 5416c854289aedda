"""A record that QuickBooks never answers for is one row: its doubt ends and holds nothing up (docs/architecture.md rule 11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from qb_plugin.errors import Fatal, Unreachable
from qb_plugin.model import IntentState, Message, Outcome, Ref
from qb_plugin.store.sql.tables import intents
from qb_plugin.sync.exporting.withdrawing.withdrawal import withdraw
from tests.support.addin.sync_firm import Ended, Firm, collect, firm_in, payment

SIX = [payment(number, number if number < 6 else 1) for number in range(1, 7)]
BAD = SIX[1]
BETWEEN = 180.0


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        found.quickbooks.broken.add(BAD.ref)
        yield found


def sends_of(firm: Firm, row: Ref) -> set[tuple[str, str, str]]:
    return {(b.requestid, i.bid, i.payload) for b in firm.quickbooks.batches for i in b.intents if i.source == row}


def settle_fully(firm: Firm) -> Ended:
    return firm.export(*SIX)


def press_withdraw(firm: Firm) -> Ended:
    return collect(lambda run: withdraw(firm.context, run, {BAD.ref}))


def test_five_of_six_are_sent_and_the_bad_one_offers_two_ways_out(firm: Firm) -> None:
    ended = settle_fully(firm)
    assert [ended.outcome(row) for row in SIX if row is not BAD] == [Outcome.SYNCHRONIZED] * 5
    assert (ended.outcome(BAD), ended.said(BAD), ended.failure) == (Outcome.NOT_CONFIRMED, "doubt_settled", None)
    assert len(firm.quickbooks.payments_saved()) == 5
    assert len(sends_of(firm, BAD.ref)) == 1
    assert [intent.fully_settled for intent in firm.open_intents()] == [True]


def test_every_two_sends_of_one_item_have_a_look_a_full_wait_and_a_look_between_them(firm: Firm) -> None:
    moments: list[float] = []
    firm.quickbooks.on_submit.append(lambda batch: moments.append(firm.clock.monotonic()) if BAD.ref in sources(batch) else None)
    settle_fully(firm)
    assert moments == [0.0, BETWEEN, 2 * BETWEEN, 3 * BETWEEN]
    assert firm.clock.monotonic() == 4 * BETWEEN  # and once more before a person may withdraw it
    assert firm.quickbooks.calls.count("created_since") == 8


def sources(batch: object) -> set[Ref]:
    return {intent.source for intent in batch.intents}  # type: ignore[attr-defined]


def test_the_next_run_is_not_slowed_and_the_customers_other_rows_go(firm: Firm) -> None:
    settle_fully(firm)
    firm.clock.slept.clear()
    ended = firm.export(BAD, payment(7, 2))
    assert (ended.outcome(payment(7, 2)), ended.said(BAD), firm.clock.slept) == (Outcome.SYNCHRONIZED, "doubt_settled", [])


def test_other_rows_of_its_customer_go_on_in_the_same_run(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1
    ended = firm.export(BAD, payment(7, 2))
    assert (ended.outcome(BAD), ended.outcome(payment(7, 2))) == (Outcome.NOT_CONFIRMED, Outcome.SYNCHRONIZED)


def test_who_picks_only_the_bad_row_gets_there_too(firm: Firm) -> None:
    ended = firm.export(BAD)
    assert (ended.said(BAD), firm.quickbooks.sends[str(BAD.ref)]) == ("doubt_settled", 2)
    assert press_withdraw(firm).said(BAD) == "doubt_withdrawn"


def test_look_again_settles_in_full_once_more(firm: Firm) -> None:
    settle_fully(firm)
    firm.quickbooks.broken.clear()
    assert firm.export(BAD).outcome(BAD) is Outcome.NOT_CONFIRMED
    ended = firm.export(BAD, look_again=frozenset({BAD.ref}))
    assert (ended.outcome(BAD), len(firm.quickbooks.payments_saved())) == (Outcome.SYNCHRONIZED, 6)
    assert len(sends_of(firm, BAD.ref)) == 1


def test_three_in_a_row_end_the_run_and_every_press_comes_further(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 6)]
    firm.quickbooks.broken |= {row.ref for row in rows[:4]}
    ended = firm.export(*rows)
    assert {ended.outcome(row) for row in rows} == {Outcome.NOT_CONFIRMED}
    presses = 0
    while not all(intent.fully_settled for intent in firm.open_intents()):
        firm.export(*rows)
        presses += 1
    assert presses <= 4
    assert [p.customer_id for p in firm.quickbooks.payments_saved()] == ["55"]


def test_the_run_that_ends_says_why(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 5)]
    firm.quickbooks.broken |= {row.ref for row in rows}
    firm.export(*rows)
    failure = firm.export(*rows).failure
    assert isinstance(failure, Fatal)
    assert failure.message == Message("doubt_ends_run", {"n": 3})


# --- withdraw -----------------------------------------------------------------------------------------


def test_withdraw_looks_once_more_and_keeps_who_and_when(firm: Firm) -> None:
    settle_fully(firm)
    looks = firm.quickbooks.calls.count("created_since")
    ended = press_withdraw(firm)
    assert (ended.outcome(BAD), ended.said(BAD)) == (Outcome.READY, "doubt_withdrawn")
    assert firm.quickbooks.calls.count("created_since") == looks + 1
    with firm.store.database.read() as connection:
        found = connection.execute(
            select(intents.c.state, intents.c.settled_by, intents.c.settled_at).where(intents.c.source_id == "2")
        )
        assert found.all() == [(IntentState.WITHDRAWN, "Maria Ortiz", firm.clock.now())]


def test_nothing_is_withdrawn_that_cannot_be_looked_up(firm: Firm) -> None:
    settle_fully(firm)
    firm.quickbooks.unreachable["created_since"] = Unreachable(Message("quickbooks_unreachable"))
    assert isinstance(press_withdraw(firm).failure, Unreachable)
    assert [intent.state for intent in firm.open_intents()] == [IntentState.OPEN]


def test_what_the_last_look_finds_is_linked_instead(firm: Firm) -> None:
    settle_fully(firm)
    firm.quickbooks.save_late(firm.open_intents()[0])
    assert press_withdraw(firm).outcome(BAD) is Outcome.SYNCHRONIZED
    assert firm.link(BAD) is not None


def test_what_was_not_settled_fully_is_not_withdrawn(firm: Firm) -> None:
    firm.export(*SIX, stop=lambda: firm.clock.monotonic() > BETWEEN)
    assert press_withdraw(firm).outcome(BAD) is Outcome.NOT_CONFIRMED
    assert len(firm.open_intents()) == 6


def test_an_unchanged_record_goes_again_with_the_same_bytes_and_number_after_two_looks(firm: Firm) -> None:
    settle_fully(firm)
    press_withdraw(firm)
    firm.quickbooks.broken.clear()
    before = firm.clock.monotonic()
    assert firm.export(BAD).outcome(BAD) is Outcome.SYNCHRONIZED
    assert (firm.clock.monotonic() - before, len(sends_of(firm, BAD.ref))) == (BETWEEN, 1)


def test_an_edited_record_goes_as_it_is_now_under_a_new_number(firm: Firm) -> None:
    settle_fully(firm)
    press_withdraw(firm)
    firm.quickbooks.broken.clear()
    edited = replace(BAD, memo="without the odd sign", version="8")
    assert firm.export(edited).outcome(BAD) is Outcome.SYNCHRONIZED
    assert len({requestid for requestid, _, _ in sends_of(firm, BAD.ref)}) == 2
    assert [p.note for p in firm.quickbooks.payments_saved() if p.note and "odd sign" in p.note] != []
