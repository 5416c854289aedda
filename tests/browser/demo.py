"""The demo firm, its QuickBooks company and a browser: what the acceptance tests and the screenshots work with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from playwright.sync_api import Locator, Page, expect

from hostsim.addins.descriptions import RowChange
from hostsim.addins.loader import Source
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.testing import RunningHost, demo_practice, running_host, source_of
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.sync.context import Waits
from tests.support.paths import ROOT

TODAY = date(2026, 11, 20)
NUMBER = re.compile(r"^\d+$")
# Without a pause: the simulator counts no calls here, and nobody waits for a call that is known to be lost.
SWIFT = Limits(per_second=10_000, per_minute=10_000, batches_per_minute=10_000, read_waits=(), send_waits=())


@dataclass(frozen=True, slots=True)
class Demo:
    """The two sides, connected and with their clients matched."""

    host: RunningHost
    simulator: RunningSimulator

    @property
    def ledger(self) -> Any:
        """The host's own records."""
        return self.host.workspace.practice.ledger

    def record(self, number: str) -> Any:
        """The payment or credit memo that people call this."""
        found = self.ledger.snapshot({"search": number})
        return next(r for r in self.ledger.records(found.refs(0, found.count)) if r.number == number)

    def query(self, statement: str) -> list[dict[str, Any]]:
        """Ask QuickBooks itself, over HTTP."""
        keys = self.simulator.credentials()
        base = f"{keys['base']}/v3/company/{keys['realm']}"
        token = requests.post(
            f"{keys['base']}/oauth2/v1/tokens/bearer",
            data={"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]},
            auth=(keys["client_id"], keys["client_secret"]),
            timeout=10,
        ).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        reply = requests.get(f"{base}/query", params={"query": statement}, headers=headers, timeout=10).json()["QueryResponse"]
        return next((value for value in reply.values() if isinstance(value, list)), [])

    def quickbooks_payment(self, reference: str) -> list[dict[str, Any]]:
        """The payments QuickBooks holds with this reference."""
        return self.query(f"SELECT * FROM Payment WHERE PaymentRefNum = '{reference}'")


class SilentTask:
    """A task that nobody watches."""

    cancelled = hasty = False

    def row(self, row: RowChange, /) -> None:
        """Nobody is told."""

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Nobody is told."""

    def notice(self, text: str, /) -> None:
        """Nobody is told."""


def addin(waits: Waits | None = None) -> Source:
    """The add-in as it is, but for its pauses."""
    parts = Parts(waits=waits or Waits(call_limit=0, lag=0, margin=0), limits=SWIFT)
    return source_of(lambda: QuickBooksAddIn(parts), ROOT / "manifest.toml", "qb_plugin.plugin:create")


@contextmanager
def running_demo(folder: Path, *, connected: bool = True, matched: bool = True, waits: Waits | None = None) -> Iterator[Demo]:
    """The demo firm beside its company."""
    practice, database = demo_practice(folder, TODAY)
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        values = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        with running_host(practice, [addin(waits)], database=database, values=values, today=TODAY) as host:
            demo = Demo(host, simulator)
            if connected:
                connect(demo, matched=matched)
            yield demo


def connect(demo: Demo, *, matched: bool = True) -> None:
    """Connect and, unless told not to, accept every suggested match, as `make demo` does."""
    workspace = demo.host.workspace
    form, clients = workspace.form("connection"), workspace.form("match-clients")
    assert form is not None
    assert clients is not None
    url = form.act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{demo.simulator.base_url}/_control/consent", json={"url": url}, timeout=10).json()
    assert workspace.callbacks.receive(dict(parse_qsl(urlsplit(reply["redirect"]).query)))["ok"]
    if matched:
        clients.act("accept_all", {}, [], {})


def run_export(demo: Demo, rows: int) -> None:
    """Export the first rows of the last thirty days, as `hostsim run` does."""
    form = demo.host.workspace.form("export-payments")
    assert form is not None
    opened = form.open({})
    answer = {**opened["answer"], "token": opened["token"]}
    found = form.rows(answer, None)
    assert not isinstance(found, dict)
    form.run("export", answer, found.ids(0, rows), {}, SilentTask())


def open_menu(page: Page, *labels: str) -> None:
    """Walk through the menus by their labels."""
    for label in labels:
        page.get_by_role("menuitem", name=label, exact=True).click()


def open_form(page: Page, label: str) -> Locator:
    """Open a form from Setup ▸ QuickBooks ▸ Time & Billing, its rows loaded."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", label)
    dialog = page.get_by_role("dialog", name=label)
    expect(dialog.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    return dialog


def eventually(page: Page, holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold within ten seconds: what a page shows is drawn anew when rows come in, or a window is resized."""
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(100)
    return holds()


def row_of(scope: Page | Locator, text: str) -> Locator:
    """The grid row that shows the text."""
    return scope.get_by_role("row").filter(has_text=text).first


def search(scope: Page | Locator, text: str) -> Locator:
    """Look for the text, and give the row that shows it."""
    scope.get_by_role("searchbox").fill(text)
    row = row_of(scope, text)
    expect(row).to_be_visible()
    return row
