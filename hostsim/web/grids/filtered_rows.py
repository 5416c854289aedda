"""Rows of a snapshot that have one outcome, in the order of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hostsim.addins.descriptions import EmptyGrid, Row
from hostsim.addins.form_protocol import Rows


@dataclass(frozen=True, slots=True)
class FilteredRows:
    """The rows at these places of other rows."""

    rows: Rows
    places: Sequence[int]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.places)

    @property
    def total(self) -> str:
        """Money of all that are left."""
        return self.rows.total_of(self.ids(0, self.count))

    @property
    def empty(self) -> EmptyGrid | None:
        """Say that no row is left; None where one is."""
        return None if self.places else {"text": "No row of this list stands so any more.", "link": None}

    @property
    def notice(self) -> None:
        """Nothing to add."""
        return

    @property
    def problem(self) -> None:
        """None: the rows were read."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids at the positions start ≤ i < stop."""
        return [id for first, last in runs_of(self.places[start:stop]) for id in self.rows.ids(first, last)]

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows at the positions start ≤ i < stop."""
        return [row for first, last in runs_of(self.places[start:stop]) for row in self.rows.page(first, last)]

    def total_of(self, ids: Sequence[str]) -> str:
        """Money of these rows."""
        return self.rows.total_of(ids)


def runs_of(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending places as ranges start ≤ i < stop, so that neighbours are read at once."""
    start = 0
    for index, place in enumerate(places):
        if index + 1 == len(places) or places[index + 1] != place + 1:
            yield places[start], place + 1
            start = index + 1
