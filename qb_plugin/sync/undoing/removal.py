"""Voids and deletes transactions in QuickBooks: each is an intent, written down before it is sent, and settled by reading."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qb_plugin.errors import AddInError, Fatal
from qb_plugin.model import (
    Answer,
    Batch,
    Customer,
    Intent,
    Message,
    Operation,
    Outcome,
    QboTransaction,
    RowResult,
    Settlement,
    Verdict,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.settlement import code_of, in_doubt, not_sent, refused, trace
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.modifying.doubt import READ_FIRST
from qb_plugin.sync.modifying.intents import build_intent, fault_words
from qb_plugin.sync.ports import Sender
from qb_plugin.sync.reporting import RunAborted
from qb_plugin.sync.undoing.created import Created
from qb_plugin.sync.undoing.doubt import RemovalDoubt, undone

Report = Callable[[str, RowResult], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRemoval:
    """A transaction that is to go, as it was read last."""

    row_id: str
    created: Created
    now: QboTransaction
    family: str  # rows of one family whose transactions touch invoices or credits never go in two batches at once
    void: bool = False

    @property
    def operation(self) -> Operation:
        """What is sent."""
        return Operation.VOID if self.void else Operation.DELETE


class RemovalQueue:
    """Removals by family. A family in flight is blocked until its batch has come back."""

    def __init__(self, removals: Iterable[PlannedRemoval]) -> None:
        self._waiting: dict[str, deque[PlannedRemoval]] = defaultdict(deque)
        for removal in removals:
            self._waiting[removal.family].append(removal)
        self._busy: set[str] = set()

    def take(self, size: int) -> list[PlannedRemoval]:
        """Up to `size` removals of families that are free, which are blocked from now on; a void goes alone."""
        taken: list[PlannedRemoval] = []
        for family in [each for each in self._waiting if each not in self._busy]:
            while self._waiting[family] and len(taken) < size and not (taken and taken[-1].void):
                taken.append(self._waiting[family].popleft())
                self._busy.add(family)
            if len(taken) >= size or (taken and taken[-1].void):
                break
        self._waiting = defaultdict(deque, {family: rows for family, rows in self._waiting.items() if rows})
        return taken

    def release(self, families: Iterable[str]) -> None:
        """Unblock families."""
        self._busy.difference_update(families)

    def left(self) -> list[PlannedRemoval]:
        """Those that were not taken."""
        return [removal for rows in self._waiting.values() for removal in rows]


class Remover:
    """One pass over removals: sent in batches, doubt settled. `fatal` is the failure after which nothing more was sent."""

    def __init__(self, context: SyncContext, run: LeasedRun, report: Report) -> None:
        self._context, self._run, self._report = context, run, report
        self.fatal: AddInError | None = None
        self._removals: dict[str, PlannedRemoval] = {}
        self._doubtful: list[Intent] = []

    def remove(self, removals: Sequence[PlannedRemoval]) -> None:
        """Report a result for each by its row; those that are not sent end *not tried*."""
        queue = RemovalQueue(removals)
        with self._context.quickbooks.sender(self._run.stop, self._run.may_leave) as sender:
            try:
                self._send_all(sender, queue)
            except RunAborted:
                while sender.in_flight:
                    self._settle(sender, queue)
                raise
        self._settle_doubt()
        for removal in queue.left():
            reason = self.fatal.message if self.fatal else Message("cancelled_row")
            self._report(removal.row_id, RowResult(id=removal.row_id, outcome=Outcome.NOT_TRIED, message=reason))

    def _send_all(self, sender: Sender, queue: RemovalQueue) -> None:
        self._fill(sender, queue)
        while sender.in_flight:
            for intent, result in self._settle(sender, queue):
                self._report(self._removals[intent.id].row_id, result)
            self._fill(sender, queue)

    def _fill(self, sender: Sender, queue: RemovalQueue) -> None:
        """Put batches on their way while there is room."""
        while sender.room and not self.fatal and not self._run.stop():
            rows = queue.take(sender.size)
            if not rows:
                return
            self._submit(sender, queue, rows)

    def _submit(self, sender: Sender, queue: RemovalQueue, rows: Sequence[PlannedRemoval]) -> None:
        """Commit the intents, then send them; what another workstation is sending is not sent."""
        try:
            self._run.check_lease()
            written = self._context.journal.open(self._intents(rows), self._run.fence)
        except Fatal as failure:  # nothing was sent; what is in flight is still waited for
            self.fatal = failure
            for row in rows:
                self._report(row.row_id, RowResult(id=row.row_id, outcome=Outcome.NOT_TRIED, message=failure.message))
            return
        self._removals |= {intent.id: row for intent, row in zip(written, rows, strict=True) if intent}
        for row in [row for intent, row in zip(written, rows, strict=True) if intent is None]:
            self._report(row.row_id, RowResult(id=row.row_id, outcome=Outcome.NOT_CONFIRMED, message=Message("sent_elsewhere")))
        going = [intent for intent in written if intent]
        if not going:
            queue.release({row.family for row in rows})
            return
        sender.submit(Batch(going[0].requestid, tuple(going)))
        for intent in going:
            row_id = self._removals[intent.id].row_id
            self._report(row_id, RowResult(id=row_id, outcome=Outcome.RUNNING))

    def _intents(self, rows: Sequence[PlannedRemoval]) -> list[Intent]:
        """One batch's intents."""
        context, requestid = self._context, self._context.ids.requestid()
        return [
            build_intent(
                context,
                self._run.id,
                requestid,
                place,
                source=row.created.source,
                operation=row.operation,
                entity=row.created.entity,
                payload=context.quickbooks.removal(row.now.id, row.now.sync_token, row.void),
                now=row.now,
            )
            for place, row in enumerate(rows, 1)
        ]

    def _settle(self, sender: Sender, queue: RemovalQueue) -> list[tuple[Intent, RowResult]]:
        """Take the answers of the next batch and write them down; those in doubt are settled when all others are."""
        batch, answers = sender.next()
        if isinstance(sender.fatal, AddInError):
            self.fatal = sender.fatal
        by_id = {intent.id: intent for intent in batch.intents}
        settled = [(by_id[answer.intent_id], answer, *self._judge(by_id[answer.intent_id], answer)) for answer in answers]
        try:
            self._context.journal.settle([trace(each, answer) for _, answer, each, _ in settled if each], self._run.fence)
        except Fatal as failure:  # the answers are lost to us; the next run looks these rows up
            self.fatal = failure
            return [(intent, in_doubt(intent)) for intent in batch.intents]
        self._doubtful += [intent for intent, _, settlement, _ in settled if settlement is None]
        queue.release({self._removals[intent.id].family for intent in batch.intents})
        return [(intent, result) for intent, _, _, result in settled]

    def _judge(self, intent: Intent, answer: Answer) -> tuple[Settlement | None, RowResult]:
        """What an answer means; doubt closes nothing."""
        if answer.verdict is Verdict.CONFIRMED:
            record = None if isinstance(answer.record, Customer) else answer.record
            return undone(intent, self._run.user, record, self._context.quickbooks.now())
        if answer.verdict is Verdict.REFUSED and code_of(answer) not in READ_FIRST:
            return refused(intent, self._reason(intent, answer))
        if answer.verdict is Verdict.NOT_ACTED_UPON:
            return not_sent(intent, self.fatal.message if self.fatal else self._reason(intent, answer))
        return None, in_doubt(intent)

    def _reason(self, intent: Intent, answer: Answer) -> Message:
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        return self._context.fault_message(answer.fault, fault_words(self._removals[intent.id].now))

    def _settle_doubt(self) -> None:
        """Settle what came back in doubt; a failure leaves these rows *not confirmed* for the next run."""
        if not self._doubtful or self.fatal:
            return
        rows = {intent.id: self._removals[intent.id].row_id for intent in self._doubtful}
        doubt = RemovalDoubt(self._context, self._run, lambda intent, result: self._report(rows[intent.id], result))
        try:
            doubt.settle(self._doubtful)
        except Fatal as failure:
            self.fatal = failure
