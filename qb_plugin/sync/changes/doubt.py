"""Settles updates in doubt by reading back what they act on (docs/architecture.md rule 5)."""

from __future__ import annotations

from qb_plugin.model import (
    CreditMemoDraft,
    Draft,
    Intent,
    IntentState,
    LinkOrigin,
    Message,
    Outcome,
    PaymentDraft,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    RowResult,
    Settlement,
    UnreadableRecord,
)
from qb_plugin.sync.exporting.drafting.differences import describe_difference
from qb_plugin.sync.exporting.settlement import applied, find_differences, same_lines
from qb_plugin.sync.linking import link_to_transaction
from qb_plugin.sync.modifying.doubt import ModificationDoubt, Now, Settled


class UpdateDoubt(ModificationDoubt):
    """Brings updates in doubt to an end."""

    unanswered = "change_no_answer"

    def _judge(self, intent: Intent, now: Now) -> Settled | None:
        if isinstance(now, UnreadableRecord) or (now and now.sync_token == intent.sync_token):
            return None
        draft = self._context.quickbooks.draft(intent.entity, intent.payload)
        return updated(intent, now, draft) if is_as_sent(now, draft) and now else overtaken(intent, now)


def is_as_sent(now: Now, draft: Draft) -> bool:
    """Whether a payment or credit memo is what an update was to make of it."""
    if isinstance(now, QboPayment) and isinstance(draft, PaymentDraft):
        return not find_differences(draft, now) and same_lines(draft.lines, now.lines)
    if not isinstance(now, QboCreditMemo) or not isinstance(draft, CreditMemoDraft):
        return False
    # Tax on top makes another total of the lines that were sent: it is saved, and told as a difference.
    differs = [name for name in find_differences(draft, now) if name != "amount" or now.subtotal != draft.subtotal]
    return not differs and draft.note == now.note and draft.number in {None, now.number}


def updated(intent: Intent, saved: QboTransaction, draft: Draft) -> Settled:
    """The end of an update that is saved: the link is of both sides' new versions in the same commit."""
    # Renewing a link leaves where it came from.
    link = link_to_transaction(intent.realm, intent.source, saved, LinkOrigin.MATCHED, intent.source_version)
    differences = find_differences(draft, saved)
    message = describe_difference(draft, saved, differences) if differences else Message("change_sent", {"id": saved.id})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=saved.id,
        sync_token=saved.sync_token,
        renewed=link,
        record_updated=saved.updated,
    )
    outcome = Outcome.CHANGED if differences else Outcome.SYNCHRONIZED
    result = RowResult(id=str(intent.source), outcome=outcome, message=message, quickbooks_id=saved.id, applied=applied(saved))
    return settlement, result


def overtaken(intent: Intent, now: Now) -> Settled:
    """The end of an update of what somebody changed or deleted first: nothing of it was saved."""
    values = {"id": intent.quickbooks_id or ""}
    message = Message("change_overtaken", values)
    if now is None:
        message = Message("change_gone_meanwhile", values)
    elif not isinstance(now, UnreadableRecord):
        message = Message("change_overtaken_by", {**values, "amount": now.total, "date": now.date})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.REFUSED,
        message=message,
        quickbooks_id=intent.quickbooks_id,
        sync_token=intent.sync_token,
    )
    outcome = Outcome.REMOVED if now is None else Outcome.CHANGED
    return settlement, RowResult(id=str(intent.source), outcome=outcome, message=message, quickbooks_id=intent.quickbooks_id)
