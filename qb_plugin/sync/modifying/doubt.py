"""Settles updates, voids and deletes in doubt by reading what they act on (docs/architecture.md rule 5)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from qb_plugin.errors import Fatal
from qb_plugin.model import Answer, Batch, Fault, Intent, Message, QboTransaction, RowResult, Settlement, UnreadableRecord, Verdict
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.recovery import is_refusal, replay_batches
from qb_plugin.sync.exporting.settlement import in_doubt, refused, settled_elsewhere
from qb_plugin.sync.lease import LeasedRun, wait

MOST_SENDS = 3  # what stands unchanged after so many, each looked after, is left as it is: nothing of them is on its way
READ_FIRST = frozenset({"610", "5010"})  # gone already, or not as we saw it: what it is now decides
Settled = tuple[Settlement, RowResult]
Now = QboTransaction | UnreadableRecord | None


class ModificationDoubt(ABC):
    """Brings intents in doubt to an end; each has exactly one result in `report`."""

    unanswered: ClassVar[str]  # the sentence about what stands unchanged after all sends

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

    @abstractmethod
    def _judge(self, intent: Intent, now: Now) -> Settled | None:
        """How the intent ends by what its transaction is now; None while that is unchanged, or cannot be understood."""

    def _look(self, intents: Sequence[Intent]) -> list[Intent]:
        """Settle what is as it was meant, changed or gone; return what stands as it was."""
        judged = [(intent, self._judge(intent, self._read(intent))) for intent in intents]
        self._settle([(intent, end) for intent, end in judged if end])
        return [intent for intent, end in judged if end is None]

    def _read(self, intent: Intent) -> Now:
        """The transaction as it is now, read by itself: a query for several may lag, and show for an hour what was before."""
        identity = intent.quickbooks_id or ""
        return self._context.quickbooks.read(intent.entity, [identity]).get(identity)

    def _still_ours(self, intents: Sequence[Intent]) -> list[Intent]:
        """Leave out what another workstation settled while we waited."""
        still_open = {intent.id for intent in self._context.journal.open_intents(self._context.realm)}
        for intent in intents:
            if intent.id not in still_open:
                self._report(intent, settled_elsewhere(intent, None))
        return [intent for intent in intents if intent.id in still_open]

    def _settle(self, ends: Sequence[tuple[Intent, Settled]]) -> None:
        """Write down how intents end, then report them."""
        self._context.journal.settle([settlement for _, (settlement, _) in ends], self._run.fence)
        for intent, (_, result) in ends:
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
            return refused(intent, Message(self.unanswered, {"id": intent.quickbooks_id or ""}))
        return None

    def _send_again(self, intents: Sequence[Intent]) -> list[Intent]:
        """Send the same bytes under their original requestid; returns all of them, to be looked for."""
        if not intents:
            return []
        self._run.check_lease()
        self._context.journal.mark_sent([intent.id for intent in intents], self._context.clock.now())
        counted = [replace(intent, sends=intent.sends + 1) for intent in intents]
        answers = self._replay(replay_batches(counted))
        self._faults |= {answer.intent_id: answer.fault for answer in answers}
        self._context.journal.take_back([a.intent_id for a in answers if a.verdict is Verdict.NOT_ACTED_UPON])
        if self._failure:
            raise self._failure
        return counted

    def _replay(self, batches: Iterable[Batch]) -> list[Answer]:
        """Send the batches, as many at a time as there is room for, and wait for all answers."""
        answers: list[Answer] = []
        waiting = deque(batches)
        with self._context.quickbooks.sender(may_leave=self._run.may_leave) as sender:
            while waiting or sender.in_flight:
                while waiting and sender.room:
                    self._run.check_lease()
                    sender.submit(waiting.popleft())
                answers += sender.next()[1]
            if isinstance(sender.fatal, Fatal):
                self._failure = sender.fatal
        return answers
