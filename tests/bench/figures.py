"""A measured figure beside its target, and the one table that all figures end in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

WIDTHS = (74, 16, 16)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `limit` is what `value` must reach (`at_least`) or keep below; None: only to compare with."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def target(self) -> str:
        """The target in words."""
        return "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {show(self.limit)} {self.unit}"

    @property
    def verdict(self) -> str:
        """What stands in the last column."""
        return {None: "", True: "met", False: "MISSED"}[self.met]


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one bench, under a heading."""

    title: str
    figures: Sequence[Figure]


def at_least(what: str, value: float, limit: float, unit: str) -> Figure:
    """A figure that must reach its target."""
    return Figure(what, value, unit, limit, at_least=True)


def at_most(what: str, value: float, limit: float, unit: str) -> Figure:
    """A figure that must not exceed its target."""
    return Figure(what, value, unit, limit)


def show(value: float) -> str:
    """As many digits as say something."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(sections: Iterable[Section]) -> str:
    """The table as text, one line a figure."""
    lines: list[str] = []
    for section in sections:
        lines += ["", section.title]
        lines += [line(each) for each in section.figures]
    return "\n".join(lines)


def line(figure: Figure) -> str:
    """One line of the table."""
    cells = (f"  {figure.what}", f"{show(figure.value)} {figure.unit}", figure.target)
    padded = [
        cell.ljust(width) if position == 0 else cell.rjust(width)
        for position, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    ]
    return f"{' '.join(padded)}  {figure.verdict}".rstrip()


def write_sections(sections: Iterable[Section]) -> str:
    """The sections as JSON text."""
    return json.dumps(
        [{"title": each.title, "figures": [asdict(figure) for figure in each.figures]} for each in sections], indent=1
    )


def read_sections(text: str) -> list[Section]:
    """The sections out of JSON text."""
    found: list[Mapping[str, Any]] = json.loads(text)
    return [Section(each["title"], [Figure(**figure) for figure in each["figures"]]) for each in found]
