"""Rows of a preview: those of the form that it was opened from, each with what would become of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qb_plugin.forms.descriptions import EmptyGrid, Row
from qb_plugin.forms.protocol import Rows


class PreviewRows:
    """The form's own rows; `foresee` adds to each what would become of it."""

    def __init__(self, rows: Rows, foresee: Callable[[Row], Row]) -> None:
        self._rows, self._foresee = rows, foresee

    @property
    def count(self) -> int:
        """The number of rows."""
        return self._rows.count

    @property
    def total(self) -> str:
        """The sum of all rows."""
        return self._rows.total

    @property
    def notice(self) -> None:
        """None: the form's own notice is enough."""
        return

    @property
    def problem(self) -> None:
        """None: the rows were read."""
        return

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows; None where there are some."""
        return self._rows.empty

    def ids(self, start: int, stop: int) -> Sequence[str]:
        """The ids of the rows at these positions."""
        return self._rows.ids(start, stop)

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [self._foresee(row) for row in self._rows.page(start, stop)]

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these rows."""
        return self._rows.total_of(ids)
