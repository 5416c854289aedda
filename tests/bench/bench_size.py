"""A hundred thousand rows: whether a row costs what it costs among ten thousand, what memory it takes, and the import's rate."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from hostsim.practice.database import open_practice
from hostsim.practice.sql import tables
from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.bench.processes import children
from tests.bench.processes.servers import running_simulator, running_stub
from tests.bench.subjects.books import fill_books, fill_payments
from tests.bench.subjects.firm import Shape, make_practice

CLIENTS = 2000


def export(rows: int) -> dict[str, Any]:
    """Export so many rows, with as many open invoices, to the stub; in a process of its own."""
    shape, today = Shape(CLIENTS, rows, rows), date.today()  # noqa: DTZ011 - the day on this machine
    with TemporaryDirectory() as folder, running_stub(shape.clients, shape.invoices) as stub:
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        make_practice(url, shape, today)
        return children.check(children.addin(url, stub, rows).result(), rows)


def exports(few: int, many: int) -> Section:
    """The same run, small and large."""
    small, large = export(few), export(many)
    ratio = (large["cpu"] / many) / (small["cpu"] / few)
    return Section(
        "Large exports, Auto Apply, to the stub",
        [
            Figure(f"processor time among {few:,} rows", small["cpu"] / few * 1e6, "µs/row"),
            Figure(f"processor time among {many:,} rows", large["cpu"] / many * 1e6, "µs/row"),
            at_most("the one against the other", ratio, 1.1, "×"),
            Figure(f"{many:,} rows took", large["seconds"], "s"),
            at_most(f"most memory the process had, {many:,} rows", large["peak"], 250, "MB"),
        ],
    )


def import_payments(rows: int) -> dict[str, Any]:
    """Import so many payments, each applied to an invoice, from the simulator; in a process of its own."""
    shape, today = Shape(CLIENTS, 0, rows), date.today()  # noqa: DTZ011 - the day on this machine
    with TemporaryDirectory() as folder, running_simulator() as simulator:
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        make_practice(url, shape, today)
        fill_payments(simulator, fill_books(simulator, shape, today), shape, today)
        simulator.ask("clock", {"advance": 600})  # what was entered just before the list is read counts as changed since
        found = children.check(children.addin(url, simulator, rows, "--form", "import-payments").result(), rows)
        check_applied(url, rows)
        return found


def check_applied(url: str, rows: int) -> None:
    """An import counts only if every payment was applied to its invoice."""
    practice = open_practice(url)
    with practice.database.reading() as connection:
        applied = connection.scalar(select(func.count()).select_from(tables.applications))
    practice.close()
    if applied != rows:
        raise SystemExit(f"{applied} of {rows} payments were applied.")


def imports(few: int, many: int) -> Section:
    """The same import, small and large: what the larger one takes more is what each payment takes, and no start-up with it."""
    small, large = import_payments(few), import_payments(many)
    thousands = (many - few) / 1000
    shown = (large["peak_before"] - small["peak_before"]) / thousands
    grown = (large["peak"] - small["peak"]) / thousands
    return Section(
        "Import of payments applied to invoices, no limits, to SQLite",
        [
            Figure(f"{many:,} payments read and shown", many / large["read"], "/s"),
            at_least(f"{many:,} payments imported", many / large["seconds"], 2000, "/s"),
            Figure("processor time of a payment", large["cpu"] / many * 1e6, "µs"),
            at_most("memory that 1,000 payments more take, read and shown", shown, 1, "MB"),
            at_most("memory that 1,000 payments more take, imported", grown, 1.5, "MB"),
            Figure(f"most memory the process had, {few:,} payments", small["peak"], "MB"),
            Figure(f"most memory the process had, {many:,} payments", large["peak"], "MB"),
        ],
    )


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--imports", type=int, default=20_000)
    options = parser.parse_args(argv)
    sections: list[Section] = []
    for measure, rows in ((exports, options.rows), (imports, options.imports)):
        if rows:
            sections.append(measure(rows // (10 if measure is exports else 4), rows))
            print(table(sections[-1:]), flush=True)
    return sections


if __name__ == "__main__":
    main()
