"""Rows in the order of a column that their form does not sort by itself: each is read for it, up to a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hostsim.addins.descriptions import Column, EmptyGrid, Notice, Row, Sort
from hostsim.addins.form_protocol import Rows
from hostsim.grid_snapshots import PAGE
from hostsim.refusals import Unfit
from hostsim.web.grids.filtered_rows import FilteredRows

SORTED_ROWS = 20_000
"""Rows up to which a host sorts: each must be read for it."""

SortKey = tuple[bool, Decimal, str]
"""Empty or not, the number, the text: cells of one column compare with each other."""


@dataclass(frozen=True, slots=True)
class SortedRows:
    """All rows of a list, in another order."""

    rows: Rows
    ordered: FilteredRows

    @property
    def count(self) -> int:
        """How many."""
        return self.rows.count

    @property
    def total(self) -> str:
        """Money of all."""
        return self.rows.total

    @property
    def whole(self) -> str:
        """Money of all when all are selected."""
        return str(getattr(self.rows, "whole", self.rows.total))

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are none."""
        return self.rows.empty

    @property
    def notice(self) -> Notice | None:
        """What the rows say of themselves."""
        return self.rows.notice

    @property
    def problem(self) -> str | None:
        """Why the list could not be read."""
        return self.rows.problem

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids at the positions start ≤ i < stop."""
        return self.ordered.ids(start, stop)

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows at the positions start ≤ i < stop."""
        return self.ordered.page(start, stop)

    def total_of(self, ids: Sequence[str]) -> str:
        """Money of these rows."""
        return self.rows.total_of(ids)


def unsorted_column(columns: Sequence[Column], sort: Sort | None) -> Column | None:
    """The column that the host must sort by, because the form does not; None when there is nothing for the host to do."""
    wanted = next((each for each in columns if sort and each["key"] == sort["key"]), None)
    return wanted if wanted and not wanted.get("sortable") else None


def sort_rows(rows: Rows, column: Column, *, descending: bool) -> SortedRows:
    """Sort by the column, empty cells last in either direction; equal ones keep their order. Unfit beyond SORTED_ROWS."""
    if rows.count > SORTED_ROWS:
        raise Unfit(f"A list of more than {SORTED_ROWS:,} rows is not sorted by {column['label']}. Narrow it first.")
    found = [
        sort_key(column, row) for start in range(0, rows.count, PAGE) for row in rows.page(start, min(start + PAGE, rows.count))
    ]
    filled = [place for place, key in enumerate(found) if not key[0]]
    empty = [place for place, key in enumerate(found) if key[0]]
    places = [*sorted(filled, key=found.__getitem__, reverse=descending), *empty]
    return SortedRows(rows, FilteredRows(rows, places))


def sort_key(column: Column, row: Row) -> SortKey:
    """What a row's cell is compared by: an amount as number, everything else as text without regard to case."""
    cell = row["outcome"] if column["type"] == "outcome" else row["cells"].get(column["key"], "")
    text = str(cell["label"] if isinstance(cell, dict) else cell)
    number = read_number(text) if column["type"] in {"money", "number"} else Decimal(0)
    return not text, number, text.casefold()


def read_number(text: str) -> Decimal:
    """The number a cell begins with, such as `1,234.50` or `6.2 s`; 0 where there is none."""
    try:
        return Decimal(text.replace(",", "").replace("−", "-").split(" ")[0])
    except InvalidOperation:
        return Decimal(0)
