"""Sends planned rows in batches: intents are committed before a byte leaves, answers are settled before they are reported."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from qb_plugin.errors import AddInError, Fatal
from qb_plugin.model import (
    Answer,
    Batch,
    Intent,
    IntentState,
    LinkOrigin,
    Message,
    Outcome,
    RowResult,
    Settlement,
    Verdict,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.fault_context import row_context
from qb_plugin.sync.exporting.planning import PlannedRow
from qb_plugin.sync.exporting.settlement import code_of, confirmed, in_doubt, not_sent, refused, trace
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.ports import Sender
from qb_plugin.sync.reporting import RunAborted

PLAN_AGAIN = frozenset({"620", "6000"})  # the balances may have moved since they were read (docs/architecture.md rule M2)
AHEAD = 1500  # rows planned before they can be sent: several times what is in flight at once
Item = TypeVar("Item")
SentRow = tuple[PlannedRow, RowResult]
Report = Callable[[PlannedRow | None, RowResult], None]  # a row that planning has ended comes without its plan


class CustomerQueue:
    """Planned rows by paying family, planned a little ahead. A family with a batch in flight that touches invoices is blocked."""

    def __init__(self, rows: Iterable[PlannedRow | RowResult], ahead: int = AHEAD) -> None:
        self._source, self._ahead = iter(rows), ahead
        self._waiting: dict[str, deque[PlannedRow]] = defaultdict(deque)
        self._free: deque[str] = deque()
        self._blocked_families: set[str] = set()
        self._ready = 0  # rows waiting whose family is not blocked
        self._decided: list[RowResult] = []

    def take(self, size: int) -> list[PlannedRow]:
        """Up to `size` rows of families that are free; one whose rows touch invoices is then blocked until `release`."""
        self._plan_ahead()
        rows: list[PlannedRow] = []
        while self._free and len(rows) < size:
            family = self._free.popleft()
            if family in self._blocked_families:
                continue
            part = pop_some(self._waiting[family], size - len(rows))
            rows += part
            self._ready -= len(part)
            if any(row.lines for row in part):
                self.block(family)
            elif self._waiting[family]:
                self._free.appendleft(family)
            else:
                del self._waiting[family]
        return rows

    def decided(self) -> list[RowResult]:
        """The rows that planning has ended since this was last asked."""
        decided, self._decided = self._decided, []
        return decided

    def release(self, family: str) -> None:
        """Unblock a family's other rows."""
        if family in self._blocked_families:
            self._blocked_families.discard(family)
            if self._waiting[family]:
                self._ready += len(self._waiting[family])
                self._free.append(family)

    def block(self, family: str) -> None:
        """Block a family's other rows."""
        if family not in self._blocked_families:
            self._blocked_families.add(family)
            self._ready -= len(self._waiting[family])

    def left(self) -> list[PlannedRow]:
        """Rows that were planned and not taken."""
        return [row for rows in self._waiting.values() for row in rows]

    def _plan_ahead(self) -> None:
        """Plan until enough rows are ready to go, or enough are decided to be reported first."""
        while self._ready < self._ahead and len(self._decided) < self._ahead:
            row = next(self._source, None)
            if row is None:
                return
            if isinstance(row, RowResult):
                self._decided.append(row)
            else:
                self._add(row)

    def _add(self, row: PlannedRow) -> None:
        family, is_blocked = row.family, row.family in self._blocked_families
        if not is_blocked and not self._waiting[family]:
            self._free.append(family)
        self._waiting[family].append(row)
        self._ready += not is_blocked


def touching(rows: Sequence[PlannedRow]) -> set[str]:
    """The families that these rows block while they are in flight."""
    return {row.family for row in rows if row.lines}


def pop_some(queue: deque[Item], count: int) -> list[Item]:
    """Take up to `count` from the left."""
    return [queue.popleft() for _ in range(min(count, len(queue)))]


class Dispatcher:
    """One pass over planned rows. What it could not finish is in `doubtful`, `again` (to plan once more) and `left`."""

    def __init__(self, context: SyncContext, run: LeasedRun) -> None:
        self._context, self._run = context, run
        self.doubtful: dict[str, tuple[Intent, PlannedRow]] = {}
        self.again: list[PlannedRow] = []
        self.left: list[PlannedRow] = []
        self.fatal: AddInError | None = None
        self._rows: dict[str, PlannedRow] = {}
        self._blocked: set[str] = set()

    def send(self, rows: Iterable[PlannedRow | RowResult], report: Report) -> None:
        """Send the rows and report *running*, then what came of each as soon as it is clear; one that ends unsent comes alone.

        Rows are taken as they are needed, and not to their end when it stops. Answers are written down before they are
        reported, and when nothing can be reported any more those of what is in flight are written down all the same.
        """
        queue = CustomerQueue(rows)
        with self._context.quickbooks.sender(self._run.stop, self._run.may_leave) as sender:
            try:
                self._send_all(sender, queue, report)
            except RunAborted:
                while sender.in_flight:
                    self._settle(sender, queue)
                raise
        self.left += queue.left()

    def _send_all(self, sender: Sender, queue: CustomerQueue, report: Report) -> None:
        self._fill(sender, queue, report)
        while sender.in_flight:
            for row, result in self._settle(sender, queue):
                report(row, result)
            self._fill(sender, queue, report)

    def _fill(self, sender: Sender, queue: CustomerQueue, report: Report) -> None:
        """Put batches on their way while there is room."""
        while sender.room and not self.fatal and not self._run.stop():
            groups = [rows for _ in range(sender.room) if (rows := queue.take(sender.size))]
            decided = queue.decided()
            for result in decided:
                report(None, result)
            if not groups and not decided:
                return
            for row, result in self._submit(sender, queue, groups):
                report(row, result)

    def _submit(self, sender: Sender, queue: CustomerQueue, groups: Sequence[Sequence[PlannedRow]]) -> list[SentRow]:
        """Commit the intents, then send the batches; a row that another workstation is sending is not sent."""
        try:
            self._run.check_lease()
            batches, taken = self._commit(groups)
        except Fatal as failure:  # nothing was sent; what is in flight is still waited for
            self.fatal = failure
            self.left += [row for rows in groups for row in rows]
            return []
        for batch in batches:
            sender.submit(batch)
        sent = [intent for batch in batches for intent in batch.intents]
        sending = touching([self._rows[intent.id] for intent in sent])
        for family in touching([row for row, _ in taken]) - sending:
            queue.release(family)
        return [*((self._rows[intent.id], RowResult(id=str(intent.source), outcome=Outcome.RUNNING)) for intent in sent), *taken]

    def _commit(self, groups: Sequence[Sequence[PlannedRow]]) -> tuple[list[Batch], list[SentRow]]:
        """Write the intents of several batches down in one commit: waiting for the disk costs more than all the rest.

        Those that stand already are left out, and their rows come back with their results.
        """
        rows = [row for group in groups for row in group]
        written = self._context.journal.open([intent for group in groups for intent in self._intents(group)], self._run.fence)
        pairs = list(zip(written, rows, strict=True))
        self._rows.update({intent.id: row for intent, row in pairs if intent})
        taken = self._taken_results([row for intent, row in pairs if intent is None])
        by_request = groupby([intent for intent in written if intent], attrgetter("requestid"))
        return [Batch(requestid, tuple(intents)) for requestid, intents in by_request], taken

    def _intents(self, rows: Sequence[PlannedRow]) -> list[Intent]:
        """One batch's intents."""
        requestid, times = self._context.ids.requestid(), (self._context.quickbooks.now(), self._context.clock.now())
        return [self._intent(row, requestid, context, times, len(rows) == 1) for context, row in enumerate(rows, 1)]

    def _intent(self, row: PlannedRow, requestid: str, context: int, times: tuple[datetime, datetime], alone: bool) -> Intent:
        quickbooks_time, now = times
        return Intent(
            id=f"{requestid}.{context}",
            realm=self._context.realm,
            run_id=self._run.id,
            source=row.record.ref,
            operation=row.operation,
            version="0",
            entity=row.entity,
            payload=row.payload,
            requestid=requestid,
            bid=str(context),
            singles=int(alone),
            quickbooks_time=quickbooks_time,
            customer_id=row.customer.id,
            sent_at=now,
            sends=1,
            source_version=row.record.version,
            applies=row.applies,
            replaces=row.replaces,
        )

    def _taken_results(self, rows: Sequence[PlannedRow]) -> list[SentRow]:
        """Rows whose intent stands already: sent before, or on its way from another workstation."""
        if not rows:
            return []
        standing = self._context.journal.standing(self._context.realm, [row.record.ref for row in rows])
        done = {(i.source, i.operation): i for i in standing if i.state is IntentState.CONFIRMED}
        return [(row, taken_result(row, done.get((row.record.ref, row.operation)))) for row in rows]

    def _settle(self, sender: Sender, queue: CustomerQueue) -> list[SentRow]:
        """Take the answers of the next batch, and of those that have come meanwhile, and write them down in one commit."""
        finished = [sender.next()]
        while sender.ready:
            finished.append(sender.next())
        if isinstance(sender.fatal, AddInError):
            self.fatal = sender.fatal
        by_id = {intent.id: intent for batch, _ in finished for intent in batch.intents}
        answers = [answer for _, found in finished for answer in found]
        settled = [self._judge(by_id[answer.intent_id], answer) for answer in answers]
        try:
            traced = [trace(each, answer) for (each, _), answer in zip(settled, answers, strict=True) if each]
            self._context.journal.settle(traced, self._run.fence)
        except Fatal as failure:  # the answers are lost to us; the next run looks these rows up
            self.fatal = failure
            return [(self._rows[intent.id], in_doubt(intent)) for intent in by_id.values()]
        results = [(by_id[answer.intent_id], result) for answer, (_, result) in zip(answers, settled, strict=True)]
        self._sort_out(results, queue)
        return [(self._rows.pop(intent.id), result) for intent, result in results]

    def _sort_out(self, results: Sequence[tuple[Intent, RowResult]], queue: CustomerQueue) -> None:
        """Collect what has not come to its end, and block its family's other rows."""
        for intent, result in results:
            row = self._rows[intent.id]
            if result.outcome is Outcome.NOT_CONFIRMED:
                self.doubtful[intent.id] = (intent, row)
            elif result.outcome is Outcome.WAITING:
                self.again.append(replace(row, retried=True))
            else:
                continue
            self._blocked.add(row.family)
        for row in [self._rows[intent.id] for intent, _ in results]:
            if row.family in self._blocked:
                queue.block(row.family)
            elif row.lines:  # rows that touch no invoice were in flight beside another batch of their family, which blocks it still
                queue.release(row.family)

    def _judge(self, intent: Intent, answer: Answer) -> tuple[Settlement | None, RowResult]:
        """What an answer means; doubt closes nothing, a refusal of moved balances is planned once more."""
        row = self._rows[intent.id]
        if answer.verdict is Verdict.CONFIRMED and answer.record:
            return confirmed(intent, answer.record, row.draft, LinkOrigin.EXPORTED, answer.tid)
        if answer.verdict is Verdict.REFUSED:
            settlement, result = refused(intent, self._reason(row, answer))
            again = row.lines and not row.retried and code_of(answer) in PLAN_AGAIN
            return settlement, replace(result, outcome=Outcome.WAITING) if again else result
        if answer.verdict is Verdict.NOT_ACTED_UPON:
            return not_sent(intent, self.fatal.message if self.fatal else self._reason(row, answer))
        return None, in_doubt(intent)

    def _reason(self, row: PlannedRow, answer: Answer) -> Message:
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        return self._context.fault_message(answer.fault, row_context(row, self._context.mapped_names()))


def taken_result(row: PlannedRow, done: Intent | None) -> RowResult:
    """The result of a row whose intent stands already: saved in QuickBooks, or still in doubt."""
    if done:
        return RowResult(
            id=row.id, outcome=Outcome.SYNCHRONIZED, message=Message("already_synchronized"), quickbooks_id=done.quickbooks_id
        )
    return RowResult(id=row.id, outcome=Outcome.NOT_CONFIRMED, message=Message("sent_elsewhere"))
