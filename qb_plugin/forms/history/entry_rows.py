"""Rows of the form that shows what happened to each record: ends of rows, attempts, links."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import Cells, EmptyGrid, Fix, Row
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
        return [self._present(entry) for entry in self._services.history.entries(self._ids[start:stop])]

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum: one payment may have several entries."""
        return ""

    def _present(self, entry: HistoryEntry) -> Row:
        requests = [self._request(attempt) for attempt in entry.attempts]
        answer = self._answer(entry)
        details = [show_attempt(*pair) for pair in zip(entry.attempts, requests, strict=True)]
        if entry.result and entry.result.message and entry.result.message.details:
            details.append(entry.result.message.details)
        there = quickbooks_id(entry)
        fixes = [*([IN_QUICKBOOKS] if there else []), whole_record(record_of(entry))]
        return {
            "id": entry.id,
            "cells": {**entry_cells(entry), "request": "; ".join(requests), "answer": answer, "quickbooks": there},
            "outcome": outcome_of(entry).value,
            "message": answer,
            "details": "\n".join(details),
            "fixes": fixes,
            "selectable": True,
            "title": " ".join(filter(None, (show_what(entry), record_of(entry), show_moment(entry.at)))),
        }

    def _request(self, attempt: Attempt) -> str:
        """What was sent, in words; without a company or with a payload that cannot be read, its operation alone."""
        draft = None
        if self._context:
            try:
                draft = self._context.quickbooks.draft(attempt.intent.entity, attempt.intent.payload)
            except (AddInError, ValueError):
                draft = None
        return self._services.sentences.dates(show_request(attempt.intent.operation, draft, attempt.intent.sends))

    def _answer(self, entry: HistoryEntry) -> str:
        sentences = self._services.sentences
        if entry.link:
            key = "history_linked" if entry.kind is EntryKind.LINKED else "history_unlinked"
            values = {"record": str(entry.link.source), "there": f"{entry.link.entity} {entry.link.quickbooks_id}"}
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


def entry_cells(entry: HistoryEntry) -> Cells:
    """The cells that need no company."""
    summary = entry.result.summary if entry.result else None
    return {
        "when": show_moment(entry.at),
        "who": entry.run.user if entry.run else "",
        "what": show_what(entry),
        "number": summary.number if summary else record_of(entry),
        "client": summary.client if summary else "",
        "date": summary.date.isoformat() if summary else "",
        "amount": plain_amount(summary.amount) if summary else "",
        "change": change_of(entry),
        "applied": present_applications(entry.result.applied) if entry.result else "",
        "tid": traces(entry.attempts),
    }


def change_of(entry: HistoryEntry) -> str:
    """`not in QuickBooks → in QuickBooks as 698`; empty where nothing has changed."""
    if entry.result is None:
        return ""
    return " → ".join(filter(None, (before(entry.result, entry.attempts), after(entry.result))))


def before(result: RowResult, attempts: Sequence[Attempt]) -> str:
    """Where the record was before: an export that created it, or an import that recorded it, found nothing on the other side."""
    if result.outcome is Outcome.UNDONE:
        return standing_as(result)
    if side_of(result.id) is Side.QUICKBOOKS:
        return "not here" if result.source else ""
    return "not in QuickBooks" if any(each.intent.state is IntentState.CONFIRMED for each in attempts) else ""


def after(result: RowResult) -> str:
    """What the record is on the other side now."""
    if result.outcome is Outcome.UNDONE:
        return "not here" if side_of(result.id) is Side.QUICKBOOKS else "not in QuickBooks"
    return standing_as(result)


def standing_as(result: RowResult) -> str:
    """What a record is on the other side, where it is there."""
    if side_of(result.id) is Side.QUICKBOOKS:
        return str(result.source) if result.source else ""
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
