"""What importing a QuickBooks payment would do here: is it here already, whose is it, and where does its money go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.host import PaymentToRecord
from qb_plugin.model import Application, Entity, Kind, Link, LinkOrigin, Message, Outcome, QboPayment, Ref
from qb_plugin.sync.importing.evidence import external_key
from qb_plugin.sync.importing.planning import ImportPlanner, plan_import, read_importable
from qb_plugin.sync.importing.row import ImportRow, Listing
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, firm_in, invoice, line
from tests.support.ledgers.sync_ledger import ImportLedger


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


@pytest.fixture
def ledger() -> ImportLedger:
    return ImportLedger()


def decide(firm: Firm, ledger: ImportLedger, *payments: QboPayment) -> list[ImportRow]:
    return plan_import(firm.context, ledger, payments)


def decided(firm: Firm, ledger: ImportLedger, payment: QboPayment) -> ImportRow:
    return decide(firm, ledger, payment)[0]


def shares(row: ImportRow) -> list[tuple[str, str]]:
    return [(each.invoice_id, str(each.amount)) for each in row.applications]


def test_payments_of_the_dates_are_read_both_ends_included(firm: Firm, ledger: ImportLedger) -> None:
    for number, day in enumerate((-1, 0, 1, 2)):
        firm.quickbooks.put(book_payment(str(900 + number), date=DAY + timedelta(days=day)))
    rows = read_importable(firm.context, ledger, DAY, DAY + timedelta(days=1))
    assert [row.id for row in rows] == ["quickbooks_payment:901", "quickbooks_payment:902"]


def test_a_payment_of_a_matched_customer_is_ready(firm: Firm, ledger: ImportLedger) -> None:
    row = decided(firm, ledger, book_payment("900", client=2))
    assert (row.outcome, row.client_id, row.listing) == (Outcome.READY, "2", Listing.LISTED)


def test_a_payment_of_a_customer_nobody_matched_cannot_come_in(firm: Firm, ledger: ImportLedger) -> None:
    row = decided(firm, ledger, book_payment("900", client=9))
    assert (row.outcome, row.message) == (Outcome.NOT_READY, Message("customer_not_matched", {"customer": "Customer 9"}))


# --- here already -------------------------------------------------------------------------------------


def test_a_linked_payment_is_synchronized(firm: Firm, ledger: ImportLedger) -> None:
    firm.store.links.add(
        [Link(realm=REALM, source=Ref(Kind.PAYMENT, "7"), entity=Entity.PAYMENT, quickbooks_id="900", origin=LinkOrigin.EXPORTED)]
    )
    ledger.has(7, 1, "100.00")
    row = decided(firm, ledger, book_payment("900"))
    assert (row.outcome, row.existing, row.listing) == (Outcome.SYNCHRONIZED, Ref(Kind.PAYMENT, "7"), Listing.HERE)
    assert row.message == Message("already_here")


def test_a_payment_recorded_under_its_key_is_synchronized_even_without_a_link(firm: Firm, ledger: ImportLedger) -> None:
    ledger.record_payments([import_of("900")])
    row = decided(firm, ledger, book_payment("900"))
    assert (row.outcome, row.existing) == (Outcome.SYNCHRONIZED, Ref(Kind.PAYMENT, "7000"))
    assert external_key(REALM, "900") == "quickbooks:9130347798120106:Payment:900"


def import_of(identity: str) -> PaymentToRecord:
    return {
        "external_key": external_key(REALM, identity),
        "client_id": "1",
        "date": DAY,
        "amount": Decimal("5.00"),
        "reference": "",
        "method": "",
        "memo": "",
        "applications": [],
    }


def test_a_payment_this_firm_exported_is_synchronized_by_its_marker(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00")
    row = decided(firm, ledger, book_payment("900", note="Thanks [WS AF-payment-17]"))
    assert (row.outcome, row.existing) == (Outcome.SYNCHRONIZED, Ref(Kind.PAYMENT, "17"))


def test_another_firms_payment_is_a_payment_like_any_other(firm: Firm, ledger: ImportLedger) -> None:
    assert decided(firm, ledger, book_payment("900", note="[WS BX-payment-17]")).outcome is Outcome.READY


# --- what carries no money ----------------------------------------------------------------------------


def test_a_voided_payment_is_not_ready_and_says_so(firm: Firm, ledger: ImportLedger) -> None:
    row = decided(firm, ledger, book_payment("900", amount="0.00", voided=True))
    assert (row.outcome, row.message) == (Outcome.NOT_READY, Message("voided_payment"))


def test_a_credit_application_is_not_ready_and_says_so(firm: Firm, ledger: ImportLedger) -> None:
    row = decided(firm, ledger, book_payment("900", amount="0.00"))
    assert (row.outcome, row.message) == (Outcome.NOT_READY, Message("credit_application"))


# --- where the money goes -----------------------------------------------------------------------------


def test_a_line_goes_to_the_linked_invoice_before_one_of_its_number(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(10, 1, "500.00")
    ledger.bill(20, 1, "500.00")
    firm.link_invoice(10, "300")
    row = decided(firm, ledger, book_payment("900", lines=(line("300", "100.00", "INV-20"),)))
    assert shares(row) == [("10", "100.00")]
    assert row.applications == (Application("10", "INV-10", Decimal("100.00")),)
    assert row.message is None


def test_a_line_goes_to_the_clients_invoice_of_the_same_number(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "500.00")
    assert shares(decided(firm, ledger, book_payment("900", lines=(line("300", "100.00", "INV-20"),)))) == [("20", "100.00")]


def test_another_clients_invoice_takes_nothing_even_if_it_is_linked(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(10, 2, "500.00")
    ledger.bill(20, 2, "500.00")
    firm.link_invoice(10, "300")
    lines = (line("300", "60.00", "INV-10"), line("301", "40.00", "INV-20"))
    row = decided(firm, ledger, book_payment("900", lines=lines))
    assert row.applications == ()
    other = Message("invoice_of_another", {"no": "INV-10", "amount": Decimal("60.00"), "other": "Client 2"})
    absent = Message("invoice_not_here", {"no": "INV-20", "amount": Decimal("40.00")})  # nothing says that it is the same invoice
    assert row.notes == (absent, other)


def test_an_invoice_that_is_not_here_leaves_its_part_unapplied_and_is_named(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "500.00")
    firm.open(replace(invoice("301", 1, "30.00"), number=None))
    lines = (line("300", "60.00", "INV-20"), line("301", "30.00"), line("302", "10.00", "QB-7"))
    row = decided(firm, ledger, book_payment("900", lines=lines))
    assert shares(row) == [("20", "60.00")]
    assert (row.outcome, row.message) == (
        Outcome.READY,
        Message("invoice_not_here", {"no": "of 2026-10-01 over 30.00, QB-7", "amount": Decimal("40.00")}),
    )


def test_an_invoice_with_less_open_takes_what_is_open(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "60.00")
    row = decided(firm, ledger, book_payment("900", lines=(line("300", "100.00", "INV-20"),)))
    assert shares(row) == [("20", "60.00")]
    assert row.message == Message("invoice_has_less_open", {"no": "INV-20", "amount": Decimal("40.00")})


@pytest.mark.parametrize("balance", ["0.00", "-5.00"])
def test_an_invoice_with_nothing_open_takes_nothing(firm: Firm, ledger: ImportLedger, balance: str) -> None:
    ledger.bill(20, 1, balance)
    assert decided(firm, ledger, book_payment("900", lines=(line("300", "100.00", "INV-20"),))).applications == ()


def test_what_is_unapplied_in_quickbooks_stays_unapplied_here_and_is_said(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "500.00")
    row = decided(firm, ledger, book_payment("900", lines=(line("300", "60.00", "INV-20"),)))
    assert row.message == Message("unapplied_here", {"amount": Decimal("40.00")})


def test_a_credit_in_the_same_payment_is_no_money_of_it_and_what_it_paid_is_said(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "500.00")
    lines = (line("300", "120.00", "INV-20"), line("400", "20.00", type="CreditMemo"))
    row = decided(firm, ledger, book_payment("900", lines=lines))
    assert shares(row) == [("20", "100.00")]
    values = {"no": "INV-20", "a": Decimal("100.00"), "c": Decimal("20.00"), "credit": "credit memo without a number"}
    assert row.message == Message("paid_by_credit", values)


def test_several_payments_on_one_invoice_never_spend_its_balance_twice(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "150.00")
    rows = decide(
        firm, ledger, *(book_payment(str(900 + n), reference=str(n), lines=(line("300", "100.00", "INV-20"),)) for n in range(3))
    )
    assert [shares(row) for row in rows] == [[("20", "100.00")], [("20", "50.00")], []]


def test_a_number_that_a_client_has_twice_names_none_of_them(firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "150.00")
    ledger.bills.append(replace(ledger.bills[0], id="21"))
    assert decided(firm, ledger, book_payment("900", lines=(line("300", "100.00", "INV-20"),))).applications == ()


def test_what_one_page_would_spend_of_an_invoice_another_does_not_spend_again(firm: Firm, ledger: ImportLedger) -> None:
    firm.quickbooks.rows_a_page = 1
    ledger.bill(20, 1, "250.00")
    for number in range(4):
        firm.quickbooks.put(book_payment(str(900 + number), reference=str(number), lines=(line("300", "100.00", "INV-20"),)))
    rows = list(read_importable(firm.context, ledger, None, None))
    assert [shares(row) for row in rows] == [[("20", "100.00")], [("20", "100.00")], [("20", "50.00")], []]


# --- look-alikes --------------------------------------------------------------------------------------


def test_a_payment_that_looks_like_one_here_is_held_and_says_which(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00", "10432")
    row = decided(firm, ledger, book_payment("900", reference=" 10432"))
    here = {"number": "P-17", "date": DAY, "amount": Decimal("100.00"), "ref": "10432"}
    values = {**here, "there": DAY, "there_ref": " 10432", "there_amount": Decimal("100.00")}
    assert (row.outcome, row.message) == (Outcome.NEEDS_DECISION, Message("looks_same_here", values))
    assert (row.is_possible_duplicate, row.listing, row.existing) == (True, Listing.LOOK_ALIKE, Ref(Kind.PAYMENT, "17"))
    assert row.notes == (Message("unapplied_here", {"amount": Decimal("100.00")}),)


def test_a_look_alike_without_a_reference_shows_a_dash(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00")
    message = decided(firm, ledger, book_payment("900")).message
    assert message is not None
    assert message.values["ref"] == "–"


def test_a_look_alike_without_a_reference_is_listed(firm: Firm, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00")
    assert decided(firm, ledger, book_payment("900")).listing is Listing.LISTED


@pytest.mark.parametrize("other", [{"amount": "99.00"}, {"reference": "x"}, {"client": 2}, {"date": DAY + timedelta(days=8)}])
def test_what_differs_in_client_amount_date_or_reference_is_no_look_alike(
    firm: Firm, ledger: ImportLedger, other: dict[str, object]
) -> None:
    ledger.has(17, 1, "100.00", "10432")
    other = {"reference": "10432", **other}
    assert decided(firm, ledger, book_payment("900", **other)).outcome is Outcome.READY  # type: ignore[arg-type]


# A copy of the firm's database from before is put back: of two equal payments that were sent one is here no more.
SENT = book_payment("900", reference="10432", note="[WS AF-payment-17]")
LOST = {
    "made from a record that is gone": book_payment("901", reference="10432", note="[WS AF-payment-18]"),
    "entered by hand": book_payment("901", reference="10432"),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize("first", [True, False], ids=["listed first", "listed last"])
def test_a_payment_here_hides_no_second_one(firm: Firm, ledger: ImportLedger, lost: QboPayment, *, first: bool) -> None:
    ledger.has(17, 1, "100.00", "10432")
    rows = {row.payment.id: row for row in decide(firm, ledger, *((lost, SENT) if first else (SENT, lost)))}
    assert (rows["900"].outcome, rows["900"].listing) == (Outcome.SYNCHRONIZED, Listing.HERE)
    row = rows["901"]
    assert (row.outcome, row.listing, row.existing) == (Outcome.NEEDS_DECISION, Listing.LISTED, Ref(Kind.PAYMENT, "17"))
    assert row.possible_duplicate
    assert row.possible_duplicate.linked_to == "900"


@pytest.mark.parametrize("pages", [("sent", "made"), ("made", "sent"), ("sent", "entered")], ids=" before ".join)
def test_nor_one_of_another_page(firm: Firm, ledger: ImportLedger, pages: tuple[str, str]) -> None:
    ledger.has(17, 1, "100.00", "10432")
    made, entered = LOST.values()
    planner = ImportPlanner(context=firm.context, ledger=ledger)
    rows = [planner.plan([{"sent": SENT, "made": made, "entered": entered}[page]])[0] for page in pages]
    assert {row.payment.id: row.listing for row in rows} == {"900": Listing.HERE, "901": Listing.LISTED}
