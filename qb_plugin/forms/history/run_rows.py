"""Rows of the History form: one for each run."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Fix, FormRequest, Row
from qb_plugin.forms.history.words import show_action, show_duration, show_filters, show_moment
from qb_plugin.forms.presentation import spell_count
from qb_plugin.forms.run_task import counts_in_words
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, RunInfo

COUNTS = ("done", "changed", "needs_decision", "failed", "not_confirmed", "skipped", "not_tried")
WORST = (
    ("failed", Outcome.FAILED),
    ("not_confirmed", Outcome.NOT_CONFIRMED),
    ("needs_decision", Outcome.NEEDS_DECISION),
    ("changed", Outcome.CHANGED),
    ("not_tried", Outcome.NOT_TRIED),
)
PREFIX = "run:"


class RunRows:
    """The runs in order, each read when its page is."""

    def __init__(self, services: FormServices, ids: Sequence[str]) -> None:
        self._services, self._ids = services, ids

    @property
    def count(self) -> int:
        """The number of runs."""
        return len(self._ids)

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
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_history")), "link": None}

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [PREFIX + identity for identity in self._ids[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [self._present(run) for run in self._services.history.runs(self._ids[start:stop])]

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum: the rows hold no money."""
        return ""

    def _present(self, run: RunInfo) -> Row:
        """The run for the grid, with a sentence that says all of it, and the way to its rows."""
        what, when, written = show_action(run.action), show_moment(run.started), self._services.sentences.dates
        key = "history_run" if run.finished else "history_run_open"
        values: dict[str, object] = {"what": what, "user": run.user, "when": when, "company": run.company or run.realm}
        values |= {"rows": spell_count(run.total), "done": run.done}
        values |= {"ends": counts_in_words(run.counts), "took": show_duration(run)}
        opened: Fix = {"label": "Open", "form": "history-entries", "request": open_run(run.id)}
        return {
            "id": PREFIX + run.id,
            "cells": {**run_cells(run), "filters": written(show_filters(run))},
            "outcome": outcome_of(run).value,
            "message": self._services.sentences.text(Message(key, values)),
            "details": "\n".join(filter(None, (written(show_filters(run)), f"run {run.id}, company {run.realm}"))),
            "fixes": [opened, *undo_of(run)],
            "selectable": True,
            "title": written(f"{what}, {when}"),
        }


def open_run(run_id: str) -> FormRequest:
    """The request that opens a run's rows."""
    return {"answer": {"run": run_id, "from": "", "to": ""}}


def undo_of(run: RunInfo) -> list[Fix]:
    """The button that leads to the form which undoes the run, where it sent or recorded anything."""
    if not run.action.startswith(("export-", "import-")) or not (run.counts.get("done") or run.counts.get("changed")):
        return []
    return [{"label": "Undo…", "form": "undo", "request": open_undo(run.id)}]


def open_undo(run_id: str) -> FormRequest:
    """The request that opens what a run sent or recorded, to be undone."""
    return {"answer": {"run": run_id, "record": ""}}


def run_cells(run: RunInfo) -> Cells:
    """The cells of a run."""
    return {
        "when": show_moment(run.started),
        "who": run.user,
        "company": run.company,
        "what": show_action(run.action),
        "filters": show_filters(run),
        "rows": str(run.total),
        **{name: str(run.counts[name]) if name in run.counts else "" for name in COUNTS},
        "took": show_duration(run),
    }


def outcome_of(run: RunInfo) -> Outcome:
    """The worst that happened to a row of the run; *running* while it has no end."""
    if run.finished is None:
        return Outcome.RUNNING
    return next((outcome for name, outcome in WORST if run.counts.get(name)), Outcome.SYNCHRONIZED)
