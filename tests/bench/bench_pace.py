"""Payments a minute against the simulator with QuickBooks' latency, with and without its limits, each way side by side."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.bench.processes import children
from tests.bench.processes.servers import Server, running_simulator, slow_down
from tests.bench.subjects.books import fill_books
from tests.bench.subjects.comparators import NAMES
from tests.bench.subjects.firm import Shape, make_practice

CALL = 0.08
CEILING = 1140
OURS = "this add-in, Auto Apply"


@dataclass(frozen=True, slots=True)
class Race:
    """One set of circumstances: QuickBooks' limits or none, seconds an item takes, and how many rows each way sends."""

    limits: bool
    item: float
    rows: int
    other_rows: int

    @property
    def title(self) -> str:
        """The heading."""
        limits = "limits on" if self.limits else "limits off"
        return f"Simulator, {limits}, 80 ms a call + {self.item} s an item: payments a minute"


def run(race: Race) -> Section:
    """All ways at the same time, each against a simulator of its own with the same books; nearly all of it is waiting."""
    today = date.today()  # noqa: DTZ011 - the day on this machine
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        shape = Shape(600, race.rows, race.rows)
        make_practice(url, shape, today)
        ours = stack.enter_context(running_simulator())
        fill_books(ours, shape, today)
        others = {way: stack.enter_context(running_simulator()) for way in NAMES}
        few = Shape(race.other_rows, race.other_rows, race.other_rows)
        targets = {way: fill_books(server, few, today) for way, server in others.items()}
        for server in (ours, *others.values()):
            slow_down(server, limits=race.limits, call=CALL, item=race.item)
        called = newest_call(ours)
        started = children.addin(url, ours, race.rows, *(["--limits"] if race.limits else []))
        running = {way: children.comparator(way, target, race.other_rows) for way, target in targets.items()}
        found = {way: child.result() for way, child in running.items()}
        measured = children.check(started.result(), race.rows)
        return Section(race.title, figures(race, measured, found, calls_since(ours, called)))


def newest_call(server: Server) -> int:
    """The number of the newest call in the simulator's log."""
    return int(server.ask("log")[-1]["number"])


def calls_since(server: Server, number: int) -> list[Mapping[str, Any]]:
    """The company's calls after that one."""
    return [entry for entry in server.ask("log") if entry["number"] > number and "/v3/company/" in entry["path"]]


def figures(
    race: Race, ours: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], calls: Sequence[Mapping[str, Any]]
) -> list[Figure]:
    """The lines of the table."""
    rate = per_minute(ours)
    what = f"{OURS}, {ours['rows']:,} rows of 600 customers"
    goal = at_least(what, rate, CEILING, "/min") if race.limits and race.rows >= 3000 else Figure(what, rate, "/min")
    lines = [goal, *(Figure(f"{NAMES[way]}, {found['rows']:,} rows", per_minute(found), "/min") for way, found in others.items())]
    refused = sum(entry["status"] == 429 for entry in calls)
    share = len(calls) / ours["rows"]
    asked = f"{OURS}: calls per payment, forms' lists and sign-in included"
    return [
        *lines,
        at_most(f"{OURS}: answers 429", refused, 0, "×"),
        at_most(asked, share, 0.05, "calls") if race.rows >= 3000 else Figure(asked, share, "calls"),
    ]


def per_minute(found: Mapping[str, Any]) -> float:
    """Rows a minute."""
    return float(found["rows"]) / float(found["seconds"]) * 60


def races(rows: int, other_rows: int) -> list[Race]:
    """Limits on and off, each with both latencies; without limits the same figures show with fewer rows."""
    free = max(rows // 5, 30)
    few = max(other_rows // 4, 5)
    return [
        Race(True, 0.4, rows, other_rows),
        Race(True, 0.15, rows, other_rows),
        Race(False, 0.4, free, few),
        Race(False, 0.15, free, few),
    ]


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--other-rows", type=int, default=200)
    parser.add_argument("--limits", choices=["on", "off"], nargs="*", default=["on", "off"])
    options = parser.parse_args(argv)
    wanted = [race for race in races(options.rows, options.other_rows) if ("on" if race.limits else "off") in options.limits]
    sections = [run(race) for race in wanted]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
