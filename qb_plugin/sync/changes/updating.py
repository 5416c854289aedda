"""Sends WorkSpace's: updates in QuickBooks, each an intent that is written down first (docs/architecture.md rule 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.errors import AddInError, Fatal, RowRefused
from qb_plugin.model import (
    Answer,
    Batch,
    CreditMemoForm,
    Customer,
    Draft,
    Entity,
    Intent,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboTransaction,
    RowResult,
    Settlement,
    SourceRecord,
    UnreadableRecord,
    Verdict,
)
from qb_plugin.sync.changes.doubt import UpdateDoubt, overtaken, updated
from qb_plugin.sync.changes.lines_there import LinesThere
from qb_plugin.sync.changes.memo_updates import may_send_memo, plan_memo_update, read_forms
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.changes.payment_updates import may_send_payment, plan_update
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.drafts import without_mark
from qb_plugin.sync.exporting.settlement import code_of, in_doubt, not_sent, refused, trace
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.modifying.intents import build_intent, fault_words
from qb_plugin.sync.ports import Sender

STALE = "5010"


@dataclass(frozen=True, slots=True)
class PlannedUpdate:
    """An update of the transaction as it was read, what it is to be, and that as JSON."""

    record: SourceRecord
    now: QboTransaction
    draft: Draft
    payload: str

    @property
    def entity(self) -> Entity:
        """What is updated."""
        return Entity.PAYMENT if isinstance(self.draft, PaymentDraft) else Entity.CREDIT_MEMO


class Updater:
    """Sends updates a batch at a time; `fatal` is the failure after which nothing more can be sent."""

    def __init__(self, context: SyncContext, run: LeasedRun) -> None:
        self._context, self._run = context, run
        self._plans: dict[str, PlannedUpdate] = {}
        self._doubtful: list[Intent] = []
        self.fatal: AddInError | None = None

    def send(self, pairs: Sequence[ChangedPair]) -> None:
        """Send this side of the pairs, and report one result each; AddInError when nothing more can be sent."""
        lines, forms = LinesThere(self._context, pairs), read_forms(self._context, pairs)
        plans = [plan for pair in pairs if (plan := self._plan(pair, lines, forms))]
        with self._context.quickbooks.sender(self._run.stop, self._run.may_leave) as sender:
            while plans and not self.fatal:
                batch, plans = plans[: sender.size], plans[sender.size :]
                self._send_batch(sender, batch)
        if self._doubtful and not self.fatal:
            UpdateDoubt(self._context, self._run, lambda _, result: self._run.reporter.row(result)).settle(self._doubtful)
        if self.fatal:
            raise self.fatal

    def _plan(self, pair: ChangedPair, lines: LinesThere, forms: Mapping[str, CreditMemoForm]) -> PlannedUpdate | None:
        """The update; None when it cannot be sent, and then its row has ended."""
        try:
            return self._plan_memo(pair, forms) if is_memo(pair) else self._plan_payment(pair, lines)
        except RowRefused as refusal:
            self._run.reporter.row(end_of(pair, Outcome.FAILED, refusal.message))
            return None

    def _plan_payment(self, pair: ChangedPair, lines: LinesThere) -> PlannedUpdate:
        record, now, draft = plan_update(pair, lines.lines_of(pair) if may_send_payment(pair) else None)
        return PlannedUpdate(record, now, draft, self._context.quickbooks.update(draft, now.id, now.sync_token))

    def _plan_memo(self, pair: ChangedPair, forms: Mapping[str, CreditMemoForm]) -> PlannedUpdate:
        record, now, update = plan_memo_update(pair, forms)
        try:
            payload = self._context.quickbooks.credit_memo_update(update)
        except RowRefused as refusal:
            raise without_mark(refusal, record, update.note) from None
        return PlannedUpdate(record, now, self._context.quickbooks.draft(Entity.CREDIT_MEMO, payload), payload)

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
                entity=plan.entity,
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
        """What an answer means; doubt closes nothing. Of what was changed first it is read what it is now."""
        if answer.verdict is Verdict.CONFIRMED and answer.record and not isinstance(answer.record, Customer):
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
        return self._context.quickbooks.read(intent.entity, [identity]).get(identity)

    def _reason(self, intent: Intent, answer: Answer) -> Message:
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        plan = self._plans[intent.id]
        closed = min(plan.now.date, plan.draft.date)  # books are closed up to a day: of the two it is this one that is in them
        words = {**fault_words(plan.now), "date": closed, "amount": plan.record.amount}
        return self._context.fault_message(answer.fault, words)


def end_of(pair: ChangedPair, outcome: Outcome, message: Message) -> RowResult:
    """The end of a pair's row."""
    return RowResult(id=pair.key, outcome=outcome, message=message, quickbooks_id=pair.link.quickbooks_id)


def is_memo(pair: ChangedPair) -> bool:
    """Whether the pair is of credit memos."""
    return pair.link.entity is Entity.CREDIT_MEMO


def may_send(pair: ChangedPair) -> bool:
    """Whether this side can be sent."""
    return may_send_memo(pair) if is_memo(pair) else may_send_payment(pair)
