"""Sends WorkSpace's: updates of payments in QuickBooks, each an intent that is written down first (docs/architecture.md rule 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qb_plugin.errors import AddInError, Fatal, RowRefused
from qb_plugin.model import (
    CREDIT_TYPES,
    Answer,
    Batch,
    Entity,
    Intent,
    Line,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboPayment,
    QboTransaction,
    RowResult,
    Settlement,
    SourceRecord,
    UnreadableRecord,
    Verdict,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.changes.doubt import UpdateDoubt, overtaken, updated
from qb_plugin.sync.changes.pairs import ChangedPair, ChangeKind
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.checks import check_amount
from qb_plugin.sync.exporting.settlement import code_of, in_doubt, not_sent, refused, trace
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.modifying.intents import build_intent, fault_words
from qb_plugin.sync.ports import Sender

STALE = "5010"
KNOWN_LINES = frozenset({Entity.INVOICE, Entity.CREDIT_MEMO})


@dataclass(frozen=True, slots=True)
class PlannedUpdate:
    """An update of the payment as it was read, what it is to be, and that as JSON."""

    record: SourceRecord
    now: QboPayment
    draft: PaymentDraft
    payload: str


class Updater:
    """Sends updates a batch at a time; `fatal` is the failure after which nothing more can be sent."""

    def __init__(self, context: SyncContext, run: LeasedRun) -> None:
        self._context, self._run = context, run
        self._plans: dict[str, PlannedUpdate] = {}
        self._doubtful: list[Intent] = []
        self.fatal: AddInError | None = None

    def send(self, pairs: Sequence[ChangedPair]) -> None:
        """Send this side of the pairs, and report one result each; AddInError when nothing more can be sent."""
        plans = [plan for pair in pairs if (plan := self._plan(pair))]
        with self._context.quickbooks.sender(self._run.stop, self._run.may_leave) as sender:
            while plans and not self.fatal:
                batch, plans = plans[: sender.size], plans[sender.size :]
                self._send_batch(sender, batch)
        if self._doubtful and not self.fatal:
            UpdateDoubt(self._context, self._run, lambda _, result: self._run.reporter.row(result)).settle(self._doubtful)
        if self.fatal:
            raise self.fatal

    def _plan(self, pair: ChangedPair) -> PlannedUpdate | None:
        """The update; None when it cannot be sent, and then its row has ended."""
        try:
            record, now, draft = plan_update(pair)
            return PlannedUpdate(record, now, draft, self._context.quickbooks.update(draft, now.id, now.sync_token))
        except RowRefused as refusal:
            self._run.reporter.row(end_of(pair, Outcome.FAILED, refusal.message))
            return None

    def _send_batch(self, sender: Sender, plans: Sequence[PlannedUpdate]) -> None:
        """Write the intents down, send them, and settle what comes back; one batch at a time, for lines touch invoices."""
        if self._run.stop():
            return  # these rows end *not tried*
        self._run.check_lease()
        intents = self._intents(plans)
        opened = self._context.journal.open(intents, self._run.fence)
        for intent, written in zip(intents, opened, strict=True):
            if written is None:
                self._run.reporter.row(in_doubt(intent))
        going = tuple(intent for intent in opened if intent is not None)
        if going:
            sender.submit(Batch(going[0].requestid, going))
            self._settle(sender)

    def _intents(self, plans: Sequence[PlannedUpdate]) -> list[Intent]:
        context, requestid = self._context, self._context.ids.requestid()
        intents = []
        for place, plan in enumerate(plans, 1):
            intent = build_intent(
                context,
                self._run.id,
                requestid,
                place,
                source=plan.record.ref,
                operation=Operation.UPDATE,
                entity=Entity.PAYMENT,
                payload=plan.payload,
                now=plan.now,
                source_version=plan.record.version,
            )
            self._plans[intent.id] = plan
            intents.append(intent)
        return intents

    def _settle(self, sender: Sender) -> None:
        """Write down what the answers prove, then report; those in doubt are settled when all others are."""
        batch, answers = sender.next()
        self.fatal = sender.fatal if isinstance(sender.fatal, AddInError) else self.fatal
        by_id = {intent.id: intent for intent in batch.intents}
        judged = [(answer, *self._judge(by_id[answer.intent_id], answer)) for answer in answers]
        settled = [trace(settlement, answer) for answer, settlement, _ in judged if settlement]
        try:
            self._context.journal.settle(settled, self._run.fence)
        except Fatal as failure:  # the answers are lost to us; the next run settles these rows
            self.fatal = failure
            judged = [(answer, None, in_doubt(by_id[answer.intent_id])) for answer in answers]
        else:
            self._doubtful += [by_id[answer.intent_id] for answer, settlement, _ in judged if settlement is None]
        for _, _, result in judged:
            self._run.reporter.row(result)

    def _judge(self, intent: Intent, answer: Answer) -> tuple[Settlement | None, RowResult]:
        """What an answer means; doubt closes nothing. Of a payment that was changed first it is read what it is now."""
        if answer.verdict is Verdict.CONFIRMED and isinstance(answer.record, QboPayment):
            return updated(intent, answer.record, self._plans[intent.id].draft)
        if answer.verdict is Verdict.REFUSED and code_of(answer) == STALE:
            return overtaken(intent, self._read(intent))
        if answer.verdict is Verdict.REFUSED:
            return refused(intent, self._reason(intent, answer))
        if answer.verdict is Verdict.NOT_ACTED_UPON:
            return not_sent(intent, self.fatal.message if self.fatal else self._reason(intent, answer))
        return None, in_doubt(intent)

    def _read(self, intent: Intent) -> QboTransaction | UnreadableRecord | None:
        identity = intent.quickbooks_id or ""
        return self._context.quickbooks.read(Entity.PAYMENT, [identity]).get(identity)

    def _reason(self, intent: Intent, answer: Answer) -> Message:
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        plan = self._plans[intent.id]
        closed = min(plan.now.date, plan.draft.date)  # books are closed up to a day: of the two it is this one that is in them
        words = {**fault_words(plan.now), "date": closed, "amount": plan.draft.total}
        return self._context.fault_message(answer.fault, words)


def end_of(pair: ChangedPair, outcome: Outcome, message: Message) -> RowResult:
    """The end of a pair's row."""
    return RowResult(id=pair.key, outcome=outcome, message=message, quickbooks_id=pair.link.quickbooks_id)


def may_send(pair: ChangedPair) -> bool:
    """Whether this side can be sent: to a payment of the client, in its currency, that pays nothing which an update would undo."""
    now, differs = pair.now, {ChangeKind.CUSTOMER, ChangeKind.CURRENCY} & set(pair.differences)
    if pair.record is None or not isinstance(now, QboPayment) or not now.total or differs:
        return False
    return all(line.type in KNOWN_LINES for line in now.lines)


def plan_update(pair: ChangedPair) -> tuple[SourceRecord, QboPayment, PaymentDraft]:
    """The payment as it is here, in the version that was read; RowRefused for what cannot be sent as an update."""
    record, now = pair.record, pair.now
    if record is None:
        raise RowRefused(gone_here(pair))
    if isinstance(now, QboPayment) and any(line.type not in KNOWN_LINES for line in now.lines):
        raise RowRefused(Message("change_other_lines", {"id": now.id}))
    if not may_send(pair) or not isinstance(now, QboPayment):
        raise RowRefused(Message("change_not_sendable", {"id": pair.link.quickbooks_id}))
    check_amount(record, now.currency or record.currency)
    draft = PaymentDraft(
        customer_id=now.customer_id,
        date=record.date,
        total=record.amount,
        reference=now.reference,
        method_id=now.method_id,
        deposit_account_id=now.deposit_account_id,
        note=now.note,
        lines=fit_lines(now, record.amount),
        currency=now.currency,
    )
    return record, now, draft


def gone_here(pair: ChangedPair) -> Message:
    """That there is no record here any more that anything could be done with."""
    key = "change_removed_record" if pair.link.entity is Entity.PAYMENT else "change_removed_memo"
    return Message(key, {"id": pair.link.quickbooks_id})


def fit_lines(now: QboPayment, total: Decimal) -> tuple[Line, ...]:
    """All lines of the payment, the last ones cut to what the new total pays; RowRefused where cutting them takes a person."""
    credits = sum((line.amount for line in now.lines if line.type in CREDIT_TYPES), ZERO)
    left = total + credits
    fitted: list[Line] = []
    for line in now.lines:
        amount = line.amount if line.type in CREDIT_TYPES else min(line.amount, left)
        left -= ZERO if line.type in CREDIT_TYPES else amount
        if amount:
            fitted.append(Line(line.type, line.id, amount, line.number))
    if credits > sum((line.amount for line in fitted if line.type not in CREDIT_TYPES), ZERO):
        raise RowRefused(Message("change_other_lines", {"id": now.id}))
    return tuple(fitted)
