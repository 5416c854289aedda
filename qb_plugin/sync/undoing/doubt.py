"""Settles voids and deletes in doubt by reading what they act on (docs/architecture.md rule 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Answer,
    Batch,
    Fault,
    Intent,
    IntentState,
    Message,
    Operation,
    Outcome,
    QboPayment,
    QboTransaction,
    RowResult,
    Settlement,
    UnreadableRecord,
    Verdict,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.recovery import is_refusal, replay_batches
from qb_plugin.sync.exporting.settlement import in_doubt, refused, settled_elsewhere
from qb_plugin.sync.lease import LeasedRun, wait

REMOVING = frozenset({Operation.VOID, Operation.DELETE})
MOST_SENDS = 3  # a record that stands unchanged after so many, each looked after, is left as it is: nothing of them is on its way
READ_FIRST = frozenset({"610", "5010"})  # gone already, or not as we saw it: what it is now decides
Settled = tuple[Settlement, RowResult]
Now = Mapping[str, QboTransaction | UnreadableRecord]


class RemovalDoubt:
    """Brings voids and deletes in doubt to an end; each has exactly one result in `report`."""

    def __init__(self, context: SyncContext, run: LeasedRun, report: Callable[[Intent, RowResult], None]) -> None:
        self._context, self._run, self._report = context, run, report
        self._faults: dict[str, Fault | None] = {}  # what came back last, by intent id
        self._failure: Fatal | None = None

    def settle(self, intents: Sequence[Intent]) -> None:
        """Look; what stands unchanged goes again after a wait and a second look. Fatal when QuickBooks cannot be read."""
        standing = self._look(intents)
        while standing:
            self._run.reporter.notice(Message("checking_doubt", {"n": len(standing)}))
            if not wait(self._context, self._run, self._context.waits.between_sends):
                for intent in standing:
                    self._report(intent, in_doubt(intent))
                return
            standing = self._look(self._send_again(self._end_refused(self._look(self._still_ours(standing)))))

    def _still_ours(self, intents: Sequence[Intent]) -> list[Intent]:
        """Leave out what another workstation settled while we waited."""
        still_open = {intent.id for intent in self._context.journal.open_intents(self._context.realm)}
        for intent in intents:
            if intent.id not in still_open:
                self._report(intent, settled_elsewhere(intent, None))
        return [intent for intent in intents if intent.id in still_open]

    def _look(self, intents: Sequence[Intent]) -> list[Intent]:
        """Settle what is gone, voided or changed; return what stands as it was."""
        standing: list[Intent] = []
        settled: list[tuple[Intent, Settled]] = []
        if intents:
            self._context.quickbooks.preferences()  # whose answer tells QuickBooks' time; that of a single record does not
        for intent in intents:
            # One by one: a query for several may lag, and show for an hour what is gone.
            now = self._context.quickbooks.read(intent.entity, [intent.quickbooks_id or ""])
            end = self._judge(intent, now)
            settled += [(intent, end)] if end else []
            standing += [] if end else [intent]
        self._settle(settled)
        return standing

    def _judge(self, intent: Intent, found: Now) -> Settled | None:
        """How the intent ends by what its record is now; None while that is unchanged, or cannot be understood."""
        now = found.get(intent.quickbooks_id or "")
        if now is None:
            return undone(intent, self._run.user, at=self._context.quickbooks.now())
        if isinstance(now, UnreadableRecord) or now.sync_token == intent.sync_token:
            return None
        if intent.operation is Operation.VOID and isinstance(now, QboPayment) and now.voided:
            return undone(intent, self._run.user, now)
        return changed_meanwhile(intent)

    def _settle(self, settled: Sequence[tuple[Intent, Settled]]) -> None:
        """Write down how intents end, then report them."""
        self._context.journal.settle([settlement for _, (settlement, _) in settled], self._run.fence)
        for intent, (_, result) in settled:
            self._report(intent, result)

    def _end_refused(self, standing: Sequence[Intent]) -> list[Intent]:
        """End what was refused, and what went often enough: after two looks nothing of it is on its way any more."""
        ends = [(intent, end) for intent in standing if (end := self._end_of(intent))]
        self._settle(ends)
        ended = {intent.id for intent, _ in ends}
        return [intent for intent in standing if intent.id not in ended]

    def _end_of(self, intent: Intent) -> Settled | None:
        fault = self._faults.get(intent.id)
        if fault and is_refusal(fault) and fault.code not in READ_FIRST:
            return refused(intent, self._context.fault_message(fault, {"entity": intent.entity}))
        if intent.sends >= MOST_SENDS:
            return refused(intent, Message("undo_no_answer", {"id": intent.quickbooks_id or ""}))
        return None

    def _send_again(self, intents: Sequence[Intent]) -> list[Intent]:
        """Send the same bytes under their original requestid; returns all of them, to be looked for."""
        if not intents:
            return []
        self._run.check_lease()
        self._context.journal.mark_sent([intent.id for intent in intents], self._context.clock.now())
        counted = [replace(intent, sends=intent.sends + 1) for intent in intents]
        answers = self._replay(replay_batches(counted))
        self._faults |= {identity: answer.fault for identity, answer in answers.items()}
        unsent = [identity for identity, answer in answers.items() if answer.verdict is Verdict.NOT_ACTED_UPON]
        self._context.journal.take_back(unsent)
        if self._failure:
            raise self._failure
        return counted

    def _replay(self, batches: Iterable[Batch]) -> dict[str, Answer]:
        """Send the batches, as many at a time as there is room for, and wait for all answers."""
        answers: dict[str, Answer] = {}
        waiting = deque(batches)
        with self._context.quickbooks.sender(may_leave=self._run.may_leave) as sender:
            while waiting or sender.in_flight:
                while waiting and sender.room:
                    self._run.check_lease()
                    sender.submit(waiting.popleft())
                answers |= {answer.intent_id: answer for answer in sender.next()[1]}
            if isinstance(sender.fatal, Fatal):
                self._failure = sender.fatal
        return answers


def undone(intent: Intent, user: str, now: QboTransaction | None = None, at: datetime | None = None) -> Settled:
    """The end of a void or delete that is done: its record stands for nothing here any more, in the same commit.

    `now` is what was voided, `at` QuickBooks' time when what was deleted was seen to be gone.
    """
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.CONFIRMED,
        quickbooks_id=intent.quickbooks_id,
        sync_token=now.sync_token if now else intent.sync_token,
        record_updated=now.updated if now else at,
        undone_by=user,
    )
    key = "undone_voided" if intent.operation is Operation.VOID else "undone_deleted"
    message = Message(key, {"id": intent.quickbooks_id or ""})
    return settlement, RowResult(id=str(intent.source), outcome=Outcome.UNDONE, message=message, quickbooks_id=intent.quickbooks_id)


def changed_meanwhile(intent: Intent) -> Settled:
    """The end of a void or delete whose record somebody changed first: it stays, and so does its link."""
    message = Message("undo_changed_meanwhile", {"id": intent.quickbooks_id or ""})
    settlement = Settlement(
        intent_id=intent.id,
        state=IntentState.REFUSED,
        message=message,
        quickbooks_id=intent.quickbooks_id,
        sync_token=intent.sync_token,
    )
    return settlement, RowResult(
        id=str(intent.source), outcome=Outcome.CHANGED, message=message, quickbooks_id=intent.quickbooks_id
    )
