"""A button that can do nothing is shut and says why, a question says how many it is about, a table says what its rows are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import NUMBER, open_menu, running_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The demo firm, connected, all sure suggestions accepted."""
    with running_demo(tmp_path_factory.mktemp("shut")) as demo:
        context = browser.new_context(viewport={"width": 1366, "height": 800}, locale="en-US")
        page = context.new_page()
        page.goto(demo.host.address)
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        yield page
        context.close()


def test_nothing_to_accept_shuts_the_button_and_creating_says_how_many(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Match Clients…")
    form = page.get_by_role("dialog", name="Match Clients")
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    accept = form.get_by_role("button", name="Accept 0 Suggestions ≥ 95 %")
    expect(accept).to_be_disabled()
    expect(accept).to_have_attribute("title", "No suggestion is 95 % like its client or more, without a twin")
    rows = form.get_by_role("row")
    rows.nth(1).click()
    rows.nth(3).click(modifiers=["Shift"])
    expect(accept).to_be_disabled()
    form.get_by_role("button", name="Create Customers…").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Selected: 3. Create a customer in QuickBooks for each of them that has none?")
    asked.get_by_role("button", name="Cancel").click()
    form.get_by_role("button", name="Close").click()
    expect(form).to_have_count(0)


def test_the_table_of_settings_says_what_its_rows_are(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    table = page.get_by_role("dialog", name="Settings").get_by_role("table", name="Methods and accounts")
    expect(table.get_by_role("columnheader")).to_have_text(["WorkSpace method", "QuickBooks method", "Deposit to"])
