"""A month worked as a bookkeeper works it, from clients that are not matched to no difference (docs/guide/reconcile.md)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import row_of, running_demo
from tests.browser.review.month import Month
from tests.browser.review.month_steps import (
    FIRST,
    LAST,
    apply_late,
    change_by_hand,
    close,
    decide,
    export,
    export_the_rest,
    import_all,
    import_the_rest,
    match_clients,
    match_the_rest,
    open_reconcile,
    press,
    press_group,
    settle_pairs,
    settle_what_is_gone,
    show_these,
    use_own_applications,
)
from tests.browser.review.test_history import keep
from tests.browser.shell import violations

pytestmark = pytest.mark.browser
#: Entered here during the month: name, client, amount.
RECEIVED = (
    *(
        ("RAISED", "Amy's Bird Sanctuary", "1101.10"),
        ("WRONG", "Diego Rodriguez", "1102.20"),
        ("DATED", "Dukes Basketball Camp", "1103.30"),
    ),
    *(("VOIDED", "Freeman Sporting Goods", "1104.40"), ("GONE", "Geeta Kalapatapu", "1105.50"), ("BANK", "Kate Whelan", "1106.60")),
    *(("TWIN", "Mark Cho", "1107.70"),),
)


@pytest.fixture
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The demo firm, connected, its clients not matched."""
    with running_demo(tmp_path_factory.mktemp("month"), matched=False) as running:
        yield Month(running)


@pytest.fixture
def page(browser: Browser, month: Month) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(month.demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    keep(page, "month-end")
    context.close()


def test_a_month_from_unmatched_clients_to_no_difference(page: Page, month: Month) -> None:
    for name, client, amount in RECEIVED:
        month.receive_here(name, client, amount)
    match_clients(page)
    use_own_applications(page)
    export(page, "Payments")
    export(page, "Credit Memos")
    import_all(page)
    change_by_hand(month)
    form = open_reconcile(page)
    keep(page, "month-differs")
    expect(row_of(form, "Received")).to_have_attribute("data-outcome", "changed")
    assert violations(page) == []
    items = show_these(page, form, "Received")
    settle_pairs(page, month, items)
    settle_what_is_gone(page, month, items)
    close(items)
    close(form)
    match_the_rest(page, month)
    export_the_rest(page, month)
    decide(page, month)
    import_the_rest(page, month)
    apply_late(page, month)
    form = open_reconcile(page)
    keep(page, "month-agrees")
    expect(form.get_by_text("USD: both sides agree to the cent.", exact=True)).to_be_visible()
    check_books(month, "0.00")
    close(form)
    money_goes_back(page, month)


def money_goes_back(page: Page, month: Month) -> None:
    """What went back to a customer is the rest: it is listed with its reason, and makes the whole difference."""
    month.refund("BACK", "Mark Cho", 100, 30)
    received = press_group(page, "Needs decision", "Import…", "Import Payments")
    row = press(received, "BACK", "Import the 70.00", asks=True)
    expect(row).to_have_attribute("data-outcome", "synchronized")
    close(received)
    close(page.get_by_role("dialog", name="Reconcile — "))
    form = open_reconcile(page)
    expect(row_of(form, "Cannot be settled here")).to_contain_text("−30.00")
    expect(row_of(form, "Received")).to_contain_text("−30.00")
    items = show_these(page, form, "Cannot be settled here")
    row_of(items, "Mark Cho").click()
    expect(items.get_by_role("status", name="Message")).to_contain_text("30.00 of QuickBooks'")
    keep(page, "month-rest")
    assert violations(page) == []
    check_books(month, "-30.00")


def check_books(month: Month, difference: str) -> None:
    """Both sides' ledgers of the month, read straight: to the cent, all in dollars; they differ by what was received, if at all."""
    ours, theirs = month.ledger_here(FIRST, LAST), month.ledger_there(FIRST, LAST)
    assert ours["currencies"] == theirs["currencies"] == {"USD"}
    assert ours["received"] - theirs["received"] == Decimal(difference)
    assert ours["credits"] == theirs["credits"] == Decimal("209.00")
    if not Decimal(difference):
        assert ours == theirs
        assert [month.there(name)["TotalAmt"] for name in ("RAISED", "WRONG", "VOIDED", "BANK")] == [
            1101.10,
            1102.20,
            1104.40,
            1106.60,
        ]
        assert month.there("DATED")["TxnDate"] == "2026-11-12"
        assert len(month.demo.quickbooks_payment("TWIN2")) == 1
