"""What is sent for a row, where its money will go, and what is read of both sides before it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import (
    Company,
    CreditMemoDraft,
    PaymentDraft,
    RowResult,
    SourceRecord,
)
from qb_plugin.sync.exporting.planning import Plan, PlannedRow, Planner
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from tests.support.addin.sync_firm import DAY, Firm, firm_in, invoice, line, memo, part, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def plan(firm: Firm, *records: SourceRecord, **options: object) -> Plan:
    options.setdefault("item_id", "9")
    return firm.plan(*records, **options)


def decided(firm: Firm, record: SourceRecord, **options: object) -> RowResult:
    found = plan(firm, record, **options)
    assert found.rows == ()
    [result] = found.decided
    return result


def row(firm: Firm, record: SourceRecord, **options: object) -> PlannedRow:
    found = plan(firm, record, **options)
    assert found.decided == ()
    return found.rows[0]


def lines(planned: PlannedRow) -> list[tuple[str, str]]:
    return [(found.id, str(found.amount)) for found in planned.lines]


# --- the draft ----------------------------------------------------------------------------------------


def test_a_payment_is_sent_with_its_own_words_and_the_marker(firm: Firm) -> None:
    record = payment(1, method="Check", reference="10432", memo="Two months")
    planned = row(firm, record, methods={"Check": "2"}, deposits={"Check": "35"})
    assert planned.draft == PaymentDraft(
        customer_id="51",
        date=DAY,
        total=Decimal("100.00"),
        reference="10432",
        method_id="2",
        deposit_account_id="35",
        note="Two months [WS AF-payment-1]",
        lines=(),
        currency=None,
    )
    assert (planned.entity, planned.applies) == ("Payment", False)


def test_what_was_chosen_on_the_row_outweighs_the_settings(firm: Firm) -> None:
    record = payment(1, method="Check")
    chosen = {"row_methods": {record.ref: "3"}, "row_deposits": {record.ref: ""}}
    draft = row(firm, record, methods={"Check": "2"}, deposits={"Check": "35"}, **chosen).draft
    assert isinstance(draft, PaymentDraft)
    assert (draft.method_id, draft.deposit_account_id) == ("3", None)


def test_a_credit_memo_is_one_line_of_the_item_in_the_settings(firm: Firm) -> None:
    firm.quickbooks.company_ = Company(realm="realm", name="Alder & Finch", custom_numbers=True)
    planned = row(firm, memo(1, memo="Discount"), item_id="9")
    marker = "Discount [WS AF-credit_memo-1]"
    assert planned.draft == CreditMemoDraft(
        customer_id="51",
        date=DAY,
        amount=Decimal("75.00"),
        item_id="9",
        number="CM-1",
        note=marker,
        description="Discount",
        currency=None,
    )
    assert (planned.entity, planned.lines) == ("CreditMemo", ())


def test_a_number_that_quickbooks_gives_out_itself_stands_in_the_note(firm: Firm) -> None:
    draft = row(firm, memo(1, memo="Discount"), item_id="9").draft
    assert isinstance(draft, CreditMemoDraft)
    assert (draft.number, draft.note) == (None, "Discount (CM-1) [WS AF-credit_memo-1]")
    bare = row(firm, memo(2), item_id="9").draft
    assert bare.note == "(CM-2) [WS AF-credit_memo-2]"


def test_the_customers_currency_is_named_where_the_company_keeps_several(firm: Firm) -> None:
    firm.know(1, currency="USD")
    assert row(firm, payment(1)).draft.currency is None
    firm.quickbooks.company_ = Company(realm="realm", name="Alder & Finch", multicurrency=True)
    assert row(firm, payment(1)).draft.currency == "USD"


# --- allocation ---------------------------------------------------------------------------------------


def test_without_auto_apply_nothing_is_applied_and_no_invoice_is_read(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    assert row(firm, payment(1)).lines == ()
    assert "open_invoices" not in firm.quickbooks.calls


def test_older_payments_take_older_balances_whatever_order_they_were_picked_in(firm: Firm) -> None:
    firm.open(invoice("1", 1, "150.00", day=1), invoice("2", 1, "150.00", day=2))
    records = [payment(10), payment(9), payment(8, date=DAY - timedelta(days=1))]
    found = plan(firm, *records, auto_apply=True)
    assert [(planned.record.ref.id, lines(planned)) for planned in found.rows] == [
        ("8", [("1", "100.00")]),
        ("9", [("1", "50.00"), ("2", "50.00")]),
        ("10", [("2", "100.00")]),
    ]


def test_as_in_workspace_goes_to_linked_invoices_else_to_the_same_number(firm: Firm) -> None:
    firm.open(invoice("1", 1, "500.00", number="X-9"), invoice("2", 1, "500.00", number="INV-20"))
    firm.link_invoice(10, "1")
    record = payment(1, applications=(part(10, "60.00"), part(20, "30.00"), part(30, "10.00")))
    assert lines(row(firm, record, auto_apply=True, apply_as_in_workspace=True)) == [("1", "60.00"), ("2", "30.00")]
    assert lines(row(firm, record, auto_apply=True)) == [("1", "100.00")]


def test_a_credit_memo_is_applied_in_a_later_call(firm: Firm) -> None:
    firm.open(invoice("1", 1, "500.00"))
    planned = row(firm, memo(1), auto_apply=True)
    assert (planned.lines, planned.applies) == ((), True)


def planner(firm: Firm, *records: SourceRecord, **options: object) -> Planner:
    chosen = ExportOptions(auto_apply=True, item_id="9", **options)  # type: ignore[arg-type]
    return Planner(firm.context, read_snapshot(firm.context, records, chosen), chosen)


def test_a_row_without_invoices_is_planned_again_as_it_was(firm: Firm) -> None:
    planned = planner(firm, payment(1)).plan([payment(1)]).rows[0]
    firm.open(invoice("1", 1, "500.00"))
    assert planner(firm, payment(1)).plan_again(planned) is planned
    note = planner(firm, memo(1)).plan([memo(1)]).rows[0]
    assert planner(firm, memo(1)).plan_again(note) is note


def test_planned_again_it_goes_to_what_is_open_now_in_a_new_text(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"), invoice("2", 1, "70.00", day=2))
    planned = planner(firm, payment(1)).plan([payment(1)]).rows[0]
    firm.quickbooks.spend("1", Decimal("100.00"))
    again = planner(firm, payment(1)).plan_again(planned)
    assert lines(again) == [("2", "70.00")]
    assert firm.quickbooks.draft("Payment", again.payload).lines[0].id == "2"  # type: ignore[union-attr]


def test_an_application_planned_again_keeps_its_memos_line_in_balance(firm: Firm) -> None:
    firm.open(invoice("1", 1, "40.00"))
    record = memo(1)
    planned = row(firm, record, auto_apply=True)
    parts = (line("7", "75.00"), line("900", "75.00", type="CreditMemo"))
    draft = PaymentDraft(customer_id="51", date=DAY, total=Decimal("0.00"), lines=parts)
    found = planner(firm, record)
    again = found.plan_again(replace(planned, draft=draft))
    assert [(x.type, x.id, str(x.amount)) for x in again.lines] == [("Invoice", "1", "40.00"), ("CreditMemo", "900", "40.00")]
    assert found.plan_again(replace(planned, draft=draft)).lines == ()


# --- reading ------------------------------------------------------------------------------------------


def test_both_sides_are_read_in_a_few_calls_whatever_the_number_of_rows(firm: Firm) -> None:
    plan(firm, *(payment(number, number % 5 + 1) for number in range(200)), auto_apply=True)
    assert sorted(firm.quickbooks.calls) == ["company", "customers", "open_invoices", "payments"]


def test_no_records_read_no_period(firm: Firm) -> None:
    assert plan(firm, auto_apply=True) == Plan((), (), ())
    assert firm.quickbooks.calls == ["company", "customers"]


def test_the_period_of_each_kind_is_read_with_a_month_to_spare(firm: Firm) -> None:
    plan(firm, payment(1), payment(2, date=DAY + timedelta(days=3)), memo(1))
    assert sorted(firm.quickbooks.periods, reverse=True) == [
        ("payments", DAY - timedelta(days=31), DAY + timedelta(days=34)),
        ("credit_memos", DAY - timedelta(days=31), DAY + timedelta(days=31)),
    ]


def test_a_customer_known_only_by_its_id_is_called_by_it(firm: Firm) -> None:
    known = read_snapshot(firm.context, [payment(1)], ExportOptions())
    assert known.customer("51").name == "Customer 1"
    assert known.customer("404").full_name == "404"
