"""Sends what was planned round by round: doubt is settled, moved balances are planned once more, saved memos are applied."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from qb_plugin.errors import AddInError, Fatal
from qb_plugin.model import Kind, Message, Operation, Outcome, RowResult, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.credit_memos import SavedMemo, not_applied, plan_applications, with_application
from qb_plugin.sync.exporting.dispatch import Dispatcher
from qb_plugin.sync.exporting.drafting.explanations import tell_applied
from qb_plugin.sync.exporting.planning import PlannedRow, Planner
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.exporting.snapshot import ExportOptions
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter


class SendLoop:
    """Sends planned rows until each has come to an end: a first round, doubt settled, then what must be planned once more."""

    def __init__(self, context: SyncContext, run: LeasedRun, options: ExportOptions, planner: Planner) -> None:
        self._context, self._run, self._options, self._planner = context, run, options, planner
        self._saved: list[SavedMemo] = []
        self.sent: dict[str, list[str]] = {}  # by the version that this run brought to QuickBooks, the rows; most have the first
        self._fatal: AddInError | None = None

    def send(self, records: deque[SourceRecord]) -> None:
        """Plan and send the records, which are taken out as that goes on, then the applications of the memos among them."""
        if records:
            self._send_all(self._planner.rows(records), self._run.reporter)
        for record in records:
            self._run.reporter.row(RowResult(id=str(record.ref), outcome=Outcome.NOT_TRIED, message=self._why_not_tried()))
        if self._saved:
            self._apply_memos()

    def _send_all(self, first: Iterable[PlannedRow | RowResult], reporter: Reporter) -> None:
        """Send planned rows, settle doubt, and plan what is left once more until nothing is."""
        rows: Iterable[PlannedRow | RowResult] = first
        while rows:
            dispatcher = Dispatcher(self._context, self._run)
            dispatcher.send(rows, partial(self._report, reporter))
            blocked = self._settle(dispatcher, reporter)
            rest = [*dispatcher.again, *dispatcher.left]
            self._fatal = dispatcher.fatal
            if dispatcher.fatal or self._run.stop():
                self._leave(reporter, rest, self._why_not_tried())
                return
            self._leave(reporter, [row for row in rest if row.family in blocked], Message("waits_for_doubt"))
            rows = self._plan_again([row for row in rest if row.family not in blocked], reporter)

    def _leave(self, reporter: Reporter, rows: Iterable[PlannedRow], reason: Message) -> None:
        for row in rows:
            reporter.row(RowResult(id=row.id, outcome=Outcome.NOT_TRIED, message=reason))

    def _report(self, reporter: Reporter, row: PlannedRow | None, result: RowResult) -> None:
        """Report a result and what Auto Apply did; a memo that was saved is remembered instead, to be applied later."""
        if row is None or result.outcome is Outcome.RUNNING:
            reporter.row(result)
            return
        if row.operation is Operation.CREATE and result.outcome is Outcome.SYNCHRONIZED:
            self.sent.setdefault(row.record.version, []).append(result.id)
        if row.operation is Operation.CREATE and self.applies(row.record, result):
            self.apply_later([SavedMemo(row.record, row.customer, result)])
        elif row.to_apply is not None:
            reporter.row(tell_applied(result, row.customer, row.to_apply, row.rest_because))
        else:
            reporter.row(result)

    def applies(self, record: SourceRecord, result: RowResult) -> bool:
        """Whether a row's memo is to be applied next: saved as meant, in a run with Auto Apply."""
        wanted = self._options.applies(record.ref) and record.ref.kind is Kind.CREDIT_MEMO
        return wanted and result.outcome is Outcome.SYNCHRONIZED

    def apply_later(self, memos: Sequence[SavedMemo]) -> None:
        """Remember saved memos, to be applied when all rows are sent."""
        self._saved += memos
        for memo in memos:
            self._run.reporter.row(replace(memo.result, outcome=Outcome.RUNNING, message=Message("memo_to_apply")))

    def _settle(self, dispatcher: Dispatcher, reporter: Reporter) -> set[str]:
        """Settle the doubt that sending left; returns the families of rows still in doubt."""
        rows = {row.id: row for _, row in dispatcher.doubtful.values()}
        if not rows or dispatcher.fatal:
            return {row.family for row in rows.values()}
        reporter.notice(Message("checking_doubt", {"n": len(rows)}))
        settled = replace(reporter, row=lambda result: self._report(reporter, rows.get(result.id), result))
        recovery = Recovery(self._context, replace(self._run, reporter=settled))
        try:
            recovery.settle([intent for intent, _ in dispatcher.doubtful.values()])
        except Fatal as failure:  # the rows stay not confirmed; the next run, or the next start, goes on from there
            dispatcher.fatal = failure
        return {rows[str(intent.source)].family for intent in recovery.undecided}

    def _plan_again(self, rows: Sequence[PlannedRow], reporter: Reporter) -> list[PlannedRow]:
        """Read these families' invoices again, and allocate again what applies to invoices."""
        if not any(row.lines for row in rows):
            return list(rows)
        self._planner.read_balances_again({row.customer.id for row in rows})
        planned = list(self._hold_changed([self._planner.plan_again(row) for row in rows], reporter))
        idle = {row.id for row in planned if row.operation is Operation.APPLY and not row.lines}
        names = {row.id: row for row in planned}
        for identity in sorted(idle):
            reporter.row(RowResult(id=identity, outcome=Outcome.FAILED, message=names[identity].rest_because))
        return [row for row in planned if row.id not in idle]

    def _hold_changed(self, rows: Iterable[PlannedRow], reporter: Reporter) -> Iterator[PlannedRow]:
        """The rows that still are what a preview said of them; a person is asked about the others."""
        for row in rows:
            change = self._planner.change_since_preview(row)
            if change is None:
                yield row
            else:
                reporter.row(RowResult(id=row.id, outcome=Outcome.NEEDS_DECISION, message=change))

    def _why_not_tried(self) -> Message:
        return self._fatal.message if self._fatal else Message("cancelled_row")

    def _apply_memos(self) -> None:
        """Spend the saved memos; each row's end covers both halves."""
        saved, self._saved = self._saved, []
        reporter = self._run.reporter
        if self._run.stop() or self._fatal:
            for memo in saved:
                reporter.row(not_applied(memo.result, self._why_not_tried()))
            return
        ends = {memo.result.id: memo.result for memo in saved}
        plan = plan_applications(self._context, self._planner, saved)
        for result in plan.decided:
            reporter.row(result)
        applying = replace(reporter, row=lambda result: reporter.row(with_application(ends[result.id], result)))
        self._send_all(plan.rows, applying)
