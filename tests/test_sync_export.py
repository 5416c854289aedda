"""A whole export, from the rows picked to each row's outcome."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import IntentState, Outcome
from tests.sync_firm import Firm, firm_in, payment
from tests.sync_steps import LOST, UNSENT


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def test_a_payment_is_saved_linked_and_confirmed(firm: Firm) -> None:
    row = payment(1, reference="10432")
    ended = firm.export(row)
    [saved] = firm.books.payments_saved()
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert (saved.total, saved.customer_id, saved.reference) == (Decimal("100.00"), "51", "10432")
    assert saved.note == "[WS AF-payment-1]"
    link = firm.link(row)
    assert link is not None
    assert link.quickbooks_id == saved.id
    assert firm.intent_of(row).state is IntentState.CONFIRMED


def test_a_lost_answer_is_looked_up_and_adopted(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, LOST)
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert ended.said(row) == "found_in_quickbooks"
    assert len(firm.books.payments_saved()) == 1
    assert firm.clock.slept == []


def test_an_answer_that_never_came_for_what_never_arrived_is_sent_again(firm: Firm) -> None:
    row = payment(1)
    firm.books.script(row.ref, UNSENT)
    ended = firm.export(row)
    assert ended.outcome(row) is Outcome.SYNCHRONIZED
    assert len(firm.books.payments_saved()) == 1
    first, second = firm.books.batches
    assert (first.requestid, first.intents[0].payload) == (second.requestid, second.intents[0].payload)
    assert second.resend
    assert "checking_again" in ended.notices
