"""One desk of a firm, in a process of its own: it exports a slice of the payments, or opens Import every two seconds.

It prints `ready`, begins when a line comes on standard input, and prints its figures as JSON. Moments are those of
`time.monotonic`, which all processes of a machine share.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hostsim.addins.host_services import Options
from hostsim.practice.database import open_practice
from hostsim.secrets.simulator_credentials import SimulatorKeys
from hostsim.testing import KEY, source_of
from hostsim.workspace import Workspace, open_workspace
from qb_plugin.model import Lease, RunInfo
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.services.parts import Parts
from tests.bench.subjects.addin import DAYS, form_of
from tests.support.paths import ROOT

EVERY = 2.0
MOST_PRESSES = 100
EXPORT, IMPORT = "export-payments", "import-payments"


class FreeLeases:
    """Leases that everybody gets."""

    def take(self, realm: str, run: RunInfo) -> Lease:
        """A lease like all others."""
        return Lease(realm=realm, fence=1, holder="anybody", run=run)

    def beat(self, lease: Lease, done: int) -> None:
        """Nobody takes it."""

    def release(self, lease: Lease) -> None:
        """Nobody waits for it."""

    def current(self, realm: str) -> Lease | None:
        """None is held."""
        return None

    def ask(self, realm: str) -> None:
        """Nobody waits."""

    def lapsed(self, realm: str) -> RunInfo | None:
        """None was."""
        return None


@contextmanager
def open_desk(url: str, quickbooks: str, today: date, *, lease: bool) -> Iterator[Workspace]:
    """A host of a firm that is connected already, with QuickBooks' limits and this machine's clock; its lists are read."""
    addin = QuickBooksAddIn(Parts())
    source = source_of(lambda: addin, ROOT / "manifest.toml", "qb_plugin.plugin:create")
    options = Options(url, 8400, {"quickbooks": quickbooks}, today, SimulatorKeys(quickbooks).get)
    workspace = open_workspace(open_practice(url), [source], options, lambda _: KEY)
    try:
        runtime = addin.runtime()
        if not lease:
            runtime.run_ports = replace(runtime.run_ports, leases=FreeLeases())
        runtime.lists(runtime.connection())
        yield workspace
    finally:
        workspace.close()


def opened(workspace: Workspace, name: str, today: date, **switches: Any) -> tuple[dict[str, Any], Any]:
    """A form that is opened, over the days that hold the payments: its answer and its rows."""
    form = form_of(workspace, name)
    described = form.open({"selection": None, "answer": None})
    first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    answer = {**described["answer"], **first, **switches, "token": described["token"]}
    return answer, form.rows(answer, None)


def export_slice(workspace: Workspace, today: date, start: int, rows: int) -> Mapping[str, Any]:
    """Export `rows` payments from the one at `start` on; as often as a colleague's run is in the way, ask again."""
    answer, listed = opened(workspace, EXPORT, today, auto_apply=True)
    ids = listed.ids(start, start + rows)
    wait_for_start()
    began, counts, presses = time.monotonic(), {"not_tried": len(ids)}, 0
    while counts["not_tried"] and presses < MOST_PRESSES:
        counts, presses = one_run(workspace, answer, ids), presses + 1
    return {"rows": len(ids), "began": began, "ended": time.monotonic(), "counts": counts, "presses": presses}


def one_run(workspace: Workspace, answer: Mapping[str, Any], ids: Sequence[str]) -> dict[str, int]:
    """The counts of one press of the button; while a colleague's run goes on, that is watched until its end."""
    form = form_of(workspace, EXPORT)
    task = workspace.tasks.start(EXPORT, "export", "", lambda task: form.run("export", answer, ids, {}, task))
    task.wait()
    counts: dict[str, int] = {"not_tried": 0, **task.summary.get("counts", {})}  # type: ignore[dict-item]
    return counts


def open_again_and_again(workspace: Workspace, today: date) -> Mapping[str, Any]:
    """Open Import every two seconds until standard input ends: when each was opened, and how long it took to show."""
    wait_for_start()
    over = threading.Event()
    threading.Thread(target=wait_for_end, args=(over,), daemon=True).start()
    looks: list[tuple[float, float]] = []
    problems: list[str] = []
    while not over.is_set():
        began = time.monotonic()
        listed = opened(workspace, IMPORT, today)[1]
        listed.page(0, 100)
        problems += [listed.problem] if listed.problem else []
        looks.append((began, time.monotonic() - began))
        over.wait(max(0.0, began + EVERY - time.monotonic()))
    return {"looks": looks, "problems": problems}


def wait_for_end(over: threading.Event) -> None:
    """Set it when standard input ends."""
    sys.stdin.read()
    over.set()


def wait_for_start() -> None:
    """Say that everything is read, and wait for the others."""
    print("ready", flush=True)
    sys.stdin.readline()


def main(argv: Sequence[str] | None = None) -> None:
    """Be one desk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=["export", "look"])
    parser.add_argument("--database", required=True)
    parser.add_argument("--quickbooks", required=True)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--no-lease", action="store_true")
    options = parser.parse_args(argv)
    today = date.today()  # noqa: DTZ011 - the day on this machine
    with open_desk(options.database, options.quickbooks, today, lease=not options.no_lease) as workspace:
        if options.work == "export":
            found = export_slice(workspace, today, options.start, options.rows)
        else:
            found = open_again_and_again(workspace, today)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
