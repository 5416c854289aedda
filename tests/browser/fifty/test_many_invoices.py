"""A payment for more invoices than QuickBooks takes in one: the row says so, and goes without being applied by its own button."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from qb_plugin.schemas.limits import MOST_LINES
from tests.browser.demo import Demo, connect, row_of
from tests.browser.fifty.desk import Desk
from tests.browser.fifty.firm import Json, build_books, customer_step, invoice_step, running_firm
from tests.browser.fifty.hands import Hands, Keyboard, Mouse, count_pointers, pointers_of
from tests.browser.fifty.reading import QuickBooksSide, ledger_records, made_of
from tests.browser.fifty.wrong.kinds import press

pytestmark = pytest.mark.browser
CLIENT, CENT = "Harbor Freight", Decimal("0.01")
STEPS = press("quickbooks_too_many_lines", "QuickBooks takes 10,000 lines at most", "Send without applying it")
PAYMENT: Json = {"client": CLIENT, "date": "2026-11-10", "amount": str(CENT * (MOST_LINES + 1)), "method": "Check"}
FIRM: Json = {"clients": [{"name": CLIENT}], "payments": [{**PAYMENT, "reference": each} for each in ("by mouse", "by keyboard")]}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Two payments of a client who has one open invoice more than QuickBooks takes in a payment, of a cent each."""
    with running_firm(tmp_path, FIRM) as running:
        bills = [invoice_step(CLIENT, f"B-{number}", str(CENT), "2026-11-01") for number in range(MOST_LINES + 1)]
        build_books(running.simulator, [customer_step(CLIENT), *bills])
        connect(running)
        yield running


def mend(browser: Browser, demo: Demo, kind: type[Mouse | Keyboard], number: str) -> int:
    """Export the row, press its button, and see it synchronized; how often a pointer was used."""
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    count_pointers(context)
    page = context.new_page()
    page.goto(demo.host.address)
    hands: Hands = kind(page)
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    form = page.get_by_role("dialog", name="Export Payments")
    hands.tick(form.get_by_label("Auto Apply"))
    expect(row_of(form, number)).to_be_visible()
    desk = Desk(hands, page, form, demo)
    desk.export_all()
    expect(row_of(form, number)).to_have_attribute("data-outcome", "failed")
    desk.mend(number, STEPS)
    used = pointers_of([page])
    context.close()
    return used


def test_a_payment_for_too_many_invoices_goes_without_being_applied(browser: Browser, demo: Demo) -> None:
    by_mouse, by_keyboard = ledger_records(demo)
    assert mend(browser, demo, Mouse, by_mouse.number) > 0
    assert mend(browser, demo, Keyboard, by_keyboard.number) == 0
    there = QuickBooksSide(demo).all("Payment")
    for record in (by_mouse, by_keyboard):
        (made,) = made_of(record, there)
        assert (made["TotalAmt"], made["UnappliedAmt"], made["Line"]) == (record.amount, record.amount, [])
