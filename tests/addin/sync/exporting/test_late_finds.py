"""What was withdrawn and turns up after all is told: adopted where nothing else stands, else twice in QuickBooks (rule 11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Intent, Outcome, SourceRecord
from qb_plugin.sync.exporting.withdrawing.late_finds import find_late, settle_late
from qb_plugin.sync.exporting.withdrawing.withdrawal import withdraw
from tests.support.addin.sync_firm import Ended, Firm, collect, customer_id, firm_in, payment

ROW = payment(1, reference="4411")
EDITED = replace(ROW, amount=Decimal("85.00"), version="8")
DAY = 86_400.0


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def give_up(firm: Firm) -> Intent:
    """Export the row in vain, withdraw it, and let QuickBooks work from then on; what was sent."""
    firm.quickbooks.broken.add(ROW.ref)
    firm.export(ROW)
    [intent] = firm.open_intents()
    press_withdraw(firm)
    firm.quickbooks.broken.clear()
    return intent


def press_withdraw(firm: Firm) -> Ended:
    return collect(lambda run: withdraw(firm.context, run, {ROW.ref}))


def stands(firm: Firm) -> int:
    return len(firm.quickbooks.payments_saved())


def test_a_late_one_beside_an_edited_one_needs_a_decision_and_names_both(firm: Firm) -> None:
    sent = give_up(firm)
    ended = firm.export(EDITED)
    kept = ended.rows[str(ROW.ref)].quickbooks_id
    firm.quickbooks.save_late(sent)
    ended = firm.export(EDITED)
    result = ended.rows[str(ROW.ref)]
    assert result.message is not None
    assert (result.outcome, result.message.key) == (Outcome.NEEDS_DECISION, "twice_in_quickbooks")
    assert result.message.values["id1"] == kept
    assert result.message.values["id2"] == firm.quickbooks.payments_saved()[-1].id
    assert stands(firm) == 2
    named = collect(lambda run: settle_late(replace(firm.context, read_records=lambda _: [EDITED]), run)).rows[str(ROW.ref)].message
    assert named
    assert named.values["number"] == EDITED.number


def test_a_late_one_that_nothing_else_stands_for_is_linked(firm: Firm) -> None:
    firm.quickbooks.save_late(give_up(firm))
    ended = firm.export(payment(2, 2))
    assert firm.link(ROW) is not None
    assert ended.rows[str(ROW.ref)].outcome is Outcome.SYNCHRONIZED
    assert firm.store.journal.withdrawn(firm.context.realm) == []
    assert firm.export(ROW).outcome(ROW) is Outcome.SYNCHRONIZED
    assert stands(firm) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"total": Decimal("99.00")},
        {"customer_id": customer_id(3)},
        {"reference": "4412"},
        {"note": "[WS AF-payment-9]"},
        {"note": None},
        {"date": ROW.date.replace(day=9)},
    ],
    ids=["amount", "customer", "reference", "another's mark", "no mark", "date"],
)
def test_what_is_not_as_it_was_sent_is_no_late_one(firm: Firm, change: dict[str, object]) -> None:
    firm.quickbooks.save_late(give_up(firm))
    [book] = firm.quickbooks.payments_saved()
    firm.quickbooks.put(replace(book, **change))  # type: ignore[arg-type]
    assert find_late(firm.context) == []


def test_it_is_looked_for_over_thirty_days(firm: Firm) -> None:
    sent = give_up(firm)
    firm.export(EDITED)
    firm.clock.move(29 * DAY)
    firm.quickbooks.save_late(sent)
    assert len(find_late(firm.context)) == 1
    firm.clock.move(2 * DAY)
    assert find_late(firm.context) == []


def test_without_anything_withdrawn_nothing_is_asked(firm: Firm) -> None:
    firm.quickbooks.calls.clear()
    assert find_late(firm.context) == []
    assert firm.quickbooks.calls == []


# --- a new number -------------------------------------------------------------------------------------


def requestids(firm: Firm, row: SourceRecord) -> list[str]:
    found = [b.requestid for b in firm.quickbooks.batches for i in b.intents if i.source == row.ref]
    return list(dict.fromkeys(found))


def test_withdrawn_twice_it_offers_a_new_number_which_only_a_person_chooses(firm: Firm) -> None:
    give_up(firm)
    firm.quickbooks.broken.add(ROW.ref)
    assert firm.export(ROW).outcome(ROW) is Outcome.NOT_CONFIRMED
    assert press_withdraw(firm).said(ROW) == "doubt_withdrawn_again"
    firm.quickbooks.broken.clear()
    assert len(requestids(firm, ROW)) == 1
    ended = firm.export(ROW, new_number=frozenset({ROW.ref}))
    assert (ended.outcome(ROW), len(requestids(firm, ROW)), stands(firm)) == (Outcome.SYNCHRONIZED, 2, 1)


def test_the_first_number_that_arrives_after_all_is_told(firm: Firm) -> None:
    sent = give_up(firm)
    firm.export(ROW, new_number=frozenset({ROW.ref}))
    firm.quickbooks.save_late(sent)
    assert firm.export(ROW).said(ROW) == "twice_in_quickbooks"


def test_a_run_may_withdraw_a_row_instead_of_sending_it(firm: Firm) -> None:
    firm.quickbooks.broken.add(ROW.ref)
    firm.export(ROW)
    sends = len(firm.quickbooks.batches)
    ended = firm.export(ROW, payment(2, 2), withdraw=frozenset({ROW.ref}))
    assert (ended.said(ROW), ended.outcome(payment(2, 2))) == ("doubt_withdrawn", Outcome.SYNCHRONIZED)
    assert len(firm.quickbooks.batches) == sends + 1
