"""What the product does (docs/architecture.md rules P1 to P9), in a real browser, by role and label only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import TODAY, Demo, open_form, open_menu, row_of, running_demo, search

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo firm beside its company, connected."""
    with running_demo(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The demo firm's host in a fresh profile; an error in a page's script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(demo.host.address)
    yield page
    context.close()
    assert errors == []


def day(ago: int) -> str:
    """A date as a date field takes it."""
    return (TODAY - timedelta(days=ago)).isoformat()


def outcome(row: Locator, word: str) -> None:
    """The row has come to this outcome."""
    expect(row).to_have_attribute("data-outcome", word, timeout=20_000)


def run_selected(form: Locator, button: str) -> None:
    """Press the button and wait for the run's end."""
    form.get_by_role("button", name=button, exact=True).click()
    expect(form.get_by_text(re.compile(r"done \d+ ·.* failed \d+"))).to_be_visible(timeout=20_000)


def pick(row: Locator) -> None:
    """Select one row alone."""
    row.click()
    expect(row).to_have_attribute("aria-selected", "true")


def payment_waiting(demo: Demo, **wanted: Any) -> dict[str, Any]:
    """A card payment that waits in QuickBooks, as its reference tells."""
    found = demo.query("SELECT * FROM Payment WHERE PaymentRefNum LIKE 'CARD%' MAXRESULTS 1000")
    return next(payment for payment in found if all(payment.get(name) == value for name, value in wanted.items()))


class TestLine1:
    """Import: Date Range, both ends included; Hide Synchronized, on by default."""

    def test_both_ends_of_the_date_range_are_included(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        waiting = payment_waiting(demo)
        form.get_by_label("From", exact=True).fill(waiting["TxnDate"])
        form.get_by_label("To", exact=True).fill(waiting["TxnDate"])
        expect(row_of(form, waiting["PaymentRefNum"])).to_be_visible()
        form.get_by_label("To", exact=True).fill(day(0))
        expect(row_of(form, waiting["PaymentRefNum"])).to_be_visible()

    def test_hide_synchronized_hides_linked_ones_and_those_that_look_the_same(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        hide = form.get_by_role("checkbox", name="Hide Synchronized")
        expect(hide).to_be_checked()
        form.get_by_label("From", exact=True).fill(day(30))
        expect(form.get_by_role("row").filter(has_text="20570")).to_have_count(0)
        hide.uncheck()
        duplicate = search(form, "20570")
        outcome(duplicate, "needs_decision")
        duplicate.click()
        expect(form.get_by_role("status", name="Message")).to_contain_text("looks like P-")


class TestLine2:
    """Import Selected; the grid updates row by row; the tooltip tells of the other name."""

    def test_the_tooltip_says_what_the_guide_calls_the_button(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        expect(form.get_by_role("button", name="Import Selected")).to_have_attribute("title", re.compile("Export Selected"))

    def test_a_selected_payment_is_recorded_here(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        form.get_by_label("From", exact=True).fill(day(60))
        row = search(form, "CARD900003")
        pick(row)
        run_selected(form, "Import Selected")
        outcome(row, "synchronized")
        found = demo.ledger.snapshot({"search": "CARD900003"})
        (record,) = demo.ledger.records(found.refs(0, 9))
        assert (record.amount, record.client_name) == (Decimal("150.00"), "O'Connor Plumbing")
        assert record.external_key.startswith("quickbooks:")


class TestLine3:
    """A row that fails turns pink; a click shows the reason underneath."""

    def test_a_failed_import_is_pink_and_says_why(self, page: Page, demo: Demo) -> None:
        open_menu(page, "Setup", "QuickBooks", "Match Clients…")
        clients = page.get_by_role("dialog", name="Match Clients")
        pick(search(clients, "O'Connor Plumbing"))
        clients.get_by_role("button", name="Unlink Selected").click()
        expect(row_of(clients, "O'Connor Plumbing")).to_contain_text("Same name")
        clients.get_by_role("button", name="Close").click()
        form = open_form(page, "Import Payments")
        row = search(form, "CARD900003")
        pick(row)
        run_selected(form, "Import Selected")
        outcome(row, "failed")
        expect(row).to_contain_text("failed")
        red, green, blue = colour(row)
        assert red > green
        assert red > blue
        row.click()
        expect(form.get_by_role("status", name="Message")).to_contain_text(
            "QuickBooks customer O'Connor Plumbing is not matched to a client yet. Nothing was imported."
        )


class TestLine4:
    """A payment applied to an invoice there is applied to the same invoice here, else it comes in unapplied and says so."""

    def test_a_common_invoice_is_paid_here_too(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        form.get_by_label("From", exact=True).fill(day(400))
        row = search(form, "CARD700001")
        pick(row)
        run_selected(form, "Import Selected")
        outcome(row, "synchronized")
        found = demo.ledger.snapshot({"search": "CARD700001"})
        (record,) = demo.ledger.records(found.refs(0, 9))
        (part,) = record.applications
        (invoice,) = demo.ledger.invoices([part.invoice_id])
        assert (part.amount, invoice.balance) == (record.amount, Decimal("0.00"))

    def test_an_invoice_that_is_not_here_leaves_the_money_unapplied(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Import Payments")
        row = search(form, "CARD800001")
        pick(row)
        run_selected(form, "Import Selected")
        outcome(row, "synchronized")
        row.click()
        expect(form.get_by_role("status", name="Message")).to_contain_text("Invoice QB-2001 is not here, so 220.00 is unapplied.")
        found = demo.ledger.snapshot({"search": "CARD800001"})
        (record,) = demo.ledger.records(found.refs(0, 9))
        assert not record.applications


class TestLine5:
    """Export filters: Hide Synchronized on, Show Hidden off, Source Payments | Credit Memos, a date range."""

    def test_the_filters_stand_as_the_guide_says(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Export Payments")
        expect(form.get_by_role("checkbox", name="Hide Synchronized")).to_be_checked()
        expect(form.get_by_role("checkbox", name="Show Hidden")).not_to_be_checked()
        expect(form.get_by_role("radio", name="Payments")).to_be_checked()
        expect(form.get_by_label("From", exact=True)).to_have_value(day(30))
        form.get_by_role("radio", name="Credit Memos").check()
        form.get_by_label("From", exact=True).fill(day(400))
        expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "41")

    def test_both_ends_of_the_date_range_are_included(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Export Payments")
        form.get_by_label("From", exact=True).fill(day(7))
        form.get_by_label("To", exact=True).fill(day(7))
        wanted = demo.ledger.snapshot({"kinds": ["payment"], "from": TODAY - timedelta(days=7), "to": TODAY - timedelta(days=7)})
        assert wanted.count
        expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", str(wanted.count + 1))

    def test_reversed_dates_are_said_beside_the_field(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Export Payments")
        form.get_by_label("From", exact=True).fill(day(1))
        form.get_by_label("To", exact=True).fill(day(9))
        expect(form.get_by_text("The range ends before it begins.")).to_be_visible()
        expect(form.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")


def good_payment(demo: Demo) -> Any:
    """A check of the last month, of a client QuickBooks knows, with an open invoice there."""
    snapshot = demo.ledger.snapshot({"kinds": ["payment"], "from": TODAY - timedelta(days=20), "to": TODAY})
    records = demo.ledger.records(snapshot.refs(0, snapshot.count))
    clean = [r for r in records if r.method == "Check" and r.client_name == "Amy's Bird Sanctuary" and r.amount > 0]
    return clean[0] if clean else next(r for r in records if r.method == "Check" and r.client_name == "Mark Cho")


class TestLine6:
    """Auto Apply, unchecked at first: off, nothing is applied; on, by QuickBooks' default process."""

    def test_off_nothing_is_applied(self, page: Page, demo: Demo) -> None:
        record = good_payment(demo)
        form = open_form(page, "Export Payments")
        expect(form.get_by_role("checkbox", name="Auto Apply")).not_to_be_checked()
        row = search(form, record.number)
        pick(row)
        run_selected(form, "Export Selected")
        outcome(row, "synchronized")
        (payment,) = demo.quickbooks_payment(record.reference)
        assert (payment.get("Line", []), Decimal(str(payment["UnappliedAmt"]))) == ([], record.amount)

    def test_on_the_oldest_invoices_are_paid_first(self, page: Page, demo: Demo) -> None:
        record = good_payment(demo)
        form = open_form(page, "Export Payments")
        form.get_by_role("checkbox", name="Auto Apply").check()
        customer = demo.query(f"SELECT * FROM Customer WHERE DisplayName = '{record.client_name}'".replace("y's", "y\\'s"))[0]["Id"]
        invoices = demo.query(f"SELECT * FROM Invoice WHERE CustomerRef = '{customer}' AND Balance > '0' ORDERBY TxnDate")
        row = search(form, record.number)
        pick(row)
        run_selected(form, "Export Selected")
        outcome(row, "synchronized")
        (payment,) = demo.quickbooks_payment(record.reference)
        paid = [line["LinkedTxn"][0]["TxnId"] for line in payment["Line"]]
        equal = [i["Id"] for i in invoices if Decimal(str(i["Balance"])) == record.amount]
        assert paid == (equal[:1] or [i["Id"] for i in invoices][: len(paid)])
        assert paid

    def test_a_credit_memo_is_applied_by_a_payment_of_zero(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Export Payments")
        form.get_by_role("radio", name="Credit Memos").check()
        form.get_by_role("checkbox", name="Auto Apply").check()
        form.get_by_label("From", exact=True).fill(day(200))
        row = form.get_by_role("row").nth(1)
        expect(row).to_have_attribute("data-outcome", "ready")
        number = row.get_by_role("gridcell").nth(1).inner_text()
        pick(row)
        run_selected(form, "Export Selected")
        outcome(row_of(form, number), "synchronized")
        record = demo.record(number)
        (memo,) = demo.query(f"SELECT * FROM CreditMemo WHERE DocNumber = '{record.reference or record.number}'")
        assert Decimal(str(memo["RemainingCredit"])) < Decimal(str(memo["TotalAmt"]))


class TestLine7:
    """Export Selected: a green bar moves, rows update, failed rows turn pink, a click shows the reason."""

    def test_a_run_reports_every_row(self, page: Page, demo: Demo) -> None:
        form = open_form(page, "Export Payments")
        form.get_by_role("grid").get_by_role("checkbox", name="Select all").check()
        run_selected(form, "Export Selected")
        bar = form.get_by_role("progressbar")
        assert bar.get_attribute("aria-valuenow") == bar.get_attribute("aria-valuemax")
        row = search(form, "Cool Cars")
        outcome(row, "failed")
        red, green, blue = colour(row)
        assert red > green
        assert red > blue
        row.click()
        message = form.get_by_role("status", name="Message")
        expect(message).to_contain_text("Cool Cars has been made inactive or deleted in QuickBooks. Nothing was saved.")
        expect(message.get_by_role("button", name="Match client…")).to_be_visible()


class TestLine8:
    """The Billing tab lists both kinds; from its right-click the form shows exactly the selected rows, one kind at a time."""

    def test_both_kinds_are_listed_with_their_type(self, page: Page, demo: Demo) -> None:
        page.get_by_role("tab", name="Billing").click()
        grid = page.get_by_role("grid", name="Payments")
        expect(grid.get_by_role("columnheader", name="Type")).to_be_visible()
        expect(search(page, "CM-")).to_contain_text("Credit memo")

    def test_the_form_shows_exactly_the_selected_rows(self, page: Page, demo: Demo) -> None:
        number = demo.ledger.records(demo.ledger.snapshot({"kinds": ["payment"], "descending": False}).refs(0, 1))[0].number
        row = search(page, number)
        pick(row)
        row.click(button="right")
        open_menu(page, "Export To…", "QuickBooks")
        form = page.get_by_role("dialog", name="Export Payments")
        expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")
        expect(row_of(form, number)).to_be_visible()

    def test_the_keyboard_opens_the_same_menu(self, page: Page, demo: Demo) -> None:
        page.get_by_role("grid", name="Payments").get_by_role("row").nth(1).click()
        page.keyboard.press("Shift+F10")
        page.get_by_role("menuitem", name="Export To…", exact=True).press("ArrowRight")
        page.get_by_role("menuitem", name="QuickBooks", exact=True).press("Enter")
        expect(page.get_by_role("dialog", name="Export Payments").get_by_role("grid")).to_have_attribute("aria-rowcount", "2")

    def test_a_mixed_selection_warns_and_then_shows_the_payments(self, page: Page, demo: Demo) -> None:
        first, _ = both_kinds(page)
        first.click(button="right")
        open_menu(page, "Export To…", "QuickBooks")
        warning = page.get_by_role("alertdialog")
        expect(warning).to_contain_text(
            "You picked 1 payment and 1 credit memo. They are sent separately: the 1 payment is shown now."
        )
        assert [button.inner_text() for button in warning.get_by_role("button").all()] == ["OK"]
        warning.get_by_role("button", name="OK").click()
        form = page.get_by_role("dialog", name="Export Payments")
        expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")
        expect(form.get_by_text("1 credit memo was left out.")).to_be_visible()
        form.get_by_role("button", name=re.compile("Show the credit memo")).or_(
            form.get_by_role("link", name=re.compile("Show the credit memo"))
        ).click()
        expect(form.get_by_role("radio", name="Credit Memos")).to_be_checked()
        expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")

    def test_only_credit_memos_make_the_source_credit_memos(self, page: Page, demo: Demo) -> None:
        row = search(page, "CM-0")
        pick(row)
        row.click(button="right")
        open_menu(page, "Export To…", "QuickBooks")
        form = page.get_by_role("dialog", name="Export Payments")
        expect(form.get_by_role("radio", name="Credit Memos")).to_be_checked()


def both_kinds(page: Page) -> tuple[Locator, Locator]:
    """Select a payment and a credit memo that stand in the same view, sorted by type."""
    client = "Amy's Bird Sanctuary"
    page.get_by_role("searchbox").fill(client)
    payment = page.get_by_role("row").filter(has_text="Payment").filter(has_text=client).first
    memo = page.get_by_role("row").filter(has_text="Credit memo").filter(has_text=client).first
    expect(payment).to_be_visible()
    pick(payment)
    memo.click(modifiers=["Control"])
    expect(payment).to_have_attribute("aria-selected", "true")
    return payment, memo


class TestLine9:
    """Rows can be hidden and shown again from the grid."""

    def test_a_hidden_row_leaves_and_comes_back(self, page: Page, demo: Demo) -> None:
        record = good_payment(demo)
        form = open_form(page, "Export Payments")
        row = search(form, record.number)
        row.click()
        row.click(button="right")
        open_menu(page, "Hide")
        expect(form.get_by_role("row").filter(has_text=record.number)).to_have_count(0)
        form.get_by_role("checkbox", name="Show Hidden").check()
        row = row_of(form, record.number)
        outcome(row, "hidden")
        row.click(button="right")
        open_menu(page, "Show")
        outcome(row_of(form, record.number), "ready")
        form.get_by_role("checkbox", name="Show Hidden").uncheck()
        expect(row_of(form, record.number)).to_be_visible()


def colour(row: Locator) -> tuple[int, int, int]:
    """The row's background."""
    text = row.evaluate("row => getComputedStyle(row).backgroundColor")
    if text.startswith("color("):
        red, green, blue = (round(float(part) * 255) for part in re.findall(r"[\d.]+", text.split("srgb")[1])[:3])
        return red, green, blue
    red, green, blue = (int(float(part)) for part in re.findall(r"[\d.]+", text)[:3])
    return red, green, blue
