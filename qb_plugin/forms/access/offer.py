"""What a form offers to a host: who may open it, its actions, and the rows, edits and orders that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Column,
    Edits,
    Fix,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RowEdit,
    RunSummary,
    Sort,
)
from qb_plugin.forms.protocol import Rows, Task

FIX_RIGHT = "match"  # what a fix does at once changes links
CHOICES = ("choice",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A form's offer, as the door holds each call against it (docs/architecture.md rule P10)."""

    title: str
    right: str  # to open the form and to read its rows
    kinds: frozenset[str] = frozenset()  # kinds of its rows, as their ids name them
    actions: Sequence[Action] = ()  # its buttons and its row menu
    fixes: Sequence[Fix] = ()  # buttons under the grid; those that act or run do so in this form
    row_edits: Sequence[RowEdit] = ()
    edit_rights: Mapping[str, str] = field(default_factory=dict)  # what an edit needs beside the run's right
    columns: Sequence[Column] = ()
    asked: Sequence[str] = ()  # keys of what actions ask for

    def right_of(self, action: str, kind: str) -> str | None:
        """The right that the action needs, done at once (`act`) or as a run (`run`); None when the form has no such action."""
        for each in self.actions:
            if each["id"] == action and each["kind"] == kind:
                return each.get("right", "view")
        fixed = any((fix.get("act") if kind == "act" else fix.get("run")) == action for fix in self.fixes)
        return FIX_RIGHT if fixed else None

    def edits_of(self, kind: str) -> Mapping[str, type]:
        """What a row's edit may hold: text or bool by key; what is asked for belongs to what is done at once."""
        by_column = {column["key"]: str for column in self.columns if column["type"] in CHOICES}
        by_fix = {key: type(value) for fix in self.fixes for key, value in fix.get("edit", {}).items()}
        by_asking = dict.fromkeys(self.asked if kind == "act" else (), str)
        return {
            **by_column,
            **by_fix,
            **by_asking,
            **{each["name"]: bool if each["takes"] == "switch" else str for each in self.row_edits},
        }

    @property
    def sorts(self) -> frozenset[str]:
        """The columns that rows can be sorted by."""
        return frozenset(column["key"] for column in self.columns if column.get("sortable"))


class OfferedForm(Protocol):
    """A form behind the door: the calls of a host that was let in."""

    @property
    def id(self) -> str: ...
    @property
    def offer(self) -> Offer: ...
    def open(self, request: FormRequest, /) -> FormDescription: ...
    def rows(self, answer: Answer, sort: Sort | None, /) -> Rows | Rejected: ...
    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, /) -> ActResult: ...
    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task, /) -> RunSummary: ...
    def options(self, name: str, search: str, /) -> Sequence[Option]: ...
