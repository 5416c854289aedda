"""The form that shows what became of each row of a run, and all that ever happened to a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from qb_plugin.errors import AddInError
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
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.history.asked import ANY, DAYS, EntryAnswer, EntryValues, build_query, find_records
from qb_plugin.forms.history.columns import ENTRY_COLUMNS, OPEN_QUICKBOOKS, UNDO
from qb_plugin.forms.history.entry_rows import EntryRows, quickbooks_id, record_of
from qb_plugin.forms.history.runs_form import in_order
from qb_plugin.forms.history.words import show_action, show_moment
from qb_plugin.forms.presentation import as_summary, catch_failures, catch_row_failures, present_title
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, EntryKind, HistoryEntry, HistoryQuery, Message, RunInfo
from qb_plugin.sync.context import SyncContext

CHOICES = 100  # runs that the field offers, newest first


class HistoryEntries:
    """The form behind a run's *Open*, and behind *QuickBooks History* of a payment."""

    id = "history-entries"
    offer = Offer(
        title="History of Rows",
        right="view",
        kinds=frozenset(kind.value for kind in EntryKind),
        actions=[OPEN_QUICKBOOKS, UNDO],
        columns=ENTRY_COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, EntryAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description: of a run or a record that is named, else of the last days."""
        connection = self._services.connection()
        asked = dict(request.get("answer") or {})
        if request.get("selection"):
            asked["record"] = " ".join(request["selection"] or ())
        today = self._services.host.today()
        whole = bool(asked.get("run") or asked.get("record"))
        days = {"from": "", "to": ""} if whole else {"from": (today - timedelta(days=DAYS)).isoformat(), "to": ""}
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": self._describe_fields(connection, str(asked.get("run") or "")),
            "answer": {"run": "", "record": "", "what": "", "outcome": "", **days, **asked},
            "columns": ENTRY_COLUMNS,
            "actions": [],
            "row_actions": [OPEN_QUICKBOOKS, UNDO],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": None,
            "token": "",
        }

    def _describe_fields(self, connection: Connection, run_id: str) -> list[Field]:
        """The fields; the field *Run* offers the last ones, and the one that was asked for."""
        found = describe_fields(self._schema)
        newest = self._services.history.run_ids(HistoryQuery(realm=connection.realm))[:CHOICES]
        runs = self._services.history.runs(list(dict.fromkeys([*([run_id] if run_id else []), *newest])))
        choices = offer_runs(self._services.sentences, runs)
        return [{**field, "choices": choices} if field["name"] == "run" else field for field in found]

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The entries that the filters leave."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> EntryRows:
        values: EntryValues = load_answer(self._schema, answer)
        connection = self._services.connection()
        query = replace(
            build_query(connection.realm, values, answer),
            run_id=values["run"],
            records=find_records(self._services, values["record"]),
        )
        ids = self._services.history.entry_ids(query)
        return EntryRows(self._services, in_order(ids, sort), self._context(connection))

    def _context(self, connection: Connection) -> SyncContext | None:
        """The company's ports; None when there is no company (any more)."""
        try:
            return self._services.context(connection, signed_in=False)
        except AddInError:
            return None

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Open a record in QuickBooks, or the form that undoes what these entries tell."""
        if action == UNDO["id"]:
            records = dict.fromkeys(record_of(entry) for entry in self._services.history.entries(ids))
            return {"form": "undo", "request": {"answer": {"run": "", "record": " ".join(records)}}}
        return catch_failures(self._services.sentences, partial(self._open_in_quickbooks, ids))

    def _open_in_quickbooks(self, ids: Sequence[str]) -> ActResult:
        found = self._services.history.entries(ids[:1])
        there = quickbooks_id(found[0]) if found else ""
        if not there:
            return {"notice": self._services.sentences.text(Message("history_no_record")), "level": "warning"}
        return {"open_url": self._services.record_page(self._services.connection(), entity_of(found[0]), there)}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: nothing here takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []


def offer_runs(sentences: Sentences, runs: Sequence[RunInfo]) -> list[Option]:
    """*Any*, and each run as `2026-11-26 14:02:11 Export payments, Maria Ortiz`, the date as people write it."""
    moments = {run.id: sentences.dates(show_moment(run.started)) for run in runs}
    named: list[Option] = [{"value": run.id, "label": f"{moments[run.id]} {show_action(run.action)}, {run.user}"} for run in runs]
    return [ANY, *named]


def entity_of(entry: HistoryEntry) -> str:
    """What the record is in QuickBooks."""
    if entry.link:
        return entry.link.entity
    return "CreditMemo" if record_of(entry).startswith("credit_memo:") else "Payment"
