"""QuickBooks' query language: one function that escapes, and the statements we ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def quoted(value: str) -> str:
    """A value in quotes, with apostrophes and backslashes escaped: the only way any value gets into a statement."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def among(field: str, values: Iterable[str]) -> str:
    """The field is one of these."""
    return f"{field} IN ({', '.join(quoted(value) for value in values)})"


def between(field: str, start: date | None, end: date | None) -> str:
    """The date is on or between the two, both ends included; an open end is None."""
    bounds = ((">=", start), ("<=", end))
    return " AND ".join(f"{field} {sign} {quoted(bound.isoformat()[:10])}" for sign, bound in bounds if bound)


def since(field: str, moment: datetime) -> str:
    """The instant is at or after this one; whole seconds, as QuickBooks keeps them."""
    return f"{field} >= {quoted(moment.replace(microsecond=0).isoformat())}"


def select_page(entity: str, where: str, start: int, most: int) -> str:
    """One page in order of Id; `start` counts from 1."""
    return " ".join(("SELECT * FROM", entity, *_where(where), f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {most}"))


def select_count(entity: str, where: str) -> str:
    """How many there are."""
    return " ".join(("SELECT COUNT(*) FROM", entity, *_where(where)))


def _where(where: str) -> tuple[str, ...]:
    return ("WHERE", where) if where else ()
