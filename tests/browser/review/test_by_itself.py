"""By itself in a browser and from the terminal: the setting, the note in the window, the form concerned; axe-core finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hostsim.qbo_simulator.server.server import running_simulator
from hostsim.terminal.run_command import drive
from hostsim.testing import demo_practice, running_host, source_of
from qb_plugin.clock import SystemClock
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from qb_plugin.sync.context import Waits
from tests.browser.demo import SWIFT, TODAY, Demo, connect, open_menu
from tests.browser.shell import violations
from tests.support.paths import ROOT

pytestmark = pytest.mark.browser


class Wall(SystemClock):
    """A clock whose time of day a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)

    def now(self) -> datetime:
        """The time that was set."""
        return self.at


@pytest.fixture(scope="module")
def wall() -> Wall:
    """The clock on the wall."""
    return Wall()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, wall: Wall) -> Iterator[Demo]:
    """The demo firm beside its company, connected, at a time that the test sets."""
    parts = Parts(clock=wall, waits=Waits(call_limit=0, lag=0, margin=0), limits=SWIFT)
    source = source_of(lambda: QuickBooksAddIn(parts), ROOT / "manifest.toml", "qb_plugin.plugin:create")
    practice, database = demo_practice(tmp_path_factory.mktemp("by-itself"), TODAY)
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        values = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        with running_host(practice, [source], database=database, values=values, today=TODAY) as host:
            running = Demo(host, simulator)
            connect(running)
            yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def let_an_hour_pass(demo: Demo, wall: Wall) -> None:
    """The clock goes on by an hour, and the host calls its job, as it does every minute."""
    wall.at += timedelta(hours=1)
    next(job for job in demo.host.workspace.jobs() if job.id == "by-itself").call()


def imported(demo: Demo) -> int:
    """How many payments here came from QuickBooks."""
    found = demo.ledger.snapshot({"kinds": ["payment"]})
    return sum(bool(record.external_key) for record in demo.ledger.records(found.refs(0, found.count)))


def test_what_is_set_runs_by_itself_and_leaves_a_note(page: Page, demo: Demo, wall: Wall) -> None:
    before = imported(demo)
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    settings = page.get_by_role("dialog", name="QuickBooks Settings")
    table = settings.get_by_role("table", name="By itself")
    for label in ("Import payments: how often", "Check for changes: how often", "Reconcile: how often"):
        expect(table.get_by_label(label)).to_have_value("")
    table.get_by_label("Import payments: how often").select_option("Every hour")
    settings.get_by_label("Quiet hours from").select_option("23:00")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Quiet hours need a beginning and another time as their end, or neither.")).to_be_visible()
    settings.get_by_label("Quiet hours to").select_option("05:00")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Import payments: next at", exact=False)).to_be_visible()
    settings.press("Escape")
    expect(settings).to_have_count(0)

    let_an_hour_pass(demo, wall)
    note = page.get_by_role("region", name="Notes").get_by_role("article")
    expect(note).to_have_count(1)
    came = imported(demo) - before
    assert came > 0
    expect(note).to_contain_text(f"{came} payments came in from QuickBooks")
    assert violations(page) == []

    note.get_by_role("button", name="Its rows…").click()
    rows = page.get_by_role("dialog", name="History of Rows")
    expect(rows.get_by_role("row")).to_have_count(came + 1)
    expect(rows.get_by_role("row").nth(1)).to_contain_text("the program")
    rows.press("Escape")
    note.get_by_role("button", name="Import Payments…").click()
    form = page.get_by_role("dialog", name="Import Payments from QuickBooks")
    expect(
        form.get_by_text("All 24 payments between 2026-10-21 and 2026-11-20 are in WorkSpace already", exact=False)
    ).to_be_visible()
    form.press("Escape")
    put_away(note)
    expect(page.get_by_role("region", name="Notes")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def put_away(note: Locator) -> None:
    """Press the note's button."""
    note.get_by_role("button", name="Put Away").click()


def test_the_form_lists_what_is_scheduled_and_runs_it_at_a_press(page: Page) -> None:
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "By Itself…")
    form = page.get_by_role("dialog", name="By Itself")
    rows = form.get_by_role("row")
    expect(rows.filter(has_text="Check for changes")).to_contain_text("It has not run by itself yet.")
    rows.filter(has_text="Check for changes").click()
    form.get_by_role("button", name="Run Now").click()
    expect(rows.filter(has_text="Check for changes")).to_contain_text("Imported, and waiting for an invoice")
    assert violations(page) == []


def test_the_terminal_lists_the_jobs_and_runs_one(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(demo.host.workspace, "by-itself", ["--all", "--dry-run", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in listed["rows"]] == ["job:import-payments", "job:changes", "job:reconcile"]
    assert listed["rows"][0]["message"].startswith("Every hour. Last: ")
    assert drive(demo.host.workspace, "by-itself", ["--select", "changes", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert [(row["id"], row["outcome"]) for row in done["rows"]] == [("job:changes", "synchronized")]
