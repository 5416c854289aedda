"""A host with the small add-in in a browser: what the tests of the shell work with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from hostsim.practice.database import open_practice
from hostsim.testing import RunningHost, running_host
from tests.support.hosts.fake_addin import ParcelAddIn, SendForm, parcel_source


@dataclass(frozen=True, slots=True)
class Shell:
    """A page of a running host, and the add-in behind it."""

    host: RunningHost
    addin: ParcelAddIn
    page: Page

    def let(self, rows: int) -> None:
        """Let the waiting run go on by so many rows."""
        gate = self.addin.form.gate
        assert gate is not None
        gate.release(rows)


@contextmanager
def shell_on(browser: Browser, firm: str, folder: Path, *, size: int = 230, waits: bool = False, **context: Any) -> Iterator[Shell]:
    """Open the first page; errors of scripts and refusals by the Content-Security-Policy fail the test."""
    addin = ParcelAddIn(SendForm(size=size, gate=threading.Semaphore(0) if waits else None))
    with running_host(open_practice(firm), [parcel_source(folder, lambda: addin)], database=firm) as host:
        opened = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US", **context)
        errors: list[str] = []
        page = opened.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(host.address)
        expect(page.get_by_role("grid").get_by_role("row").nth(3)).to_be_visible()
        yield Shell(host, addin, page)
        opened.close()
        assert errors == []


def open_menu(page: Page, *labels: str) -> None:
    """Walk through menus by their labels."""
    for label in labels:
        page.get_by_role("menuitem", name=label, exact=True).click()


def open_send(page: Page) -> Locator:
    """The form Send Parcels with its rows."""
    open_menu(page, "Setup", "Parcel", "Post", "Send Parcels")
    dialog = page.get_by_role("dialog", name="Send Parcels")
    expect(dialog.get_by_role("row").nth(1)).to_be_visible()
    return dialog


def row(scope: Page | Locator, place: int) -> Locator:
    """The row at this place, counted from 0, if it is in view."""
    return scope.locator(f"[role=row][aria-rowindex='{place + 2}']")


def violations(page: Page) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]
