"""Export Payments: which records are shown, how each looks, and what Export Selected does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from marshmallow import fields, validates_schema

from qb_plugin.errors import AddInError, ReconnectNeeded
from qb_plugin.forms.exporting.columns import ACTION, ROW_ACTIONS, columns, link_label
from qb_plugin.forms.exporting.rows import ExportRows, as_source, row_ref
from qb_plugin.forms.fields import FormSchema, check_dates, describe_fields, load_answer
from qb_plugin.forms.form_sessions import FormSessions
from qb_plugin.forms.hiding import set_hidden
from qb_plugin.forms.linking import link_possible_duplicate
from qb_plugin.forms.presentation import answering, present_result, rows_or_reason, title_of, unavailable
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.host import Task
from qb_plugin.model import Connection, Kind, Message, Outcome, Ref, RowResult, SourceRecord
from qb_plugin.sync.exporting.planning import Planner
from qb_plugin.sync.exporting.run_export import export, still_open
from qb_plugin.sync.exporting.settlement import applications_of
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.selection import Selection, counts, sort_selection

SOURCES = {"payments": Kind.PAYMENT, "credit_memos": Kind.CREDIT_MEMO}
PORTION = 1000  # records read from the host at a time
DAYS = 30  # the default range: today and the thirty days before it


class ExportAnswer(FormSchema):
    """The form's filters and switches (docs/architecture.md rules P5 and P6)."""

    start = fields.Date(data_key="from", load_default=None, metadata={"label": "From", "refilters": True})
    end = fields.Date(data_key="to", load_default=None, metadata={"label": "To", "refilters": True})
    source = fields.String(
        load_default="payments",
        validate=lambda value: value in SOURCES,
        metadata={
            "label": "Source",
            "type": "choice",
            "style": "radio",
            "choices": [{"value": "payments", "label": "Payments"}, {"value": "credit_memos", "label": "Credit Memos"}],
            "refilters": True,
        },
    )
    hide_synchronized = fields.Boolean(
        load_default=True,
        metadata={"label": "Hide Synchronized", "refilters": True, "help": "Leave out what is in QuickBooks"},
    )
    show_hidden = fields.Boolean(
        load_default=False, metadata={"label": "Show Hidden", "refilters": True, "help": "Show rows that were hidden by hand, too"}
    )
    auto_apply = fields.Boolean(
        load_default=False,
        metadata={"label": "Auto Apply", "help": "Apply to open invoices in QuickBooks: an equal balance first, else the oldest"},
    )

    @validates_schema
    def check_range(self, values: Mapping[str, Any], **_: Any) -> None:
        """A range ends on or after the day it begins."""
        check_dates(values, "start", "end")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open form: what was picked in the Billing tab, if it was opened from there."""

    selection: Selection | None = None


class ExportPayments:
    """The form behind both doors: the menu entry and the right-click."""

    id = "export-payments"

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._opened = services, ExportAnswer(), FormSessions[Opened]()

    def open(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the form, for a selection or for the filters."""
        refs = [Ref.parse(text) for text in request.get("selection") or ()]
        selection = sort_selection(refs) if refs else None
        token = self._opened.keep(Opened(selection))
        connection = self._services.connection()
        description = {
            "id": self.id,
            "title": "Export Payments to QuickBooks",
            "subtitle": title_of(self._services.host.firm, connection),
            "fields": describe_fields(self._schema),
            "answer": {**self._first_answer(selection), **(request.get("answer") or {})},
            "search": True,
            "token": token,
            "actions": [ACTION],
            "row_actions": ROW_ACTIONS,
            **self._said(selection),
        }
        return {**description, **self._reached(connection)}

    def _first_answer(self, selection: Selection | None) -> dict[str, Any]:
        today = self._services.host.today()
        kind = selection.kind if selection else Kind.PAYMENT
        return {
            "from": (today - timedelta(days=DAYS)).isoformat(),
            "to": today.isoformat(),
            "source": next(name for name, value in SOURCES.items() if value is kind),
            "hide_synchronized": True,
            "show_hidden": False,
            "auto_apply": False,
        }

    def _said(self, selection: Selection | None) -> dict[str, Any]:
        """The warning of a mixed selection, and the line that says what is shown."""
        if selection is None:
            return {"warning": None, "notice": None}
        sentences = self._services.sentences
        said = counts(len(selection.shown), len(selection.left_out))
        warning = {"title": "One kind at a time", "text": sentences.text(selection.warning)} if selection.warning else None
        key = "showing_selection_of_payments" if selection.kind is Kind.PAYMENT else "showing_selection_of_memos"
        if selection.left_out:
            link = {"label": link_label(len(selection.left_out)), "request": {"selection": [str(r) for r in selection.left_out]}}
            return {
                "warning": warning,
                "notice": {"text": sentences.text(Message("left_out", said)), "level": "info", "link": link},
            }
        said = said if selection.kind is Kind.PAYMENT else counts(0, len(selection.shown))
        link = {"label": "Show all instead", "request": {}}
        return {"warning": None, "notice": {"text": sentences.text(Message(key, said)), "level": "info", "link": link}}

    def _reached(self, connection: Connection) -> dict[str, Any]:
        """The columns with QuickBooks' lists in them; without QuickBooks the rows are shown and the form says so."""
        try:
            lists = self._services.lists(connection, fresh=True)
        except AddInError as failure:
            return {"columns": columns((), ()), "unavailable": unavailable(self._services.sentences, failure)}
        return {"columns": columns(lists.methods, lists.accounts), "unavailable": None}

    def rows(self, answer: Mapping[str, Any], sort: Mapping[str, Any] | None) -> Any:
        """The rows the filters leave; from a right-click exactly the selection, whatever the filters say."""
        return rows_or_reason(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Mapping[str, Any], sort: Mapping[str, Any] | None) -> ExportRows:
        values = load_answer(self._schema, answer)
        query = {"kinds": [SOURCES[values["source"]].value], "search": answer.get("search") or "", **(sort_query(sort))}
        selection = self._opened.get(answer.get("token"), Opened()).selection
        if selection:
            query["refs"] = [str(ref) for ref in (*selection.shown, *selection.left_out)]
        else:
            query |= {"from": values["start"], "to": values["end"]}
            query |= {name: values[name] for name in ("hide_synchronized", "show_hidden")}
        return ExportRows(self._services, self._services.host.ledger.snapshot(query), values)

    def act(self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any]) -> dict[str, Any]:
        """Hide or show rows, or link a look-alike."""
        if action == "link_possible_duplicate":
            found: dict[str, Any] = answering(self._services.sentences, partial(self._link_possible_duplicates, ids))
            return found
        return set_hidden(self._services, ids, hidden=action == "hide")

    def _link_possible_duplicates(self, ids: Sequence[str]) -> dict[str, Any]:
        results = [link_possible_duplicate(self._services, self._source(ref)) for ref in ids]
        return {"rows": [present_result(self._services.sentences, result) for result in results]}

    def _source(self, ref: str) -> Any:
        return as_source(self._services.host.ledger.records([ref])[0])

    def run(
        self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any], task: Task
    ) -> dict[str, Any]:
        """Export the rows; with `dry_run` only say what would be sent."""
        found: dict[str, Any] = answering(self._services.sentences, partial(self._run, answer, ids, edits, task))
        return found

    def _run(self, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any], task: Task) -> dict[str, Any]:
        values = load_answer(self._schema, answer)
        options = self._options(values, edits)
        running = RunTask(self._services, task)
        if answer.get("dry_run"):
            return running.preview(ids, partial(self._preview, ids, options))
        return running.run(f"export-{values['source']}", ids, partial(self._work, ids, options))

    def _work(self, ids: Sequence[str], options: ExportOptions, run: LeasedRun) -> None:
        # Read under the lease, so that the run belongs to the company that is connected now.
        connection = self._services.connection()
        try:
            context = self._services.context(connection)
        except ReconnectNeeded:
            for result in still_open(self._services.context(connection, signed_in=False)):
                run.reporter.row(result)
            raise
        self._services.use_saved_pace(context.realm)
        export(context, run, options, self._records(ids, run.reporter.row))  # which alone holds them, and releases them

    def _records(self, ids: Sequence[str], report: Callable[[RowResult], None]) -> list[SourceRecord]:
        """The host's records of these rows, read in portions; rows that are not there (any more) end at once."""
        found: list[SourceRecord] = []
        for start in range(0, len(ids), PORTION):
            portion = ids[start : start + PORTION]
            records = [as_source(record) for record in self._services.host.ledger.records(portion)]
            for unknown in unknown_rows(portion, {str(record.ref) for record in records}):
                report(unknown)
            found += records
        return found

    def _preview(self, ids: Sequence[str], options: ExportOptions) -> Iterator[RowResult]:
        """Plan, and send nothing."""
        context, unknown = self._services.context(self._services.connection()), list[RowResult]()
        records = self._records(ids, unknown.append)
        plan = Planner(context, read_snapshot(context, records, options), options).plan(records)
        yield from unknown
        yield from plan.decided
        yield from (RowResult(str(r.ref), Outcome.READY, Message("would_link"), b.id) for r, b in plan.adopted)
        yield from (RowResult(row.id, Outcome.READY, Message("would_send"), None, applications_of(row.lines)) for row in plan.rows)

    def _options(self, values: Mapping[str, Any], edits: Mapping[str, Any]) -> ExportOptions:
        settings = self._services.settings(self._services.connection().realm)
        rows = {row_ref(identity): dict(change) for identity, change in edits.items()}
        return ExportOptions(
            auto_apply=values["auto_apply"],
            apply_as_in_workspace=settings.get("auto_apply_uses") == "workspace",
            methods=dict(settings.get("payment_method") or {}),
            deposits=dict(settings.get("deposit_account") or {}),
            item_id=str(settings.get("credit_memo_item") or ""),
            row_deposits={ref: change["deposit"] for ref, change in rows.items() if "deposit" in change},
            row_methods={ref: change["method"] for ref, change in rows.items() if "method" in change},
            force=frozenset(ref for ref, change in rows.items() if change.get("force")),
        )

    def options(self, name: str, search: str) -> list[dict[str, str]]:
        """This form's lists are short enough to come with the columns."""
        return []


def sort_query(sort: Mapping[str, Any] | None) -> dict[str, Any]:
    """The host's names for the grid's sort."""
    return {"sort": sort["key"], "descending": bool(sort.get("descending"))} if sort else {}


def unknown_rows(ids: Sequence[str], found: set[str]) -> Iterator[RowResult]:
    """Rows that are not there (any more)."""
    return (RowResult(identity, Outcome.FAILED, Message("record_unknown")) for identity in ids if identity not in found)
