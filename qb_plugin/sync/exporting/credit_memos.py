"""Applying credit memos: a Payment with total 0 links memo and invoices, in a later call.

See docs/architecture.md rule M3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qb_plugin.model import (
    CreditMemoDraft,
    Customer,
    Entity,
    Intent,
    Line,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboCreditMemo,
    QboTransaction,
    Ref,
    RowResult,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.differences import describe_difference
from qb_plugin.sync.exporting.planning import PlannedRow, Planner, age_of
from qb_plugin.sync.exporting.settlement import NOT_CONFIRMED, find_differences
from qb_plugin.sync.markers import Marker, with_marker


@dataclass(frozen=True, slots=True)
class SavedMemo:
    """A credit memo that is in QuickBooks and is to be applied; `result` is how its row ends but for that."""

    record: SourceRecord
    customer: Customer
    result: RowResult


@dataclass(frozen=True, slots=True)
class ApplicationPlan:
    """The zero-total payments that spend saved memos, and how the rows end of which there is nothing to spend."""

    rows: list[PlannedRow]
    decided: list[RowResult]


def plan_applications(context: SyncContext, planner: Planner, saved: Sequence[SavedMemo]) -> ApplicationPlan:
    """Decide for each saved memo, as QuickBooks shows it now, which invoices it is applied to."""
    transactions = context.quickbooks.read(Entity.CREDIT_MEMO, [memo.result.quickbooks_id or "" for memo in saved])
    plan = ApplicationPlan([], [])
    for memo in sorted(saved, key=lambda each: age_of(each.record)):
        transaction = transactions.get(memo.result.quickbooks_id or "")
        end = why_not_applied(memo, transaction)
        odd = planner.why_not_allocated(memo.record, memo.customer)
        end = end or (not_applied(memo.result, odd) if odd else None)
        left = transaction.remaining if isinstance(transaction, QboCreditMemo) and not end else ZERO
        lines, change = planner.promised_lines(memo.record, memo.customer.id, left)
        if change and not end:
            plan.decided.append(not_applied(memo.result, change))
        elif isinstance(transaction, QboCreditMemo) and lines:
            plan.rows.append(planner.explained(application_row(context, memo, transaction, lines), left))
        else:
            plan.decided.append(end or unapplied(memo, planner.explain(memo.record, memo.customer)))
    if plan.decided:
        context.journal.leave_unapplied(context.realm, [Ref.parse(result.id) for result in plan.decided])
    return plan


def unapplied(memo: SavedMemo, reason: Message) -> RowResult:
    """The row's end when there is no invoice for the memo: it is in QuickBooks as a credit."""
    return replace(memo.result, message=Message("memo_unapplied", {"reason": reason}), not_applied=True)


def why_not_applied(memo: SavedMemo, transaction: QboTransaction | UnreadableRecord | None) -> RowResult | None:
    """The row's end when nothing of the memo may be applied: deleted, changed or spent since; None when something may."""
    if isinstance(transaction, UnreadableRecord):
        return replace(
            memo.result, outcome=Outcome.CHANGED, message=Message("application_unreadable", {"what": transaction.problem})
        )
    if not isinstance(transaction, QboCreditMemo):
        return replace(memo.result, outcome=Outcome.REMOVED, message=Message("removed_in_quickbooks"))
    meant = meant_by(memo.record, memo.customer.id)
    what = find_differences(meant, transaction)
    if what:
        return replace(memo.result, outcome=Outcome.CHANGED, message=describe_difference(meant, transaction, what))
    return None if transaction.remaining > 0 else replace(memo.result, message=Message("memo_spent"))


def meant_by(record: SourceRecord, customer_id: str) -> CreditMemoDraft:
    """The credit memo that a record means, as far as it is compared with what QuickBooks has."""
    return CreditMemoDraft(customer_id=customer_id, date=record.date, amount=record.amount, item_id="")


def application_row(context: SyncContext, saved: SavedMemo, memo: QboCreditMemo, lines: tuple[Line, ...]) -> PlannedRow:
    """The zero-total payment: one line for the memo, one for each invoice, the amounts in balance."""
    spent = sum((line.amount for line in lines), ZERO)
    draft = PaymentDraft(
        customer_id=saved.customer.id,
        date=saved.record.date,
        total=ZERO,
        note=with_marker("", Marker(context.firm_id, saved.record.ref, Operation.APPLY, saved.record.birth)),
        lines=(*lines, Line(Entity.CREDIT_MEMO, memo.id, spent, memo.number)),
        currency=memo.currency,
    )
    entity, payload = context.quickbooks.payload(draft)
    return PlannedRow(
        record=saved.record, customer=saved.customer, draft=draft, entity=entity, payload=payload, operation=Operation.APPLY
    )


def with_application(saved: RowResult, applied: RowResult) -> RowResult:
    """The row's result when the memo is saved and its application has got so far."""
    if applied.outcome in {Outcome.SYNCHRONIZED, Outcome.CHANGED}:
        return replace(saved, applied=applied.applied, message=saved.message or told_of(saved, applied.message))
    if applied.outcome in {Outcome.RUNNING, Outcome.WAITING}:
        return replace(saved, outcome=Outcome.RUNNING, message=Message("memo_to_apply"))
    if applied.outcome is Outcome.NOT_CONFIRMED:
        plain = applied.message is None or applied.message == NOT_CONFIRMED
        message = Message("application_not_confirmed") if plain else applied.message
        return replace(saved, outcome=Outcome.NOT_CONFIRMED, message=message)
    return not_applied(saved, applied.message)


def told_of(saved: RowResult, message: Message | None) -> Message | None:
    """What was said of a memo's application, under the memo's own id: the payment of nothing is no record that people look for."""
    if message is None or "id" not in message.values:
        return message
    return replace(message, values={**message.values, "id": saved.quickbooks_id})


def not_applied(saved: RowResult, reason: Message | None) -> RowResult:
    """The row's end when the memo is saved and was not applied; pressing the button again tries once more."""
    return replace(saved, message=Message("memo_not_applied", {"reason": reason}), not_applied=True)


def saved_before(intent: Intent) -> RowResult:
    """How the row of a memo ends that an earlier run saved and did not come to apply."""
    return RowResult(id=str(intent.source), outcome=Outcome.SYNCHRONIZED, message=None, quickbooks_id=intent.quickbooks_id)
