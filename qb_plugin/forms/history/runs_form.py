"""The History form: every run, newest first, and the way to what became of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.history.asked import DAYS, HistoryAnswer, HistoryValues, build_query
from qb_plugin.forms.history.columns import OPEN_RUN, RUN_COLUMNS, UNDO
from qb_plugin.forms.history.run_rows import PREFIX, RunRows, open_run, open_undo
from qb_plugin.forms.presentation import as_summary, catch_row_failures, present_title
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message


class HistoryForm:
    """The form behind History. It needs no connection to QuickBooks: the history lies in the firm's own database."""

    id = "history"
    offer = Offer(title="History", right="view", kinds=frozenset({"run"}), actions=[OPEN_RUN, UNDO], columns=RUN_COLUMNS)

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, HistoryAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description."""
        today = self._services.host.today()
        first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": "", "what": "", "outcome": ""}
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, self._services.connection()),
            "fields": describe_fields(self._schema),
            "answer": {**first, **(request.get("answer") or {})},
            "columns": RUN_COLUMNS,
            "actions": [],
            "row_actions": [OPEN_RUN, UNDO],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": None,
            "token": "",
        }

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The runs that the filters leave."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> RunRows:
        values: HistoryValues = load_answer(self._schema, answer)
        ids = self._services.history.run_ids(build_query(self._services.connection().realm, values, answer))
        return RunRows(self._services, in_order(ids, sort))

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Open the rows of a run, or the form that undoes it."""
        if not ids:
            return {"notice": self._services.sentences.text(Message("pick_one")), "level": "warning"}
        run = ids[0].removeprefix(PREFIX)
        if action == UNDO["id"]:
            return {"form": "undo", "request": open_undo(run)}
        return {"form": "history-entries", "request": open_run(run)}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: nothing here takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []


def in_order(ids: Sequence[str], sort: Sort | None) -> Sequence[str]:
    """Newest first, or by the sort: the only order there is goes by time."""
    return ids if sort is None or sort.get("descending") else ids[::-1]
