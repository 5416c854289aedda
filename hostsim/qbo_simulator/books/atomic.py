"""Atomic changes: an exception that ends a change halfway leaves every record as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from hostsim.qbo_simulator.base.table import Before
from hostsim.qbo_simulator.books.company import Company

Changes = dict[tuple[str, int], Before]


@contextmanager
def atomic(company: Company) -> Iterator[None]:
    """All or nothing: after an exception the company's records, links and counters are those from before the block.

    A block inside another one is part of it.
    """
    if company.undo.changes is not None:
        yield
        return
    counters, due, alterations = dict(company.counters), list(company.due), dict(company.alterations.given)
    changes: Changes = {}
    company.undo.changes = changes
    try:
        yield
    except BaseException:
        company.undo.changes = None
        _roll_back(company, changes)
        company.counters, company.due, company.alterations.given = counters, due, alterations
        raise
    finally:
        company.undo.changes = None


def _roll_back(company: Company, changes: Changes) -> None:
    company.discard_unsettled()
    for kind in {kind for kind, _ in changes}:
        company.tables[kind].roll_back({record: before for (each, record), before in changes.items() if each == kind})
    if changes:
        company.relink()
