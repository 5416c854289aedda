"""Changes in a browser and from the terminal: both sides side by side, each choice carried out; axe-core finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hostsim.terminal.run_command import drive
from tests.browser.demo import Demo, open_menu, row_of, running_demo
from tests.browser.review.test_history import keep
from tests.browser.shell import violations
from tests.support.simulator.simulator_calls import Books

pytestmark = pytest.mark.browser


class QuietTask:
    """The host's task, with nobody who looks."""

    cancelled = hasty = False

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def row(self, row: Any, /) -> None:
        """Note a row as it was told last."""
        self.rows[row["id"]] = row

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Nothing."""

    def notice(self, text: str, /) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm beside its company, connected."""
    with running_demo(tmp_path_factory.mktemp("changes")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def changed_pairs(demo: Demo, count: int) -> list[tuple[Any, str]]:
    """Payments that are sent, and then are raised by one in QuickBooks: the records here, and the ids there."""
    form, task = demo.host.workspace.form("export-payments"), QuietTask()
    assert form is not None
    opened = form.open({})
    answer = {**opened["answer"], "from": "2026-09-01", "to": "2026-11-30", "token": opened["token"]}
    rows: Any = form.rows(answer, None)
    ready = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"][:count]
    form.run("export", answer, ready, {}, task)
    books = Books(demo.simulator.core)
    found = []
    for ref in ready:
        identity = str(task.rows[ref]["quickbooks_id"])
        there = books.get("Payment", identity)
        books.post("Payment", {"Id": identity, "SyncToken": "0", "sparse": True, "TotalAmt": there["TotalAmt"] + 1, "Line": []})
        found.append((demo.ledger.records([ref])[0], identity))
    return found


def open_changes(page: Page) -> Locator:
    """The form."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "Changes…")
    return page.get_by_role("dialog", name="Changes Since Linking")


def test_both_sides_are_shown_and_each_choice_is_carried_out(page: Page, demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    (sent, sent_there), (taken, taken_there), (left, _), (told, told_there) = changed_pairs(demo, 4)
    form = open_changes(page)
    row = row_of(form, sent.number)
    expect(row).to_be_visible()
    keep(page, "changes")
    assert violations(page) == []
    row.click()
    form.get_by_role("button", name=f"Send {sent.amount:,.2f}").click()
    expect(row).to_have_attribute("data-outcome", "synchronized")
    books = Books(demo.simulator.core)
    assert books.get("Payment", sent_there)["TotalAmt"] == sent.amount
    row_of(form, taken.number).click()
    form.get_by_role("button", name=f"Take {taken.amount + 1:,.2f}").click()
    expect(row_of(form, taken.number)).to_have_attribute("data-outcome", "synchronized")
    assert demo.ledger.records([f"payment:{taken.id}"])[0].amount == taken.amount + 1
    assert books.get("Payment", taken_there)["SyncToken"] == "1"
    row_of(form, left.number).click()
    form.get_by_role("button", name="Leave").last.click()
    expect(row_of(form, left.number)).to_have_attribute("data-outcome", "synchronized")
    arguments = ["--send", "--select", told.number, "--json"]
    capsys.readouterr()
    assert drive(demo.host.workspace, "changes", arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [each["outcome"] for each in printed["rows"]] == ["synchronized"]
    assert books.get("Payment", told_there)["TotalAmt"] == told.amount
    assert drive(demo.host.workspace, "changes", ["--take", "--all", "--dry-run"]) == 0
