"""Rows of the form that shows what happened to each record: ends of rows, attempts, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import Cells, EmptyGrid, Fix, Row
from qb_plugin.forms.history.record_names import RecordName, read_names, spell_ref
from qb_plugin.forms.history.words import ORIGINS, STATES, show_attempt, show_moment, show_request, show_what, traces
from qb_plugin.forms.presentation import present_applications
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Attempt, EntryKind, HistoryEntry, IntentState, Message, Outcome, RowResult, Side, side_of
from qb_plugin.money import plain_amount
from qb_plugin.sync.context import SyncContext

OUTCOMES = {
    IntentState.OPEN: Outcome.NOT_CONFIRMED,
    IntentState.CONFIRMED: Outcome.SYNCHRONIZED,
    IntentState.REFUSED: Outcome.FAILED,
    IntentState.WITHDRAWN: Outcome.NOT_CONFIRMED,
    IntentState.CLOSED: Outcome.NOT_TRIED,
}
IN_QUICKBOOKS: Fix = {"label": "Open in QuickBooks", "act": "quickbooks"}


class EntryRows:
    """The entries in order, each read when its page is. Without a connected company, requests are not put into words."""

    def __init__(self, services: FormServices, ids: Sequence[str], context: SyncContext | None) -> None:
        self._services, self._ids, self._context = services, ids, context

    @property
    def count(self) -> int:
        """The number of entries."""
        return len(self._ids)

    @property
    def total(self) -> str:
        """No sum: one payment may have several entries."""
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
        return {"text": self._services.sentences.text(Message("empty_history_entries")), "link": None}

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return list(self._ids[start:stop])

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        entries = self._services.history.entries(self._ids[start:stop])
        names = read_names(self._services, [ref for entry in entries for ref in shown_refs(entry)])
        return [self._present(entry, names) for entry in entries]

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum: one payment may have several entries."""
        return ""

    def _present(self, entry: HistoryEntry, names: Mapping[str, RecordName]) -> Row:
        requests = [self._request(attempt, entry) for attempt in entry.attempts]
        answer, name = self._answer(entry, names), name_of(entry, names)
        details = [show_attempt(*pair) for pair in zip(entry.attempts, requests, strict=True)]
        if entry.result and entry.result.message and entry.result.message.details:
            details.append(entry.result.message.details)
        there = quickbooks_id(entry)
        fixes = [*([IN_QUICKBOOKS] if there else []), whole_record(find_again(entry, names))]
        return {
            "id": entry.id,
            "cells": {**entry_cells(entry, names), "request": "; ".join(requests), "answer": answer, "quickbooks": there},
            "outcome": outcome_of(entry).value,
            "message": answer,
            "details": self._services.sentences.dates("\n".join(details)),
            "fixes": fixes,
            "selectable": True,
            "title": self._services.sentences.dates(f"{show_what(entry)} {name.label} {show_moment(entry.at)}"),
        }

    def _request(self, attempt: Attempt, entry: HistoryEntry) -> str:
        """What was sent, in words; without a company or with a payload that cannot be read, its operation alone."""
        draft = None
        if self._context:
            try:
                draft = self._context.quickbooks.draft(attempt.intent.entity, attempt.intent.payload)
            except (AddInError, ValueError):
                draft = None
        applied = entry.result.applied if entry.result else ()
        return self._services.sentences.dates(show_request(attempt.intent.operation, draft, attempt.intent.sends, applied))

    def _answer(self, entry: HistoryEntry, names: Mapping[str, RecordName]) -> str:
        sentences = self._services.sentences
        if entry.link:
            key = "history_linked" if entry.kind is EntryKind.LINKED else "history_unlinked"
            values = {"record": name_of(entry, names).label, "there": f"{entry.link.entity} {entry.link.quickbooks_id}"}
            return sentences.text(Message(key, values | {"how": ORIGINS[entry.link.origin]}))
        if entry.result and entry.result.message:
            return sentences.text(entry.result.message)
        if entry.result and entry.result.outcome is Outcome.SYNCHRONIZED:
            return sentences.text(Message("history_done", {"id": entry.result.quickbooks_id or ""}))
        message = entry.attempts[-1].intent.message if entry.attempts else None
        if message:
            return sentences.text(message)
        state = STATES[entry.attempts[-1].intent.state] if entry.attempts else ""
        return sentences.text(Message("history_attempt", {"state": state}))


def whole_record(record: str) -> Fix:
    """The button that shows all that ever happened to the record."""
    answer = {"record": record, "run": "", "from": "", "to": "", "what": "", "outcome": ""}
    return {"label": "All of this record", "form": "history-entries", "request": {"answer": answer}}


def shown_refs(entry: HistoryEntry) -> list[str]:
    """The records that the entry's row shows by their names."""
    return [record_of(entry), *([str(entry.result.source)] if entry.result and entry.result.source else [])]


def name_of(entry: HistoryEntry, names: Mapping[str, RecordName]) -> RecordName:
    """What the entry's record is called: as it stood when a run ended it, else as it is now."""
    summary = entry.result.summary if entry.result else None
    return RecordName(summary.number, summary.client) if summary else names[record_of(entry)]


def find_again(entry: HistoryEntry, names: Mapping[str, RecordName]) -> str:
    """What the field *Record* finds the record by: the number that it has now, else its ref."""
    record = record_of(entry)
    number = names[record].number
    return record if number in {"", spell_ref(record)} else number


def entry_cells(entry: HistoryEntry, names: Mapping[str, RecordName]) -> Cells:
    """The cells that need no company."""
    summary, name = entry.result.summary if entry.result else None, name_of(entry, names)
    return {
        "when": show_moment(entry.at),
        "who": who_of(entry),
        "what": show_what(entry),
        "number": name.number,
        "client": name.client,
        "date": summary.date.isoformat() if summary else "",
        "amount": plain_amount(summary.amount) if summary else "",
        "change": change_of(entry, names),
        "applied": present_applications(entry.result.applied) if entry.result else "",
        "tid": traces(entry.attempts),
    }


def who_of(entry: HistoryEntry) -> str:
    """Who began the run, or who linked the two or took that back by hand."""
    if entry.run:
        return entry.run.user
    return entry.link.by if entry.link else ""


def change_of(entry: HistoryEntry, names: Mapping[str, RecordName]) -> str:
    """`not in QuickBooks → in QuickBooks as 698`; empty where nothing has changed."""
    if entry.result is None:
        return ""
    return " → ".join(filter(None, (before(entry.result, entry.attempts, names), after(entry.result, names))))


def before(result: RowResult, attempts: Sequence[Attempt], names: Mapping[str, RecordName]) -> str:
    """Where the record was before: an export that created it, or an import that recorded it, found nothing on the other side."""
    if result.outcome is Outcome.UNDONE:
        return standing_as(result, names)
    if side_of(result.id) is Side.QUICKBOOKS:
        return "not here" if result.source else ""
    return "not in QuickBooks" if any(each.intent.state is IntentState.CONFIRMED for each in attempts) else ""


def after(result: RowResult, names: Mapping[str, RecordName]) -> str:
    """What the record is on the other side now."""
    if result.outcome is Outcome.UNDONE:
        return "not here" if side_of(result.id) is Side.QUICKBOOKS else "not in QuickBooks"
    return standing_as(result, names)


def standing_as(result: RowResult, names: Mapping[str, RecordName]) -> str:
    """What a record is on the other side, where it is there."""
    if side_of(result.id) is Side.QUICKBOOKS:
        return f"here as {names[str(result.source)].label}" if result.source else ""
    return f"in QuickBooks as {result.quickbooks_id}" if result.quickbooks_id else ""


def outcome_of(entry: HistoryEntry) -> Outcome:
    """How it ended."""
    if entry.result:
        return entry.result.outcome
    if entry.link:
        return Outcome.SYNCHRONIZED if entry.kind is EntryKind.LINKED else Outcome.REMOVED
    return OUTCOMES[entry.attempts[-1].intent.state]


def quickbooks_id(entry: HistoryEntry) -> str:
    """QuickBooks' number of the record; of a row that shows QuickBooks' own, its own."""
    if entry.link:
        return entry.link.quickbooks_id
    if entry.result:
        own = entry.result.id.partition(":")[2] if side_of(entry.result.id) is Side.QUICKBOOKS else ""
        return entry.result.quickbooks_id or own
    return entry.attempts[-1].intent.quickbooks_id or ""


def record_of(entry: HistoryEntry) -> str:
    """The record that the entry is about: WorkSpace's, where there is one."""
    if entry.link:
        return str(entry.link.source)
    if entry.result:
        return str(entry.result.source or entry.result.id)
    return str(entry.attempts[-1].intent.source)
