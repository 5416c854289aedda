"""Atomic changes: an exception that ends a change halfway leaves every record as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.books.company import Company, Line


@contextmanager
def atomic(company: Company) -> Iterator[None]:
    """All or nothing: after an exception the company's records, links and counters are those from before the block."""
    counters, due = dict(company.counters), list(company.due)
    for table in company.tables.values():
        table.undo = {}
    try:
        yield
    except BaseException:
        _roll_back(company)
        company.counters, company.due = counters, due
        raise
    finally:
        for table in company.tables.values():
            table.undo = None


def _roll_back(company: Company) -> None:
    company.discard_unsettled()
    changed = [table for table in company.tables.values() if table.undo]
    for table in changed:
        table.roll_back()
    if changed:
        rebuild_applications(company)


def rebuild_applications(company: Company) -> None:
    """Set what payments are applied to from the stored payments alone."""
    company.lines.clear()
    company.applied.clear()
    table = company.tables["Payment"]
    for payment in table.rows:
        restore_application(company, payment, load(table.raw(payment)))


def restore_application(company: Company, payment: int, record: Record) -> None:
    """Note the lines of one stored payment at both ends."""
    lines = tuple(_line(line) for line in record.get("Line", []))
    if lines:
        company.lines[payment] = lines
    for line in lines:
        parts = company.applied.setdefault(line.document, {})
        parts[payment] = parts.get(payment, 0) + line.cents


def _line(line: Record) -> Line:
    linked = line["LinkedTxn"][0]
    return Line(linked["TxnType"], int(linked["TxnId"]), int(line["Amount"] * 100))
