"""A date field in the browser: half-typed or impossible dates are said at the field, the list stays, the button is off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import Demo, open_form, running_demo

pytestmark = pytest.mark.browser
SAYS = "Enter a whole date."


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected."""
    with running_demo(tmp_path_factory.mktemp("dates")) as running:
        yield running


@pytest.fixture
def form(browser: Browser, demo: Demo) -> Iterator[Locator]:
    """Export Payments, with a row selected."""
    page = browser.new_page(viewport={"width": 1180, "height": 720}, locale="en-US")
    page.goto(demo.host.address)
    opened = open_form(page, "Export Payments")
    opened.get_by_role("grid").get_by_role("checkbox", name="Select all").check()
    expect(opened.get_by_role("button", name=re.compile("Export Selected"))).to_be_enabled()
    yield opened
    page.close()


def clear(field: Locator) -> None:
    """Empty month, day and year, one after the other."""
    field.click(position={"x": 8, "y": 8})
    for _ in range(3):
        field.press("Delete")
        field.press("ArrowRight")


def type_date(field: Locator, keys: str) -> None:
    """Type into a date field from its first part on, as a person does."""
    field.click(position={"x": 8, "y": 8})
    field.press_sequentially(keys)


@pytest.mark.parametrize(
    "keys", ["02302026", "04312026", "06310001", "11310002", "02292025", "1101", "11010002", "11010202", "02", "0", ""]
)
@pytest.mark.parametrize("label", ["From", "To"])
def test_what_is_no_whole_date_is_said_and_nothing_moves(form: Locator, label: str, keys: str) -> None:
    rows = form.get_by_role("grid").get_attribute("aria-rowcount")
    field, page = form.get_by_label(label, exact=True), form.page
    asked: list[str] = []
    clear(field)
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/rows") else None)
    type_date(field, keys)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text(SAYS)).to_be_visible()
    expect(form.get_by_role("button", name=re.compile("Export Selected"))).to_be_disabled()
    assert form.get_by_role("grid").get_attribute("aria-rowcount") == rows
    assert asked == []
    field.fill("2026-11-10")
    expect(form.get_by_text(SAYS)).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_a_search_waits_until_the_date_is_whole(form: Locator) -> None:
    rows = form.get_by_role("grid").get_attribute("aria-rowcount")
    field = form.get_by_label("From", exact=True)
    clear(field)
    form.get_by_role("searchbox").fill("zzz")
    expect(form.get_by_text(SAYS)).to_be_visible()
    assert form.get_by_role("grid").get_attribute("aria-rowcount") == rows
    field.fill("2026-11-01")
    expect(form.get_by_text('Nothing in this list fits the search "zzz".')).to_be_visible()
    form.get_by_role("button", name="Clear search").click()
    expect(form.get_by_role("grid")).to_be_visible()
    expect(form.get_by_role("searchbox")).to_have_value("")


def test_a_list_that_could_not_be_read_offers_to_try_again(browser: Browser, tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        page: Page = browser.new_page(locale="en-US")
        page.goto(demo.host.address)
        opened = open_form(page, "Import Payments")
        workspace = demo.host.workspace
        form = workspace.form("connection")
        assert form is not None
        form.act("disconnect", {}, [], {})
        opened.get_by_label("From", exact=True).fill("2026-01-01")
        expect(opened.get_by_text("The list could not be read: No QuickBooks company is connected.")).to_be_visible()
        expect(opened.get_by_role("button", name="Try again")).to_be_visible()
        page.close()
