"""Creates customers in QuickBooks for clients, through the journal like every write (docs/architecture.md rule M10).

A customer's name is unique in QuickBooks, among vendors and employees, too: whoever has it is looked for first, and a lost answer
is settled by it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qb_plugin.errors import AddInError, Fatal, RowRefused
from qb_plugin.model import (
    Answer,
    Batch,
    Company,
    CustomerDraft,
    Entity,
    Intent,
    Kind,
    LinkOrigin,
    Message,
    Operation,
    Outcome,
    Ref,
    RowResult,
    Settlement,
    Verdict,
)
from qb_plugin.sync.clients.names_taken import NamesTaken, read_names_taken
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.exporting.settlement import confirmed, draft_of, in_doubt, not_sent, refused, trace
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import client_links
from qb_plugin.sync.ports import Sender
from qb_plugin.sync.reporting import RunAborted

NAME_TAKEN = "6240"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A client whose customer is to be created, and under which name."""

    client_id: str
    name: str
    email: str = ""
    phone: str = ""
    currency: str = ""

    @property
    def ref(self) -> Ref:
        """The client."""
        return Ref(Kind.CLIENT, self.client_id)


def foresee_customers(context: SyncContext, wanted: Sequence[NewCustomer]) -> list[RowResult]:
    """What would become of each client as things stand; nothing is sent or written."""
    plan = read_plan(context)
    decided = [(each, plan.decide(context, each)) for each in wanted]
    return [
        found
        if isinstance(found, RowResult)
        else RowResult(id=str(each.ref), outcome=Outcome.READY, message=Message("customer_would_be"))
        for each, found in decided
    ]


def read_plan(context: SyncContext) -> Plan:
    """What decides about clients, as it is now."""
    links = client_links(context.links, context.realm)
    return Plan(context.quickbooks.company(), read_names_taken(context.quickbooks), links)


def create_customers(context: SyncContext, run: LeasedRun, wanted: Sequence[NewCustomer]) -> None:
    """Create a customer for each client that has none and whose name is free, link the two, and report how each row ends.

    What an earlier run left open is settled first. Fatal failures are raised before anything is sent; later ones leave the
    remaining rows *not tried*.
    """
    ended = settle_open(context, run, look_again=[each.ref for each in wanted]).results
    plan = read_plan(context)
    to_send: list[tuple[NewCustomer, str]] = []
    for each in wanted:
        if str(each.ref) not in ended:
            decided = plan.decide(context, each)
            if isinstance(decided, RowResult):
                run.reporter.row(decided)
            else:
                to_send.append((each, decided))
    # A customer that was created before and unlinked since stands in the way of another create.
    context.journal.withdraw(context.realm, [each.ref for each, _ in to_send])
    CustomerSends(context, run).send(to_send)


@dataclass(slots=True)
class Plan:
    """Decides what becomes of each client; a name that one of them gets is taken for the next."""

    company: Company
    taken: NamesTaken
    links: Mapping[str, object]

    def decide(self, context: SyncContext, wanted: NewCustomer) -> RowResult | str:
        """The payload to send, or how the row ends without one."""
        if wanted.client_id in self.links:
            return RowResult(id=str(wanted.ref), outcome=Outcome.SYNCHRONIZED, message=Message("client_matched_already"))
        problem = self.taken.problem(wanted.name) or self._currency_problem(wanted)
        if problem:
            outcome = Outcome.FAILED if problem.key == "currency_not_used" else Outcome.NEEDS_DECISION
            return RowResult(id=str(wanted.ref), outcome=outcome, message=problem)
        currency = wanted.currency if self.company.multicurrency and wanted.currency else None
        try:
            draft = CustomerDraft(name=wanted.name, email=wanted.email, phone=wanted.phone, currency=currency)
            payload = context.quickbooks.customer_payload(draft)
        except RowRefused as refusal:
            return self._refused(wanted, refusal.message)
        self.taken.take(wanted.name)
        return payload

    def _refused(self, wanted: NewCustomer, message: Message) -> RowResult:
        """A name that QuickBooks does not take; for one with a colon, which stands before a sub-customer there, another."""
        if ":" not in wanted.name:
            return RowResult(id=str(wanted.ref), outcome=Outcome.FAILED, message=message)
        other = " - ".join(part.strip() for part in wanted.name.split(":"))
        message = Message("customer_name_colon", {"client": wanted.name, "other": other})
        return RowResult(id=str(wanted.ref), outcome=Outcome.NEEDS_DECISION, message=message)

    def _currency_problem(self, wanted: NewCustomer) -> Message | None:
        home = self.company.home_currency
        if self.company.multicurrency or not wanted.currency or wanted.currency == home:
            return None
        values = {"client": wanted.name, "currency": wanted.currency, "company": self.company.name, "home": home}
        return Message("currency_not_used", values)


class CustomerSends:
    """Sends creates in batches: intents are committed before a byte leaves, answers settled before they are reported."""

    def __init__(self, context: SyncContext, run: LeasedRun) -> None:
        self._context, self._run = context, run
        self._doubtful: list[Intent] = []
        self._fatal: AddInError | None = None

    def send(self, wanted: Sequence[tuple[NewCustomer, str]]) -> None:
        """Send all, settle doubt, and say of the rest why it was not tried."""
        waiting = deque(wanted)
        if waiting:
            with self._context.quickbooks.sender(self._run.stop, self._run.may_leave) as sender:
                self._send_all(sender, waiting)
        if self._doubtful and not self._fatal:
            self._settle_doubt()
        for each, _ in waiting:
            reason = self._fatal.message if self._fatal else Message("cancelled_row")
            self._run.reporter.row(RowResult(id=str(each.ref), outcome=Outcome.NOT_TRIED, message=reason))

    def _send_all(self, sender: Sender, waiting: deque[tuple[NewCustomer, str]]) -> None:
        try:
            while sender.in_flight or (waiting and not self._fatal and not self._run.stop()):
                while waiting and sender.room and not self._fatal and not self._run.stop():
                    self._submit(sender, waiting)
                if sender.in_flight:
                    for result in self._settle(sender):
                        self._run.reporter.row(result)
        except RunAborted:
            while sender.in_flight:
                self._settle(sender)
            raise

    def _submit(self, sender: Sender, waiting: deque[tuple[NewCustomer, str]]) -> None:
        """Commit a batch of intents, then send it; a client that another workstation is sending is not sent."""
        group = [waiting.popleft() for _ in range(min(sender.size, len(waiting)))]
        try:
            self._run.check_lease()
            written = self._context.journal.open(self._intents(group), self._run.fence)
        except Fatal as failure:
            self._fatal = failure
            waiting.extendleft(reversed(group))
            return
        opened = tuple(intent for intent in written if intent)
        if opened:
            sender.submit(Batch(opened[0].requestid, opened))
        for intent, (each, _) in zip(written, group, strict=True):
            outcome = Outcome.RUNNING if intent else Outcome.NOT_CONFIRMED
            message = None if intent else Message("sent_elsewhere")
            self._run.reporter.row(RowResult(id=str(each.ref), outcome=outcome, message=message))

    def _intents(self, group: Sequence[tuple[NewCustomer, str]]) -> list[Intent]:
        requestid, now = self._context.ids.requestid(), self._context.clock.now()
        quickbooks_time = self._context.quickbooks.now()
        return [
            Intent(
                id=f"{requestid}.{place}",
                realm=self._context.realm,
                run_id=self._run.id,
                source=each.ref,
                operation=Operation.CREATE,
                version="0",
                entity=Entity.CUSTOMER,
                payload=payload,
                requestid=requestid,
                bid=str(place),
                quickbooks_time=quickbooks_time,
                sent_at=now,
                sends=1,
                singles=int(len(group) == 1),
            )
            for place, (each, payload) in enumerate(group, 1)
        ]

    def _settle(self, sender: Sender) -> list[RowResult]:
        """Take the answers of the next batch and write them down."""
        batch, answers = sender.next()
        if isinstance(sender.fatal, AddInError):
            self._fatal = sender.fatal
        by_id = {intent.id: intent for intent in batch.intents}
        judged = [(by_id[answer.intent_id], answer, *self._judge(by_id[answer.intent_id], answer)) for answer in answers]
        try:
            self._context.journal.settle([trace(each, answer) for _, answer, each, _ in judged if each], self._run.fence)
        except Fatal as failure:  # the answers are lost to us; the next run looks these rows up
            self._fatal = failure
            return [in_doubt(intent) for intent in batch.intents]
        self._doubtful += [intent for intent, _, each, _ in judged if each is None]
        return [result for _, _, _, result in judged]

    def _judge(self, intent: Intent, answer: Answer) -> tuple[Settlement | None, RowResult]:
        """What an answer means; a name that somebody took meanwhile needs a decision."""
        if answer.verdict is Verdict.CONFIRMED and answer.record:
            return confirmed(intent, answer.record, draft_of(self._context, intent), LinkOrigin.EXPORTED)
        if answer.verdict is Verdict.REFUSED:
            settlement, result = refused(intent, self._reason(intent, answer))
            taken = answer.fault is not None and answer.fault.code == NAME_TAKEN
            return settlement, replace(result, outcome=Outcome.NEEDS_DECISION) if taken else result
        if answer.verdict is Verdict.NOT_ACTED_UPON:
            return not_sent(intent, self._fatal.message if self._fatal else self._reason(intent, answer))
        return None, in_doubt(intent)

    def _reason(self, intent: Intent, answer: Answer) -> Message:
        name = self._context.quickbooks.customer_draft(intent.payload).name
        if answer.fault is None:
            return Message("quickbooks_no_reason")
        if answer.fault.code == NAME_TAKEN:
            return Message("customer_name_taken", {"client": name, "who": "somebody"})
        return self._context.fault_message(answer.fault, {"customer": name, "entity": intent.entity})

    def _settle_doubt(self) -> None:
        self._run.reporter.notice(Message("checking_doubt", {"n": len(self._doubtful)}))
        try:
            Recovery(self._context, self._run).settle(self._doubtful)
        except Fatal as failure:  # these stay not confirmed; the next run, or the next start, goes on from there
            self._fatal = failure
