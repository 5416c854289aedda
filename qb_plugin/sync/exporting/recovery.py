"""Settles doubt by looking it up, twice, before the same bytes go again (docs/architecture.md rules 3 to 6)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Answer,
    Batch,
    Entity,
    Fault,
    Intent,
    IntentState,
    LinkOrigin,
    Message,
    Outcome,
    RowResult,
    SavedRecord,
    Settlement,
    Verdict,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.mapped_names import keys_used, name_mapped
from qb_plugin.sync.exporting.looks import Marked, find_marked, read_all
from qb_plugin.sync.exporting.settlement import (
    confirmed,
    doubt_settled,
    draft_of,
    in_doubt,
    is_as_meant,
    refused,
    settled_elsewhere,
)
from qb_plugin.sync.lease import LeasedRun, wait

NEVER_PROOF = frozenset({"600", "5000", "5030", "10000"})  # faults that do not say that nothing was saved
TRIES = 2  # sends that came back in doubt: in company, then alone (docs/architecture.md rule 11)
IN_A_ROW = 3
SPENT_CODES = frozenset({"600", "item_foreign"})  # to a single under the requestid of a batch: it was another item's


class Recovery:
    """Brings intents in doubt to an end. `undecided` are those that hold other rows of their customers up."""

    def __init__(self, context: SyncContext, run: LeasedRun) -> None:
        self._context, self._run, self._reporter = context, run, run.reporter
        self.undecided: list[Intent] = []
        self._faults: dict[str, Fault | None] = {}  # what came back last, by intent id
        self._failure: Fatal | None = None

    def settle(self, intents: Sequence[Intent]) -> None:
        """One result an intent, notices in between; what was settled fully before is looked up once, without a wait.

        Fatal when QuickBooks cannot be read, or answered for three rows in a row nothing that proves anything.
        """
        missing = self.look(intents)
        self._report_settled([intent for intent in missing if intent.fully_settled])
        doubtful = [intent for intent in missing if not intent.fully_settled]
        while doubtful:
            if not self._wait(self._context.waits.between_sends):
                self._leave_in_doubt(doubtful)
                return
            self._reporter.notice(Message("checking_doubt", {"n": len(doubtful)}))
            missing = self._end_settled(self.look(self._still_ours(doubtful)))
            doubtful = self.look(self._send_again(self._renewed(missing)))

    def _end_settled(self, missing: Sequence[Intent]) -> list[Intent]:
        """End, after two looks, what was refused and what came back in doubt alone twice; the others are to go again."""
        refusals = [(i, fault) for i in missing if is_refusal(fault := self._faults.get(i.id)) and fault]
        self._settle([refused(i, self._context.fault_message(f, fault_values(self._context, i))) for i, f in refusals])
        left = [intent for intent in missing if not is_refusal(self._faults.get(intent.id))]
        settled = [intent for intent in left if intent.singles >= TRIES and not self._is_spent(intent)]
        self._context.journal.mark_fully_settled([intent.id for intent in settled])
        self._report_settled(settled)
        return [intent for intent in left if intent not in settled]

    def _is_spent(self, intent: Intent) -> bool:
        """Whether its requestid answers for others, as where whole requests are known by it; a second new one is not tried."""
        fault = self._faults.get(intent.id)
        return bool(intent.singles and not intent.withdrawals and fault and fault.code in SPENT_CODES)

    def _renewed(self, intents: Sequence[Intent]) -> list[Intent]:
        """Give those whose requestid is spent another one, once: after two looks nothing of them is in QuickBooks."""
        spent = [intent for intent in intents if self._is_spent(intent)]
        fresh = {intent.id: self._fresh(intent) for intent in spent}
        if spent:
            self._run.check_lease()
            self._context.journal.renew(list(fresh), list(fresh.values()), self._run.fence)
        return [fresh.get(intent.id, intent) for intent in intents]

    def _fresh(self, intent: Intent) -> Intent:
        """The same bytes under a new requestid, alone; it was sent as often as before, so that it goes alone."""
        requestid, context = self._context.ids.requestid(), self._context
        return replace(
            intent,
            id=f"{requestid}.1",
            run_id=self._run.id,
            requestid=requestid,
            bid="1",
            quickbooks_time=context.quickbooks.now(),
            sent_at=context.clock.now(),
            first_look_at=None,
            singles=0,
            withdrawals=intent.withdrawals + 1,
        )

    def _report_settled(self, intents: Sequence[Intent]) -> None:
        """Report the rows whose doubt has ended: they hold nothing else up."""
        numbers = self._context.numbers([intent.source for intent in intents])
        for intent in intents:
            self._reporter.row(doubt_settled(intent, numbers[intent.source]))

    def _leave_in_doubt(self, intents: Sequence[Intent]) -> None:
        self.undecided += intents
        for intent in intents:
            self._reporter.row(in_doubt(intent))

    def _still_ours(self, intents: Sequence[Intent]) -> list[Intent]:
        """Leave out what another workstation settled while we waited: its bytes must never go again."""
        still_open = {intent.id for intent in self._context.journal.open_intents(self._context.realm)}
        closed = [intent for intent in intents if intent.id not in still_open]
        standing = self._context.journal.standing(self._context.realm, [intent.source for intent in closed]) if closed else ()
        saved = {intent.id: intent for intent in standing}
        for intent in closed:
            self._reporter.row(settled_elsewhere(intent, saved.get(intent.id)))
        return [intent for intent in intents if intent.id in still_open]

    def look(self, intents: Sequence[Intent]) -> list[Intent]:
        """Adopt what QuickBooks shows; return what it does not show, its first vain look-up noted."""
        found = find_marked(self._context, intents)
        seen = [(intent, *self._judge(intent, found)) for intent in intents if not found.is_missing(intent)]
        self._context.journal.settle([settlement for _, settlement, _ in seen if settlement], self._run.fence)
        self.undecided += [intent for intent, settlement, _ in seen if settlement is None]
        for _, _, result in seen:
            self._reporter.row(result)
        missing = [intent for intent in intents if found.is_missing(intent)]
        if missing:
            self._context.journal.look([intent.id for intent in missing], self._context.clock.now())
        return missing

    def _judge(self, intent: Intent, found: Marked) -> tuple[Settlement | None, RowResult]:
        """Adopt what carries the marker; what may carry it and cannot be read leaves the row in doubt: nothing goes again."""
        if found.readable[intent.id]:
            return self._adopt(intent, found.readable[intent.id])
        odd = found.unreadable[intent.id]
        message = Message("doubt_unreadable", {"id": odd.id, "what": odd.problem})
        return None, RowResult(id=str(intent.source), outcome=Outcome.NOT_CONFIRMED, message=message)

    def _adopt(self, intent: Intent, transactions: Sequence[SavedRecord]) -> tuple[Settlement | None, RowResult]:
        """Take the one record that carries the marker; of several the one that agrees, else ask."""
        draft = draft_of(self._context, intent)
        agreeing = [transaction for transaction in transactions if is_as_meant(draft, transaction)]
        if len(transactions) > 1 and len(agreeing) != 1:
            number = self._context.numbers([intent.source])[intent.source]
            message = Message("marker_twice", {"number": number, "n": len(transactions)})
            return None, RowResult(id=str(intent.source), outcome=Outcome.NOT_CONFIRMED, message=message)
        return confirmed(intent, (agreeing or list(transactions))[0], draft, LinkOrigin.ADOPTED)

    def _wait(self, seconds: float) -> bool:
        """Let time pass; False when stopped meanwhile."""
        return wait(self._context, self._run, seconds)

    def _send_again(self, intents: Sequence[Intent]) -> list[Intent]:
        """Send the same bytes under their original requestid, alone what went twice already; returns what stays in doubt."""
        if not intents:
            return []
        self._run.check_lease()  # while we waited another workstation may have begun to settle the same intents
        answers = self._replay(replay_batches(self._count([intent for intent in intents if intent.sends < TRIES])))
        answers += self._replay_singly(sorted((i for i in intents if i.sends >= TRIES), key=attrgetter("singles")))
        self._context.journal.take_back([intent.id for intent, answer in answers if answer.verdict is Verdict.NOT_ACTED_UPON])
        self._read_back([(i, a.record) for i, a in answers if a.verdict is Verdict.CONFIRMED and a.record])
        doubtful = [(i, a.fault) for i, a in answers if a.verdict is not Verdict.CONFIRMED]
        self._faults |= {intent.id: fault for intent, fault in doubtful}
        if self._failure:
            raise self._failure
        sent = {intent.id for intent, _ in answers}
        return [*(intent for intent, _ in doubtful), *(intent for intent in intents if intent.id not in sent)]

    def _count(self, intents: Sequence[Intent]) -> list[Intent]:
        """Count one send more of each, before its bytes can leave."""
        self._context.journal.mark_sent([intent.id for intent in intents], self._context.clock.now())
        return [replace(intent, sends=intent.sends + 1) for intent in intents]

    def _replay_singly(self, intents: Iterable[Intent]) -> list[tuple[Intent, Answer]]:
        """Send each in a batch of its own, until `IN_A_ROW` of them have come back without an answer that proves anything."""
        answers: list[tuple[Intent, Answer]] = []
        in_a_row = 0
        for intent in intents:
            if self._failure or self._run.stop():
                break
            self._run.check_lease()
            [(_, answer)] = found = self._replay(replay_batches(self._count([intent])))
            answers += found
            in_a_row = 0 if answer.verdict is Verdict.CONFIRMED or is_refusal(answer.fault) else in_a_row + 1
            if in_a_row == IN_A_ROW:
                self._failure = self._failure or Fatal(Message("doubt_ends_run", {"n": IN_A_ROW}))
        return answers

    def _replay(self, batches: Iterable[Batch]) -> list[tuple[Intent, Answer]]:
        """Send the batches, as many at a time as there is room for, and wait for all answers."""
        answers: list[tuple[Intent, Answer]] = []
        waiting = deque(batches)
        with self._context.quickbooks.sender(may_leave=self._run.may_leave) as sender:
            while waiting or sender.in_flight:
                while waiting and sender.room:
                    self._run.check_lease()
                    sender.submit(waiting.popleft())
                answers += self._answers_of(*sender.next())
            if isinstance(sender.fatal, Fatal):
                self._failure = sender.fatal
        return answers

    def _answers_of(self, batch: Batch, replies: Sequence[Answer]) -> list[tuple[Intent, Answer]]:
        """The answer to each item; one that went alone and came back in doubt is counted as such."""
        by_id = {reply.intent_id: reply for reply in replies}
        answers = [(intent, by_id[intent.id]) for intent in batch.intents]
        if len(answers) > 1 or answers[0][1].verdict is not Verdict.DOUBT:
            return answers
        [(intent, answer)] = answers
        self._context.journal.count_single(intent.id)
        return [(replace(intent, singles=intent.singles + 1), answer)]

    def _read_back(self, sent: Sequence[tuple[Intent, SavedRecord]]) -> None:
        """A replay returns the first answer even for something deleted since, so it is read once more."""
        gone = self._confirm_present(sent)
        if gone and self._wait(self._context.waits.lag):
            self._close_removed([intent for intent, _ in self._confirm_present(gone)])
        else:
            self._leave_in_doubt([intent for intent, _ in gone])

    def _close_removed(self, intents: Sequence[Intent]) -> None:
        message = Message("removed_in_quickbooks")
        closed = [Settlement(intent_id=i.id, state=IntentState.CLOSED, message=message) for i in intents]
        self._context.journal.settle(closed, self._run.fence)
        for intent in intents:
            self._reporter.row(RowResult(id=str(intent.source), outcome=Outcome.REMOVED, message=message))

    def _confirm_present(self, sent: Sequence[tuple[Intent, SavedRecord]]) -> list[tuple[Intent, SavedRecord]]:
        """Confirm those that can be read; return those that cannot."""
        now = read_all(self._context, sent)
        there = [(intent, now[intent.id]) for intent, _ in sent if intent.id in now]
        self._settle([confirmed(i, b, draft_of(self._context, i), LinkOrigin.EXPORTED) for i, b in there])
        return [(intent, transaction) for intent, transaction in sent if intent.id not in now]

    def _settle(self, settled: Sequence[tuple[Settlement, RowResult]]) -> None:
        """Write down how intents end, then report their rows."""
        self._context.journal.settle([settlement for settlement, _ in settled], self._run.fence)
        for _, result in settled:
            self._reporter.row(result)


def fault_values(context: SyncContext, intent: Intent) -> dict[str, object]:
    """What the sentence about a fault names."""
    if intent.entity == Entity.CUSTOMER:
        return {"entity": intent.entity, "customer": context.quickbooks.customer_draft(intent.payload).name}
    draft = context.quickbooks.draft(intent.entity, intent.payload)
    return {"entity": intent.entity, "keys": keys_used(draft), **name_mapped(draft, context.mapped_names())}


def is_refusal(fault: Fault | None) -> bool:
    """Whether a fault could be QuickBooks' true reason not to save."""
    return fault is not None and fault.type == "ValidationFault" and fault.code not in NEVER_PROOF


def replay_batches(intents: Sequence[Intent]) -> list[Batch]:
    """One batch an original requestid; two originals are never mixed."""
    groups: dict[str, list[Intent]] = defaultdict(list)
    for intent in intents:
        groups[intent.requestid].append(intent)
    return [Batch(requestid, tuple(group), resend=True) for requestid, group in groups.items()]
