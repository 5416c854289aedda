"""A page that is loaded again brings back the windows that stood open, each above the one that led to it, with their filters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, open_form, open_menu, run_export, running_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, with one run in its history."""
    with running_demo(tmp_path_factory.mktemp("reload")) as running:
        run_export(running, 2)
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()
    assert errors == []


def test_filters_and_search_of_a_form_come_back(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_label("From", exact=True).fill("2026-11-03")
    form.get_by_label("Auto Apply").check()
    form.get_by_role("searchbox").fill("sushi")
    expect(form.get_by_role("row").nth(1)).to_contain_text("Sushi")
    page.reload()
    expect(form.get_by_role("row").nth(1)).to_contain_text("Sushi")
    expect(form.get_by_label("From", exact=True)).to_have_value("2026-11-03")
    expect(form.get_by_label("Auto Apply")).to_be_checked()
    expect(form.get_by_role("searchbox")).to_have_value("sushi")


def test_a_window_comes_back_above_the_one_that_led_to_it_and_esc_closes_one_at_a_time(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "History…")
    history, entries = page.get_by_role("dialog", name="History —"), page.get_by_role("dialog", name="History of Rows")
    history.get_by_role("row").nth(1).dblclick()
    expect(entries.get_by_role("row")).to_have_count(3)
    page.reload()
    expect(entries.get_by_role("row")).to_have_count(3)
    expect(history).to_be_visible()
    page.keyboard.press("Escape")
    expect(entries).to_have_count(0)
    expect(history).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_record_comes_back_and_what_was_closed_does_not(page: Page) -> None:
    page.get_by_role("row").nth(1).dblclick()
    record = page.get_by_role("dialog", name="Payment P-")
    expect(record).to_be_visible()
    page.reload()
    expect(record).to_be_visible()
    page.keyboard.press("Escape")
    expect(record).to_have_count(0)
    page.reload()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_was_typed_into_settings_is_not_written_down(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    form = page.get_by_role("dialog", name="QuickBooks Connection")
    form.get_by_label("Client secret").fill("very-secret")
    page.reload()
    expect(form.get_by_label("Client secret")).to_have_value("")
    assert "very-secret" not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_another_page_begins_without_the_windows_of_the_one_before(page: Page, demo: Demo) -> None:
    open_form(page, "Export Payments")
    page.goto(f"{page.url.rpartition('/billing')[0]}/clients")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
