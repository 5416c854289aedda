"""What the host expects of a form: the border of docs/writing-a-host.md as Protocols, for our own grids and for add-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeGuard

Row = dict[str, Any]
"""`id`, `cells`, `outcome`, `message`, `details`, `fixes`, `selectable`, `title`."""


class Rows(Protocol):
    """An ordered snapshot of ids; money is text with two decimals."""

    @property
    def count(self) -> int: ...
    @property
    def total(self) -> str: ...
    @property
    def empty(self) -> Mapping[str, Any] | None: ...
    @property
    def notice(self) -> Mapping[str, Any] | None: ...
    def ids(self, start: int, stop: int) -> Sequence[str]: ...
    def page(self, start: int, stop: int) -> Sequence[Row]: ...
    def total_of(self, ids: Sequence[str]) -> str: ...


class RowReporter(Protocol):
    """Where a run reports to, and where a person's cancel is seen."""

    @property
    def cancelled(self) -> bool: ...
    def row(self, row: Mapping[str, Any]) -> None: ...
    def progress(self, done: int, total: int) -> None: ...
    def notice(self, text: str) -> None: ...


class Form(Protocol):
    """A form: plain data in and out, called from any thread."""

    @property
    def id(self) -> str: ...
    def open(self, request: Mapping[str, Any], /) -> Mapping[str, Any]: ...
    def rows(self, answer: Mapping[str, Any], sort: Mapping[str, Any] | None, /) -> Rows | Mapping[str, Any]: ...
    def act(self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any], /) -> Mapping[str, Any]: ...
    def run(
        self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any], task: RowReporter, /
    ) -> Mapping[str, Any]: ...
    def options(self, name: str, search: str, /) -> Sequence[Mapping[str, Any]]: ...


def is_rejected(rows: Rows | Mapping[str, Any]) -> TypeGuard[Mapping[str, Any]]:
    """Whether `rows` answered with `{"rejected": {field: sentence}}` instead of rows."""
    return isinstance(rows, Mapping)


def first_action(description: Mapping[str, Any], action: str) -> Mapping[str, Any] | None:
    """The action of this id, among the form's buttons and its context menu."""
    listed = [*description.get("actions", ()), *description.get("row_actions", ())]
    return next((each for each in listed if each["id"] == action), None)
