"""Several desks of one firm at QuickBooks' limits: a run beside people who open forms, and runs of several started at once."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from qb_plugin.quickbooks.http.pace_state import FORMS_LAST
from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.bench.processes.servers import Server, running_simulator, slow_down
from tests.bench.subjects.addin import open_addin
from tests.bench.subjects.books import fill_books
from tests.bench.subjects.databases import empty_database
from tests.bench.subjects.firm import Shape, make_practice

CALL, ITEM = 0.08, 0.4
LOOKERS = 3
#: how much longer a run may take beside people who open forms, and the seconds that their forms may take: the first one, later ones
SLOWER, FIRST, LATER = 1.5, 15.0, 5.0
TOGETHER = 0.95


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm's database, its QuickBooks, and the day."""

    url: str
    server: Server
    today: date

    def start(self, work: str, *flags: str) -> Desk:
        """A desk that is ready."""
        return Desk(work, ["--database", self.url, "--quickbooks", self.server.address, *flags])


class Desk:
    """A desk's process."""

    def __init__(self, work: str, flags: Sequence[str]) -> None:
        command = [sys.executable, "-m", "tests.bench.subjects.desk", work, *flags]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> None:
        """Wait until it has read everything; SystemExit when it cannot."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise SystemExit("A desk could not be opened.")

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """What it measured; one that looks again and again ends now."""
        told, _ = self._process.communicate()
        if self._process.returncode:
            raise SystemExit(f"A desk ended with {self._process.returncode}.")
        found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
        return found


@contextmanager
def firm(kind: str, rows: int) -> Iterator[Firm]:
    """A firm with so many payments to export, connected to a QuickBooks of its own with limits and latency."""
    today = date.today()  # noqa: DTZ011 - the day on this machine
    shape = Shape(rows, rows, rows)  # a client for each: without the lease, two runs must not spend the same invoice
    with empty_database(kind) as (url, _), running_simulator() as server:
        make_practice(url, shape, today)
        fill_books(server, shape, today)
        with open_addin(url, server.address, today):  # connected, and its clients matched
            pass
        yield Firm(url, server, today)


def newest_call(server: Server) -> int:
    """The number of the newest call in the simulator's log."""
    return int(server.ask("log")[-1]["number"])


def refused(server: Server, since: int) -> int:
    """How many calls were answered 429."""
    return sum(entry["status"] == 429 for entry in server.ask("log") if entry["number"] > since)


def measured(
    firm: Firm, exports: Sequence[Desk], lookers: Sequence[Desk] = ()
) -> tuple[float, int, list[dict[str, Any]], list[Any]]:
    """Seconds from the start of all until the last export has ended, answers 429, the exports' figures and the lookers'."""
    for desk in (*exports, *lookers):
        desk.ready()
    time.sleep(FORMS_LAST + 1)  # they have stood open for a while: a run leaves nothing to forms that nobody uses
    slow_down(firm.server, limits=True, call=CALL, item=ITEM)
    before = newest_call(firm.server)
    for desk in (*lookers, *exports):
        desk.go()
    runs = [desk.result() for desk in exports]
    looks = [desk.result() for desk in lookers]
    seconds = max(run["ended"] for run in runs) - min(run["began"] for run in runs)
    check(runs, looks)
    return seconds, refused(firm.server, before), runs, looks


def check(runs: Sequence[Mapping[str, Any]], looks: Sequence[Mapping[str, Any]]) -> None:
    """A figure counts only if every row came through and every list was read."""
    for run in runs:
        if run["counts"].get("done") != run["rows"]:
            raise SystemExit(f"{run}")
    for look in looks:
        if look["problems"]:
            raise SystemExit(f"{look['problems']}")


def alone(kind: str, rows: int) -> float:
    """Seconds that one export takes by itself."""
    with firm(kind, rows) as it:
        seconds, throttled, _, _ = measured(it, [it.start("export", "--rows", str(rows))])
    if throttled:
        raise SystemExit(f"{throttled} answers 429 to a run alone")
    return seconds


def beside_forms(kind: str, rows: int, by_itself: float) -> Section:
    """A run while three desks open Import every two seconds."""
    with firm(kind, rows) as it:
        lookers = [it.start("look") for _ in range(LOOKERS)]
        seconds, throttled, _, looks = measured(it, [it.start("export", "--rows", str(rows))], lookers)
    shown = [[seconds for _, seconds in each["looks"]] for each in looks]
    later = [seconds for each in shown for seconds in each[1:]]
    return Section(
        f"A run of {rows:,} rows beside {LOOKERS} desks that open Import every 2 s, {kind}",
        [
            Figure("the run alone", by_itself, "s"),
            Figure("the run beside them", seconds, "s"),
            at_most("the one against the other", seconds / by_itself, SLOWER, "×"),
            at_most("answers 429", throttled, 0, "×"),
            at_most("a desk's first form, the slowest", max(each[0] for each in shown), FIRST, "s"),
            Figure(f"later forms ({len(later)}), the median", median(later), "s"),
            at_most("later forms, the slowest", max(later), LATER, "s"),
        ],
    )


def together(kind: str, rows: int, desks: int, *, lease: bool, by_itself: float) -> list[Figure]:
    """Exports of different rows from several terminals at once."""
    each = rows // desks
    with firm(kind, rows) as it:
        flags = [] if lease else ["--no-lease"]
        started = [it.start("export", "--start", str(desk * each), "--rows", str(each), *flags) for desk in range(desks)]
        seconds, throttled, runs, _ = measured(it, started)
    sent = sum(run["rows"] for run in runs)
    what = f"{desks} terminals, lease {'on' if lease else 'off'}"
    return [
        Figure(f"{what}: {sent:,} rows", sent / seconds * 60, "/min"),
        at_least(f"{what}: against one alone", sent / seconds / (rows / by_itself), TOGETHER, "×"),
        at_most(f"{what}: answers 429", throttled, 0, "×"),
    ]


def at_once(kind: str, rows: int, terminals: Sequence[int]) -> Section:
    """All ways of exporting at once beside one alone."""
    by_itself = alone(kind, rows)
    figures = [Figure(f"one alone: {rows:,} rows", rows / by_itself * 60, "/min")]
    for desks in terminals:
        for lease in (True, False):
            figures += together(kind, rows, desks, lease=lease, by_itself=by_itself)
    return Section(f"Exports of different rows, started at once, {kind}", figures)


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1500, help="of the run beside people who open forms")
    parser.add_argument(
        "--together", type=int, default=3600, help="of all exports that are started at once; each is to have whole batches of 30"
    )
    parser.add_argument("--terminals", type=int, nargs="*", default=[2, 3, 4])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--part", choices=["forms", "exports"], nargs="*", default=["forms", "exports"])
    options = parser.parse_args(argv)
    sections: list[Section] = []
    for kind in options.database:
        if "forms" in options.part:
            sections.append(beside_forms(kind, options.rows, alone(kind, options.rows)))
            print(table(sections[-1:]), flush=True)  # each part takes minutes: what is measured is shown
        if "exports" in options.part:
            sections.append(at_once(kind, options.together, options.terminals))
            print(table(sections[-1:]), flush=True)
    return sections


if __name__ == "__main__":
    main()
