"""The grid in Chromium: a hundred thousand rows, and five hundred rows that change every second."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import Answer, Edits, RunSummary
from hostsim.addins.form_protocol import RowReporter
from hostsim.practice.demo.bulk_seed import seed_payments
from hostsim.terminal.output import NO_COUNTS
from hostsim.testing import demo_practice, running_host
from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.browser.chromium import FLAGS, get_browser
from tests.support.hosts.fake_addin import ParcelAddIn, SendForm, outcome_of, parcel_source

RATE = 500
SECONDS = 10
REPEATS = 7
SHOWN = """place => [...document.querySelectorAll(`[role=row][aria-rowindex='${place}']`)].some(
  row => row.offsetParent !== null && row.textContent.trim() !== '' && row.querySelector('[role=gridcell]'))"""
# Each time a page is opened: when its first row is drawn, counted from the click that led there, and painted a frame later.
ON_OPENING = f"""(() => {{
  const shown = {SHOWN};
  const look = () => shown(2) ? painted() : requestAnimationFrame(look);
  const painted = () => requestAnimationFrame(() => {{ window.firstRow = performance.now(); }});
  requestAnimationFrame(look);
}})()"""
FIRST_ROW = """() => new Promise(done => {
  const look = () => window.firstRow ? done(window.firstRow) : requestAnimationFrame(look);
  look();
})"""
TO_THE_END = f"""place => new Promise(done => {{
  const shown = {SHOWN}, grid = document.querySelector('[role=grid]'), began = performance.now();
  const look = () => shown(place) ? requestAnimationFrame(() => done(performance.now() - began)) : requestAnimationFrame(look);
  grid.scrollTop = grid.scrollHeight;
  requestAnimationFrame(look);
}})"""
FRAMES = """seconds => new Promise(done => {
  const spent = []; let last = performance.now(); const end = last + seconds * 1000;
  const frame = now => { spent.push(now - last); last = now; now < end ? requestAnimationFrame(frame) : done(spent); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(frame); });
})"""


@dataclass(slots=True)
class SteadyForm(SendForm):
    """A run that changes so many rows every second, whatever the page does."""

    began: threading.Event | None = None

    def run(
        self,
        action: str,
        answer: Answer,
        ids: Sequence[str],
        edits: Edits,
        task: RowReporter,
        *,
        user: ActingUser | None = None,
    ) -> RunSummary:
        """Change row after row at the pace."""
        started = time.perf_counter()
        for position, id in enumerate(ids):
            if task.cancelled:
                break
            time.sleep(max(0.0, started + position / RATE - time.perf_counter()))
            task.row(outcome_of(id))
            task.progress(position + 1, len(ids))
        return {"counts": {**NO_COUNTS, "done": len(ids)}, "text": "Done.", "level": "info", "run": "run-1", "rows": []}


@contextmanager
def open_page(browser: Browser, folder: Path, rows: int) -> Iterator[Page]:
    """The host with so many payments, and a form with as many rows."""
    practice, url = demo_practice(folder, date.today())  # noqa: DTZ011 - the day on this machine
    seed_payments(practice.database, rows, date.today())  # noqa: DTZ011
    addin = ParcelAddIn(SteadyForm(size=rows))
    with running_host(practice, [parcel_source(folder, lambda: addin)], database=url) as host:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(host.address)
        expect(page.get_by_role("grid").get_by_role("row").nth(3)).to_be_visible()
        yield page
        context.close()


def measure(browser: Browser, rows: int) -> list[Figure]:
    """Every figure of the grid."""
    with TemporaryDirectory() as folder, open_page(browser, Path(folder), rows) as page:
        first, jump = tabs(page)
        used = heap(page)
        frames = live(page)
    return [
        at_most(f"{rows:,} payments: page opened until its first row is drawn, median", first, 300, "ms"),
        at_most("jump to the end until its row is drawn, median", jump, 100, "ms"),
        at_most("heap of the page after both", used, 10, "MB"),
        at_least(f"rows changed by a run of {SECONDS} s", RATE, RATE, "/s"),
        at_most("frame while they change, 95th percentile", p95(frames), 20, "ms"),
        Figure("frame while they change, longest", max(frames), "ms"),
    ]


def tabs(page: Page) -> tuple[float, float]:
    """From another page to the payments, and from their first row to their last."""
    page.add_init_script(ON_OPENING)
    first: list[float] = []
    jump: list[float] = []
    for _ in range(REPEATS):
        page.get_by_role("tab", name="Invoices").click()
        page.wait_for_url("**/billing/invoices")
        page.evaluate(FIRST_ROW)
        page.get_by_role("tab", name="Payments").click()
        page.wait_for_url("**/billing/payments")
        first.append(page.evaluate(FIRST_ROW))
        jump.append(page.evaluate(TO_THE_END, page.get_by_role("grid").get_attribute("aria-rowcount")))
    return median(first), median(jump)


def heap(page: Page) -> float:
    """MB that the page's scripts hold after their rubbish is collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def live(page: Page) -> list[float]:
    """The milliseconds of each frame while rows in view change."""
    dialog = open_send(page)
    dialog.get_by_role("grid").press("Control+a")
    dialog.get_by_role("button", name="Send Selected").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    spent: list[float] = page.evaluate(FRAMES, SECONDS)
    return spent


def open_send(page: Page) -> Locator:
    """The form with the rows."""
    for label in ("Setup", "Parcel", "Post", "Send Parcels"):
        page.get_by_role("menuitem", name=label, exact=True).click()
    dialog = page.get_by_role("dialog", name="Send Parcels")
    expect(dialog.get_by_role("row").nth(1)).to_be_visible()
    return dialog


def p95(spent: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(spent)[max(int(len(spent) * 0.95) - 1, 0)]


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args(argv)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_browser(), args=list(FLAGS))
        sections = [Section("The grid in headless Chromium", measure(browser, options.rows))]
        browser.close()
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
