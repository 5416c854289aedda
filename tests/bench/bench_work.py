"""What our own work costs where QuickBooks costs nothing: rows a second on a stub beside the other ways, calls and bytes."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.bench.processes import children
from tests.bench.processes.servers import running_stub
from tests.bench.subjects.comparators import NAMES, Target
from tests.bench.subjects.firm import Shape, make_practice

PREVIEWED = Shape(600, 10_000, 10_000)
TITLE = "A stub that answers at once, no limits: rows a second, journal included"


def measure(shape: Shape, rows: int) -> Section:
    """Each way in turn, against one stub."""
    with TemporaryDirectory() as folder, running_stub(shape.clients, shape.invoices) as stub:
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        today = date.today()  # noqa: DTZ011 - the day on this machine
        again = f"sqlite:///{Path(folder) / 'again.db'}"
        for each in (url, again):
            make_practice(each, shape, today)
        stub.ask("reset", {})
        whole = children.check(children.addin(url, stub, shape.payments).result(), shape.payments)
        counts = stub.ask("counts")
        alone = children.check(children.addin(again, stub, shape.payments, "--alone").result(), shape.payments)
        target = Target(stub.address, [str(n + 1) for n in range(shape.clients)], [str(n + 1) for n in range(shape.invoices)])
        previewed = preview(Path(folder), PREVIEWED, today)
        others = {way: children.comparator(way, target, rows).result() for way in NAMES}
    return Section(TITLE, [*speeds(alone, whole, others), *costs(whole, counts), previewed])


def preview(folder: Path, shape: Shape, today: date) -> Figure:
    """A preview of many rows beside a QuickBooks that answers at once: from the press to the first page."""
    url = f"sqlite:///{folder / 'preview.db'}"
    make_practice(url, shape, today)
    with running_stub(shape.clients, shape.invoices) as stub:
        found = children.addin(url, stub, shape.payments, "--preview").result()
    return at_most(f"preview of {found['rows']:,} payments, Auto Apply", found["seconds"], 5, "s")


def speeds(alone: Mapping[str, Any], whole: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    """Rows a second, and ours against python-quickbooks' loop: both from payments in memory, and from the host's form on."""
    rates = {way: each["rows"] / each["seconds"] for way, each in others.items()}
    rate, form = (each["rows"] / each["seconds"] for each in (alone, whole))
    return [
        Figure(f"this add-in, Auto Apply, {alone['rows']:,} payments in memory", rate, "rows/s"),
        Figure("the same from the form: the host's lists, marks and grid included", form, "rows/s"),
        *(Figure(f"{NAMES[way]}, {others[way]['rows']:,} rows", rates[way], "rows/s") for way in rates),
        at_least("this add-in against the save() loop", rate / rates["save"], 4, "×"),
        Figure("the same from the form", form / rates["save"], "×"),
        Figure("processor time of the add-in, payments in memory", alone["cpu"] / alone["rows"] * 1e6, "µs/row"),
        Figure("processor time of the save() loop", others["save"]["cpu"] / others["save"]["rows"] * 1e6, "µs/row"),
    ]


def costs(ours: Mapping[str, Any], counts: Mapping[str, int]) -> list[Figure]:
    """Calls, bytes and processor time of a payment."""
    rows = ours["rows"]
    return [
        at_most("QuickBooks calls per exported payment, Auto Apply on", counts["calls"] / rows, 0.05, "calls"),
        at_most("bytes sent per payment", counts["bytes"] / rows, 500, "bytes"),
        Figure("processor time of everything: plan, journal, marks, history, events", ours["cpu"] / rows * 1e6, "µs/row"),
    ]


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--other-rows", type=int, default=600)
    options = parser.parse_args(argv)
    sections = [measure(Shape(600, options.rows, options.rows), options.other_rows)]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
