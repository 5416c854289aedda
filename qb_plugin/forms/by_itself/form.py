"""The By Itself form: what is scheduled, what came of it, the notes, and a button that runs a job now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from marshmallow import fields
from marshmallow.validate import OneOf

from qb_plugin.errors import AddInError, AnswerRejected
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.by_itself.by_itself import ByItself
from qb_plugin.forms.by_itself.notes import KIND, text_of
from qb_plugin.forms.by_itself.rows import JOB, SHOW_JOBS, SHOW_NOTES, ByItselfRows
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Cells,
    Column,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RowChange,
    RunSummary,
    Sort,
)
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.presentation import as_summary, catch_failures, catch_row_failures, present_counts, present_title
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome
from qb_plugin.sync.run import COUNTED
from qb_plugin.sync.scheduling.timetable import Job

RUN_NOW: Action = {
    "id": "run_now",
    "label": "Run Now",
    "kind": "run",
    "needs": "selection",
    "right": "import",
    "primary": True,
    "tooltip": "Do the selected jobs now, whatever their schedule; what needs a decision waits all the same",
}
COLUMNS: Sequence[Column] = [
    {"key": "what", "label": "What", "type": "text", "width": 210},
    {"key": "often", "label": "How often", "type": "text", "width": 140},
    {"key": "last", "label": "Last", "type": "text", "width": 125},
    {"key": "next", "label": "Next", "type": "text", "width": 125},
    {"key": "found", "label": "Found", "type": "text", "width": 420},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 120},
]


SHOWN: list[Option] = [Option(value=SHOW_JOBS, label="What is scheduled"), Option(value=SHOW_NOTES, label="Notes")]


class ByItselfAnswer(FormSchema):
    """What is listed."""

    show = fields.String(
        load_default=SHOW_JOBS,
        validate=OneOf([SHOW_JOBS, SHOW_NOTES]),
        metadata={"label": "Show", "type": "choice", "style": "radio", "choices": SHOWN, "refilters": True},
    )


class ByItselfForm:
    """The form behind By Itself…"""

    id = "by-itself"
    offer = Offer(title="By Itself", right="view", kinds=frozenset({JOB, KIND}), actions=[RUN_NOW], columns=COLUMNS)

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._jobs = services, ByItselfAnswer(), ByItself(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; settings are changed in the Settings form."""
        connection = self._services.connection()
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {"show": SHOW_JOBS, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [RUN_NOW],
            "row_actions": [],
            "search": False,
            "notice": {
                "text": self._services.sentences.text(Message("by_itself_affects")),
                "level": "info",
                "link": {"label": "Settings…", "form": "settings"},
            },
            "warning": None,
            "unavailable": None,
            "token": "",
        }

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The jobs, and the notes."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer))

    def _rows(self, answer: Answer) -> ByItselfRows:
        show = str(load_answer(self._schema, answer)["show"])
        return ByItselfRows(self._services, self._services.connection().realm, self._services.run_ports.clock.now(), show)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Nothing of this form is done at once."""
        refusal: AnswerRejected = no_such_action(action)
        return {"rejected": {name: self._services.sentences.text(message) for name, message in refusal.fields.items()}}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Run the selected jobs now, one after the other; each row says what was found."""
        if action != RUN_NOW["id"]:
            return as_summary(self.act(action, answer, ids, edits))
        return catch_failures(self._services.sentences, partial(self._run, answer, ids, task))

    def _run(self, answer: Answer, ids: Sequence[str], task: Task) -> RunSummary:
        ends: list[Outcome] = []
        for number, identity in enumerate(ids):
            kind, _, name = identity.partition(":")
            known = kind == JOB and name in set(Job)
            outcome, text = self._run_one(Job(name), task, dry=bool(answer.get("dry_run"))) if known else self._no_job()
            change: RowChange = {"id": identity, "outcome": outcome.value, "message": text, "details": "", "fixes": []}
            task.row({**change, "cells": self._cells(Job(name))} if known else change)
            task.progress(number + 1, len(ids))
            ends.append(outcome)
        counts = {name: sum(Counter(ends)[each] for each in outcomes) for name, outcomes in COUNTED}
        return {"run": "", "counts": present_counts({"tried": len(ends), **counts}), "text": "", "level": "info", "reload": True}

    def _run_one(self, job: Job, task: Task, *, dry: bool) -> tuple[Outcome, str]:
        """How a job ended, and what it found: as a row that a person must look at, where something waits for one."""
        if dry:
            return Outcome.READY, self._services.sentences.text(
                Message("by_itself_job", {**(cells := self._cells(job)), "reason": cells["found"]})
            )
        if task.cancelled:
            return Outcome.NOT_TRIED, self._services.sentences.text(Message("cancelled_row"))
        task.row({"id": f"{JOB}:{job}", "outcome": Outcome.RUNNING.value})
        try:
            found = self._jobs.run_now(job)
        except AddInError as failure:
            return Outcome.FAILED, self._services.sentences.text(failure.message)
        return Outcome.NEEDS_DECISION if found.warns else Outcome.SYNCHRONIZED, text_of(self._services, found.lines)

    def _no_job(self) -> tuple[Outcome, str]:
        return Outcome.SKIPPED, self._services.sentences.text(Message("by_itself_no_job"))

    def _cells(self, job: Job) -> Cells:
        """The cells of a job's row as they are now."""
        at = list(Job).index(job)
        return self._rows({}).page(at, at + 1)[0]["cells"]

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
