"""Ordered snapshots of ids by token: any page costs the same, and a selection is a few pairs of numbers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from hostsim.addins.descriptions import Answer, Column, Row
from hostsim.addins.form_protocol import Rows
from hostsim.refusals import RowsGone, Unfit

CAPACITY = 100
"""Snapshots held at once; the least recently used goes first, and its page then reads its rows again."""
PAGE = 500
"""Rows that one request may ask for."""
CHECKED_ROWS = 5_000
"""Selected rows up to which those that cannot be selected are left out here; beyond, the add-in skips them itself."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A form's rows as they were ordered at one moment, with the answer they belong to."""

    token: str
    form: str
    answer: Answer
    columns: Sequence[Column]
    rows: Rows
    part_of: str = ""  # the token of the whole list, where these rows are some of another's

    @property
    def whole(self) -> str:
        """The token of the whole list: what runs over its rows left belongs to that."""
        return self.part_of or self.token


class Selection(TypedDict):
    """The size of a selection."""

    count: int
    total: str  # money


class Snapshots:
    """The snapshots that pages look at, least recently used first."""

    def __init__(self, next_id: Callable[[], str]) -> None:
        self._next_id = next_id
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, form: str, answer: Answer, columns: Sequence[Column], rows: Rows, *, part_of: str = "") -> Snapshot:
        """Store a form's rows under a new token."""
        snapshot = Snapshot(self._next_id(), form, answer, columns, rows, part_of)
        with self._lock:
            self._snapshots[snapshot.token] = snapshot
            while len(self._snapshots) > CAPACITY:
                self._snapshots.popitem(last=False)
        return snapshot

    def whole(self, token: str) -> Snapshot:
        """The whole list that these rows are of; RowsGone when it was dropped."""
        return self.get(self.get(token).whole)

    def get(self, token: str) -> Snapshot:
        """The snapshot; RowsGone when it was dropped."""
        with self._lock:
            found = self._snapshots.get(token)
            if found is None:
                raise RowsGone("These rows were put away. They are read again.")
            self._snapshots.move_to_end(token)
            return found


def read_ranges(value: object, count: int) -> list[tuple[int, int]]:
    """Read `[[start, stop], …]`: half-open, ascending, without overlap, within the rows; Unfit otherwise."""
    if not isinstance(value, list) or not all(_is_pair(pair) for pair in value):
        raise Unfit("A selection is a list of pairs of numbers.")
    ranges = [(pair[0], pair[1]) for pair in value]
    positions = [position for pair in ranges for position in pair]
    if (
        positions != sorted(positions)
        or any(start == stop for start, stop in ranges)
        or (positions and (positions[0] < 0 or positions[-1] > count))
    ):
        raise Unfit("That selection does not fit the rows.")
    return ranges


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(position, int) and not isinstance(position, bool) for position in pair)
    )


def selected_ids(rows: Rows, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """The ids of a selection, without rows that cannot be selected where these are few enough to look at."""
    if sum(stop - start for start, stop in ranges) > CHECKED_ROWS:
        return [id for start, stop in ranges for id in rows.ids(start, stop)]
    return [row["id"] for start, stop in ranges for row in _paged(rows, start, stop) if row.get("selectable", True)]


def _paged(rows: Rows, start: int, stop: int) -> list[Row]:
    return [row for begin in range(start, stop, PAGE) for row in rows.page(begin, min(begin + PAGE, stop))]


def measure(rows: Rows, ranges: Sequence[tuple[int, int]]) -> Selection:
    """Number and money of the selected rows; rows may format the money of all differently, as `whole`."""
    ids = selected_ids(rows, ranges)
    return {"count": len(ids), "total": getattr(rows, "whole", rows.total) if len(ids) == rows.count else rows.total_of(ids)}
