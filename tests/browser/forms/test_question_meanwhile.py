"""A question stays about the row that it was asked about, whatever the list has become until it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.demo import TODAY, Demo, connect, open_form, row_of
from tests.browser.fifty.firm import build_books, customer_step, running_firm
from tests.browser.fifty.reading import QuickBooksSide, ledger_records

pytestmark = pytest.mark.browser
DAY = TODAY - timedelta(days=9)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Two clients with a payment each, connected; each has a twin in QuickBooks."""
    names = ("Ash", "Birch")
    paid = [{"client": name, "date": str(DAY), "amount": f"{20 + n}.00", "reference": name} for n, name in enumerate(names)]
    firm = {"clients": [{"name": name} for name in names], "payments": [{**each, "method": "Check"} for each in paid]}
    twins = [
        {"create": "Payment", "body": {"CustomerRef": f"${p['client']}", "TotalAmt": p["amount"], "TxnDate": p["date"]}}
        for p in paid
    ]
    with running_firm(tmp_path, firm) as running:
        build_books(running.simulator, [*map(customer_step, names), *twins])
        connect(running)
        yield running


@pytest.fixture
def form(browser: Browser, demo: Demo) -> Iterator[Locator]:
    """Export Payments, where both were asked about."""
    page = browser.new_page(viewport={"width": 1180, "height": 720}, locale="en-US")
    page.goto(demo.host.address)
    form = open_form(page, "Export Payments")
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name="Export Selected").click()
    expect(row_of(form, "Birch")).to_have_attribute("data-outcome", "needs_decision")
    expect(row_of(form, "Ash")).to_have_attribute("data-outcome", "needs_decision")
    yield form
    page.close()


def test_rows_that_come_in_during_a_question_do_not_change_what_it_is_about(form: Locator, demo: Demo) -> None:
    first = form.locator("[role=row][data-outcome]").first
    client = "Ash" if "Ash" in first.inner_text() else "Birch"
    first.click()
    form.get_by_role("status", name="Message").get_by_role("button", name="Send anyway").click()
    question = form.page.get_by_role("alertdialog")
    expect(question).to_be_visible()
    (answered,) = [each for each in ledger_records(demo) if each.client_name == client]
    moved = {"key": "moved", "ref": f"payment:{answered.id}", "version": answered.version, "date": DAY - timedelta(days=3)}
    (outcome,) = demo.ledger.update([moved])  # it comes after the other one in the list
    assert outcome.status == "recorded"
    with form.page.expect_response("**/api/forms/export-payments/rows"):
        demo.host.workspace.feed.publish({"addins": "changed"})  # as a sign-in does: every open form is drawn anew
    expect(form.locator("[role=row][data-outcome]").first).not_to_contain_text(client)
    question.get_by_role("button", name="Send anyway").click()
    expect(row_of(form, client)).to_have_attribute("data-outcome", "synchronized")
    made = [each for each in QuickBooksSide(demo).all("Payment") if "[WS " in each.get("PrivateNote", "")]
    assert [each["CustomerRef"]["name"] for each in made] == [client]
