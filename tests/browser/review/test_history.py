"""History in a browser: the runs, the rows of one, all of a record, the way to QuickBooks, CSV; no violation found by axe-core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import NUMBER, Demo, open_menu, row_of, running_demo
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected, after an export of two payments of which one fails."""
    with running_demo(tmp_path_factory.mktemp("history")) as running:
        form = running.host.workspace.form("export-payments")
        assert form is not None
        opened = form.open({})
        rows = form.rows({**opened["answer"], "token": opened["token"]}, None)
        assert not isinstance(rows, dict)
        page = rows.page(0, rows.count)
        picked = [next(row["id"] for row in page if client in row["title"]) for client in ("Cool Cars", "Amy's Bird")]
        form.run("export", {**opened["answer"], "token": opened["token"]}, picked, {}, Silent())
        yield running


def sent_number(demo: Demo) -> str:
    """The number of the payment that was sent."""
    form = demo.host.workspace.form("history-entries")
    assert form is not None
    rows = form.rows({"outcome": "synchronized"}, None)
    assert not isinstance(rows, dict)
    return str(rows.page(0, 1)[0]["cells"]["number"])


class Silent:
    """A task that nobody watches."""

    cancelled = False
    hasty = False

    def row(self, row: object, /) -> None:
        """Nothing."""

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Nothing."""

    def notice(self, text: str, /) -> None:
        """Nothing."""


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 800}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def keep(page: Page, name: str) -> None:
    """Save a picture to look at, where HISTORY_PICTURES names a folder."""
    if folder := os.environ.get("HISTORY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def open_run(page: Page) -> Locator:
    """The rows of the one run."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "History…")
    history = page.get_by_role("dialog", name="History — ")
    expect(history.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    run = row_of(history, "Export payments")
    expect(run).to_have_attribute("data-outcome", "failed")
    run.click()
    expect(history.get_by_role("status", name="Message")).to_contain_text("Export payments of 2 rows by")
    keep(page, "history")
    assert violations(page) == []
    history.get_by_role("button", name="Open", exact=True).click()
    rows = page.get_by_role("dialog", name="History of Rows")
    expect(rows.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    return rows


def test_a_run_opens_to_its_rows_and_a_row_to_all_of_its_record(page: Page) -> None:
    rows = open_run(page)
    expect(rows.get_by_role("row").filter(has_text="Export payments")).to_have_count(2)
    failed = row_of(rows, "Cool Cars")
    expect(failed).to_have_attribute("data-outcome", "failed")
    failed.click()
    expect(rows.get_by_role("status", name="Message")).to_contain_text("inactive")
    done = row_of(rows, "Amy's Bird Sanctuary")
    done.click()
    rows.get_by_role("button", name="Details").click()
    expect(rows.get_by_role("status", name="Message")).to_contain_text("requestid")
    keep(page, "history-rows")
    assert violations(page) == []
    rows.get_by_role("button", name="All of this record").click()
    expect(row_of(rows, "Linked")).to_be_visible()
    expect(row_of(rows, "Cool Cars")).to_have_count(0)
    keep(page, "history-record")


def test_a_row_leads_to_its_record_in_quickbooks(page: Page) -> None:
    rows = open_run(page)
    row_of(rows, "Amy's Bird Sanctuary").click()
    with page.expect_popup() as opened:
        rows.get_by_role("button", name="Open in QuickBooks").click()
    expect(opened.value.get_by_text("Payment").first).to_be_visible()


def test_what_is_shown_is_saved_as_csv(page: Page) -> None:
    rows = open_run(page)
    with page.expect_download() as saved:
        rows.get_by_role("button", name="CSV").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("When,Who,What,Number,Client")
    assert "Cool Cars" in text


def test_the_right_click_shows_a_payments_past(page: Page, demo: Demo) -> None:
    number = sent_number(demo)
    page.get_by_role("searchbox").fill(number)
    row_of(page, number).click(button="right")
    page.get_by_role("menuitem", name="QuickBooks History", exact=True).click()
    rows = page.get_by_role("dialog", name="History of Rows")
    expect(row_of(rows, "Linked")).to_be_visible()
