"""Match Clients after a press: the row, the tabs and the buttons say what is so now, without the list being read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import NUMBER, connect, open_menu, row_of
from tests.browser.fifty.firm import Json, running_firm

pytestmark = pytest.mark.browser
FIRM: Json = {"clients": [{"name": name} for name in ("Ada Works", "Bell Books", "Crane Co")]}


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A firm of three clients, connected to a company without customers."""
    with running_firm(tmp_path, FIRM) as demo:
        connect(demo)
        context = browser.new_context(viewport={"width": 1366, "height": 800}, locale="en-US")
        page = context.new_page()
        page.goto(demo.host.address)
        yield page
        context.close()


def test_a_created_customer_is_on_its_row_and_in_the_tabs_at_once(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Match Clients…")
    form = page.get_by_role("dialog", name="Match Clients")
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    expect(form.get_by_label("Unmatched 3")).to_be_visible()
    for left, name in ((2, "Bell Books"), (1, "Ada Works")):
        row_of(form, name).click()
        expect(row_of(form, name)).to_contain_text("No customer is like it")
        label = f"Create “{name}” in QuickBooks"
        form.get_by_role("status", name="Message").get_by_role("button", name=label).click()
        page.get_by_role("alertdialog").get_by_role("button", name=label).click()
        expect(row_of(form, name)).to_have_attribute("data-outcome", "synchronized")
        expect(row_of(form, name)).to_contain_text("Linked")
        expect(row_of(form, name)).not_to_contain_text("No customer is like it")
        expect(form.get_by_role("status", name="Message")).to_contain_text(f"Customer {name} was created in QuickBooks and linked.")
        expect(form.get_by_label(f"Unmatched {left}")).to_be_visible()
        expect(form.get_by_label(f"Matched {3 - left}", exact=True)).to_be_visible()
    form.get_by_label("Unmatched 1").check()
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")
    expect(row_of(form, "Crane Co")).to_be_visible()
