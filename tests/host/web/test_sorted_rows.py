"""Rows sorted by the host, by a column that their form does not sort by."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hostsim.addins.descriptions import Column
from hostsim.addins.form_protocol import Rows
from hostsim.refusals import Unfit
from hostsim.web.grids.sorted_rows import SORTED_ROWS, sort_rows, unsorted_column

AMOUNTS = ["1,200.00", "−5.00", "", "30.00", "200.00", "", "9.50", "1.00", "0.00", "1,000.00"]


class Listed:
    """Rows with an amount each."""

    total, empty, notice, problem = "1", None, None, None

    def __init__(self, count: int = len(AMOUNTS)) -> None:
        self.count = count

    def ids(self, start: int, stop: int) -> list[str]:
        """Their places."""
        return [str(place) for place in range(start, stop)]

    def page(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Rows of these places."""
        return [{"id": id, "outcome": "ready", "cells": {"amount": AMOUNTS[int(id)]}} for id in self.ids(start, stop)]

    def total_of(self, ids: list[str]) -> str:
        """How many."""
        return str(len(ids))


def column(type: str = "money", **more: Any) -> Column:
    """The column Amount."""
    return cast(Column, {"key": "amount", "label": "Amount", "type": type, "width": 90, **more})


@pytest.mark.parametrize("descending", [False, True])
def test_amounts_are_numbers_and_empty_cells_come_last(descending: bool) -> None:
    found = sort_rows(cast(Rows, Listed()), column(), descending=descending)
    texts = [str(row["cells"]["amount"]) for row in found.page(0, found.count)]
    numbers = [float(text.replace(",", "").replace("−", "-")) for text in texts if text]
    assert numbers == sorted(numbers, reverse=descending)
    assert texts[-2:] == ["", ""]
    assert sorted(found.ids(0, found.count), key=int) == [str(place) for place in range(len(AMOUNTS))]
    assert [row["id"] for row in found.page(3, 7)] == found.ids(3, 7)


def test_a_column_that_the_form_sorts_by_is_left_to_it() -> None:
    assert unsorted_column([column(sortable=True)], {"key": "amount"}) is None
    assert unsorted_column([column()], None) is None
    assert unsorted_column([column()], {"key": "other"}) is None
    assert unsorted_column([column()], {"key": "amount"}) == column()


def test_too_long_a_list_is_refused_with_the_column_named() -> None:
    with pytest.raises(Unfit, match="20,000 rows is not sorted by Amount"):
        sort_rows(cast(Rows, Listed(SORTED_ROWS + 1)), column(), descending=False)
