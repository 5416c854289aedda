"""Rows of a grid that are given one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hostsim.addins.descriptions import Row


@dataclass(frozen=True, slots=True)
class FixedRows:
    """These rows, in this order."""

    rows: Sequence[Row]
    total: str = ""
    empty: None = None
    notice: None = None
    problem: None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def ids(self, start: int, stop: int) -> list[str]:
        """Their ids."""
        return [row["id"] for row in self.rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """Those at these positions."""
        return list(self.rows[start:stop])

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum."""
        return ""
