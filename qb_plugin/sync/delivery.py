"""Sends planned rows in batches: intents are committed before a byte leaves, answers settled in one commit a batch."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from qb_plugin.errors import AddInError
from qb_plugin.model import (
    Answer,
    Batch,
    Intent,
    IntentState,
    Message,
    Outcome,
    RowResult,
    Settlement,
    Verdict,
)
from qb_plugin.sync.export_plan import PlannedRow
from qb_plugin.sync.outcomes import code_of, confirmed, in_doubt, not_sent, refused
from qb_plugin.sync.ports import Sender
from qb_plugin.sync.workplace import Workplace

PLAN_AGAIN = frozenset({"620", "6000"})  # the balances may have moved since they were read (design section 6)
Item = TypeVar("Item")


class Queue:
    """Rows waiting, by customer; a customer with a batch in flight waits while `exclusive`."""

    def __init__(self, rows: Sequence[PlannedRow], exclusive: bool) -> None:
        self._exclusive = exclusive
        self._waiting: dict[str, deque[PlannedRow]] = defaultdict(deque)
        for row in rows:
            self._waiting[row.customer.id].append(row)
        self._free = deque(self._waiting)
        self._held: set[str] = set()

    def take(self, size: int) -> list[PlannedRow]:
        """Up to `size` rows of customers that are free; theirs are then held until `release`, when exclusive."""
        rows: list[PlannedRow] = []
        while self._free and len(rows) < size:
            customer = self._free.popleft()
            if customer in self._held:
                continue
            rows += pop_some(self._waiting[customer], size - len(rows))
            if self._exclusive:
                self._held.add(customer)
            elif self._waiting[customer]:
                self._free.appendleft(customer)
        return rows

    def release(self, customer: str) -> None:
        """Let a customer's other rows go on."""
        if customer in self._held:
            self._held.discard(customer)
            if self._waiting[customer]:
                self._free.append(customer)

    def hold(self, customer: str) -> None:
        """Keep a customer's other rows back."""
        self._held.add(customer)

    def left(self) -> list[PlannedRow]:
        """Rows that were not taken."""
        return [row for rows in self._waiting.values() for row in rows]


def pop_some(queue: deque[Item], count: int) -> list[Item]:
    """Take up to `count` from the left."""
    return [queue.popleft() for _ in range(min(count, len(queue)))]


class Delivery:
    """One pass over planned rows. What it could not finish is kept: `doubtful`, `again` (plan once more), `left`."""

    def __init__(self, place: Workplace, run_id: str, fence: int, stop: Callable[[], bool]) -> None:
        self._place, self._run_id, self._fence, self._stop = place, run_id, fence, stop
        self.doubtful: dict[str, tuple[Intent, PlannedRow]] = {}
        self.again: list[PlannedRow] = []
        self.left: list[PlannedRow] = []
        self.fatal: AddInError | None = None
        self._rows: dict[str, PlannedRow] = {}

    def send(self, rows: Sequence[PlannedRow]) -> Iterator[tuple[PlannedRow, RowResult]]:
        """Send the rows; one result a row, as soon as it is known."""
        queue = Queue(rows, exclusive=any(row.lines for row in rows))
        with self._place.books.sender() as sender:
            while True:
                yield from self._fill(sender, queue)
                if not sender.in_flight:
                    break
                batch, answers = sender.next()
                yield from self._settle(batch, answers, queue, sender)
        self.left = queue.left()

    def _fill(self, sender: Sender, queue: Queue) -> Iterator[tuple[PlannedRow, RowResult]]:
        """Put batches on their way while there is room; a row that somebody else is sending is not sent."""
        while sender.room and not self.fatal and not self._stop():
            rows = queue.take(sender.size)
            if not rows:
                return
            batch, taken = self._commit(rows)
            for row in taken:
                queue.release(row.customer.id)
                yield row, self._taken_result(row)
            if batch.intents:
                sender.submit(batch)

    def _commit(self, rows: Sequence[PlannedRow]) -> tuple[Batch, list[PlannedRow]]:
        """Write the intents down, all in one commit; those that stand already are left out of the batch."""
        requestid = self._place.ids.requestid()
        intents = [self._intent(row, requestid, place) for place, row in enumerate(rows, 1)]
        written = self._place.journal.open(intents, self._fence)
        kept = {intent.id: row for intent, row in zip(written, rows, strict=True) if intent}
        self._rows.update(kept)
        taken = [row for intent, row in zip(written, rows, strict=True) if intent is None]
        return Batch(requestid, tuple(intent for intent in written if intent)), taken

    def _intent(self, row: PlannedRow, requestid: str, place: int) -> Intent:
        return Intent(
            id=f"{requestid}.{place}",
            realm=self._place.realm,
            run_id=self._run_id,
            source=row.record.ref,
            operation=row.operation,
            version="0",
            entity=row.entity,
            payload=row.payload,
            requestid=requestid,
            bid=str(place),
            quickbooks_time=self._place.books.now(),
            customer_id=row.customer.id,
            sent_at=self._place.clock.now(),
            sends=1,
        )

    def _taken_result(self, row: PlannedRow) -> RowResult:
        """A row whose intent stands already: sent before, or on its way from another workstation."""
        standing = self._place.journal.standing(self._place.realm, [row.record.ref])
        done = next((i for i in standing if i.operation is row.operation and i.state is IntentState.CONFIRMED), None)
        if done:
            return RowResult(row.id, Outcome.SKIPPED, Message("already_synchronized"), done.quickbooks_id)
        return RowResult(row.id, Outcome.NOT_CONFIRMED, Message("sent_elsewhere"))

    def _settle(
        self, batch: Batch, answers: Sequence[Answer], queue: Queue, sender: Sender
    ) -> Iterator[tuple[PlannedRow, RowResult]]:
        if isinstance(sender.fatal, AddInError):
            self.fatal = sender.fatal
        by_id = {intent.id: intent for intent in batch.intents}
        settled = [self._judge(by_id[answer.intent_id], answer) for answer in answers]
        self._place.journal.settle([settlement for settlement, _ in settled if settlement])
        held = {self.doubtful[i.id][1].customer.id for i in batch.intents if i.id in self.doubtful}
        held |= {row.customer.id for row in self.again}
        for intent in batch.intents:
            (queue.hold if intent.customer_id in held else queue.release)(intent.customer_id)
        for answer, (_, result) in zip(answers, settled, strict=True):
            if result:
                yield self._rows[answer.intent_id], result

    def _judge(self, intent: Intent, answer: Answer) -> tuple[Settlement | None, RowResult | None]:
        """What an answer means; doubt closes nothing, a refusal of moved balances is planned once more."""
        row = self._rows[intent.id]
        if answer.verdict is Verdict.CONFIRMED and answer.record:
            return confirmed(intent, answer.record, row.draft, "exported")
        if answer.verdict is Verdict.REFUSED:
            settlement, result = refused(intent, self._reason(row, answer))
            if row.lines and not row.retried and code_of(answer) in PLAN_AGAIN:
                self.again.append(replace(row, retried=True))
                return settlement, None
            return settlement, result
        if answer.verdict is Verdict.NOT_ACTED_UPON:
            return not_sent(intent, self.fatal.message if self.fatal else self._reason(row, answer))
        self.doubtful[intent.id] = (intent, row)
        return None, in_doubt(intent)

    def _reason(self, row: PlannedRow, answer: Answer) -> Message:
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        return self._place.fault_message(answer.fault, row_context(row))


def row_context(row: PlannedRow) -> Mapping[str, object]:
    """What a fault's sentence may name: people's words for what the row is about."""
    record = row.record
    return {
        "customer": row.customer.full_name,
        "number": record.reference or record.number,
        "date": record.date,
        "amount": record.amount,
        "invoices": ", ".join(line.number or line.id for line in row.lines if line.type == "Invoice"),
        "entity": row.entity,
    }
