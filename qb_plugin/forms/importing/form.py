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
from qb_plugin.forms.exporting.columns import UNLINK
from qb_plugin.forms.fields import FormSchema, WholeDate, check_dates, describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.importing.choices import build_options, is_linkable
from qb_plugin.forms.importing.columns import ACTION, APPLY_CREDITS, COLUMNS, ROW_EDITS
from qb_plugin.forms.importing.rows import ImportRows, ImportValues, name_methods, summarize_rows
from qb_plugin.forms.links.unlinking import rows_to_unlink, unlink_in_run, unlink_rows
from qb_plugin.forms.presentation import (
    FIXES,
    catch_failures,
    catch_row_failures,
    present_result,
    present_title,
    present_unavailable,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask, mark_change
from qb_plugin.forms.services import FormServices
from qb_plugin.model import QUICKBOOKS_PAYMENT, Connection, Message, Outcome, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.applying import apply_credits
from qb_plugin.sync.importing.compact_rows import CompactRows, read_compact_rows, unpack
from qb_plugin.sync.importing.run_import import accept, import_payments
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_clients, link_matched

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
        actions=[ACTION, UNLINK, APPLY_CREDITS],
        edit_rights={"unlink": "match"},
        fixes=list(FIXES.values()),
        row_edits=ROW_EDITS,
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
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {**first, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [ACTION],
            "row_actions": [UNLINK, *([APPLY_CREDITS] if "apply" in self._services.host.ledger.can else [])],
            "row_edits": ROW_EDITS,
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
        everything, search = bool(answer.get("not_listed")), str(answer.get("search") or "")
        return ImportRows(
            self._services, connection=connection, kept=kept, values=values, everything=everything, search=search, sort=sort
        )

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
        """Link possible duplicates, unlink, apply credits here as in QuickBooks, or match a client to what its customer became."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids))

    def _act(self, action: str, answer: Answer, ids: Sequence[str]) -> ActResult:
        work = {
            "link_possible_duplicate": self._link_possible_duplicates,
            "apply_credits": self._apply_credits,
            "relink_client": self._relink_clients,
            "unlink": self._unlink,
        }.get(action)
        if work is None:
            raise no_such_action(action)
        return work(answer, ids)

    def _apply_credits(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        """Apply here the linked credit memos that paid the rows' invoices in QuickBooks."""
        context, reading = self._reading_of(answer)
        rows = [unpack(kept) for kept in map(reading.kept.get, ids) if kept]
        results = [apply_credits(context, self._services.host.ledger, row.payment) for row in rows]
        reading.of = None
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _relink_clients(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        """Match the client of a merged customer to the customer that has its transactions now."""
        context, reading = self._reading_of(answer)
        rows = [unpack(kept) for kept in map(reading.kept.get, ids) if kept]
        merged = [row for row in rows if row.question and row.question.key == "customer_merged"]
        link_clients(context.links, context.realm, {row.client_id: row.payment.customer_id for row in merged})
        reading.of = None
        results = [
            RowResult(id=row.id, outcome=Outcome.READY, message=Message("client_relinked", row.question.values))
            for row in merged
            if row.question
        ]
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _reading_of(self, answer: Answer) -> tuple[SyncContext, Reading]:
        connection = self._services.connection()
        reading = self._read_payments(connection, answer, load_answer(self._schema, answer))
        return self._services.context(connection), reading

    def _link_possible_duplicates(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        context, reading = self._reading_of(answer)
        rows = [row for kept in map(reading.kept.get, ids) if kept and is_linkable(row := unpack(kept))]
        pairs = [(row.existing, row.payment) for row in rows if row.existing]
        link_matched(context, pairs)
        self._services.host.marks.put([mark_change(str(ref), "synchronized", there.id, context.realm) for ref, there in pairs])
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
        running = RunTask(self._services, task)
        if answer.get("dry_run"):
            return running.preview(ids, partial(self._preview, reading.kept, ids, edits))
        summary = running.run(
            "import-payments",
            ids,
            partial(self._import, reading.kept, ids, edits),
            filters=present_filters(self._schema, answer),
            summarize=partial(summarize_rows, reading.kept),
        )
        reading.of = None
        return summary

    def _import(self, kept: CompactRows, ids: Sequence[str], edits: Edits, run: LeasedRun) -> None:
        for identity in ids:
            if not kept.get(identity):
                run.reporter.row(RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown")))
        # Read under the lease, so that the run belongs to the company that is connected now.
        connection = self._services.connection()
        methods = name_methods(self._services, connection, kept.rows.values())
        self._services.use_saved_pace(connection.realm)
        context, ledger = self._services.context(connection), self._services.host.ledger
        unlinked = rows_to_unlink(edits)
        unlink_in_run(self._services, context, run, unlinked, Outcome.SKIPPED)
        rest = [identity for identity in ids if identity not in set(unlinked)] if unlinked else ids
        import_payments(context, run, ledger, kept, rest, options=build_options(edits, methods, self._services.user_name))

    def _preview(self, kept: CompactRows, ids: Sequence[str], edits: Edits) -> Iterator[RowResult]:
        """The planned outcome of each row; nothing is recorded."""
        force = build_options(edits, {}, "").force
        for identity in ids:
            found = kept.get(identity)
            if found is None:
                yield RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown"))
            else:
                row = accept(unpack(found), force, frozenset())
                yield RowResult(
                    id=identity, outcome=row.outcome, message=row.message, quickbooks_id=row.payment.id, applied=row.applications
                )

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells with a search."""
        return []
