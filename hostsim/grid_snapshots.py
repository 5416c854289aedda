"""Ordered snapshots of ids by token, so that any page costs the same and a selection is a few pairs of numbers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hostsim.addins.form_protocol import Row, Rows
from hostsim.web.errors import RequestRefused

KEPT = 100
"""Snapshots kept at once; the one unused for longest goes first, and its page then reads its rows again."""
PAGE = 500
"""Rows that one request may ask for."""
LOOKED_AT = 5_000
"""Up to so many selected rows, those that cannot be selected are left out here; beyond, the add-in skips them itself."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A form's rows as they were ordered at one moment, with the answer they belong to."""

    token: str
    form: str
    answer: Mapping[str, Any]
    columns: Sequence[Mapping[str, Any]]
    rows: Rows


class Snapshots:
    """All snapshots that pages still look at."""

    def __init__(self, next_id: Callable[[], str]) -> None:
        self._next_id = next_id
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, form: str, answer: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], rows: Rows) -> Snapshot:
        """Keep a form's rows under a new token."""
        snapshot = Snapshot(self._next_id(), form, answer, columns, rows)
        with self._lock:
            self._kept[snapshot.token] = snapshot
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return snapshot

    def get(self, token: str) -> Snapshot:
        """The snapshot; RequestRefused 410 when it is gone."""
        with self._lock:
            found = self._kept.get(token)
            if found is None:
                raise RequestRefused(410, "These rows were put away. They are read again.", gone=True)
            self._kept.move_to_end(token)
            return found


def read_ranges(value: Any, count: int) -> list[tuple[int, int]]:
    """Read `[[start, stop], …]`: half-open, ascending, without overlap, within the rows; RequestRefused otherwise."""
    if not isinstance(value, list) or not all(_is_pair(pair) for pair in value):
        raise RequestRefused(400, "A selection is a list of pairs of numbers.")
    ranges = [(pair[0], pair[1]) for pair in value]
    positions = [position for pair in ranges for position in pair]
    if (
        positions != sorted(positions)
        or any(start == stop for start, stop in ranges)
        or (positions and (positions[0] < 0 or positions[-1] > count))
    ):
        raise RequestRefused(400, "That selection does not fit the rows.")
    return ranges


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(position, int) and not isinstance(position, bool) for position in pair)
    )


def selected_ids(rows: Rows, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """The ids of a selection, without rows that cannot be selected where these are few enough to look at."""
    if sum(stop - start for start, stop in ranges) > LOOKED_AT:
        return [id for start, stop in ranges for id in rows.ids(start, stop)]
    return [row["id"] for start, stop in ranges for row in _paged(rows, start, stop) if row.get("selectable", True)]


def _paged(rows: Rows, start: int, stop: int) -> list[Row]:
    return [row for begin in range(start, stop, PAGE) for row in rows.page(begin, min(begin + PAGE, stop))]


def measure(rows: Rows, ranges: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """How many rows are selected, and their money; rows may say the money of all in a way of their own, as `whole`."""
    ids = selected_ids(rows, ranges)
    return {"count": len(ids), "total": getattr(rows, "whole", rows.total) if len(ids) == rows.count else rows.total_of(ids)}
