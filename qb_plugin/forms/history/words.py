"""The words of the history: what a run did, how long it took, what was sent and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from qb_plugin.model import (
    Application,
    Attempt,
    Draft,
    EntryKind,
    HistoryEntry,
    IntentState,
    LinkOrigin,
    Operation,
    PaymentDraft,
    RunInfo,
)
from qb_plugin.money import show_amount

ACTIONS: Mapping[str, str] = {
    "export-payments": "Export payments",
    "export-credit_memos": "Export credit memos",
    "import-payments": "Import payments",
    "create-customers": "Create customers",
    "take-changes": "Take QuickBooks' changes",
    "send-changes": "Send changes",
    "leave-changes": "Leave changes",
    "settle": "Settle what was open",
    "undo": "Undo",
}
ORIGINS: Mapping[LinkOrigin, str] = {
    LinkOrigin.EXPORTED: "sent from here",
    LinkOrigin.IMPORTED: "imported from there",
    LinkOrigin.ADOPTED: "found in QuickBooks by its marker",
    LinkOrigin.MATCHED: "a person said that both are the same",
}
OPERATIONS: Mapping[Operation, str] = {
    Operation.CREATE: "create",
    Operation.APPLY: "apply credit",
    Operation.UPDATE: "change",
    Operation.VOID: "void",
    Operation.DELETE: "delete",
}
STATES: Mapping[IntentState, str] = {
    IntentState.OPEN: "not confirmed yet",
    IntentState.CONFIRMED: "confirmed",
    IntentState.REFUSED: "refused",
    IntentState.WITHDRAWN: "given up in doubt",
    IntentState.CLOSED: "closed",
}


def show_action(action: str) -> str:
    """`Export payments`; an action that this version does not know, in its own words."""
    return ACTIONS.get(action, action.replace("-", " ").replace("_", " ").capitalize())


def show_moment(moment: datetime) -> str:
    """`2026-11-26 14:02:11`, by this machine's time zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def show_duration(run: RunInfo) -> str:
    """`6.2 s`, `3 min 5 s`; empty while the run goes on."""
    if run.finished is None:
        return ""
    seconds = max(0.0, (run.finished - run.started).total_seconds())
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def show_filters(run: RunInfo) -> str:
    """`From 2026-11-01, To 2026-11-30, Hide Synchronized yes`."""
    return ", ".join(f"{label} {value}" for label, value in run.filters.items())


def show_what(entry: HistoryEntry) -> str:
    """What happened, in the words of the run or of the link."""
    if entry.kind is EntryKind.LINKED:
        return "Linked"
    if entry.kind is EntryKind.UNLINKED:
        return "Unlinked"
    return show_action(entry.run.action) if entry.run else "Sent"


def show_request(operation: Operation, draft: Draft | None, sends: int, applied: Sequence[Application] = ()) -> str:
    """`create payment 450.00 of 2026-11-18, reference 10432; applied to INV-1037 400.00`, and how often it left.

    `applied` is what came of it, whose numbers stand for QuickBooks' ids where the amounts are the same.
    """
    times = f" ({sends} times)" if sends > 1 else ""
    return f"{OPERATIONS[operation]} {show_draft(draft, applied)}".rstrip() + times


def show_draft(draft: Draft | None, applied: Sequence[Application] = ()) -> str:
    """A payment or credit memo as it was to be in QuickBooks."""
    if draft is None:
        return ""
    if isinstance(draft, PaymentDraft):
        name, amount, reference = "payment", draft.total, draft.reference
        same = [line.amount for line in draft.lines] == [part.amount for part in applied]
        named = [part.invoice_number for part in applied] if same else [""] * len(draft.lines)
        numbers = [
            line.number or known or f"QuickBooks' {line.type} {line.id}" for line, known in zip(draft.lines, named, strict=True)
        ]
        lines = ", ".join(f"{number} {show_amount(line.amount)}" for number, line in zip(numbers, draft.lines, strict=True))
    else:
        name, amount, reference, lines = "credit memo", draft.amount, draft.number, ""
    said = f"{name} {show_amount(amount)} of {draft.date.isoformat()}" + (f", reference {reference}" if reference else "")
    return f"{said}; applied to {lines}" if lines else said


def show_attempt(attempt: Attempt, request: str) -> str:
    """An attempt with its times, for Details."""
    intent = attempt.intent
    times = [f"written down {show_moment(attempt.opened)}"]
    times += [f"sent {show_moment(intent.sent_at)}"] if intent.sent_at else []
    by = f" by {attempt.by}" if attempt.by else ""
    times += [f"settled {show_moment(attempt.settled)}{by}"] if attempt.settled else []
    parts = [f"{request}: {STATES[intent.state]}", ", ".join(times), f"requestid {intent.requestid}, bId {intent.bid}"]
    parts += [f"{intent.entity} {intent.quickbooks_id}, SyncToken {intent.sync_token}"] if intent.quickbooks_id else []
    parts += [f"intuit_tid {intent.tid}"] if intent.tid else []
    return "; ".join(parts)


def traces(attempts: Sequence[Attempt]) -> str:
    """Intuit's trace ids of the attempts."""
    return ", ".join(dict.fromkeys(each.intent.tid for each in attempts if each.intent.tid))
