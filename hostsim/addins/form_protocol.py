"""A form, its rows and the reporter of a run, as Protocols: the calls of docs/writing-a-host.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import (
    ActResult,
    Answer,
    Edits,
    EmptyGrid,
    FormDescription,
    FormRequest,
    Notice,
    Option,
    Rejected,
    Row,
    RowChange,
    RunSummary,
    Sort,
)


class Rows(Protocol):
    """An ordered snapshot of rows; it stays as it is until filter or sort changes."""

    @property
    def count(self) -> int: ...
    @property
    def total(self) -> str:
        """Money of all rows."""
        ...

    @property
    def empty(self) -> EmptyGrid | None: ...
    @property
    def notice(self) -> Notice | None: ...
    @property
    def problem(self) -> str | None:
        """Why the list could not be read; None when it was read."""
        ...

    def ids(self, start: int, stop: int) -> Sequence[str]:
        """Ids of the rows start ≤ i < stop."""
        ...

    def page(self, start: int, stop: int) -> Sequence[Row]: ...
    def total_of(self, ids: Sequence[str]) -> str: ...


class RowReporter(Protocol):
    """A running action: it takes the rows' changes and carries a person's cancel."""

    @property
    def cancelled(self) -> bool: ...
    @property
    def hasty(self) -> bool:
        """Whether the person who cancelled does not want to wait for what is on its way either."""
        ...

    def row(self, row: RowChange, /) -> None: ...
    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Show how many rows have ended. `left`: for how many seconds at least the rest must wait, where that is known."""
        ...

    def notice(self, text: str, /) -> None:
        """Show a sentence about the whole run, such as a wait; an empty one takes it away."""
        ...


class Form(Protocol):
    """A form: plain data in and out, called from any thread. `user` is who acts; without one, the host's own user."""

    @property
    def id(self) -> str: ...
    def open(self, request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription: ...
    def rows(self, answer: Answer, sort: Sort | None, /, *, user: ActingUser | None = None) -> Rows | Rejected: ...
    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, /, *, user: ActingUser | None = None) -> ActResult:
        """Do what is done at once."""
        ...

    def run(
        self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: RowReporter, /, *, user: ActingUser | None = None
    ) -> RunSummary:
        """Do what takes time, in a thread of its own."""
        ...

    def options(self, name: str, search: str, /, *, user: ActingUser | None = None) -> Sequence[Option]:
        """Entries for a choice cell that names `search`, fifty at most."""
        ...
