"""Query of payments and credit memos: the one place where its plain keys are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hostsim.practice.model import Kind, LedgerQuery
from hostsim.practice.text_format import folded

SORTS = ("date", "client", "method", "reference", "amount", "number", "kind")
KEYS = frozenset({"kinds", "from", "to", "refs", "hide_synchronized", "show_hidden", "search", "sort", "descending", "scope"})


class BadQuery(ValueError):
    """The query holds a key or value that no list has; the text says which."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records, in which order. `refs`, when given, are exactly those; then nothing else filters but `kinds`."""

    kinds: frozenset[Kind] = frozenset(Kind)
    start: date | None = None
    end: date | None = None
    refs: Sequence[str] | None = None
    hide_synchronized: bool = False
    show_hidden: bool = True
    terms: tuple[str, ...] = ()
    sort: str = "date"
    descending: bool = True

    @property
    def only_kind(self) -> Kind | None:
        """The kind, when only one is asked for."""
        return next(iter(self.kinds)) if len(self.kinds) == 1 else None


def read_query(query: LedgerQuery) -> RecordQuery:
    """Read the plain keys, dates also as text; BadQuery for what is unknown. By default the newest come first."""
    unknown = set(query) - KEYS
    if unknown:
        raise BadQuery(f"A list has no {', '.join(sorted(unknown))}.")
    sort = query.get("sort") or "date"
    if sort not in SORTS:
        raise BadQuery(f"Records cannot be sorted by {sort}.")
    chosen = RecordQuery(
        kinds=_kinds(query.get("kinds")),
        sort=sort,
        descending=bool(query.get("descending", sort == "date")),
        refs=query.get("refs"),
    )
    return chosen if chosen.refs is not None else _filtered(chosen, query)


def search_terms(text: str | None) -> tuple[str, ...]:
    """The words of a search, folded; every one of them must be found."""
    return tuple(folded(text or "").split())


def _kinds(names: Sequence[str] | None) -> frozenset[Kind]:
    try:
        return frozenset(Kind) if names is None else frozenset(map(Kind, names))
    except ValueError:
        raise BadQuery("Records are payments or credit memos.") from None


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadQuery(f"{value} is not a date.") from None


def _filtered(chosen: RecordQuery, query: LedgerQuery) -> RecordQuery:
    return RecordQuery(
        kinds=chosen.kinds,
        sort=chosen.sort,
        descending=chosen.descending,
        start=_day(query.get("from")),
        end=_day(query.get("to")),
        hide_synchronized=bool(query.get("hide_synchronized", False)),
        show_hidden=bool(query.get("show_hidden", True)),
        terms=search_terms(query.get("search")),
    )
