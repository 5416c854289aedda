"""Doubt beside records that cannot be understood, and how many rows in a row may come back without a proof of anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Entity, Message, Outcome, QboTransaction, SourceRecord, UnreadableRecord
from tests.support.addin.scripted_sends import LOST, UNSENT, refuses
from tests.support.addin.sync_firm import DAY, Firm, customer_id, firm_in, memo, payment

ODD = UnreadableRecord(
    id="700",
    entity=Entity.PAYMENT,
    problem="TotalAmt: not an amount",
    customer_id=customer_id(1),
    customer_name="Customer 1",
    total=None,
    date=DAY,
    note="",
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def test_what_may_have_been_saved_and_cannot_be_read_is_named_with_what_is_odd(firm: Firm) -> None:
    record = payment(1)
    firm.quickbooks.script(record.ref, UNSENT)
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreadable.append(replace(ODD, note=None))
    result = firm.export(record).rows[str(record.ref)]
    assert result.message == Message("doubt_unreadable", {"id": "700", "what": "TotalAmt: not an amount"})


@pytest.mark.parametrize("record", [payment(1, amount="75.00"), memo(1, amount="75.00")])
@pytest.mark.parametrize(("total", "sends"), [("75.00", 1), ("75.01", 2), (None, 1)])
def test_one_that_has_lost_its_mark_may_be_what_was_sent_by_its_amount(
    firm: Firm, record: SourceRecord, total: str | None, sends: int
) -> None:
    entity = Entity.PAYMENT if record.ref.kind.value == "payment" else Entity.CREDIT_MEMO
    odd = replace(ODD, entity=entity, note=None, total=None if total is None else Decimal(total))
    firm.quickbooks.script(record.ref, UNSENT)
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreadable.append(odd)
    ended = firm.export(record)
    assert (sum(firm.quickbooks.sends.values()), ended.outcome(record) is Outcome.SYNCHRONIZED) == (sends, sends == 2)


def test_what_was_confirmed_and_cannot_be_understood_when_it_is_read_back_is_there(firm: Firm) -> None:
    record = payment(1)
    firm.quickbooks.script(record.ref, UNSENT)

    def becomes_odd() -> None:
        for identity in firm.quickbooks.saved:
            firm.quickbooks.unreadable.append(replace(ODD, id=identity, note="[WS AF-payment-9]"))

    firm.quickbooks.after_batch = becomes_odd
    ended = firm.export(record)
    assert ended.outcome(record) is Outcome.SYNCHRONIZED
    link = firm.link(record)
    assert link is not None
    assert link.quickbooks_id in firm.quickbooks.saved


@pytest.mark.parametrize("bad", [1, 2])
def test_fewer_than_three_rows_in_a_row_end_no_run(firm: Firm, bad: int) -> None:
    rows = [payment(number, number) for number in range(1, bad + 1)]
    firm.quickbooks.broken.update(row.ref for row in rows)
    ended = firm.export(*rows)
    assert (ended.failure, [ended.said(row) for row in rows]) == (None, ["doubt_settled"] * bad)


def test_a_row_that_is_answered_begins_the_count_anew(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 4)]
    firm.quickbooks.broken.update(row.ref for row in rows[1:])
    firm.quickbooks.script(rows[0].ref, UNSENT, UNSENT)
    ended = firm.export(*rows)
    assert (ended.failure, ended.outcome(rows[0])) == (None, Outcome.SYNCHRONIZED)
    assert [ended.said(row) for row in rows[1:]] == ["doubt_settled"] * 2


def test_a_lost_answer_beside_another_odd_record_is_found_by_its_mark(firm: Firm) -> None:
    record = payment(1)
    firm.quickbooks.script(record.ref, LOST)
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreadable.append(ODD)
    ended = firm.export(record)
    assert (ended.outcome(record), ended.said(record)) == (Outcome.SYNCHRONIZED, "found_in_quickbooks")


def test_a_refusal_is_an_answer_too(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 4)]
    firm.quickbooks.broken.update(row.ref for row in rows[1:])
    firm.quickbooks.script(rows[0].ref, UNSENT, UNSENT, refuses("6240"))
    ended = firm.export(*rows)
    assert ended.failure is None
    assert [ended.said(row) for row in rows[1:]] == ["doubt_settled"] * 2


def test_what_was_read_back_counts_and_not_the_first_answer(firm: Firm) -> None:
    record = payment(1)
    firm.quickbooks.lag = 10_000.0  # no look-up ever shows it
    firm.quickbooks.script(record.ref, LOST)
    firm.quickbooks.on_submit.append(lambda _: firm.quickbooks.saved.update(edited(firm)))
    assert firm.export(record).outcome(record) is Outcome.SYNCHRONIZED
    link = firm.link(record)
    assert link is not None
    assert link.sync_token == "5"


def edited(firm: Firm) -> dict[str, QboTransaction]:
    """The records as somebody has edited them in QuickBooks since."""
    return {identity: replace(found, sync_token="5") for identity, found in firm.quickbooks.saved.items()}
