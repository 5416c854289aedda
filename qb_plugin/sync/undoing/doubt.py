"""Settles voids and deletes in doubt by reading what they act on (docs/architecture.md rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qb_plugin.model import (
    Entity,
    Intent,
    IntentState,
    Kind,
    Message,
    Operation,
    Outcome,
    QboPayment,
    QboTransaction,
    RowResult,
    Settlement,
    UnreadableRecord,
)
from qb_plugin.sync.modifying.doubt import ModificationDoubt, Now, Settled

REMOVING = frozenset({Operation.VOID, Operation.DELETE})


class RemovalDoubt(ModificationDoubt):
    """Brings voids and deletes in doubt to an end."""

    unanswered = "undo_no_answer"

    def _look(self, intents: Sequence[Intent]) -> list[Intent]:
        if intents:
            self._context.quickbooks.preferences()  # whose answer tells QuickBooks' time; that of a single record does not
        return super()._look(intents)

    def _judge(self, intent: Intent, now: Now) -> Settled | None:
        if now is None:
            return undone(intent, self._run.user, at=self._context.quickbooks.now())
        if isinstance(now, UnreadableRecord) or now.sync_token == intent.sync_token:
            return None
        if intent.operation is Operation.VOID and isinstance(now, QboPayment) and now.voided:
            return undone(intent, self._run.user, now)
        return changed_meanwhile(intent)


def undone(intent: Intent, user: str, now: QboTransaction | None = None, at: datetime | None = None) -> Settled:
    """The end of a void or delete that is done: its record stands for nothing here any more, in the same commit.

    `now` is what was voided, `at` QuickBooks' time when what was deleted was seen to be gone.
    """
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=intent.quickbooks_id,
        sync_token=now.sync_token if now else intent.sync_token,
        record_updated=now.updated if now else at,
        undone_by=user,
    )
    message = Message(key_of(intent), {"id": intent.quickbooks_id or ""})
    return settlement, RowResult(id=str(intent.source), outcome=Outcome.UNDONE, message=message, quickbooks_id=intent.quickbooks_id)


def key_of(intent: Intent) -> str:
    """What is said of a void or delete that is done. A payment that only applied a credit memo leaves the memo linked."""
    if intent.source.kind is Kind.CREDIT_MEMO and intent.entity == Entity.PAYMENT:
        return "undone_taken_off"
    return "undone_voided" if intent.operation is Operation.VOID else "undone_deleted"


def changed_meanwhile(intent: Intent) -> Settled:
    """The end of a void or delete whose record somebody changed first: it stays, and so does its link."""
    message = Message("undo_changed_meanwhile", {"id": intent.quickbooks_id or ""})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.REFUSED,
        message=message,
        quickbooks_id=intent.quickbooks_id,
        sync_token=intent.sync_token,
    )
    return settlement, RowResult(
        id=str(intent.source), outcome=Outcome.CHANGED, message=message, quickbooks_id=intent.quickbooks_id
    )
