"""Settings ▸ Dates holds in fields, grids, a record's window and sentences; a date is typed as it is shown, or as in data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, open_form, open_menu, running_demo
from tests.browser.shell import violations

pytestmark = pytest.mark.browser

SHOWN = {"YYYY-MM-DD": "2026-11-05", "MM/DD/YYYY": "11/05/2026", "DD/MM/YYYY": "05/11/2026", "DD.MM.YYYY": "05.11.2026"}
TYPED = {
    "YYYY-MM-DD": ("2026-11-05", "20261105", "2026/11/5", "2026.11.05"),
    "MM/DD/YYYY": ("11/05/2026", "11052026", "11/5/2026", "11-5-2026", "2026-11-05"),
    "DD/MM/YYYY": ("05/11/2026", "05112026", "5/11/2026", "5.11.2026", "2026-11-05"),
    "DD.MM.YYYY": ("05.11.2026", "05112026", "5.11.2026", "5-11-2026", " 2026-11-05 "),
}
NO_DATES = {
    "YYYY-MM-DD": ("11/05/2026", "2026-11", "2026-02-30", "0026-11-05", "tomorrow"),
    "MM/DD/YYYY": ("13/05/2026", "02/30/2026", "11/05/26", "11052", "11/05"),
    "DD/MM/YYYY": ("05/13/2026", "30/02/2026", "5/11", "31/04/2026", "0"),
    "DD.MM.YYYY": ("05.13.2026", "29.02.2025", "5.11.", "32.01.2026", "5 Nov 2026"),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected."""
    with running_demo(tmp_path_factory.mktemp("patterns")) as running:
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


def choose(page: Page, pattern: str) -> None:
    """Choose how dates are written, as its user does."""
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    settings = page.get_by_role("dialog", name="Settings")
    settings.get_by_label("Dates", exact=True).select_option(pattern)
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Settings saved. Changed: Dates.")).to_be_visible()
    settings.get_by_role("button", name="Close").click()
    expect(settings).to_have_count(0)


@pytest.mark.parametrize("pattern", [*list(SHOWN)[1:], "YYYY-MM-DD"])
def test_one_way_to_write_a_date(page: Page, demo: Demo, pattern: str) -> None:
    choose(page, pattern)
    shown = SHOWN[pattern]
    row = demo.record("P-1474")
    day = pattern.replace("YYYY", f"{row.date:%Y}").replace("MM", f"{row.date:%m}").replace("DD", f"{row.date:%d}")
    page.get_by_role("searchbox").fill("P-1474")
    expect(page.get_by_role("gridcell", name=day, exact=True)).to_be_visible()
    page.get_by_role("row").nth(1).dblclick()
    expect(page.get_by_role("dialog", name="Payment P-1474").get_by_role("region", name="In WorkSpace")).to_contain_text(day)
    page.keyboard.press("Escape")
    dialog = open_form(page, "Export Payments")
    field = dialog.get_by_label("From", exact=True)
    for typed in TYPED[pattern]:
        field.fill("")
        field.fill(typed)
        field.press("Tab")
        expect(field).to_have_value(shown)
        expect(field).not_to_have_attribute("aria-invalid", "true")
    for typed in NO_DATES[pattern]:
        field.fill(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(shown)
    expect(dialog.get_by_text("Enter a whole date.")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Calendar").first).to_be_visible()
    assert violations(page) == []
    if folder := os.environ.get("OPEN_PICTURES"):
        page.screenshot(path=Path(folder) / f"dates-{pattern[:2]}{pattern[2]}.png".replace("/", "s"))
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("searchbox").fill("P-1474")
    expect(page.get_by_role("gridcell", name=day, exact=True)).to_be_visible()
