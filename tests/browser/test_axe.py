"""axe-core finds no violation on the real forms, menus and dialogs, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, open_form, open_menu, row_of, running_demo
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected; these tests only look at it, but for one run."""
    with running_demo(tmp_path_factory.mktemp("axe")) as running:
        yield running


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, demo: Demo, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The host, in both looks."""
    scheme: Literal["light", "dark"] = request.param
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", color_scheme=scheme)
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def test_the_main_window(page: Page) -> None:
    assert violations(page) == []
    open_menu(page, "Setup", "QuickBooks", "Time & Billing")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for tab in ("Clients", "Billing", "Invoices"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        assert violations(page) == []


def test_the_context_menu_and_the_warning(page: Page) -> None:
    page.get_by_role("searchbox").fill("Amy's Bird Sanctuary")
    payment = page.get_by_role("row").filter(has_text="Payment").filter(has_text="Amy's Bird").first
    payment.click()
    page.get_by_role("row").filter(has_text="Credit memo").first.click(modifiers=["Control"])
    payment.click(button="right")
    page.get_by_role("menuitem", name="Export To…", exact=True).click()
    assert violations(page) == []
    page.get_by_role("menuitem", name="QuickBooks", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("label", ["Connection…", "Match Clients…", "Settings…"])
def test_the_set_up_forms(page: Page, label: str) -> None:
    open_menu(page, "Setup", "QuickBooks", label)
    expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_visible()
    assert violations(page) == []


def test_the_two_forms_of_time_and_billing(page: Page) -> None:
    open_form(page, "Import Payments")
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    form = open_form(page, "Export Payments")
    row_of(form, "Cool Cars").click()
    form.get_by_role("button", name="Export Selected").click()
    expect(row_of(form, "Cool Cars")).to_have_attribute("data-outcome", "failed")
    expect(form.get_by_role("status", name="Message")).to_contain_text("inactive")
    assert violations(page) == []
    form.get_by_label("From", exact=True).fill("2027-01-01")
    form.get_by_label("To", exact=True).fill("2027-01-02")
    expect(form.get_by_text("There are no payments between 2027-01-01 and 2027-01-02")).to_be_visible()
    assert violations(page) == []
