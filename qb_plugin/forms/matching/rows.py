"""Rows of the Match Clients form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Option, Row, Sort
from qb_plugin.forms.lists.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.lists.listed_rows import ListedRows
from qb_plugin.forms.matching.columns import Tab
from qb_plugin.forms.presentation import present_message
from qb_plugin.forms.services import FormServices
from qb_plugin.messages import Sentences
from qb_plugin.model import Message, Outcome

ANY_CLIENT = Hider(
    answer={"show": Tab.ALL.value}, label="Show all clients", says="empty_matches_hidden", says_found="empty_found_matches"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A client with a linked customer, a suggested one, or none. `why` holds the reasons; `problem` is what hinders it now."""

    client_id: str
    name: str
    tab: Tab
    customer_id: str = ""
    customer: str = ""
    percent: int = 0
    sure: bool = False
    why: str = ""
    problem: Message | None = None

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return f"client:{self.client_id}"

    @property
    def text(self) -> str:
        """The text that a search examines."""
        return f"{self.name} {self.customer} {self.why}".casefold()


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """What a person wants to see."""

    search: str
    tab: Tab


SORTS: Mapping[str, Callable[[MatchRow], Any]] = {
    "client": lambda row: row.name.casefold(),
    "why": lambda row: (row.why.casefold(), row.name.casefold()),
    "likeness": lambda row: (row.percent, row.name.casefold()),
}


def filter_matches(rows: Sequence[MatchRow], wanted: MatchFilter) -> list[MatchRow]:
    """The rows that the filters leave."""
    words = wanted.search.casefold().split()
    return [row for row in rows if wanted.tab in (Tab.ALL, row.tab) and all(word in row.text for word in words)]


def count_tabs(rows: Sequence[MatchRow]) -> dict[Tab, int]:
    """How many clients each tab shows."""
    counts = Counter(row.tab for row in rows)
    return {tab: len(rows) if tab is Tab.ALL else counts[tab] for tab in Tab}


class MatchRows(ListedRows[MatchRow]):
    """The rows in order: by name, or by the column a person chose. They hold no money."""

    counts_money = False

    def __init__(self, services: FormServices, every: Sequence[MatchRow], wanted: MatchFilter, sort: Sort | None) -> None:
        key = SORTS[sort["key"] if sort else "client"]
        self._services, self._every, self._wanted = services, every, wanted
        super().__init__(sorted(filter_matches(every, wanted), key=key, reverse=bool(sort and sort.get("descending"))))

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""
        if self.count:
            return None
        tab = self._wanted.tab
        empty = EmptyList(
            nothing="empty_matches",
            values={"tab": tab.value},
            search=self._wanted.search,
            hiders=[] if tab is Tab.ALL else [ANY_CLIENT],
            count=lambda search, change: len(filter_matches(self._every, MatchFilter(search, Tab.ALL if change else tab))),
        )
        return explain_empty(self._services.sentences, empty)

    def id_of(self, item: MatchRow) -> str:
        """The row's id in the grid."""
        return item.id

    def present(self, item: MatchRow) -> Row:
        """The row for the grid."""
        return present_match(self._services.sentences, item)


OUTCOMES = {Tab.MATCHED: Outcome.SYNCHRONIZED, Tab.SUGGESTED: Outcome.READY, Tab.UNMATCHED: Outcome.NOT_READY}


def present_match(sentences: Sentences, row: MatchRow) -> Row:
    """The row for the grid."""
    customer: Option = {"value": row.customer_id, "label": row.customer}
    likeness = f"{row.percent} %" if row.percent else ""
    cells: Cells = {"client": row.name, "customer": customer, "why": row.why, "likeness": likeness}
    shown = present_message(sentences, row.problem)
    return {
        "id": row.id,
        "cells": cells,
        "outcome": OUTCOMES[row.tab].value,
        "message": shown["message"],
        "fixes": shown["fixes"],
        "selectable": True,
        "title": row.name,
    }
