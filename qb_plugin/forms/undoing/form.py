"""The Undo form: opened from History for a run or its rows, and from the Billing tab for payments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    Field,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.form_sessions import SeenCompanies, new_token
from qb_plugin.forms.history.asked import find_records
from qb_plugin.forms.history.entries_form import CHOICES, offer_runs
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.presentation import catch_failures, catch_row_failures, present_title, present_unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import in_cell
from qb_plugin.forms.undoing.asked import COLUMNS, UNDO, VOID, UndoAnswer, UndoValues
from qb_plugin.forms.undoing.rows import UndoRows
from qb_plugin.model import QUICKBOOKS_PAYMENT, Connection, HistoryQuery, Kind, Message, Outcome, RowResult, RunInfo
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.undoing.created import UndoRow, rows_of, rows_of_run
from qb_plugin.sync.undoing.planning import PlannedUndo, UndoPlanner, describe
from qb_plugin.sync.undoing.run_undo import UndoOptions, undo

KINDS = frozenset({Kind.PAYMENT.value, Kind.CREDIT_MEMO.value, QUICKBOOKS_PAYMENT})


class UndoForm:
    """The form behind *Undo…*."""

    id = "undo"
    offer = Offer(title="Undo", right="undo", kinds=KINDS, actions=[UNDO], columns=COLUMNS)

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._seen = services, UndoAnswer(), SeenCompanies(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description, for a run or for records."""
        connection = self._services.connection()
        asked = dict(request.get("answer") or {})
        if request.get("selection"):
            asked["record"] = " ".join(request["selection"] or ())
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": self._describe_fields(connection, str(asked.get("run") or "")),
            "answer": {"run": "", "record": "", "how": "delete", **asked},
            "columns": COLUMNS,
            "actions": [UNDO],
            "row_actions": [],
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": new_token(connection.realm),
        }

    def _describe_fields(self, connection: Connection, run_id: str) -> list[Field]:
        """The fields; the field *Run* offers the last ones, and the one that was asked for."""
        asked = [run_id] if run_id else []
        found = {run.id: run for run in (*self._undoable(asked), *self._newest(connection.realm))}
        choices = offer_runs(self._services.sentences, list(found.values()))
        fields = describe_fields(self._schema)
        return [{**field, "choices": choices} if field["name"] == "run" else field for field in fields]

    def _newest(self, realm: str) -> Sequence[RunInfo]:
        """The last runs that can be undone, however many others, such as undos themselves, came after them."""
        ids, found = self._services.history.run_ids(HistoryQuery(realm=realm)), list[RunInfo]()
        for start in range(0, len(ids), CHOICES):
            if len(found) >= CHOICES:
                break
            found += self._undoable(ids[start : start + CHOICES])
        return found[:CHOICES]

    def _undoable(self, ids: Sequence[str]) -> Sequence[RunInfo]:
        return [run for run in self._services.history.runs(ids) if run.action.startswith(("export-", "import-"))]

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.context(connection)
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """What the run or the records stand for now, each with what would become of it."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer))

    def _rows(self, answer: Answer) -> UndoRows:
        values: UndoValues = load_answer(self._schema, answer)
        context = self._services.context(self._services.connection())
        self._seen.see(answer, context.realm)
        plans = self._plan(context, self._find(context, values)(), values)
        return UndoRows(self._services, plans, void=values["how"] == VOID, asked=bool(values["run"] or values["record"]))

    def _find(self, context: SyncContext, values: UndoValues) -> Callable[[], Sequence[UndoRow]]:
        """What reads the rows that are asked for: a run's, or those of records whichever run it was."""
        if values["run"]:
            runs = self._services.history.runs([values["run"]])
            return lambda: [row for run in runs if run.realm == context.realm for row in rows_of_run(context, run)]
        words = find_records(self._services, values["record"]) if values["record"] else ()
        return lambda: rows_of(context, [word for word in words if word.partition(":")[0] in KINDS])

    def _plan(self, context: SyncContext, rows: Sequence[UndoRow], values: UndoValues) -> list[PlannedUndo]:
        return UndoPlanner(context, self._services.host.ledger, values["how"] == VOID).plan(rows)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Nothing: all that this form does takes a run."""
        raise no_such_action(action)

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Undo the rows; with `dry_run`, say what would become of them."""
        return catch_failures(self._services.sentences, partial(self._run, answer, ids, task))

    def _run(self, answer: Answer, ids: Sequence[str], task: Task) -> RunSummary:
        values: UndoValues = load_answer(self._schema, answer)
        if answer.get("dry_run"):
            return RunTask(self._services, task).preview(ids, partial(self._preview, values, ids))
        running = RunTask(self._services, in_cell(task, "says", lambda row: row.get("message", "")))
        seen, filters = self._seen.of(answer), present_filters(self._schema, answer)
        return running.run("undo", ids, partial(self._undo, values, ids), filters=filters, seen=seen)

    def _undo(self, values: UndoValues, ids: Sequence[str], run: LeasedRun) -> None:
        context = self._services.context(self._services.connection())  # under the lease: of the company that is connected now
        self._services.use_saved_pace(context.realm)
        options = UndoOptions(ids, values["how"] == VOID)
        undo(context, run, self._services.host.ledger, self._find(context, values), options)

    def _preview(self, values: UndoValues, ids: Sequence[str]) -> Iterator[RowResult]:
        """What would become of each row; nothing is sent."""
        context, wanted = self._services.context(self._services.connection()), set(ids)
        rows = [row for row in self._find(context, values)() if row.id in wanted]
        for plan in self._plan(context, rows, values):
            outcome = Outcome.NOT_READY if plan.reason else Outcome.READY
            yield RowResult(id=plan.row.id, outcome=outcome, message=plan.reason or describe(plan, values["how"] == VOID))
        for identity in sorted(wanted - {row.id for row in rows}):
            yield RowResult(id=identity, outcome=Outcome.NOT_READY, message=Message("undo_nothing"))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
