"""How quickly the practice lists, sorts, pages and finds among very many payments: `python -m tests.bench.bench_practice`."""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from statistics import median

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.bulk_seed import seed_payments
from hostsim.practice.demo.firm import fill_demo_firm
from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.lists.query import SORTS
from hostsim.practice.model import LedgerQuery, PaymentToRecord
from tests.bench.subjects.databases import empty_database

TODAY = date(2026, 11, 22)
ADDIN = "quickbooks"
SCREEN = 100  # rows a grid asks for at once
RECORDED = 20_000
YEAR = 362  # days: of a million payments in ten years, just below the 100,000 that the target speaks of


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: times in milliseconds, or a rate."""

    what: str
    target: str
    figure: str


def main() -> None:
    """Fill a database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database", default="sqlite", help="`sqlite`, `postgresql`, or the address of an empty database")
    options = parser.parse_args()
    given = nullcontext((options.database, "given")) if "://" in options.database else empty_database(options.database)
    with given as (url, what):
        practice = open_practice(url)
        figures = list(measure(practice, options.rows, options.times))
        print(f"{options.rows:,} payments, {what}, {platform.machine()}, {platform.python_version()}")
        practice.close()
    for line in figures:
        print(f"{line.what:<58}{line.target:>12}  {line.figure}")


def measure(practice: Practice, rows: int, times: int) -> Iterator[Figure]:
    """Every figure of the data side, in the order of the table."""
    practice.marks(ADDIN)
    fill_demo_firm(practice.database, TODAY)
    began = time.perf_counter()
    seed_payments(practice.database, rows, TODAY)
    yield Figure("seeding", "", f"{time.perf_counter() - began:.1f} s")
    ledger = practice.ledger_for(ADDIN)
    yield from _filters(practice, ledger, times)
    yield from _sorts(practice, ledger, times)
    yield from _pages(practice, ledger, times)
    yield from _searches(practice, ledger, times)
    yield _recording(ledger)


def _filters(practice: Practice, ledger: PracticeLedger, times: int) -> Iterator[Figure]:
    year: LedgerQuery = {"kinds": ["payment"], "from": TODAY - timedelta(days=YEAR - 1), "to": TODAY}
    shown: LedgerQuery = {**year, "hide_synchronized": True, "show_hidden": False}
    yield _first_rows("filter: payments of a year", "p95 <= 50", practice, ledger, year, times)
    yield _first_rows("filter: the same, hide synchronized", "p95 <= 50", practice, ledger, shown, times)
    yield _first_rows("filter: the same, sorted by client", "p95 <= 400", practice, ledger, {**shown, "sort": "client"}, times)
    _synchronize(practice, ledger)
    everything: LedgerQuery = {"kinds": ["payment"], "hide_synchronized": True, "show_hidden": False}
    yield _first_rows("filter: hide synchronized, 10 of 11 are", "p95 <= 50", practice, ledger, everything, times)


def _synchronize(practice: Practice, ledger: PracticeLedger) -> None:
    """Ten of eleven payments, in portions as an add-in would."""
    snapshot, marks = ledger.snapshot({"kinds": ["payment"]}), practice.marks(ADDIN)
    for start in range(0, snapshot.count, 50_000):
        refs = [ref for position, ref in enumerate(snapshot.refs(start, start + 50_000)) if position % 11]
        marks.put([{"ref": ref, "state": "synchronized"} for ref in refs])
    if not practice.database.is_sqlite:
        with practice.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as the server's own autovacuum does within a minute or two


def _sorts(practice: Practice, ledger: PracticeLedger, times: int) -> Iterator[Figure]:
    for sort in SORTS:
        yield _first_rows(f"sort of all by {sort}", "p95 <= 400", practice, ledger, {"sort": sort}, times)


def _pages(practice: Practice, ledger: PracticeLedger, times: int) -> Iterator[Figure]:
    snapshot, rng, marks = ledger.snapshot({}), Random(3), practice.marks(ADDIN)
    positions = iter([rng.randrange(max(snapshot.count - SCREEN, 1)) for _ in range(times * 10 + 1)])

    def page() -> None:
        start = next(positions)
        refs = snapshot.refs(start, start + SCREEN)
        ledger.records(refs)
        marks.get(refs)

    yield _timed("any page, its marks too", "p95 <= 10", page, times * 10)


def _searches(practice: Practice, ledger: PracticeLedger, times: int) -> Iterator[Figure]:
    for text in ("34567", "4567", "P-54321", "1234.56", "amy", "hernandez", "cool cars 77", "nothing"):
        yield _first_rows(f"search: {text}", "p95 <= 100", practice, ledger, {"search": text}, times)


def _first_rows(what: str, target: str, practice: Practice, ledger: PracticeLedger, query: LedgerQuery, times: int) -> Figure:
    marks, counted = practice.marks(ADDIN), [0]

    def first() -> None:
        snapshot = ledger.snapshot(query)
        refs = snapshot.refs(0, SCREEN)
        ledger.records(refs)
        marks.get(refs)
        counted[0] = snapshot.count

    figure = _timed(what, target, first, times)
    return Figure(f"{what} ({counted[0]:,})", figure.target, figure.figure)


def _timed(what: str, target: str, call: Callable[[], None], times: int) -> Figure:
    """The first call only warms up."""
    call()
    spent: list[float] = []
    worked: list[float] = []
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time()
        call()
        worked.append((time.process_time() - cpu) * 1000)
        spent.append((time.perf_counter() - began) * 1000)
    return Figure(what, target, f"p95 {_p95(spent):7.1f}   median {median(spent):7.1f}   our CPU {median(worked):7.1f} ms")


def _p95(spent: Sequence[float]) -> float:
    return sorted(spent)[max(int(len(spent) * 0.95) - 1, 0)]


def _recording(ledger: PracticeLedger) -> Figure:
    """Payments with an application each, as an import brings them."""
    snapshot = ledger.invoice_snapshot({"open": True})
    invoices = ledger.invoices(snapshot.ids(0, snapshot.count))
    cent = Decimal("0.01")
    given: list[PaymentToRecord] = [
        {
            "external_key": f"bench:{n}",
            "client_id": invoice.client_id,
            "date": TODAY,
            "amount": cent,
            "method": "Visa",
            "reference": f"B{n}",
            "memo": "",
            "applications": [{"invoice_id": invoice.id, "amount": cent}],
        }
        for n in range(RECORDED)
        for invoice in [invoices[n % len(invoices)]]
    ]
    began = time.perf_counter()
    outcomes = ledger.record_payments(given)
    rate = RECORDED / (time.perf_counter() - began)
    recorded = sum(outcome.status == "recorded" for outcome in outcomes)
    return Figure(f"payments recorded with an application ({recorded:,})", ">= 2000/s", f"{rate:,.0f}/s")


if __name__ == "__main__":
    main()
