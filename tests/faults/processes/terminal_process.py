"""The terminal in a process of its own: one press of `hostsim run`, with the real practice and the real add-in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from hostsim.addins.host_services import Options
from hostsim.practice.database import open_practice
from hostsim.terminal.run_command import drive
from hostsim.testing import source_of
from hostsim.workspace import open_workspace
from qb_plugin.model import Connection
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.undoing import here
from qb_plugin.sync.undoing.here import remove_group
from tests.faults.cases.controls import CONTROLS, PLAIN, Control, patched
from tests.faults.processes.books_process import CONTEXT
from tests.faults.processes.workstation import KEY, TODAY, WAITS
from tests.support.paths import ROOT

# Few rows go at once, so that there are many moments between them at which a process can be killed. What a killed one had under way
# keeps its place among the calls at once until it must have ended, so there are many places.
SMALL = Limits(
    per_second=100_000,
    per_minute=100_000,
    batches_per_minute=100_000,
    at_once=10_000,
    in_flight=2,
    batch_items=10,
    send_waits=(0.2,) * 20,
)
GROUP = 20  # removals a commit of the host's
BETWEEN = 0.1  # seconds from one commit of the host's to the next, so that a quick machine has as many moments as a slow one


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A form's name, the arguments after it, and the file that takes what is printed; `control` is a way known to be wrong."""

    database: str
    values: Mapping[str, str]
    form: str
    arguments: Sequence[str]
    printed: Path
    control: str = ""
    limits: Limits = field(default=SMALL)


def begin(press: Press) -> BaseProcess:
    """Start the process."""
    process: BaseProcess = CONTEXT.Process(target=run_terminal, args=(press,), daemon=True)
    process.start()
    return process


def run_terminal(press: Press) -> None:
    """The process: opens the workspace, does what `hostsim run` does, and prints its JSON into the file."""
    control = CONTROLS[press.control] if press.control else PLAIN
    parts = Parts(waits=WAITS, limits=press.limits)
    source = source_of(lambda: QuickBooksAddIn(parts), ROOT / "manifest.toml", "qb_plugin.plugin:create")
    options = Options(press.database, 8400, press.values, TODAY)
    with press.printed.open("w", encoding="utf-8") as file, redirect_stdout(file), patched(patches_of(control)):
        workspace = open_workspace(open_practice(press.database), [source], options, lambda _: KEY)
        drive(workspace, press.form, [*press.arguments, "--json"])
        workspace.close()


def patches_of(control: Control) -> list[tuple[object, str, object]]:
    """What stands where in the process: small commits of the host's, and what the control does wrong."""
    plain = Runtime.context

    def context(runtime: Runtime, connection: Connection, signed_in: bool = True) -> SyncContext:
        return control.change(plain(runtime, connection, signed_in))

    return [(here, "GROUP", GROUP), (here, "remove_group", remove_unhurried), (Runtime, "context", context), *control.patches]


def remove_unhurried(*removal: Any) -> None:
    """What the add-in does, a moment later."""
    time.sleep(BETWEEN)
    remove_group(*removal)
