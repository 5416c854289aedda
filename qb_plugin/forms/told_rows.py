"""A host's task to which rows are told with other buttons than their sentences alone give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qb_plugin.forms.descriptions import Edits, Fix, RowChange
from qb_plugin.forms.protocol import Task
from qb_plugin.model import Outcome

UNDER_WAY = frozenset({"", Outcome.RUNNING.value, Outcome.WAITING.value})
ANSWERS = ("client", "force", "about", "about_here")  # what one question was answered, and the next one must not forget


class ToldRows:
    """The task, each row changed before it is told."""

    def __init__(self, task: Task, change: Callable[[RowChange], RowChange]) -> None:
        self._task, self._change = task, change

    @property
    def cancelled(self) -> bool:
        """Whether the person wants the run to end."""
        return self._task.cancelled

    @property
    def hasty(self) -> bool:
        """Whether the person does not wait for what is on its way."""
        return self._task.hasty

    def row(self, row: RowChange, /) -> None:
        """Tell of a row."""
        self._task.row(self._change(row))

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Pass on how far the run is."""
        self._task.progress(done, total, left)

    def notice(self, text: str, /) -> None:
        """Pass on a notice."""
        self._task.notice(text)


def in_cell(task: Task, name: str, text: Callable[[RowChange], str]) -> ToldRows:
    """A row that has ended says in this cell what has become of it, not what was to become of it."""

    def change(row: RowChange) -> RowChange:
        return row if row.get("outcome", "") in UNDER_WAY else {**row, "cells": {**row.get("cells", {}), name: text(row)}}

    return ToldRows(task, change)


def listen(task: Task, heard: dict[str, RowChange]) -> ToldRows:
    """The task; what was told last of each row is kept in `heard`."""

    def change(row: RowChange) -> RowChange:
        heard[row["id"]] = row
        return row

    return ToldRows(task, change)


def ended_well(said: RowChange) -> bool:
    """Whether a row has ended as it was meant to."""
    return said.get("outcome") == Outcome.SYNCHRONIZED.value


def tell_again(task: Task, heard: Mapping[str, RowChange], rows: Mapping[str, RowChange]) -> None:
    """Tell each row that has ended well as it stands now, under what was said of it: its cells are those of before the run."""
    for identity, said in heard.items():
        if ended_well(said) and identity in rows:
            task.row({**rows[identity], **said})


def keep_answers(task: Task, edits: Edits) -> ToldRows:
    """A button that answers a row's next question answers the first one, too."""

    def change(row: RowChange) -> RowChange:
        given = {name: value for name, value in edits.get(row["id"], {}).items() if name in ANSWERS and value}
        fixes = [Fix(**{**fix, "edit": {**given, **fix.get("edit", {})}}) if "run" in fix else fix for fix in row.get("fixes", ())]
        return {**row, "fixes": fixes} if given else row

    return ToldRows(task, change)


def keep_buttons(task: Task, buttons: Mapping[str, Sequence[Fix]]) -> ToldRows:
    """A row that was refused has the buttons that it had before: another of them may settle it."""

    def change(row: RowChange) -> RowChange:
        lost = row["outcome"] != Outcome.SYNCHRONIZED.value and not row.get("fixes")
        return {**row, "fixes": list(buttons.get(row["id"], ()))} if lost else row

    return ToldRows(task, change)
