"""What an answer means for its row: how the intent is settled and what the person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from qb_plugin.model import (
    Answer,
    Application,
    Customer,
    CustomerDraft,
    Draft,
    Entity,
    Intent,
    IntentState,
    Line,
    LinkOrigin,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    RowResult,
    SavedRecord,
    Settlement,
    SourceRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.differences import describe_difference
from qb_plugin.sync.linking import link_of_intent

NOT_CONFIRMED = Message("not_confirmed")
_linked = attrgetter("type", "id", "amount")


def confirmed(
    intent: Intent, saved: SavedRecord, draft: Draft | CustomerDraft, origin: LinkOrigin, tid: str = ""
) -> tuple[Settlement, RowResult]:
    """Close the intent with what QuickBooks has saved; the row's message names what differs from what was meant.

    `tid`: Intuit's trace id of the answer that says so, where there was one.
    """
    if isinstance(saved, Customer) or isinstance(draft, CustomerDraft):
        return customer_confirmed(intent, saved, origin, tid)
    differences = find_differences(draft, saved)
    outcome = Outcome.CHANGED if differences else Outcome.SYNCHRONIZED
    return settle_confirmed(intent, saved, origin, tid), RowResult(
        id=str(intent.source),
        outcome=outcome,
        message=said_of(draft, saved, differences, origin),
        quickbooks_id=saved.id,
        applied=applied(saved),
    )


def customer_confirmed(intent: Intent, saved: SavedRecord, origin: LinkOrigin, tid: str) -> tuple[Settlement, RowResult]:
    """Close the intent of a customer with the one that has its name."""
    name = saved.full_name if isinstance(saved, Customer) else ""
    key = "customer_found" if origin == LinkOrigin.ADOPTED else "customer_created"
    result = RowResult(
        id=str(intent.source), outcome=Outcome.SYNCHRONIZED, message=Message(key, {"customer": name}), quickbooks_id=saved.id
    )
    return settle_confirmed(intent, saved, origin, tid), result


def settle_confirmed(intent: Intent, saved: SavedRecord, origin: LinkOrigin, tid: str) -> Settlement:
    """The settlement of an intent that QuickBooks has carried out."""
    return Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=saved.id,
        sync_token=saved.sync_token,
        message=None,
        link=link_of_intent(intent, saved, origin),
        record_updated=None if isinstance(saved, Customer) else saved.updated,
        tid=tid or None,
    )


def draft_of(context: SyncContext, intent: Intent) -> Draft | CustomerDraft:
    """What an intent sends."""
    if intent.entity == Entity.CUSTOMER:
        return context.quickbooks.customer_draft(intent.payload)
    return context.quickbooks.draft(intent.entity, intent.payload)


def is_as_meant(draft: Draft | CustomerDraft, saved: SavedRecord) -> bool:
    """Whether nothing that matters differs from what was sent; a customer is found by its name."""
    if isinstance(saved, Customer) or isinstance(draft, CustomerDraft):
        return True
    return not find_differences(draft, saved)


def said_of(draft: Draft, saved: QboTransaction, differences: Sequence[str], origin: LinkOrigin) -> Message | None:
    """What to say about a row that is in QuickBooks, worst first."""
    if differences:
        return describe_difference(draft, saved, differences)
    if isinstance(draft, PaymentDraft) and isinstance(saved, QboPayment) and not same_lines(draft.lines, saved.lines):
        return Message("applied_differently", {"meant": total_of(draft.lines), "found": total_of(saved.lines)})
    if origin == LinkOrigin.ADOPTED:
        return Message("found_in_quickbooks")
    if isinstance(draft, PaymentDraft) and draft.lines and isinstance(saved, QboPayment) and saved.unapplied:
        return Message("partly_applied", {"a": saved.total - saved.unapplied, "b": saved.total, "c": saved.unapplied})
    return None


def find_differences(draft: Draft, saved: QboTransaction) -> list[str]:
    """Which of customer, amount and date are not as meant."""
    amount = draft.total if isinstance(draft, PaymentDraft) else draft.amount
    found = (
        ("customer", draft.customer_id, saved.customer_id),
        ("date", draft.date, saved.date),
        ("amount", amount, saved.total),
    )
    return [name for name, meant, is_ in found if meant != is_]


def edited_since(record: SourceRecord, draft: Draft) -> list[str]:
    """Which of date and amount are no longer what was sent."""
    amount = draft.total if isinstance(draft, PaymentDraft) else draft.amount
    return [name for name, sent, is_ in (("date", draft.date, record.date), ("amount", amount, record.amount)) if sent != is_]


def same_lines(meant: Sequence[Line], found: Sequence[Line]) -> bool:
    """Whether the same amounts went to the same transactions, in any order."""
    ours, theirs = list(map(_linked, meant)), list(map(_linked, found))
    return ours == theirs or sorted(ours) == sorted(theirs)  # most often QuickBooks keeps our order


def total_of(lines: Sequence[Line]) -> object:
    """What the lines put on invoices."""
    return sum((line.amount for line in lines if line.type == Entity.INVOICE), ZERO)


def applied(saved: QboTransaction) -> tuple[Application, ...]:
    """What of a payment is applied to invoices."""
    return () if isinstance(saved, QboCreditMemo) else applications_of(saved.lines)


def applications_of(lines: Sequence[Line]) -> tuple[Application, ...]:
    """The lines that name QuickBooks invoices; one without a number is named by its id."""
    return tuple(Application(line.id, line.number or line.id, line.amount) for line in lines if line.type == Entity.INVOICE)


def refused(intent: Intent, message: Message) -> tuple[Settlement, RowResult]:
    """Close the intent as refused, with the reason on the row."""
    settlement = Settlement(intent_id=intent.id, state=IntentState.REFUSED, message=message)
    return settlement, RowResult(id=str(intent.source), outcome=Outcome.FAILED, message=message)


def not_sent(intent: Intent, message: Message) -> tuple[Settlement, RowResult]:
    """Close an intent that QuickBooks did not act upon: nothing was saved, the row was not tried."""
    settlement = Settlement(intent_id=intent.id, state=IntentState.CLOSED, message=message)
    return settlement, RowResult(id=str(intent.source), outcome=Outcome.NOT_TRIED, message=message)


def in_doubt(intent: Intent) -> RowResult:
    """The row of an intent in doubt."""
    return RowResult(id=str(intent.source), outcome=Outcome.NOT_CONFIRMED, message=NOT_CONFIRMED)


def doubt_settled(intent: Intent, number: str) -> RowResult:
    """The row of an intent whose doubt has ended without an answer: a person may withdraw it. `number` is what they call it."""
    key = "doubt_settled" if intent.operation is Operation.CREATE else "application_doubt_settled"
    message = Message(key, {"number": number})
    return RowResult(id=str(intent.source), outcome=Outcome.NOT_CONFIRMED, message=message)


def settled_elsewhere(intent: Intent, saved: Intent | None) -> RowResult:
    """A row that another workstation brought to its end: saved, or else *not confirmed* with a reference to it."""
    if saved:
        return RowResult(
            id=str(intent.source),
            outcome=Outcome.SYNCHRONIZED,
            message=Message("found_in_quickbooks"),
            quickbooks_id=saved.quickbooks_id,
        )
    return RowResult(id=str(intent.source), outcome=Outcome.NOT_CONFIRMED, message=Message("sent_elsewhere"))


def trace(settlement: Settlement, answer: Answer) -> Settlement:
    """The settlement with Intuit's trace id of the answer it comes from, for the history."""
    tid = answer.tid or (answer.fault.tid if answer.fault else "") or None
    return settlement if settlement.tid == tid else replace(settlement, tid=tid)


def code_of(answer: Answer) -> str:
    """The fault's code, or ""."""
    return answer.fault.code if answer.fault else ""
