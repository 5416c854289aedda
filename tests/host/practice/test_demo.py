"""The demo firm is the one of docs/demo-firm.md: common with the QuickBooks side by rule, and lively in its last weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.firm import METHODS, NotEmpty, demo_clients, fill_demo_firm
from hostsim.practice.demo.invoices import TWINS
from hostsim.practice.model import Kind, Record
from hostsim.practice.sql import tables
from tests.support.paths import ROOT

TODAY = date(2026, 11, 22)
DOCS = ROOT / "docs"
COOL_CARS, UNKNOWN = "18", {"12", "24", "36", "48", "60"}  # rows are one more than the numbers of the page


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = open_practice(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'firm.db'}")
    fill_demo_firm(practice.database, TODAY)
    yield practice
    practice.close()


@pytest.fixture(scope="module")
def records(firm: Practice) -> Sequence[Record]:
    snapshot = firm.ledger.snapshot({})
    return firm.ledger.records(snapshot.refs(0, snapshot.count))


def _contents(practice: Practice) -> dict[str, list[tuple[object, ...]]]:
    with practice.database.reading() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table)))) for table in tables.metadata.sorted_tables}


def test_the_names_are_those_of_the_page() -> None:
    assert list(demo_clients()) == (DOCS / "demo-clients.txt").read_text("utf-8").splitlines()
    assert len(demo_clients()) == 60


def test_somebody_works_there_and_may_do_everything(firm: Practice) -> None:
    (user,) = firm.users
    assert user.name == "Maria Ortiz"
    assert user.rights == {"view", "import", "export", "hide", "match", "undo", "configure"}


def test_invoices_follow_the_rule(firm: Practice) -> None:
    invoices = sorted(firm.ledger.all_invoices(), key=lambda invoice: int(invoice.id))
    assert len(invoices) == 600
    for k, invoice in enumerate(invoices):
        assert invoice.number == f"INV-{1001 + k}"
        assert invoice.client_name == demo_clients()[(7 * k + k // 60) % 60]
        assert invoice.date == TODAY - timedelta(days=364 - k * 364 // 599)
        assert invoice.due == invoice.date + timedelta(days=30)
        assert invoice.total == Decimal(15_000 + (7919 * k % 1600) * 125) / 100


def test_what_is_paid_in_workspace_is_what_the_page_says(firm: Practice) -> None:
    for invoice in firm.ledger.all_invoices():
        k = int(invoice.id) - 1
        if k % 10 in {6, 7, 8, 9}:
            assert invoice.balance == invoice.total, invoice.number
        elif k % 10 == 3:
            assert Decimal(0) <= invoice.balance < invoice.total, invoice.number
        else:
            assert invoice.balance == 0, invoice.number


def test_twins_are_paid_by_one_check_three_days_later(records: Sequence[Record]) -> None:
    possible_duplicates = {record.reference: record for record in records if record.reference in {f"2{k:04d}" for k in TWINS}}
    assert len(possible_duplicates) == 7
    for k in TWINS:
        duplicate = possible_duplicates[f"2{k:04d}"]
        assert (duplicate.method, [part.invoice_number for part in duplicate.applications]) == ("Check", [f"INV-{1001 + k}"])
        assert duplicate.amount == duplicate.applications[0].amount
        assert duplicate.date == TODAY - timedelta(days=364 - k * 364 // 599 - 3)


def test_there_are_about_five_hundred_payments_of_every_method_and_forty_credit_memos(records: Sequence[Record]) -> None:
    kinds = Counter(record.kind for record in records)
    assert 480 <= kinds[Kind.PAYMENT] <= 520
    assert kinds[Kind.CREDIT_MEMO] == 40
    methods = Counter(record.method for record in records if record.kind is Kind.PAYMENT)
    assert set(methods) == set(METHODS)
    assert min(methods.values()) >= 20


def test_there_are_partial_and_several_invoice_payments_and_retainers(firm: Practice, records: Sequence[Record]) -> None:
    payments = [record for record in records if record.kind is Kind.PAYMENT]
    totals = {invoice.number: invoice.total for invoice in firm.ledger.all_invoices()}
    partial = [each for each in payments if any(part.amount < totals[part.invoice_number] for part in each.applications)]
    assert len(partial) >= 100
    assert sum(len(payment.applications) == 2 for payment in payments) == 60
    assert sum(payment.unapplied == payment.amount for payment in payments) >= 70


def test_nothing_is_dated_after_today_or_before_what_it_pays(firm: Practice, records: Sequence[Record]) -> None:
    dates = {invoice.number: invoice.date for invoice in firm.ledger.all_invoices()}
    for record in records:
        assert record.date <= TODAY
        assert all(dates[part.invoice_number] <= record.date for part in record.applications), record.number


def test_the_last_weeks_hold_much_to_export(records: Sequence[Record]) -> None:
    clean = [
        record
        for record in records
        if record.kind is Kind.PAYMENT
        and record.date >= TODAY - timedelta(days=30)
        and record.client_id not in UNKNOWN | {COOL_CARS}
        and 0 < record.amount == round(record.amount, 2)
        and len(record.reference) <= 21
    ]
    assert len(clean) >= 60
    memos = [record for record in records if record.kind is Kind.CREDIT_MEMO and record.date >= TODAY - timedelta(days=60)]
    assert len(memos) >= 8
    assert not {memo.client_id for memo in memos} & (UNKNOWN | {COOL_CARS})


def test_the_last_days_hold_one_of_each_thing_gone_wrong(records: Sequence[Record]) -> None:
    recent = [record for record in records if record.kind is Kind.PAYMENT and record.date >= TODAY - timedelta(days=7)]
    assert Decimal("300.00") in [record.amount for record in recent if record.client_id == COOL_CARS]
    assert sum(len(record.reference) > 21 for record in recent) == 1
    assert any(record.client_id in UNKNOWN for record in recent)
    assert sum(record.amount == 0 for record in recent) == 1
    assert [str(record.amount) for record in recent if record.amount != round(record.amount, 2)] == ["10.005"]


def test_references_are_never_shared_by_two_payments(records: Sequence[Record]) -> None:
    shared = Counter(record.reference for record in records if record.reference)
    assert [reference for reference, count in shared.items() if count > 1] == []


def test_numbers_grow_with_the_dates(records: Sequence[Record]) -> None:
    for kind in Kind:
        dated = sorted((record for record in records if record.kind is kind), key=lambda record: int(record.id))
        assert [record.date for record in dated] == sorted(record.date for record in dated)


def test_the_same_day_gives_the_same_firm_on_both_databases(firm: Practice, database_url: str) -> None:
    again = open_practice(database_url)
    fill_demo_firm(again.database, TODAY)
    assert _contents(again) == _contents(firm)
    again.close()


def test_a_practice_with_records_is_left_alone(firm: Practice) -> None:
    before = _contents(firm)
    with pytest.raises(NotEmpty):
        fill_demo_firm(firm.database, TODAY + timedelta(days=1))
    assert _contents(firm) == before
