"""Settles updates in doubt by reading the payments back (docs/architecture.md rule 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Answer,
    Draft,
    Fault,
    Intent,
    IntentState,
    LinkOrigin,
    Message,
    Outcome,
    PaymentDraft,
    QboPayment,
    QboTransaction,
    RowResult,
    Settlement,
    UnreadableRecord,
    Verdict,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.differences import describe_difference
from qb_plugin.sync.exporting.recovery import is_refusal, replay_batches
from qb_plugin.sync.exporting.settlement import applied, find_differences, in_doubt, refused, same_lines, settled_elsewhere
from qb_plugin.sync.lease import LeasedRun, wait
from qb_plugin.sync.linking import link_to_transaction

MOST_SENDS = 3  # a payment that stands unchanged after so many, each looked after, is left as it is: nothing of them is on its way
READ_FIRST = frozenset({"610", "5010"})  # gone, or not as we saw it: what it is now decides
Settled = tuple[Settlement, RowResult]
Now = QboTransaction | UnreadableRecord | None


class UpdateDoubt:
    """Brings updates in doubt to an end; each has one last result."""

    def __init__(self, context: SyncContext, run: LeasedRun, report: Callable[[RowResult], None] | None = None) -> None:
        self._context, self._run, self._report = context, run, report or run.reporter.row
        self._faults: dict[str, Fault | None] = {}  # what came back last, by intent id
        self._failure: Fatal | None = None

    def settle(self, intents: Sequence[Intent]) -> None:
        """Read; what stands unchanged goes again after a wait and a second look. Fatal when QuickBooks cannot be read."""
        standing = self._look(intents)
        while standing:
            self._run.reporter.notice(Message("checking_doubt", {"n": len(standing)}))
            if not wait(self._context, self._run, self._context.waits.between_sends):
                for intent in standing:
                    self._report(in_doubt(intent))
                return
            standing = self._look(self._send_again(self._end_refused(self._look(self._still_ours(standing)))))

    def _still_ours(self, intents: Sequence[Intent]) -> list[Intent]:
        """Leave out what another workstation settled while we waited."""
        still_open = {intent.id for intent in self._context.journal.open_intents(self._context.realm)}
        for intent in intents:
            if intent.id not in still_open:
                self._report(settled_elsewhere(intent, None))
        return [intent for intent in intents if intent.id in still_open]

    def _look(self, intents: Sequence[Intent]) -> list[Intent]:
        """Settle what is as it was sent, changed or gone; return what stands as it was."""
        now = self._read(intents)
        judged = [(intent, self._judge(intent, now)) for intent in intents]
        self._settle([end for _, end in judged if end])
        return [intent for intent, end in judged if end is None]

    def _read(self, intents: Sequence[Intent]) -> dict[str, QboTransaction | UnreadableRecord]:
        """The payments as they are now, each read by itself: a query may lag, and show what was before the update."""
        found: dict[str, QboTransaction | UnreadableRecord] = {}
        for intent in intents:
            found |= self._context.quickbooks.read(intent.entity, [intent.quickbooks_id or ""])
        return found

    def _judge(self, intent: Intent, found: Mapping[str, QboTransaction | UnreadableRecord]) -> Settled | None:
        """How the intent ends by what its payment is now; None while that is unchanged, or cannot be understood."""
        now = found.get(intent.quickbooks_id or "")
        if isinstance(now, UnreadableRecord) or (now and now.sync_token == intent.sync_token):
            return None
        draft = self._context.quickbooks.draft(intent.entity, intent.payload)
        return updated(intent, now, draft) if is_as_sent(now, draft) and now else overtaken(intent, now)

    def _settle(self, ends: Sequence[Settled]) -> None:
        """Write down how intents end, then report them."""
        self._context.journal.settle([settlement for settlement, _ in ends], self._run.fence)
        for _, result in ends:
            self._report(result)

    def _end_refused(self, standing: Sequence[Intent]) -> list[Intent]:
        """End what was refused, and what went often enough: after two looks nothing of it is on its way any more."""
        ends = {intent.id: end for intent in standing if (end := self._end_of(intent))}
        self._settle(list(ends.values()))
        return [intent for intent in standing if intent.id not in ends]

    def _end_of(self, intent: Intent) -> Settled | None:
        fault = self._faults.get(intent.id)
        if fault and is_refusal(fault) and fault.code not in READ_FIRST:
            return refused(intent, self._context.fault_message(fault, {"entity": intent.entity}))
        if intent.sends >= MOST_SENDS:
            return refused(intent, Message("change_no_answer", {"id": intent.quickbooks_id or ""}))
        return None

    def _send_again(self, intents: Sequence[Intent]) -> list[Intent]:
        """Send the same bytes under their original requestid; returns all of them, to be read back."""
        if not intents:
            return []
        self._run.check_lease()
        self._context.journal.mark_sent([intent.id for intent in intents], self._context.clock.now())
        counted = [replace(intent, sends=intent.sends + 1) for intent in intents]
        answers = self._replay(counted)
        self._faults |= {answer.intent_id: answer.fault for answer in answers}
        self._context.journal.take_back([a.intent_id for a in answers if a.verdict is Verdict.NOT_ACTED_UPON])
        if self._failure:
            raise self._failure
        return counted

    def _replay(self, intents: Sequence[Intent]) -> list[Answer]:
        """Send the batches one after the other, and wait for each answer."""
        answers: list[Answer] = []
        with self._context.quickbooks.sender(may_leave=self._run.may_leave) as sender:
            for batch in replay_batches(intents):
                self._run.check_lease()
                sender.submit(batch)
                answers += sender.next()[1]
            if isinstance(sender.fatal, Fatal):
                self._failure = sender.fatal
        return answers


def is_as_sent(now: Now, draft: Draft) -> bool:
    """Whether a payment is what an update was to make of it."""
    if not isinstance(now, QboPayment) or not isinstance(draft, PaymentDraft):
        return False
    return not find_differences(draft, now) and same_lines(draft.lines, now.lines)


def updated(intent: Intent, saved: QboTransaction, draft: Draft) -> Settled:
    """The end of an update that is saved: the link is of both sides' new versions in the same commit."""
    # Renewing a link leaves where it came from.
    link = link_to_transaction(intent.realm, intent.source, saved, LinkOrigin.MATCHED, intent.source_version)
    differences = find_differences(draft, saved)
    message = describe_difference(draft, saved, differences) if differences else Message("change_sent", {"id": saved.id})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=saved.id,
        sync_token=saved.sync_token,
        renewed=link,
        record_updated=saved.updated,
    )
    outcome = Outcome.CHANGED if differences else Outcome.SYNCHRONIZED
    result = RowResult(id=str(intent.source), outcome=outcome, message=message, quickbooks_id=saved.id, applied=applied(saved))
    return settlement, result


def overtaken(intent: Intent, now: Now) -> Settled:
    """The end of an update whose payment somebody changed or deleted first: nothing of it was saved."""
    values = {"id": intent.quickbooks_id or ""}
    message = Message("change_overtaken", values)
    if now is None:
        message = Message("change_gone_meanwhile", values)
    elif not isinstance(now, UnreadableRecord):
        message = Message("change_overtaken_by", {**values, "amount": now.total, "date": now.date})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.REFUSED,
        message=message,
        quickbooks_id=intent.quickbooks_id,
        sync_token=intent.sync_token,
    )
    outcome = Outcome.REMOVED if now is None else Outcome.CHANGED
    return settlement, RowResult(id=str(intent.source), outcome=outcome, message=message, quickbooks_id=intent.quickbooks_id)
