"""Undo in a browser: from a run of History to both sides as they were, asked for first; no violation found by axe-core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, open_menu, row_of, running_demo
from tests.browser.review.test_history import Silent
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected, after an export of two payments, one of which fails."""
    with running_demo(tmp_path_factory.mktemp("undo")) as running:
        form = running.host.workspace.form("export-payments")
        assert form is not None
        opened = form.open({})
        rows = form.rows({**opened["answer"], "token": opened["token"]}, None)
        assert not isinstance(rows, dict)
        page = rows.page(0, rows.count)
        picked = [next(row["id"] for row in page if client in row["title"]) for client in ("Cool Cars", "Amy's Bird")]
        form.run("export", {**opened["answer"], "token": opened["token"]}, picked, {}, Silent())
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 800}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def keep(page: Page, name: str) -> None:
    """Save a picture to look at, where UNDO_PICTURES names a folder."""
    if folder := os.environ.get("UNDO_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_run_is_undone_from_history(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "History…")
    history = page.get_by_role("dialog", name="History — ")
    row_of(history, "Export payments").click()
    history.get_by_role("button", name="Undo…").click()
    undo = page.get_by_role("dialog", name="Undo")
    row = row_of(undo, "Amy's Bird Sanctuary")
    expect(row).to_have_attribute("data-outcome", "ready")
    expect(row_of(undo, "Cool Cars")).to_have_count(0)  # it never came to QuickBooks
    row.click()
    expect(undo.get_by_role("status", name="Message")).to_contain_text("Will be deleted in QuickBooks: payment")
    expect(undo.get_by_text("A match with a bank transaction shows only when QuickBooks refuses")).to_be_visible()
    keep(page, "undo")
    assert violations(page) == []
    undo.get_by_role("button", name="Undo Selected").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("cannot be brought back")
    keep(page, "undo-asks")
    question.get_by_role("button", name="Undo Selected").click()
    expect(row).to_have_attribute("data-outcome", "undone")
    expect(undo.get_by_role("status", name="Message")).to_contain_text("It may be exported again.")
    keep(page, "undone")
    assert violations(page) == []
