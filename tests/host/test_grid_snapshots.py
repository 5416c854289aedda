"""Snapshots by token, and selections as pairs of numbers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from hostsim.grid_snapshots import CAPACITY, CHECKED_ROWS, Snapshots, measure, read_ranges, selected_ids
from hostsim.refusals import RowsGone, Unfit
from tests.support.hosts.fake_addin import Parcels


def new_snapshots() -> Snapshots:
    """A registry that counts its tokens."""
    numbers = itertools.count(1)
    return Snapshots(lambda: f"s{next(numbers)}")


def test_the_one_unused_for_longest_is_put_away_first() -> None:
    snapshots = new_snapshots()
    for _ in range(CAPACITY):
        snapshots.add("send", {}, [], Parcels(None, 1))
    snapshots.get("s1")
    snapshots.add("send", {}, [], Parcels(None, 1))
    assert snapshots.get("s1").token == "s1"
    with pytest.raises(RowsGone):
        snapshots.get("s2")


def test_ranges_are_read_as_they_are() -> None:
    assert read_ranges([[0, 2], [2, 3], [8, 10]], 10) == [(0, 2), (2, 3), (8, 10)]
    assert read_ranges([], 0) == []


@pytest.mark.parametrize(
    "value", [None, "0-2", [[0, 11]], [[-1, 2]], [[2, 1]], [[1, 1]], [[3, 5], [0, 2]], [[0, 1, 2]], [[0.0, 1]], [[False, 1]]]
)
def test_ranges_that_do_not_fit_are_refused(value: Any) -> None:
    with pytest.raises(Unfit):
        read_ranges(value, 10)


def test_rows_that_cannot_be_selected_are_left_out_of_what_is_sent() -> None:
    ids = selected_ids(Parcels(None, 1000), [(95, 105), (598, 601)])
    assert ids == [*(f"parcel:{n}" for n in range(95, 105) if n != 99), "parcel:598", "parcel:600"]


def test_a_large_selection_is_ids_alone() -> None:
    rows = Parcels(None, CHECKED_ROWS + 1)
    assert len(selected_ids(rows, [(0, CHECKED_ROWS + 1)])) == CHECKED_ROWS + 1


def test_all_selected_is_the_total_of_all() -> None:
    assert measure(Parcels(None, 50), [(0, 50)]) == {"count": 50, "total": "500.00"}
    assert measure(Parcels(None, 50), [(0, 1)]) == {"count": 1, "total": "10.00"}
