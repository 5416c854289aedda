"""Makes the pictures of the README anew: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, get_browser
from tests.browser.demo import open_form, running_demo
from tests.support.paths import ROOT

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


def main() -> None:
    """Write docs/export-form.png."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_browser(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1180, "height": 640}, locale="en-US")
        page.goto(demo.host.address)
        show_a_failed_row(page)
        page.screenshot(path=PICTURE)
        browser.close()
    print(PICTURE)


if __name__ == "__main__":
    main()
