"""Reconcile in a process of its own: both ledgers read and compared, as the form does it; prints what it cost as JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hostsim.commands.startup import tune_garbage_collector
from hostsim.secrets.simulator_credentials import ask
from hostsim.workspace import Workspace
from tests.bench.subjects.addin import DAYS, form_of, open_addin, peak

SCREEN = 100  # rows a grid asks for at once


def reconcile(workspace: Workspace, quickbooks: str, today: date) -> dict[str, Any]:
    """Open Reconcile for the period, then the list of what differs: seconds in all, and those that QuickBooks took to answer."""
    days = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    before, answered = peak(), microseconds(quickbooks)
    began, worked = time.perf_counter(), time.process_time()
    totals, items = form_of(workspace, "reconcile"), form_of(workspace, "reconcile-items")
    shown = totals.rows({**totals.open({})["answer"], **days}, None)
    page = shown.page(0, shown.count)
    shown_in = time.perf_counter() - began
    listed = items.rows({**items.open({})["answer"], **days}, None)
    listed.page(0, SCREEN)
    return {
        "seconds": time.perf_counter() - began,
        "shown": shown_in,
        "cpu": time.process_time() - worked,
        "answering": (microseconds(quickbooks) - answered) / 1e6,
        "peak_before": before,
        "peak": peak(),
        "rows": {row["id"]: [row["cells"].get("count_here"), row["cells"].get("count_there")] for row in page},
        "different": listed.count,
    }


def microseconds(quickbooks: str) -> int:
    """What answering took the stub so far."""
    return int(str(ask(quickbooks, "counts")["microseconds"]))


def main(argv: Sequence[str] | None = None) -> None:
    """Reconcile once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--quickbooks", required=True)
    options = parser.parse_args(argv)
    today = date.today()  # noqa: DTZ011 - the day on this machine
    with open_addin(options.database, options.quickbooks, today) as workspace:
        tune_garbage_collector()  # as the host does when it starts
        found = reconcile(workspace, options.quickbooks, today)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
