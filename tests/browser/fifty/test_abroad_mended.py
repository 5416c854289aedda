"""What only some companies need: a tax code on every line of a credit memo, and one of several receivable accounts; each row is
mended by its own button and then exported, with the mouse and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, connect, row_of
from tests.browser.fifty.desk import Desk
from tests.browser.fifty.firm import Json, build_books, running_firm
from tests.browser.fifty.hands import Hands, Keyboard, Mouse, count_pointers, pointers_of
from tests.browser.fifty.reading import KINDS, QuickBooksSide, ledger_records, made_of
from tests.browser.fifty.wrong.cases import ABROAD

pytestmark = pytest.mark.browser
CLIENT, POUNDS = "Harbour Books", {"value": "GBP"}
RECORD: Json = {"client": CLIENT, "date": "2026-11-10", "amount": "240.00"}
FIRM: Json = {
    "clients": [{"name": CLIENT, "currency": "GBP"}],
    "payments": [{**RECORD, "method": "Check", "reference": "A-1"}],
    "credit_memos": [{**RECORD, "reference": "A-2"}],
}
RECEIVABLE = {"AccountType": "Accounts Receivable", "AccountSubType": "AccountsReceivable"}
DEBTORS = {"Name": "Trade Debtors", "CurrencyRef": POUNDS, **RECEIVABLE}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A firm with a client in Edinburgh, and the company that bills it: it taxes every line, and has two receivable accounts."""
    with running_firm(tmp_path, FIRM, company="abroad") as running:
        build_books(running.simulator, [{"create": "Account", "body": DEBTORS}])
        connect(running)
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a fresh profile, which counts what a mouse does."""
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    count_pointers(context)
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_a_memo_gets_its_tax_code_and_a_payment_its_account(page: Page, demo: Demo, kind: type[Mouse | Keyboard]) -> None:
    hands: Hands = kind(page)
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    form = page.get_by_role("dialog", name="Export Payments")
    desk = Desk(hands, page, form, demo)
    hands.untick(form.get_by_label("Hide Synchronized"))
    for record_kind, steps in ABROAD.items():
        (record,) = ledger_records(demo, record_kind)
        if record_kind == "credit_memo":
            hands.tick(form.get_by_label("Credit Memos"))
        expect(row_of(form, record.number)).to_be_visible()
        desk.mend(record.number, steps)
        hands.row(form, record.number)
        expect(form.get_by_role("status", name="Message")).not_to_contain_text(steps[-1].says)
        desk.export_all()
        expect(row_of(form, record.number)).to_have_attribute("data-outcome", "synchronized")
    side = QuickBooksSide(demo)
    made = {name: made_of(ledger_records(demo, name)[0], side.all(entity)) for name, (entity, _) in KINDS.items()}
    (payment,), (memo,) = made["payment"], made["credit_memo"]
    (debtors,) = demo.query("SELECT * FROM Account WHERE Name = 'Trade Debtors'")
    assert (payment["TotalAmt"], payment["ARAccountRef"]["value"]) == (Decimal("240.00"), debtors["Id"])
    assert (memo["TotalAmt"], memo["TxnTaxDetail"]["TotalTax"]) == (Decimal("240.00"), Decimal("40.00"))
    if kind is Keyboard:
        assert pointers_of(page.context.pages) == 0
