"""Rows of the Match Clients form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Option, Row, Sort
from qb_plugin.forms.lists.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Outcome

MATCHED = Hider(
    answer={"hide_matched": False},
    label="Show matched clients",
    says="empty_matches_matched",
    says_found="empty_found_matched",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A client with a linked customer, a suggested one, or none."""

    client_id: str
    name: str
    customer_id: str
    customer: str
    linked: bool

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return f"client:{self.client_id}"

    @property
    def suggested(self) -> bool:
        """Whether the customer is a suggestion."""
        return bool(self.customer_id) and not self.linked

    @property
    def how(self) -> str:
        """The basis of the pair, as the grid shows it."""
        return "linked" if self.linked else "same name" if self.customer_id else "no match found"

    @property
    def text(self) -> str:
        """The text that a search examines."""
        return f"{self.name} {self.customer} {self.how}".casefold()


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """What a person wants to see."""

    search: str
    hide_matched: bool


def filter_matches(rows: Sequence[MatchRow], wanted: MatchFilter) -> list[MatchRow]:
    """The rows that the filters leave."""
    words = wanted.search.casefold().split()
    return [row for row in rows if not (wanted.hide_matched and row.linked) and all(word in row.text for word in words)]


class MatchRows:
    """The rows in order, by name or by the sort."""

    def __init__(self, services: FormServices, every: Sequence[MatchRow], wanted: MatchFilter, sort: Sort | None) -> None:
        by_how = bool(sort and sort["key"] == "how")

        def key(row: MatchRow) -> tuple[str, str]:
            return (row.how if by_how else "", row.name.casefold())

        self._every, self._wanted = every, wanted
        self._rows = sorted(filter_matches(every, wanted), key=key, reverse=bool(sort and sort.get("descending")))
        self._services = services

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    @property
    def total(self) -> str:
        """No sum: the rows hold no money."""
        return ""

    @property
    def notice(self) -> None:
        """None: the form's own notice is enough."""
        return

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""
        if self.count:
            return None
        empty = EmptyList(
            nothing="empty_matches",
            values={},
            search=self._wanted.search,
            hiders=[MATCHED] if self._wanted.hide_matched else [],
            count=lambda search, change: len(filter_matches(self._every, MatchFilter(search, hide_matched=not change))),
        )
        return explain_empty(self._services.sentences, empty)

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [row.id for row in self._rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [present_match(row) for row in self._rows[start:stop]]

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum: the rows hold no money."""
        return ""


def present_match(row: MatchRow) -> Row:
    """The row for the grid."""
    outcome = Outcome.SYNCHRONIZED if row.linked else Outcome.READY
    customer: Option = {"value": row.customer_id, "label": row.customer}
    cells: Cells = {"client": row.name, "customer": customer, "how": row.how}
    return {"id": row.id, "cells": cells, "outcome": outcome.value, "message": "", "selectable": True, "title": row.name}
