"""The Import Payments form: QuickBooks' payments with their planned outcomes, and the run behind Import Selected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from marshmallow import fields, validates_schema

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
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
    Unavailable,
)
from qb_plugin.forms.exporting.columns import UNLINK, UNLINK_EDIT
from qb_plugin.forms.fields import FormSchema, WholeDate, check_dates, describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions
from qb_plugin.forms.importing.columns import ACTION, COLUMNS
from qb_plugin.forms.importing.rows import ImportRows, ImportValues, filter_rows
from qb_plugin.forms.presentation import (
    FIXES,
    catch_failures,
    catch_row_failures,
    present_result,
    present_title,
    present_unavailable,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.unlinking import rows_to_unlink, unlink_in_run, unlink_rows
from qb_plugin.model import QUICKBOOKS_PAYMENT, Connection, Message, Outcome, RowResult
from qb_plugin.sync.importing.compact_rows import CompactRows, read_compact_rows, unpack
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.importing.run_import import ImportOptions, import_payments
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_matched

DAYS = 30  # the default range: today and the thirty days before it


class ImportAnswer(FormSchema):
    """The form's two filters (docs/architecture.md rule P1)."""

    start, end = WholeDate("from", "From"), WholeDate("to", "To")
    hide_synchronized = fields.Boolean(
        load_default=True,
        metadata={
            "label": "Hide Synchronized",
            "refilters": True,
            "help": "Leave out what is here already, or looks the same",
        },
    )

    @validates_schema
    def check_range(self, values: Mapping[str, object], **_: object) -> None:
        """Refuse a range that ends before it begins."""
        check_dates(values, "start", "end")


@dataclass(slots=True)
class Reading:
    """QuickBooks' payments as an open form last read them, so that sorting and filtering need no second reading.

    `of` is their company and dates; None when they must be read again.
    """

    of: tuple[str, date | None, date | None] | None = None
    kept: CompactRows = field(default_factory=CompactRows)


class ImportPayments:
    """The form behind Import Payments."""

    id = "import-payments"
    offer = Offer(
        title="Import Payments from QuickBooks",
        right="import",
        kinds=frozenset({QUICKBOOKS_PAYMENT}),
        actions=[ACTION, UNLINK],
        fixes=list(FIXES.values()),
        row_edits=[UNLINK_EDIT],
        columns=COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._readings = services, ImportAnswer(), FormSessions[Reading](kept=16)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description."""
        connection = self._services.connection()
        today = self._services.host.today()
        first = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat(), "hide_synchronized": True}
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host.firm, connection),
            "fields": describe_fields(self._schema),
            "answer": {**first, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [ACTION],
            "row_actions": [UNLINK],
            "row_edits": [UNLINK_EDIT],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": self._readings.keep(Reading()),
        }

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.context(connection)
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The payments that the filters leave, in order; QuickBooks is read when company or dates change."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> ImportRows:
        values: ImportValues = load_answer(self._schema, answer)
        connection = self._services.connection()
        kept = self._read_payments(connection, answer, values).kept
        search = str(answer.get("search") or "")
        rows = filter_rows(kept.rows.values(), values["hide_synchronized"], search)
        return ImportRows(self._services, connection=connection, kept=kept, rows=rows, values=values, sort=sort, search=search)

    def _read_payments(self, connection: Connection, answer: Answer, values: ImportValues) -> Reading:
        """The reading for this company and these dates; QuickBooks is read now when there is none yet."""
        reading, context = self._readings.get(answer.get("token"), Reading()), self._services.context(connection)
        wanted = (context.realm, values["start"], values["end"])
        if reading.of != wanted:
            reading.kept = CompactRows()  # let go of the old one first
            reading.kept = read_compact_rows(context, self._services.host.ledger, values["start"], values["end"])
            reading.of = wanted
        return reading

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link possible duplicates to the payments here that a person says they are, or unlink what is linked."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids))

    def _act(self, action: str, answer: Answer, ids: Sequence[str]) -> ActResult:
        if action == "link_possible_duplicate":
            return self._link_possible_duplicates(answer, ids)
        if action == "unlink":
            return self._unlink(answer, ids)
        raise no_such_action(action)

    def _link_possible_duplicates(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        connection = self._services.connection()
        context = self._services.context(connection)
        reading = self._read_payments(connection, answer, load_answer(self._schema, answer))
        rows = [row for kept in map(reading.kept.get, ids) if kept and is_linkable(row := unpack(kept))]
        pairs = [(row.existing, row.payment) for row in rows if row.existing]
        link_matched(context, pairs)
        self._services.host.marks.put([{"ref": str(ref), "state": "synchronized"} for ref, _ in pairs])
        reading.of = None
        results = [
            RowResult(id=row.id, outcome=Outcome.SYNCHRONIZED, message=Message("twin_linked"), quickbooks_id=row.payment.id)
            for row in rows
        ]
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _unlink(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        result = unlink_rows(self._services, ids)
        self._readings.get(answer.get("token"), Reading()).of = None
        return result

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Import the rows; with `dry_run`, report the planned outcomes and record nothing."""
        return catch_failures(self._services.sentences, partial(self._run, action, answer, ids, edits, task))

    def _run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        if action != ACTION["id"]:
            raise no_such_action(action)
        values: ImportValues = load_answer(self._schema, answer)
        reading = self._read_payments(self._services.connection(), answer, values)
        force = frozenset(row for row, change in edits.items() if change.get("force"))
        running = RunTask(self._services, task)
        if answer.get("dry_run"):
            return running.preview(ids, partial(self._preview, reading.kept, ids, force))
        summary = running.run("import-payments", ids, partial(self._import, reading.kept, ids, force, rows_to_unlink(edits)))
        reading.of = None
        return summary

    def _import(
        self, kept: CompactRows, ids: Sequence[str], force: frozenset[str], unlinked: Sequence[str], run: LeasedRun
    ) -> None:
        for identity in ids:
            if not kept.get(identity):
                run.reporter.row(RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown")))
        # Read under the lease, so that the run belongs to the company that is connected now.
        connection = self._services.connection()
        methods = {entry.id: entry.name for entry in self._services.lists(connection).methods}
        self._services.use_saved_pace(connection.realm)
        context, ledger = self._services.context(connection), self._services.host.ledger
        unlink_in_run(self._services, context, run, unlinked, Outcome.SKIPPED)
        rest = [identity for identity in ids if identity not in set(unlinked)] if unlinked else ids
        import_payments(context, run, ledger, kept, rest, options=ImportOptions(methods, force, self._services.user_name))

    def _preview(self, kept: CompactRows, ids: Sequence[str], force: frozenset[str]) -> Iterator[RowResult]:
        """The planned outcome of each row; nothing is recorded."""
        for identity in ids:
            found = kept.get(identity)
            if found is None:
                yield RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown"))
            else:
                row = unpack(found)
                outcome = Outcome.READY if row.outcome is Outcome.READY or identity in force else row.outcome
                yield RowResult(
                    id=identity, outcome=outcome, message=row.message, quickbooks_id=row.payment.id, applied=row.applications
                )

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells with a search."""
        return []


def is_linkable(row: ImportRow) -> bool:
    """Whether a person may say that the row is the payment here that it is asked about."""
    return row.possible_duplicate is not None and row.existing is not None and not row.possible_duplicate.linked_to
