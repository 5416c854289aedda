"""Applying credit memos: a Payment with total 0 links memo and invoices, in a later call than the memo's own (design section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qb_plugin.model import BookCreditMemo, Line, Message, Operation, Outcome, PaymentDraft, RowResult
from qb_plugin.money import ZERO
from qb_plugin.sync.export_plan import PlannedRow, Planner
from qb_plugin.sync.markers import Marker, with_marker
from qb_plugin.sync.workplace import Workplace


def plan_applications(
    place: Workplace, planner: Planner, saved: Sequence[tuple[PlannedRow, RowResult]]
) -> Iterator[tuple[PlannedRow | None, RowResult]]:
    """For each saved memo the zero-total payment that spends it, or None with the row's end when there is nothing to spend."""
    memos = place.books.read("CreditMemo", [result.quickbooks_id for _, result in saved if result.quickbooks_id])
    for row, result in saved:
        memo = memos.get(result.quickbooks_id or "")
        lines = planner.lines_for(row.record, row.customer.id, memo.remaining) if isinstance(memo, BookCreditMemo) else ()
        if isinstance(memo, BookCreditMemo) and lines:
            yield application_row(place, row, memo, lines), result
        else:
            yield None, replace(result, message=result.message or Message(idle_reason(memo)))


def idle_reason(memo: object) -> str:
    """Why a memo is not applied: spent already by QuickBooks itself, or no open invoice."""
    return "memo_spent" if isinstance(memo, BookCreditMemo) and memo.remaining < memo.total else "memo_unapplied"


def application_row(place: Workplace, row: PlannedRow, memo: BookCreditMemo, lines: tuple[Line, ...]) -> PlannedRow:
    """The zero-total payment: one line for the memo, one for each invoice, the amounts in balance."""
    spent = sum((line.amount for line in lines), ZERO)
    marker = Marker(place.firm_id, row.record.ref, Operation.APPLY)
    draft = PaymentDraft(
        customer_id=row.customer.id,
        date=row.record.date,
        total=ZERO,
        note=with_marker("", marker),
        lines=(*lines, Line("CreditMemo", memo.id, spent, memo.number)),
        currency=memo.currency,
    )
    entity, payload = place.books.payload(draft)
    return replace(row, draft=draft, entity=entity, payload=payload, operation=Operation.APPLY, retried=False)


def with_application(saved: RowResult, applied: RowResult) -> RowResult:
    """The row's end when the memo is saved and its application has come to an end too."""
    if applied.outcome in {Outcome.SYNCHRONIZED, Outcome.CHANGED}:
        return replace(saved, applied=applied.applied, message=saved.message or applied.message)
    if applied.outcome is Outcome.NOT_CONFIRMED:
        return replace(saved, outcome=Outcome.NOT_CONFIRMED, message=Message("application_not_confirmed"))
    return replace(saved, message=Message("memo_not_applied", {"reason": applied.message}))
