"""Statements in QuickBooks' query language, with one function that escapes values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def quote_value(value: str) -> str:
    """A value in quotes, with apostrophes and backslashes escaped; every value of a statement goes through here."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def among(field: str, values: Iterable[str]) -> str:
    """The condition that the field is one of these values."""
    return f"{field} IN ({', '.join(quote_value(value) for value in values)})"


def between(field: str, start: date | None, end: date | None) -> str:
    """The condition that a date is on or between the two; None is an open end."""
    bounds = ((">=", start), ("<=", end))
    return " AND ".join(f"{field} {sign} {quote_value(bound.isoformat()[:10])}" for sign, bound in bounds if bound)


def since(field: str, moment: datetime) -> str:
    """The condition that an instant is at or after this one; cut to whole seconds, which is what QuickBooks stores."""
    return f"{field} >= {quote_value(moment.replace(microsecond=0).isoformat())}"


def select_page(entity: str, where: str, start: int, most: int) -> str:
    """The statement for one page in order of Id; `start` counts from 1."""
    return " ".join(("SELECT * FROM", entity, *_write_where(where), f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {most}"))


def select_count(entity: str, where: str) -> str:
    """The statement for the number of rows."""
    return " ".join(("SELECT COUNT(*) FROM", entity, *_write_where(where)))


def _write_where(where: str) -> tuple[str, ...]:
    return ("WHERE", where) if where else ()
