"""Taking QuickBooks' side: a death at any commit, of the host's or of ours, changes each record here once, and it is over then."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.forms.changes.form import ChangesForm
from tests.faults.cases.updates import AMOUNTS_THERE, begun_firm, prepared
from tests.faults.harness.databases import Files, sqlite_files
from tests.faults.harness.firm_lifecycle import Firm, Listener


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        prepared(found)
        yield found


def shown(firm: Firm) -> tuple[ChangesForm, dict[str, Any], list[str]]:
    """The form, its answer, and the rows that it shows."""
    form = ChangesForm(firm.runtime)
    answer = {"what": "", "token": form.open({})["token"]}
    rows = form.rows(answer, None)
    assert not isinstance(rows, dict)
    return form, answer, list(rows.ids(0, rows.count))


def take(firm: Firm) -> int:
    """Press *Take QuickBooks'* for every row; how many points that passed."""
    form, answer, ids = shown(firm)
    form.run("take", answer, ids, {}, Listener())
    return len(firm.points.passed)


def versions(firm: Firm) -> list[int]:
    return [record.version for record in firm.practice.ledger.records(firm.refs)]


def test_a_death_at_every_point_changes_each_record_once(files: Files) -> None:
    alive = begun_firm(files)
    before, points = versions(alive), alive.dies_at(None, lambda: take(alive))
    alive.close()
    assert points > 4
    for point in range(points):
        firm = begun_firm(files)
        assert firm.dies_at(point, lambda firm=firm: take(firm)) is None  # type: ignore[misc]
        take(firm)
        records = firm.practice.ledger.records(firm.refs)
        assert [record.amount for record in records] == list(map(Decimal, AMOUNTS_THERE)), point
        assert versions(firm) == [version + 1 for version in before], point
        # One whose invoices are not all here stays applied with less than there, and may be told so once more.
        form, answer, ids = shown(firm)
        assert set(ids) <= {firm.refs[1]}, point
        form.run("leave", answer, ids, {}, Listener())
        assert shown(firm)[2] == [], point
        firm.close()
