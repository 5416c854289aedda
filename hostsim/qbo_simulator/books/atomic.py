"""Atomic changes: an exception that ends a change halfway leaves every record as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from hostsim.qbo_simulator.books.company import Company


@contextmanager
def atomic(company: Company) -> Iterator[None]:
    """All or nothing: after an exception the company's records, links and counters are those from before the block."""
    counters, due, alterations = dict(company.counters), list(company.due), dict(company.alterations.given)
    for table in company.tables.values():
        table.undo = {}
    try:
        yield
    except BaseException:
        _roll_back(company)
        company.counters, company.due, company.alterations.given = counters, due, alterations
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
        company.relink()
