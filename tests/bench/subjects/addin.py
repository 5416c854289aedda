"""The add-in in its host, without pages: connected, clients matched, and its forms driven as the pages drive them."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hostsim.addins.host_services import Options
from hostsim.commands.connect import connect
from hostsim.commands.startup import tune_garbage_collector
from hostsim.practice.database import open_practice
from hostsim.secrets.simulator_credentials import SimulatorKeys
from hostsim.testing import KEY, source_of
from hostsim.workspace import Workspace, open_workspace
from qb_plugin.clock import SystemClock
from qb_plugin.forms.exporting.answer import build_options
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.sync.exporting.run_export import export
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import SILENT
from qb_plugin.sync.run import RunProgress, run_under_lease
from qb_plugin.sync.sources import as_source
from tests.support.paths import ROOT

FREE = Limits(per_second=1_000_000, per_minute=1_000_000, batches_per_minute=1_000_000)
DAYS = 60


@contextmanager
def open_addin(
    url: str, quickbooks: str, today: date, limits: Limits = FREE, clock: SystemClock | None = None
) -> Iterator[Workspace]:
    """The host with the add-in, connected to the QuickBooks at this address and its clients matched by name."""
    parts = Parts(clock=clock or SystemClock(), limits=limits)
    source = source_of(lambda: QuickBooksAddIn(parts), ROOT / "manifest.toml", "qb_plugin.plugin:create")
    options = Options(url, 8400, {"quickbooks": quickbooks}, today, SimulatorKeys(quickbooks).get)
    workspace = open_workspace(open_practice(url), [source], options, lambda _: KEY)
    try:
        connect(workspace, quickbooks)
        form_of(workspace, "match-clients").act("accept_all", {}, [], {})
        yield workspace
    finally:
        workspace.close()


def form_of(workspace: Workspace, name: str) -> Any:
    """The form; it must be there."""
    form = workspace.form(name)
    assert form is not None, [each.failure for each in workspace.failures]
    return form


def run_form(workspace: Workspace, name: str, today: date, rows: int, **switches: Any) -> dict[str, Any]:
    """Open a form, take its first rows and do its first run on them: what happened, and what it cost."""
    form = form_of(workspace, name)
    opened = form.open({})
    first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    answer = {**opened["answer"], **first, **switches, "token": opened["token"]}
    began = time.perf_counter()
    ids = form.rows(answer, None).ids(0, rows)
    read, before = time.perf_counter() - began, peak()
    action = next(each["id"] for each in opened["actions"] if each["kind"] == "run")
    began, worked = time.perf_counter(), time.process_time()
    task = workspace.tasks.start(name, action, "", lambda task: form.run(action, answer, ids, {}, task))
    task.wait()
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    summary = task.summary
    return {
        "rows": len(ids),
        "read": read,
        "seconds": seconds,
        "cpu": cpu,
        "peak_before": before,
        "peak": peak(),
        "counts": dict(summary.get("counts", {})),
        "text": summary.get("text", ""),
        "details": summary.get("details", ""),
    }


def preview_rows(workspace: Workspace, today: date, rows: int) -> dict[str, Any]:
    """Preview the first rows with Auto Apply, and read the first page: what it cost, QuickBooks' answers included."""
    form, preview = form_of(workspace, "export-payments"), form_of(workspace, "export-preview")
    opened = form.open({})
    first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    answer = {**opened["answer"], **first, "auto_apply": True, "token": opened["token"]}
    ids = form.rows(answer, None).ids(0, rows)
    began, worked = time.perf_counter(), time.process_time()
    shown = preview.open(form.act("preview", answer, ids, {})["request"])
    preview.rows({"token": shown["token"]}, None).page(0, 100)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    return {"rows": len(ids), "seconds": seconds, "cpu": cpu, "counts": {"done": len(ids)}, "text": shown["notice"]["text"]}


def run_alone(workspace: Workspace, today: date, rows: int) -> dict[str, Any]:
    """Export records that are in memory already, as another program's payments are: lease, plan, journal, links, history and
    calls, but neither the host's lists and marks nor its grid."""
    form = form_of(workspace, "export-payments")
    services, opened = form._services, form.open({})
    first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    answer = {**opened["answer"], **first, "auto_apply": True, "token": opened["token"]}
    ids = form.rows(answer, None).ids(0, rows)
    records = [as_source(record) for record in services.host.ledger.records(ids)]
    progress, run = RunProgress(ids), services.new_run("export-payments", len(ids))
    context = services.context(services.connection())
    options = build_options(services, form._form._schema.load(answer, unknown="exclude"), {})

    def work(leased: LeasedRun) -> None:
        export(context, leased, options, records)

    began, worked = time.perf_counter(), time.process_time()
    run_under_lease(services.run_ports, run, work, progress=progress, listener=SILENT)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    return {"rows": len(ids), "seconds": seconds, "cpu": cpu, "counts": progress.counts(), "text": "", "details": ""}


def peak() -> float:
    """The most memory this process ever had, in MB; on Linux `ru_maxrss` would begin with what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(argv: Sequence[str] | None = None) -> None:
    """Run a form once, in a process of its own, and print what it cost as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--quickbooks", required=True)
    parser.add_argument("--form", default="export-payments")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--preview", action="store_true", help="plan the rows, and send nothing")
    parser.add_argument("--alone", action="store_true", help="without the host's lists, marks and grid")
    options = parser.parse_args(argv)
    today = date.today()  # noqa: DTZ011 - the day on this machine
    switches = {"auto_apply": True} if options.form == "export-payments" else {}
    with open_addin(options.database, options.quickbooks, today, Limits() if options.limits else FREE) as workspace:
        tune_garbage_collector()  # as the host does when it starts
        if options.alone:
            found = run_alone(workspace, today, options.rows)
        elif options.preview:
            found = preview_rows(workspace, today, options.rows)
        else:
            found = run_form(workspace, options.form, today, options.rows, **switches)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
