"""The Import Payments form: QuickBooks' payments with their planned outcomes, and the run behind Import Selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

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
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions, SeenCompanies
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.importing.answer import ImportAnswer
from qb_plugin.forms.importing.choices import build_options
from qb_plugin.forms.importing.columns import ACTION, APPLY_CREDITS, COLUMNS, PREVIEW, ROW_EDITS
from qb_plugin.forms.importing.linking import link_possible_duplicates
from qb_plugin.forms.importing.new_clients import create_clients_of_rows
from qb_plugin.forms.importing.previewed import PreviewedImport, foreseen_result
from qb_plugin.forms.importing.rows import ImportRows, ImportValues, name_methods, summarize_rows
from qb_plugin.forms.importing.waiting import apply_waiting, find_waiting, ids_of
from qb_plugin.forms.links.unlinking import rows_to_unlink, unlink_in_run, unlink_rows
from qb_plugin.forms.presentation import (
    FIXES,
    catch_failures,
    catch_row_failures,
    present_result,
    present_title,
    present_unavailable,
)
from qb_plugin.forms.previews.opening import open_preview
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import keep_answers
from qb_plugin.model import QUICKBOOKS_PAYMENT, Connection, Message, Outcome, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.applying import apply_credits
from qb_plugin.sync.importing.compact_rows import CompactRows, pack_rows, read_compact_rows, unpack
from qb_plugin.sync.importing.merges import MERGED
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.importing.run_import import foresee_import, import_payments
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_clients

ImportWork = Callable[[CompactRows, Sequence[str], LeasedRun], None]
DAYS = 30  # the default range: today and the thirty days before it


@dataclass(slots=True)
class Reading:
    """QuickBooks' payments as an open form last read them, so that sorting and filtering need no second reading.

    `of` is their company and dates; None when they must be read again.
    """

    of: tuple[str, date | None, date | None] | None = None
    kept: CompactRows = field(default_factory=CompactRows)

    def rows(self, ids: Sequence[str]) -> list[ImportRow]:
        """The rows of these ids; those that were not read are left out."""
        return [unpack(kept) for kept in map(self.kept.get, ids) if kept]


class ImportPayments:
    """The form behind Import Payments."""

    id = "import-payments"
    offer = Offer(
        title="Import Payments from QuickBooks",
        right="import",
        kinds=frozenset({QUICKBOOKS_PAYMENT}),
        actions=[PREVIEW, ACTION, UNLINK, APPLY_CREDITS],
        edit_rights={"unlink": "match"},
        fixes=list(FIXES.values()),
        row_edits=ROW_EDITS,
        columns=COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._readings = services, ImportAnswer(), FormSessions[Reading](kept=16)
        self._previews, self._seen = FormSessions[PreviewedImport](kept=16), SeenCompanies(services)

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
            "actions": [PREVIEW, ACTION],
            "row_actions": [UNLINK, *([APPLY_CREDITS] if "apply" in self._services.host.ledger.can else [])],
            "row_edits": ROW_EDITS,
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": self._readings.keep(Reading(), connection.realm),
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
        self._seen.see(answer, connection.realm)
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
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids, edits))

    def _act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        if action == PREVIEW["id"]:
            return open_preview("import-preview", self._previews, PreviewedImport(ids, answer, edits), self._services.sentences)
        acts: dict[str, Callable[[Answer, Sequence[str]], ActResult]] = {
            "link_possible_duplicate": partial(self._link_possible_duplicates, edits),
            "apply_credits": self._apply_credits,
            "relink_client": self._relink_clients,
            "create_client": self._create_clients,
            "unlink": self._unlink,
        }
        if action not in acts:
            raise no_such_action(action)
        self._seen.check(answer, self._services.connection().realm)  # a payment's id is another payment's in another company
        return self._with_unknown(acts[action](answer, ids), answer, ids)

    def _with_unknown(self, result: ActResult, answer: Answer, ids: Sequence[str]) -> ActResult:
        """The result, which says of rows that are in the list no more that they are not there: no button does nothing."""
        told, kept = {row["id"] for row in result.get("rows", ())}, self._readings.get(answer.get("token"), Reading()).kept
        gone = [identity for identity in ids if identity not in told and not kept.get(identity)]
        unknown = [RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown")) for identity in gone]
        if not unknown:
            return result
        return {**result, "rows": [*result.get("rows", ()), *(present_result(self._services.sentences, each) for each in unknown)]}

    def _apply_credits(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        """Apply here the linked credit memos that paid the rows' invoices in QuickBooks."""
        context, reading = self._reading_of(answer)
        rows = reading.rows(ids)
        results = [apply_credits(context, self._services.host.ledger, row.payment) for row in rows]
        reading.of = None
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _relink_clients(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        """Match the client of a merged customer to the customer that has its transactions now."""
        context, reading = self._reading_of(answer)
        rows = reading.rows(ids)
        merged = [row for row in rows if row.question and row.question.key in MERGED]
        wanted = {row.client_id: row.payment.customer_id for row in merged}
        link_clients(context.links, context.realm, wanted, self._services.user_name)
        reading.of = None
        told = {row.id: Message("client_relinked", row.question.values) for row in merged if row.question}
        results = [RowResult(id=row.id, outcome=Outcome.READY, message=told.get(row.id, Message("nothing_merged"))) for row in rows]
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _create_clients(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        context, reading = self._reading_of(answer)
        rows = reading.rows(ids)
        reading.of = None
        return create_clients_of_rows(self._services, context, rows)

    def _reading_of(self, answer: Answer) -> tuple[SyncContext, Reading]:
        connection = self._services.connection()
        reading = self._read_payments(connection, answer, load_answer(self._schema, answer))
        return self._services.context(connection), reading

    def _link_possible_duplicates(self, edits: Edits, answer: Answer, ids: Sequence[str]) -> ActResult:
        context, reading = self._reading_of(answer)
        result = link_possible_duplicates(self._services, context, reading.kept, ids, edits)
        reading.of = None
        return result

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
        if answer.get("dry_run"):
            previewed = PreviewedImport(ids, answer, edits)
            return RunTask(self._services, task).preview(ids, partial(self._foresee_rows, previewed), lambda: previewed.told)
        work = partial(self._import, edits=edits, previewed=None)
        return self._import_in_task(answer, ids, work, keep_answers(task, edits))

    def _import_in_task(self, answer: Answer, ids: Sequence[str], work: ImportWork, task: Task) -> RunSummary:
        """Import the rows, and apply those imported before whose invoice is here by now: these are rows of the run, too."""
        connection, seen = self._services.connection(), self._seen.of(answer)
        if seen and connection.realm and seen != connection.realm:
            return RunTask(self._services, task).run("import-payments", ids, lambda _: None, seen=seen)
        reading = self._read_payments(connection, answer, load_answer(self._schema, answer))
        waiting = find_waiting(self._services, self._services.context(connection), reading.kept, set(ids))

        def import_and_apply(run: LeasedRun) -> None:
            work(reading.kept, ids, run)
            if waiting:
                apply_waiting(self._services, self._services.context(self._services.connection()), run, waiting)

        summary = RunTask(self._services, task).run(
            "import-payments",
            [*ids, *ids_of(waiting)],
            import_and_apply,
            filters=present_filters(self._schema, answer),
            summarize=partial(summarize_rows, reading.kept),
            seen=seen,
        )
        reading.of = None
        return summary

    def _import(
        self, kept: CompactRows, ids: Sequence[str], run: LeasedRun, *, edits: Edits, previewed: PreviewedImport | None
    ) -> None:
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
        options = build_options(edits, methods, self._services.user_name)
        if previewed:
            aside = frozenset(previewed.ids) - set(ids)
            promises = {row.id: row for row in map(unpack, previewed.kept.rows.values())}
            options = replace(options, promises=promises, previewed_at=previewed.at, alongside=aside)
            rest = previewed.ids
        import_payments(context, run, ledger, kept, rest, options=options)

    def _foresee_rows(self, previewed: PreviewedImport) -> Iterator[RowResult]:
        self.foresee(previewed)
        for identity in previewed.ids:
            yield foreseen_result(previewed, identity)

    def previewed(self, token: object) -> PreviewedImport:
        """What was picked for the preview of this token; nothing for an unknown one."""
        return self._previews.get(token, PreviewedImport((), {}, {}))

    def foresee(self, previewed: PreviewedImport) -> None:
        """Plan what was picked, as a run would now; nothing is recorded or written."""
        connection = self._services.connection()
        self._seen.check(previewed.answer, connection.realm)  # what was picked in a list of another company
        reading = self._read_payments(connection, previewed.answer, load_answer(self._schema, previewed.answer))
        context, ledger, kept = self._services.context(connection), self._services.host.ledger, reading.kept
        previewed.options = build_options(previewed.edits, {}, self._services.user_name)
        previewed.at = f"{self._services.run_ports.clock.now().astimezone():%H:%M:%S}"
        rows = pack_rows(foresee_import(context, ledger, kept, previewed.ids, options=previewed.options))
        previewed.kept, previewed.ran = replace(kept, rows=rows, others=None), set()

    def rows_of(self, previewed: PreviewedImport, search: str, sort: Sort | None) -> ImportRows:
        """The picked rows as this form shows them, planned as the preview planned them."""
        values: ImportValues = load_answer(self._schema, {**previewed.answer, "hide_synchronized": False})
        connection, kept = self._services.connection(), previewed.kept
        return ImportRows(
            self._services, connection=connection, kept=kept, values=values, everything=True, search=search, sort=sort
        )

    def run_previewed(self, previewed: PreviewedImport, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Import rows as a preview said; the others of the preview stay out, and are planned with them all the same."""
        work = partial(self._import, edits={**previewed.edits, **edits}, previewed=previewed)
        previewed.busy = True
        try:
            return self._import_in_task(previewed.answer, ids, work, task)
        finally:
            previewed.busy, previewed.ran = False, previewed.ran | set(ids)

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells with a search."""
        return []
