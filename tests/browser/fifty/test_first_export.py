"""From an add-in that holds nothing and a company that is not connected to a correct export of fifty payments, doing only what the
screens say; with the mouse, and with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import NUMBER, Demo, row_of
from tests.browser.fifty.firm import build_books, running_firm
from tests.browser.fifty.good_firm import ALONE, NUMBERED, OTHERWISE, make_firm
from tests.browser.fifty.hands import Hands, Keyboard, Mouse, count_pointers, pointers_of
from tests.browser.fifty.reading import count_there, read_differences

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The firm and its company; the program brings no keys of an app, and nothing is connected."""
    firm, steps = make_firm()
    with running_firm(tmp_path, firm, keys=False) as running:
        build_books(running.simulator, steps, preferences=NUMBERED)
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


def connect(page: Page, hands: Hands, demo: Demo) -> None:
    """What the export form says first: no company is connected. Enter the app's keys, and give consent."""
    form = page.get_by_role("dialog", name="Export Payments")
    expect(form.get_by_text("No QuickBooks company is connected.").first).to_be_visible()
    hands.press(form.get_by_role("button", name="Connect…"))
    connection, keys = page.get_by_role("dialog", name="QuickBooks Connection"), demo.simulator.credentials()
    hands.press(connection.get_by_role("button", name="Connect…"))
    expect(connection.get_by_text("Enter the client ID and the client secret of your QuickBooks app.")).to_be_visible()
    hands.fill(connection.get_by_label("Client ID"), keys["client_id"])
    hands.fill(connection.get_by_label("Client secret"), keys["client_secret"])
    with page.context.expect_page() as opened:
        hands.press(connection.get_by_role("button", name="Connect…"))
    consent = opened.value
    hands.on(consent).press(consent.get_by_role("button", name="Connect"))
    expect(consent.get_by_text("Connected to Empty Company")).to_be_visible()
    consent.close()


def match(page: Page, hands: Hands) -> None:
    """Match Clients, where the first connection leads: accept what is alike, pick what is called otherwise, create the rest."""
    form = page.get_by_role("dialog", name="Match Clients")
    hands.press(form.get_by_role("button", name="Accept 9 Suggestions"))
    expect(form.get_by_text("9 clients linked.")).to_be_visible()
    expect(row_of(form, OTHERWISE[0])).to_contain_text("No customer is like it")
    hands.pick(form, OTHERWISE[0], "QuickBooks customer", OTHERWISE[1])
    expect(form.get_by_text("1 client linked.")).to_be_visible()
    hands.row(form, ALONE)
    create = f"Create “{ALONE}” in QuickBooks"
    hands.press(form.get_by_role("status", name="Message").get_by_role("button", name=create))
    hands.press(page.get_by_role("alertdialog").get_by_role("button", name=create))
    expect(form.get_by_text(f"Customer {ALONE} was created in QuickBooks and linked.")).to_be_visible()
    hands.press(form.get_by_role("button", name="Close"))
    connection = page.get_by_role("dialog", name="QuickBooks Connection")
    hands.press(connection.get_by_role("button", name="Close"))


def settle(page: Page, hands: Hands) -> None:
    """Settings, as the connection form says: where money goes, what Auto Apply uses, and Test."""
    hands.press(page.get_by_role("dialog", name="Export Payments").get_by_role("button", name="Close"))
    hands.menu("Setup", "QuickBooks", "Settings…")
    form = page.get_by_role("dialog", name="QuickBooks Settings")
    hands.choose(form.get_by_label("Check: deposit to"), "Checking")
    hands.choose(form.get_by_label("Visa: method"), "Visa")
    hands.choose(form.get_by_label("Visa: deposit to"), "Merchant Clearing")
    hands.choose(form.get_by_label("Auto Apply uses"), "The applications made here")
    hands.press(form.get_by_role("button", name="Test"))
    expect(form.get_by_text("Everything chosen here stands in QuickBooks.")).to_be_visible()
    hands.press(form.get_by_role("button", name="Save", exact=True))
    expect(form.get_by_text("Settings saved.")).to_be_visible()
    hands.press(form.get_by_role("button", name="Close"))


def export(page: Page, hands: Hands) -> None:
    """Preview all fifty, and send what the preview said."""
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    form = page.get_by_role("dialog", name="Export Payments")
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "51")
    hands.tick(form.get_by_label("Auto Apply"))
    hands.press(form.get_by_role("button", name="Select All"))
    hands.press(form.get_by_role("button", name="Preview"))
    preview = page.get_by_role("dialog", name=re.compile("^Preview: export of 50"))
    expect(preview.get_by_text(re.compile("50 would be created"))).to_be_visible()
    hands.press(preview.get_by_role("button", name="Export these 50"))
    expect(preview.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "50 of 50 · 100 %")
    expect(preview.get_by_text("done 50")).to_be_visible()
    hands.press(preview.get_by_role("button", name="Close"))
    check_done(form)


def check_done(form: Locator) -> None:
    """The list says that all are in QuickBooks."""
    expect(form.get_by_text("All 50 payments")).to_be_visible()


@pytest.mark.parametrize("kind", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_a_first_day_ends_with_fifty_payments_in_quickbooks(page: Page, demo: Demo, kind: type[Mouse | Keyboard]) -> None:
    hands: Hands = kind(page)
    hands.menu("Setup", "QuickBooks", "Time & Billing", "Export Payments")
    expect(page.get_by_role("dialog", name="Export Payments").get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    connect(page, hands, demo)
    match(page, hands)
    settle(page, hands)
    export(page, hands)
    assert read_differences(demo, customers=dict([OTHERWISE])) == []
    assert count_there(demo) == 50
    if kind is Keyboard:
        assert pointers_of(page.context.pages) == 0
