"""One record that cannot be understood is one row: the others go on, and nothing is taken for absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import Entity, Outcome, UnreadableRecord
from qb_plugin.sync.importing.compact_rows import read_compact_rows, unpack
from qb_plugin.sync.importing.run_import import ImportOptions, import_payments
from tests.support.addin.scripted_sends import LOST, UNSENT
from tests.support.addin.sync_firm import DAY, Firm, book_payment, collect, customer_id, firm_in, memo, payment
from tests.support.ledgers.sync_ledger import ImportLedger

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


# --- export ---------------------------------------------------------------------------------------------


def ours(firm: Firm, number: int) -> str:
    return f"[WS {firm.context.firm_id}-payment-{number}]"


@pytest.mark.parametrize(
    ("parts", "held"),
    [
        ({}, set()),  # its mark (none) and its customer can be read: it is another's
        ({"note": "mark"}, {"payment:1"}),  # its mark names the first
        ({"customer_id": None, "total": Decimal("20.00")}, {"payment:2"}),
        ({"note": None, "total": Decimal("20.00")}, {"payment:2"}),
        ({"customer_id": None, "total": Decimal("99.00")}, set()),
        ({"customer_id": None}, {"payment:1", "payment:2"}),  # any amount may be its own
        ({"note": None}, {"payment:1", "payment:2"}),
        ({"customer_id": None, "note": "mark"}, {"payment:1"}),
    ],
)
def test_only_rows_that_it_may_be_are_held(firm: Firm, parts: dict[str, object], held: set[str]) -> None:
    if parts.get("note") == "mark":
        parts = {**parts, "note": ours(firm, 1)}
    firm.quickbooks.unreadable = [replace(ODD, **parts)]  # type: ignore[arg-type]
    records = (payment(1, amount="10.00"), payment(2, amount="20.00"))
    ended = firm.export(*records)
    waiting = {row for row, result in ended.rows.items() if result.outcome is Outcome.NEEDS_DECISION}
    assert waiting == held
    assert {result.message.key for row, result in ended.rows.items() if row in held and result.message} <= {"unreadable_in_period"}
    assert {row for row, result in ended.rows.items() if result.outcome is Outcome.SYNCHRONIZED} == {
        str(record.ref) for record in records
    } - held


def test_a_held_row_goes_when_a_person_says_that_it_is_another(firm: Firm) -> None:
    firm.quickbooks.unreadable = [replace(ODD, customer_id=None)]
    record = payment(1)
    assert firm.export(record).outcome(record) is Outcome.NEEDS_DECISION
    assert firm.export(record, force=frozenset({record.ref})).outcome(record) is Outcome.SYNCHRONIZED


def test_an_unreadable_credit_memo_holds_no_payment(firm: Firm) -> None:
    firm.quickbooks.unreadable = [replace(ODD, entity=Entity.CREDIT_MEMO, customer_id=None)]
    records = (payment(1), memo(2))
    ended = firm.export(*records)
    assert [ended.outcome(record) for record in records] == [Outcome.SYNCHRONIZED, Outcome.NEEDS_DECISION]


def test_what_a_lost_answer_may_have_saved_is_not_sent_again_while_it_cannot_be_read(firm: Firm) -> None:
    record = payment(1)
    firm.quickbooks.script(record.ref, UNSENT, LOST)
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreadable.append(replace(ODD, note=ours(firm, 1)))
    ended = firm.export(record)
    assert (ended.outcome(record), ended.said(record)) == (Outcome.NOT_CONFIRMED, "doubt_unreadable")
    assert sum(firm.quickbooks.sends.values()) == 1


@pytest.mark.parametrize(("parts", "sends"), [({}, 2), ({"note": None, "total": Decimal("99.00")}, 2), ({"note": None}, 1)])
def test_doubt_is_settled_when_the_unreadable_one_is_another(firm: Firm, parts: dict[str, object], sends: int) -> None:
    record = payment(1)
    firm.quickbooks.script(record.ref, UNSENT)
    firm.quickbooks.after_batch = lambda: firm.quickbooks.unreadable.append(replace(ODD, **parts))  # type: ignore[arg-type]
    ended = firm.export(record)
    assert (ended.outcome(record) is Outcome.SYNCHRONIZED) == (sends == 2)
    assert sum(firm.quickbooks.sends.values()) == sends


# --- import ---------------------------------------------------------------------------------------------


def test_the_other_payments_come_in_and_the_odd_one_fails_by_name(firm: Firm) -> None:
    ledger = ImportLedger()
    for number in range(26):
        firm.quickbooks.put(book_payment(str(800 + number), amount=f"{number + 1}.00"))
    firm.quickbooks.unreadable = [ODD]
    rows = read_compact_rows(firm.context, ledger, None, None)
    assert len(rows.rows) == 27
    ids = [row.id for row in rows.rows.values()]
    ended = collect(lambda run: import_payments(firm.context, run, ledger, rows, ids, options=ImportOptions({})))
    assert sorted(result.outcome for result in ended.rows.values()) == [Outcome.FAILED] + [Outcome.SYNCHRONIZED] * 26
    failed = ended.rows["quickbooks_payment:700"]
    assert failed.message is not None
    assert (failed.message.key, failed.message.values["id"]) == ("cannot_be_read", "700")
    assert len(ledger.entries) == 26


def test_one_that_can_be_read_by_now_comes_in(firm: Firm) -> None:
    ledger = ImportLedger()
    firm.quickbooks.unreadable = [ODD]
    rows = read_compact_rows(firm.context, ledger, None, None)
    firm.quickbooks.unreadable = []
    firm.clock.sleep(1)
    firm.quickbooks.put(replace(book_payment("700"), updated=firm.quickbooks.now()))
    ended = collect(
        lambda run: import_payments(firm.context, run, ledger, rows, ["quickbooks_payment:700"], options=ImportOptions({}))
    )
    assert (ended.rows["quickbooks_payment:700"].outcome, len(ledger.entries)) == (Outcome.SYNCHRONIZED, 1)


def test_one_that_cannot_be_read_any_more_stays_out(firm: Firm) -> None:
    ledger = ImportLedger()
    firm.quickbooks.put(book_payment("700"))
    rows = read_compact_rows(firm.context, ledger, None, None)
    firm.clock.sleep(timedelta(days=30).total_seconds())  # so long ago that each is read again by its id
    firm.quickbooks.saved.clear()
    firm.quickbooks.unreadable = [ODD]
    ended = collect(
        lambda run: import_payments(firm.context, run, ledger, rows, ["quickbooks_payment:700"], options=ImportOptions({}))
    )
    assert (ended.rows["quickbooks_payment:700"].outcome, ledger.groups) == (Outcome.FAILED, [])
    assert [unpack(row).unreadable for row in rows.rows.values()] == [""]
