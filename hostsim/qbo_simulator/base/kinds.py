"""What describes an entity: its path, its limits, and the columns that a query may use."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hostsim.qbo_simulator.base.clock import seconds_of
from hostsim.qbo_simulator.base.http import Record, number
from hostsim.qbo_simulator.base.money import units

Cell = int | str | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A property kept beside the record for queries: `path` inside the object, and how it compares."""

    name: str
    path: tuple[str, ...]
    compare: str = "text"
    filterable: bool = True
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity: a transaction (`posts`) or a list element."""

    name: str
    columns: tuple[Column, ...]
    posts: bool = False
    order: str | None = None
    limits: tuple[tuple[str, int], ...] = ()
    operations: frozenset[str] = frozenset({"create", "read", "update", "query"})
    #: Whether lists of rows carry `totalCount`.
    counted: bool = False

    @property
    def path(self) -> str:
        """The word in the address."""
        return self.name.lower()


def _column(text: str) -> Column:
    name, _, rest = text.partition(":")
    compare, _, flags = rest.partition(":")
    path = tuple(name.split("."))
    path = (*path, "value") if compare == "ref" else (*path, "Address") if compare == "email" else path
    return Column(name, path, compare or "text", "f" in (flags or "fs"), "s" in (flags or "fs"))


_TIMES = ("Id:id", "MetaData.CreateTime:time", "MetaData.LastUpdatedTime:time")


def columns(*texts: str) -> tuple[Column, ...]:
    """Columns from texts such as `TxnDate:date:fs`: name, comparison, and whether one may filter and sort."""
    return tuple(map(_column, (*_TIMES, *texts)))


def _text(value: object) -> str:
    return str(value).lower()


_CELLS: dict[str, Callable[[Any], Cell]] = {
    "id": int,
    "ref": _text,
    "text": _text,
    "email": _text,
    "date": str,
    "truth": bool,
    "money": units,
    "number": lambda value: int(number(value) * 100_000),
    "time": seconds_of,
}


def cell(column: Column, record: Record) -> Cell:
    """The value of `column` in `record`, in comparable form; None when absent."""
    value: Any = record
    for step in column.path:
        if not isinstance(value, dict) or (value := value.get(step)) is None:
            return None
    return _CELLS[column.compare](value)


@cache
def _readers(columns: tuple[Column, ...]) -> tuple[tuple[str, tuple[str, ...], Callable[[Any], Cell]], ...]:
    """How each column is read: its first step, the further steps, and what makes the value comparable."""
    return tuple((column.path[0], column.path[1:], _CELLS[column.compare]) for column in columns)


def row(kind: Kind, record: Record) -> tuple[Cell, ...]:
    """All columns of `record`, in the order of `kind.columns`; one loop, because every change passes here."""
    cells: list[Cell] = []
    for first, rest, comparable in _readers(kind.columns):
        value: Any = record.get(first)
        for step in rest:
            value = value.get(step) if isinstance(value, dict) else None
        cells.append(None if value is None else comparable(value))
    return tuple(cells)
