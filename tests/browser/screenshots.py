"""Makes the pictures of the README and of the guide anew: `make screenshots`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, get_browser
from tests.browser.demo import open_form, open_menu, running_demo
from tests.support.paths import ROOT

GUIDE = ROOT / "docs" / "guide" / "pictures"
PICTURE = ROOT / "docs" / "export-form.png"


def show_a_failed_row(page: Page) -> None:
    """Export everything of the last thirty days, and click the row of the inactive customer."""
    form = open_form(page, "Export Payments")
    form.get_by_role("checkbox", name="Auto Apply").check()
    form.get_by_role("grid").get_by_role("checkbox", name="Select all").check()
    form.get_by_role("button", name="Export Selected").click()
    expect(form.get_by_text("failed", exact=False).last).to_be_visible()
    expect(form.get_by_role("button", name="Export Selected")).to_be_enabled(timeout=30_000)
    form.get_by_role("row").filter(has_text="Cool Cars").first.click()
    expect(form.get_by_role("status", name="Message")).to_contain_text("Cool Cars has been made inactive")


def show_connection(page: Page) -> None:
    """Connection, when a company is connected."""
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    expect(page.get_by_role("dialog").get_by_text("The sign-in lasts until")).to_be_visible()


def show_tested_settings(page: Page) -> None:
    """Settings after a press of Test."""
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_text("Everything chosen here stands in QuickBooks.")).to_be_visible()


def show_import(page: Page) -> None:
    """Import Payments with the payments of the last thirty days."""
    form = open_form(page, "Import Payments")
    expect(form.get_by_role("row").nth(3)).to_be_visible()


def show_reconcile(page: Page) -> None:
    """Reconcile of the first period that it offers."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "Reconcile…")
    expect(page.get_by_role("dialog").get_by_role("row").nth(3)).to_be_visible()


def show_differences(page: Page) -> None:
    """The records that differ, one of them clicked."""
    show_reconcile(page)
    form = page.get_by_role("dialog", name="Reconcile — ")
    form.get_by_role("row").nth(1).click()
    form.get_by_role("button", name="Show these").click()
    items = page.get_by_role("dialog", name="Differences")
    expect(items.get_by_role("row").nth(3)).to_be_visible()
    items.get_by_role("row").filter(has_text="Needs decision").first.click()


GUIDE_PICTURES: Mapping[str, Callable[[Page], None]] = {
    "connection": show_connection,
    "settings": show_tested_settings,
    "import": show_import,
    "reconcile": show_reconcile,
    "differences": show_differences,
    "export": show_a_failed_row,
}


def take_guide_pictures(page: Page) -> None:
    """Write docs/guide/pictures, each after the page was loaded anew."""
    GUIDE.mkdir(exist_ok=True)
    page.set_viewport_size({"width": 1024, "height": 640})
    for name, show in GUIDE_PICTURES.items():
        page.reload()
        show(page)
        page.screenshot(path=GUIDE / f"{name}.png")


def main() -> None:
    """Write docs/export-form.png and docs/guide/pictures."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_browser(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1180, "height": 640}, locale="en-US")
        page.goto(demo.host.address)
        show_a_failed_row(page)
        page.screenshot(path=PICTURE)
        take_guide_pictures(page)
        browser.close()
    print(PICTURE)


if __name__ == "__main__":
    main()
