"""Reconcile of a hundred thousand payments on each side, and of a small firm's month: time beyond QuickBooks' own, and memory."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hostsim.practice.database import open_practice
from qb_plugin.model import Entity, Link, LinkOrigin, Ref
from qb_plugin.store.database import open_store
from tests.bench.figures import Figure, Section, at_most, table
from tests.bench.processes.children import Child
from tests.bench.processes.servers import running_stub
from tests.bench.processes.stub import REALM
from tests.bench.subjects.firm import Shape, make_practice

CLIENTS, FEW_CLIENTS = 2000, 40
APART = 20  # every so many payments are not linked, but look the same
PORTION = 5000


def measure(shape: Shape) -> dict[str, Any]:
    """Both sides with the same payments, most of them linked; reconciled in a process of its own."""
    today = date.today()  # noqa: DTZ011 - the day on this machine
    with TemporaryDirectory() as folder, running_stub(shape.clients, 0, shape.payments) as stub:
        url = f"sqlite:///{Path(folder) / 'firm.db'}"
        make_practice(url, shape, today)
        link_payments(url)
        child = Child("tests.bench.subjects.reconciler", ["--database", url, "--quickbooks", stub.address])
        return check(child.result(), shape)


def link_payments(url: str) -> None:
    """Link the payments here, oldest first, with those of QuickBooks in the same order."""
    practice, store = open_practice(url), open_store(url)
    snapshot = practice.ledger.snapshot({"kinds": ["payment"], "sort": "number"})
    refs = snapshot.refs(0, snapshot.count)
    for start in range(0, len(refs), PORTION):
        store.links.add(list(links_of(refs, range(start, min(start + PORTION, len(refs))))))
    store.close()
    practice.close()


def links_of(refs: Sequence[str], places: range) -> Iterator[Link]:
    """The links of the payments at these places."""
    for place in places:
        if place % APART:
            identity = str(place + 1)
            yield Link(
                realm=REALM,
                source=Ref.parse(refs[place]),
                entity=Entity.PAYMENT,
                quickbooks_id=identity,
                origin=LinkOrigin.EXPORTED,
            )


def check(found: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """A reading counts only if every payment was found on both sides, and the unlinked ones were set apart."""
    apart = -(-shape.payments // APART)
    groups = {name: found["rows"][f"group:USD:{name}"] for name in ("equal", "needs_decision")}
    wanted = {"equal": [str(shape.payments - apart)] * 2, "needs_decision": [str(apart)] * 2}
    if groups != wanted or found["different"] != apart:
        raise SystemExit(f"Reconcile found {found['rows']}, {found['different']} different; meant were {wanted}.")
    return found


def figures(large: dict[str, Any], rows: int, small: dict[str, Any], few: int) -> list[Figure]:
    """The lines of the table."""
    beyond = large["seconds"] - large["answering"]
    return [
        at_most(f"{rows:,} payments on each side: seconds beyond QuickBooks' own", beyond, 20, "s"),
        Figure("of them until the totals are shown, QuickBooks' own included", large["shown"], "s"),
        Figure("QuickBooks' own seconds (the stub's answers)", large["answering"], "s"),
        Figure("processor time of the add-in and its host", large["cpu"], "s"),
        at_most("most memory the process had", large["peak"], 300, "MB"),
        Figure("memory before it began", large["peak_before"], "MB"),
        at_most(f"a small firm's month, {few:,} payments on each side, everything included", small["seconds"], 2, "s"),
    ]


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--month", type=int, default=300)
    options = parser.parse_args(argv)
    small = measure(Shape(FEW_CLIENTS, options.month))
    large = measure(Shape(CLIENTS, options.rows))
    sections = [Section("Reconcile", figures(large, options.rows, small, options.month))]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
