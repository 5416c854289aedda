"""Sends what was planned round by round: doubt is settled, moved balances are planned once more, saved memos are applied."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from qb_plugin.errors import AddInError, Fatal
from qb_plugin.model import Kind, Message, Operation, Outcome, RowResult, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.exporting.credit_memos import SavedMemo, not_applied, plan_applications, with_application
from qb_plugin.sync.exporting.dispatch import Dispatcher, SentRow
from qb_plugin.sync.exporting.planning import PlannedRow, Planner
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.lease import LeasedRun

Event = RowResult | Message
Events = Iterator[Event]


class SendLoop:
    """Sends planned rows until each has come to an end: a first round, doubt settled, then what must be planned once more."""

    def __init__(self, context: SyncContext, run: LeasedRun, options: ExportOptions, planner: Planner) -> None:
        self._context, self._run, self._options, self._planner = context, run, options, planner
        self._saved: list[SavedMemo] = []
        self._fatal: AddInError | None = None

    def send(self, records: deque[SourceRecord]) -> Events:
        """Plan and send the records, which are taken out as that goes on, then the applications of the memos among them."""
        if records:
            yield from self._rounds(self._planner.rows(records))
        yield from (RowResult(str(record.ref), Outcome.NOT_TRIED, self._why_not_tried()) for record in records)
        if self._saved:
            yield from self._apply_memos()

    def _rounds(self, first: Iterable[PlannedRow | RowResult]) -> Events:
        rows: Iterable[PlannedRow | RowResult] = first
        while rows:
            delivery = Dispatcher(self._context, self._run)
            with closing(delivery.send(rows)) as sent:  # an abandoned run still writes down what is in flight, at once
                yield from self._keep(sent)
            blocked = yield from self._settle(delivery)
            rest = [*delivery.again, *delivery.left]
            self._fatal = delivery.fatal
            if delivery.fatal or self._run.stop():
                yield from (RowResult(row.id, Outcome.NOT_TRIED, self._why_not_tried()) for row in rest)
                return
            waits = Message("waits_for_doubt")
            yield from (RowResult(row.id, Outcome.NOT_TRIED, waits) for row in rest if row.customer.id in blocked)
            rows = yield from self._plan_again([row for row in rest if row.customer.id not in blocked])

    def _keep(self, results: Iterator[SentRow]) -> Events:
        """Pass results on; a memo that was saved is remembered, to be applied later."""
        for row, result in results:
            if row and row.operation is Operation.CREATE and self.applies(row.record, result):
                yield from self.keep_for_later([SavedMemo(row.record, row.customer, result)])
            else:
                yield result

    def applies(self, record: SourceRecord, result: RowResult) -> bool:
        """Whether a row's memo is to be applied next: saved as meant, in a run with Auto Apply."""
        wanted = self._options.auto_apply and record.ref.kind is Kind.CREDIT_MEMO
        return wanted and result.outcome is Outcome.SYNCHRONIZED

    def keep_for_later(self, memos: Sequence[SavedMemo]) -> Events:
        """Remember saved memos, to be applied when all rows are sent."""
        self._saved += memos
        yield from (replace(memo.result, outcome=Outcome.RUNNING, message=Message("memo_to_apply")) for memo in memos)

    def _settle(self, delivery: Dispatcher) -> Generator[Event, None, set[str]]:
        """Settle the round's doubt; the customers of rows still in doubt are the generator's value."""
        rows = {row.id: row for _, row in delivery.doubtful.values()}
        recovery = Recovery(self._context, self._run)
        if not rows or delivery.fatal:
            return {row.customer.id for row in rows.values()}
        yield Message("checking_doubt", {"n": len(rows)})
        try:
            for event in recovery.settle([intent for intent, _ in delivery.doubtful.values()]):
                if isinstance(event, RowResult) and event.id in rows:
                    yield from self._keep(iter([(rows[event.id], event)]))
                else:
                    yield event
        except Fatal as failure:  # the rows stay not confirmed; the next run, or the next start, goes on from there
            delivery.fatal = failure
        return {intent.customer_id for intent in recovery.undecided}

    def _plan_again(self, rows: Sequence[PlannedRow]) -> Generator[Event, None, list[PlannedRow]]:
        """Read these customers' invoices again and allocate anew what applies to invoices."""
        if not any(row.lines for row in rows):
            return list(rows)
        customers = sorted({row.customer.id for row in rows})
        self._planner.use_balances(OpenBalances(self._context.quickbooks.open_invoices(customers)))
        planned = [self._planner.plan_again(row) for row in rows]
        idle = {row.id for row in planned if row.operation is Operation.APPLY and not row.lines}
        yield from (RowResult(identity, Outcome.FAILED, Message("nothing_open")) for identity in sorted(idle))
        return [row for row in planned if row.id not in idle]

    def _why_not_tried(self) -> Message:
        return self._fatal.message if self._fatal else Message("cancelled_row")

    def _apply_memos(self) -> Events:
        """Spend the saved memos; each row ends with both halves told."""
        saved, self._saved = self._saved, []
        if self._run.stop() or self._fatal:
            yield from (not_applied(memo.result, self._why_not_tried()) for memo in saved)
            return
        ends = {memo.result.id: memo.result for memo in saved}
        planned = list(plan_applications(self._context, self._planner, saved))
        yield from (result for row, result in planned if row is None)
        for event in self._rounds([row for row, _ in planned if row]):
            yield with_application(ends[event.id], event) if isinstance(event, RowResult) else event
