"""What an export would do with each row, decided by the very planning of the run; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from qb_plugin.model import (
    Customer,
    Entity,
    Kind,
    Line,
    Message,
    Outcome,
    PaymentDraft,
    QboCreditMemo,
    QboTransaction,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.allocation import total_of
from qb_plugin.sync.exporting.credit_memos import SavedMemo, why_not_applied
from qb_plugin.sync.exporting.drafting.explanations import name_invoices
from qb_plugin.sync.exporting.planning import PlannedRow, Planner, age_of
from qb_plugin.sync.exporting.previewing.promises import Promise
from qb_plugin.sync.exporting.run_export import Resumed, adopted_result, find_unapplied
from qb_plugin.sync.exporting.settlement import applications_of
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot


class Fate(StrEnum):
    """What would become of a row."""

    CREATED = "created"
    LINKED = "linked"
    ASKED = "asked"
    NOT_SENT = "not_sent"
    HERE = "here"  # nothing is left to do
    LOOKED_UP = "looked_up"  # what an earlier run left open comes first
    LEFT_OUT = "left_out"  # its user said *Not now*


FATES: Mapping[Outcome, Fate] = {
    Outcome.FAILED: Fate.NOT_SENT,
    Outcome.SYNCHRONIZED: Fate.HERE,
    Outcome.NOT_CONFIRMED: Fate.LOOKED_UP,
    Outcome.NOT_TRIED: Fate.LOOKED_UP,
    Outcome.SKIPPED: Fate.LEFT_OUT,
}
DEPOSIT = "Undeposited Funds"  # where QuickBooks puts what no account is chosen for


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One row of a preview. `rest` is what Auto Apply would leave unapplied; None where it is off."""

    fate: Fate
    result: RowResult
    amount: Decimal
    deposit: str = ""  # the account's name in QuickBooks
    rest: Decimal | None = None
    promise: Promise | None = None

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return self.result.id


@dataclass(frozen=True, slots=True)
class MemoToApply:
    """A credit memo that would be applied, and how much of it; `row` is what is foreseen of it but for that."""

    record: SourceRecord
    customer: Customer
    left: Decimal
    row: Foreseen


class Foresight:
    """One preview: a snapshot of both sides, and what the run's planner makes of it. `at` is the time of day, for the rows."""

    def __init__(self, context: SyncContext, records: Sequence[SourceRecord], options: ExportOptions, at: str) -> None:
        self._context, self._records, self._options, self._at = context, records, options, at
        self._snapshot = read_snapshot(context, records, options)
        self._planner = Planner(context, self._snapshot, options)
        self._amounts = {str(record.ref): record.amount for record in records}
        self._accounts = {account.id: account.name for account in options.accounts}
        self._memos: list[MemoToApply] = []

    def rows(self) -> Iterator[Foreseen]:
        """Every row; credit memos are applied when all are created, as in a run."""
        unapplied = find_unapplied(self._context, self._options, self._records, Resumed(), self._snapshot)
        self._memos += self._saved_before(unapplied)
        done = {memo.result.id for memo in unapplied}
        found = self._planner.sort_out([record for record in self._records if str(record.ref) not in done])
        yield from map(self._decided, found.decided)
        for record, transaction in found.adopted:
            yield from self._linked(record, transaction)
        for each in self._planner.rows(found.to_send):
            yield from self._created(each) if isinstance(each, PlannedRow) else [self._decided(each)]
        yield from map(self._applied, sorted(self._memos, key=lambda memo: age_of(memo.record)))

    def _decided(self, result: RowResult) -> Foreseen:
        fate = FATES.get(result.outcome, Fate.ASKED)
        return Foreseen(fate=fate, result=before_a_run(result), amount=self._amounts[result.id])

    def _linked(self, record: SourceRecord, transaction: QboTransaction) -> Iterator[Foreseen]:
        """The row of a record that QuickBooks has under its mark: linked, and a memo's rest applied where nothing differs."""
        ended = adopted_result(record, transaction, self._snapshot)
        same = ended.outcome is Outcome.SYNCHRONIZED
        message = Message("would_link") if same else Message("would_link_differs", {"reason": ended.message})
        result = RowResult(id=ended.id, outcome=Outcome.READY, message=message, quickbooks_id=transaction.id, applied=ended.applied)
        promise = Promise(at=self._at, linked_to=transaction.id)
        row = Foreseen(fate=Fate.LINKED, result=result, amount=record.amount, promise=promise)
        if same and self._applies(record) and isinstance(transaction, QboCreditMemo) and transaction.remaining:
            self._memos.append(MemoToApply(record, self._snapshot.customer(transaction.customer_id), transaction.remaining, row))
        else:
            yield row

    def _applies(self, record: SourceRecord) -> bool:
        return self._options.applies(record.ref) and record.ref.kind is Kind.CREDIT_MEMO

    def _created(self, planned: PlannedRow) -> Iterator[Foreseen]:
        chosen = planned.draft.deposit_account_id if isinstance(planned.draft, PaymentDraft) else None
        is_payment = isinstance(planned.draft, PaymentDraft)
        deposit = self._accounts.get(chosen, chosen) if chosen else DEPOSIT if is_payment else ""
        create = Message("would_create_payment", {"deposit": deposit}) if is_payment else Message("would_create_memo")
        row = Foreseen(
            fate=Fate.CREATED,
            result=RowResult(id=planned.id, outcome=Outcome.READY, message=as_one([*planned.warnings, create])),
            amount=planned.record.amount,
            deposit=deposit,
            promise=Promise(at=self._at, draft=planned.draft),
        )
        if self._applies(planned.record):
            self._memos.append(MemoToApply(planned.record, planned.customer, planned.record.amount, row))
        elif planned.to_apply is None:
            yield row
        else:
            yield with_lines(row, planned.lines, planned.to_apply, planned.rest_because)

    def _saved_before(self, unapplied: Sequence[SavedMemo]) -> Iterator[MemoToApply]:
        """Memos that an earlier run saved and did not apply, with what is left of each in QuickBooks now."""
        ids = [memo.result.quickbooks_id or "" for memo in unapplied]
        found = self._context.quickbooks.read(Entity.CREDIT_MEMO, ids) if ids else {}
        for memo in unapplied:
            transaction = found.get(memo.result.quickbooks_id or "")
            ended = why_not_applied(memo, transaction)
            left = transaction.remaining if isinstance(transaction, QboCreditMemo) and not ended else ZERO
            said = ended.message if ended else Message("would_apply_saved")
            result = RowResult(id=memo.result.id, outcome=Outcome.READY, message=said, quickbooks_id=memo.result.quickbooks_id)
            yield MemoToApply(memo.record, memo.customer, left, Foreseen(fate=Fate.HERE, result=result, amount=memo.record.amount))

    def _applied(self, memo: MemoToApply) -> Foreseen:
        """The row of a memo with the invoices that it would be applied to."""
        lines = self._planner.lines_for(memo.record, memo.customer.id, memo.left)
        because = self._planner.explain(memo.record, memo.customer, lines) if total_of(lines) < memo.left else None
        row = with_lines(memo.row, lines, memo.left, because)
        return replace(row, promise=replace(row.promise, lines=lines)) if row.promise else row


def foresee(context: SyncContext, records: Sequence[SourceRecord], options: ExportOptions, at: str) -> list[Foreseen]:
    """What would become of each record if it were exported now; `at` is the time of day, for what is said later."""
    return list(Foresight(context, records, options, at).rows())


def with_lines(row: Foreseen, lines: Sequence[Line], to_apply: Decimal, because: Message | None) -> Foreseen:
    """The row with the invoices that it would be applied to, what would stay unapplied, and why."""
    rest, applied = to_apply - total_of(lines), applications_of(lines)
    values = {"invoices": name_invoices(applied), "c": rest, "reason": because}
    key = "would_apply" if not rest else "would_apply_partly" if lines else "would_apply_nothing"
    said = as_one([*filter(None, [row.result.message]), Message(key, values)])
    return replace(row, rest=rest, result=replace(row.result, message=said, applied=applied))


def as_one(messages: Sequence[Message]) -> Message:
    """The messages as one, in order."""
    first, *rest = messages
    return Message("both", {"first": first, "reason": as_one(rest)}) if rest else first


def before_a_run(result: RowResult) -> RowResult:
    """A planned result as a preview shows it: what would fail has not failed yet."""
    return replace(result, outcome=Outcome.NOT_READY) if result.outcome is Outcome.FAILED else result
