"""The Export Payments form: its filters, its rows, and the run behind Export Selected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from qb_plugin.errors import AddInError, ReconnectNeeded
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    Field,
    FormDescription,
    FormLink,
    FormRequest,
    FormWarning,
    Notice,
    Option,
    Rejected,
    Row,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.exporting.answer import SOURCES, ExportAnswer, build_first_answer, build_options
from qb_plugin.forms.exporting.columns import ACTION, PREVIEW, ROW_ACTIONS, ROW_EDITS, build_columns, label_link
from qb_plugin.forms.exporting.matched_rows import create_for_records, present_linked
from qb_plugin.forms.exporting.mending import KEYS, MENDING, mend_row
from qb_plugin.forms.exporting.options import ExportValues
from qb_plugin.forms.exporting.previewed import PreviewedExport
from qb_plugin.forms.exporting.records import read_records
from qb_plugin.forms.exporting.row_acts import SETTLING
from qb_plugin.forms.exporting.rows import ExportRows
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions, SeenCompanies
from qb_plugin.forms.hiding import set_hidden
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.links.linking import link_possible_duplicate, relink_client
from qb_plugin.forms.links.unlinking import rows_to_unlink, unlink_in_run
from qb_plugin.forms.matching.creating import CREATE_CUSTOMERS
from qb_plugin.forms.presentation import (
    FIXES,
    catch_failures,
    catch_row_failures,
    present_title,
    present_unavailable,
)
from qb_plugin.forms.previews.opening import open_preview
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.undoing.twice import rows_to_delete
from qb_plugin.host import LedgerQuery
from qb_plugin.model import Connection, Kind, Message, Outcome, Ref, ReferenceLists, RowResult, SourceRecord
from qb_plugin.money import ZERO
from qb_plugin.sync.exporting.previewing.foresight import Fate, Foreseen, before_a_run, foresee
from qb_plugin.sync.exporting.run_export import export, still_open
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.selection import Selection, counts, sort_selection
from qb_plugin.sync.sources import ClientCurrencies
from qb_plugin.sync.undoing.twice import delete_later

HIDES = {"hide": True, "show": False}
LinkRow = Callable[[FormServices, SourceRecord, str], RowResult]
LINKS: Mapping[str, LinkRow] = {"link_possible_duplicate": link_possible_duplicate, "relink_client": relink_client}


@dataclass(slots=True, kw_only=True)
class OpenedForm:
    """What a form was opened with: the selection of the Billing tab, when it was opened from there."""

    selection: Selection | None = None


class ExportPayments:
    """The form behind the menu entry and the right-click on the Billing tab."""

    id = "export-payments"
    offer = Offer(
        title="Export Payments to QuickBooks",
        right="export",
        kinds=frozenset({"payment", "credit_memo"}),
        actions=[PREVIEW, ACTION, *ROW_ACTIONS],
        fixes=list(FIXES.values()),
        row_edits=ROW_EDITS,
        edit_rights={"unlink": "match", "link": "match", "delete_later": "undo"},
        asked=KEYS,
        columns=build_columns([], []),
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._opened = services, ExportAnswer(), FormSessions[OpenedForm]()
        self._previews, self._seen = FormSessions[PreviewedExport](kept=16), SeenCompanies(services)
        self._records = services.host.ledger  # to read records from, whatever the marks on them are
        self._currencies = ClientCurrencies(self._records)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description, for a selection or for the filters."""
        refs = [Ref.parse(text) for text in request.get("selection") or ()]
        selection = sort_selection(refs) if refs else None
        connection = self._services.connection()
        token = self._opened.keep(OpenedForm(selection=selection), connection.realm)
        self._currencies.forget()
        lists, trouble = self._read_lists(connection)
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": self._fields(selection),
            "select_all": bool(selection),
            "answer": {**build_first_answer(self._services.host.today(), selection), **(request.get("answer") or {})},
            "search": True,
            "token": token,
            "columns": build_columns(lists.methods, lists.accounts),
            "actions": [PREVIEW, ACTION],
            "row_actions": ROW_ACTIONS,
            "row_edits": ROW_EDITS,
            "notice": self._notice(selection) if selection else self._new_company_notice(connection),
            "warning": self._warning(selection) if selection else None,
            "unavailable": trouble,
        }

    def _fields(self, selection: Selection | None) -> list[Field]:
        """The fields; of a selection the filters do not count, and are shown so."""
        found = describe_fields(self._schema)
        if not selection:
            return found
        why = self._services.sentences.text(Message("filters_not_used"))
        return [{**each, "disabled": why} if each.get("refilters") else each for each in found]

    def _warning(self, selection: Selection) -> FormWarning | None:
        """The warning of a selection that holds both kinds."""
        if not selection.left_out or not selection.warning:
            return None
        return {"title": "One kind at a time", "text": self._services.sentences.text(selection.warning)}

    def _notice(self, selection: Selection) -> Notice:
        """The line that says what is shown, and what was left out."""
        shown, left_out = len(selection.shown), [str(ref) for ref in selection.left_out]
        link: FormLink = {"label": "Show all instead", "request": {}}
        if left_out:
            message = Message("left_out", counts(shown, len(left_out)))
            link = {"label": label_link(len(left_out)), "request": {"selection": left_out}}
        elif selection.kind is Kind.PAYMENT:
            message = Message("showing_selection_of_payments", counts(shown, 0))
        else:
            message = Message("showing_selection_of_memos", counts(0, shown))
        return {"text": self._services.sentences.text(message), "level": "info", "link": link}

    def _new_company_notice(self, connection: Connection) -> Notice | None:
        """The line of a company that nothing was exported to yet, while another one has got something."""
        elsewhere = self._services.links.exported_elsewhere(connection.realm) if connection.realm else {}
        if not elsewhere:
            return None
        names = ", ".join(self._services.company_name(realm) for realm in sorted(elsewhere))
        message = Message("exported_elsewhere", {"n": sum(elsewhere.values()), "company": names})
        return {"text": self._services.sentences.text(message), "level": "info"}

    def _read_lists(self, connection: Connection) -> tuple[ReferenceLists, Unavailable | None]:
        """QuickBooks' lists, or empty ones with the reason: the rows are shown without QuickBooks as well."""
        try:
            return self._services.lists(connection, fresh=True), None
        except AddInError as failure:
            return ReferenceLists(), present_unavailable(self._services.sentences, failure)

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The rows that the filters leave; after a right-click exactly the selection, whatever the filters say."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> ExportRows:
        values: ExportValues = load_answer(self._schema, answer)
        query: LedgerQuery = {"kinds": [SOURCES[values["source"]].value], "search": str(answer.get("search") or "")}
        query = {**query, **build_sort_query(sort)}
        selection, realm = self._opened.get(answer.get("token"), OpenedForm()).selection, self._services.connection().realm
        self._seen.see(answer, realm)
        if selection:
            query["refs"] = [str(ref) for ref in (*selection.shown, *selection.left_out)]
        else:
            with suppress(Exception):  # the host's own trouble: the list is shown as it is marked
                self._services.repair_after_cut_short(realm)
            query["from"], query["to"] = values["start"], values["end"]
            query["hide_synchronized"], query["show_hidden"] = values["hide_synchronized"], values["show_hidden"]
            query["scope"] = realm
        return ExportRows(self._services, query, values, self._currencies)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Hide or show rows, link a possible duplicate, relink a merged client, unlink, or withdraw what stays in doubt."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids, edits))

    def _act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        if action == PREVIEW["id"]:
            return open_preview("export-preview", self._previews, PreviewedExport(ids, answer, edits), self._services.sentences)
        if action in {*LINKS, *SETTLING}:
            self._seen.check(answer, self._services.connection().realm)
        if action in LINKS:
            return self._link(LINKS[action], answer, ids, edits)
        if action in SETTLING:
            return SETTLING[action](self._services, ids, edits)
        if action in MENDING:
            return mend_row(self._services, action, ids, edits)
        if action in HIDES:
            return set_hidden(self._services, ids, hidden=HIDES[action])
        raise no_such_action(action)

    def _link(self, link: LinkRow, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link each row, or its client, one after the other: what the first changes is seen by the next."""
        unknown = list[RowResult]()
        seen = {identity: str(edit.get("about") or "") for identity, edit in edits.items()}
        records = self._read_records(ids, unknown.append)
        results = {record: link(self._services, record, seen.get(str(record.ref), "")) for record in records}
        return {"rows": present_linked(self._services.sentences, results, unknown, partial(self._read_rows, answer))}

    def _read_rows(self, answer: Answer, clients: Collection[str]) -> Sequence[Row]:
        """The rows of these clients in the list that the answer leaves, as they are now."""
        return self._rows(answer, None).of_clients(clients) if answer and clients else ()

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Export the rows; with `dry_run`, plan the run and send nothing."""
        return catch_failures(self._services.sentences, partial(self._run, action, answer, ids, edits, task))

    def _run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        if action == CREATE_CUSTOMERS:
            self._seen.check(answer, self._services.connection().realm)
            records = self._read_records(ids, ignore)
            return create_for_records(self._services, records, edits, task, partial(self._read_rows, answer))
        if action != ACTION["id"]:
            raise no_such_action(action)
        values: ExportValues = load_answer(self._schema, answer)
        options = build_options(self._services, values, edits)
        if answer.get("dry_run"):
            previewed = PreviewedExport(ids, answer, edits)
            return RunTask(self._services, task).preview(ids, partial(self._foresee_rows, previewed), lambda: previewed.told)
        return self._export_in_task(answer, ids, options, edits, task)

    def _export_in_task(self, answer: Answer, ids: Sequence[str], options: ExportOptions, edits: Edits, task: Task) -> RunSummary:
        values: ExportValues = load_answer(self._schema, answer)
        work, filters = partial(self._export, ids, options, edits), present_filters(self._schema, answer)
        seen = self._seen.of(answer)
        return RunTask(self._services, task).run(f"export-{values['source']}", ids, work, filters=filters, seen=seen)

    def _foresee_rows(self, previewed: PreviewedExport) -> Iterator[RowResult]:
        self.foresee(previewed)
        for row in previewed.rows.values():
            yield row.result

    def _export(self, ids: Sequence[str], options: ExportOptions, edits: Edits, run: LeasedRun) -> None:
        unlinked, deleted = rows_to_unlink(edits), rows_to_delete(edits)
        # Read under the lease, so that the run belongs to the company that is connected now.
        connection = self._services.connection()
        try:
            context = self._services.context(connection)
        except ReconnectNeeded:
            for result in still_open(self._services.context(connection, signed_in=False)):
                run.reporter.row(result)
            raise
        self._services.use_saved_pace(context.realm)
        unlink_in_run(self._services, context, run, unlinked, Outcome.SKIPPED)
        if deleted:
            delete_later(context, run, [Ref.parse(identity) for identity in deleted])
        rest = [identity for identity in ids if identity not in {*unlinked, *deleted}] if unlinked or deleted else ids
        export(context, run, options, self._read_records(rest, run.reporter.row))  # which alone holds them, and releases them

    def _read_records(self, ids: Sequence[str], report: Callable[[RowResult], None]) -> list[SourceRecord]:
        return read_records(self._records, self._currencies, ids, report)

    def previewed(self, token: object) -> PreviewedExport:
        """What was picked for the preview of this token; nothing for an unknown one."""
        return self._previews.get(token, PreviewedExport((), {}, {}))

    def foresee(self, previewed: PreviewedExport) -> None:
        """Plan what was picked, as a run would now; nothing is sent or written."""
        values: ExportValues = load_answer(self._schema, previewed.answer)
        options = build_options(self._services, values, previewed.edits)
        context, unknown = self._services.context(self._services.connection()), list[RowResult]()
        self._seen.check(previewed.answer, context.realm)  # what was picked in a list of another company
        records = self._read_records(previewed.ids, unknown.append)
        previewed.at = f"{self._services.run_ports.clock.now().astimezone():%H:%M:%S}"
        rows = [*map(foresee_unknown, unknown), *foresee(context, records, options, previewed.at)]
        previewed.rows, previewed.ran = {row.id: row for row in rows}, set()

    def rows_of(self, previewed: PreviewedExport, search: str, sort: Sort | None) -> ExportRows:
        """The picked rows as this form shows them."""
        values: ExportValues = load_answer(self._schema, previewed.answer)
        query: LedgerQuery = {"kinds": [SOURCES[values["source"]].value], "search": search, "refs": list(previewed.ids)}
        return ExportRows(self._services, {**query, **build_sort_query(sort)}, values, self._currencies)

    def run_previewed(self, previewed: PreviewedExport, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Export rows as a preview said; the others of the preview stay out, and are planned with them all the same."""
        values: ExportValues = load_answer(self._schema, previewed.answer)
        options = build_options(self._services, values, {**previewed.edits, **edits})
        picked = set(ids)
        aside = self._read_records([each for each in previewed.ids if each not in picked], ignore)
        options = replace(options, promises=previewed.promises(ids), alongside=aside)
        previewed.busy = True
        try:
            return self._export_in_task(previewed.answer, ids, options, {}, task)
        finally:
            previewed.busy, previewed.ran = False, previewed.ran | picked

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the lists are short enough to come with the columns."""
        return []


def build_sort_query(sort: Sort | None) -> LedgerQuery:
    """The sort of the grid in the terms of the host's snapshot query."""
    return {"sort": sort["key"], "descending": bool(sort.get("descending"))} if sort else {}


def foresee_unknown(result: RowResult) -> Foreseen:
    """What is foreseen of a row whose record is not there."""
    return Foreseen(fate=Fate.NOT_SENT, result=before_a_run(result), amount=ZERO)


def ignore(_: RowResult) -> None:
    """That a row is gone which was not to be sent."""
