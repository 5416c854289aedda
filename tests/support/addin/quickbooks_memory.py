"""QuickBooks in memory, at the port of the rules: it saves, refuses, loses answers, lags and forgets as it is told to."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from qb_plugin.errors import AddInError, RowRefused
from qb_plugin.model import (
    Answer,
    Batch,
    Company,
    CreditMemoDraft,
    CreditMemoForm,
    CreditMemoUpdate,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    Entity,
    Fault,
    Intent,
    ListEntry,
    OtherReceipt,
    PaymentChanges,
    PaymentDraft,
    QboCreditMemo,
    QboInvoice,
    QboPayment,
    QboTransaction,
    Ref,
    SavedRecord,
    TransactionChanges,
    UnreadableRecord,
    Verdict,
)
from qb_plugin.money import ZERO
from qb_plugin.schemas.customers.drafts import read_customer_draft, write_customer
from qb_plugin.schemas.drafts import DraftRefusedError, write_draft, write_removal, write_update
from qb_plugin.schemas.memos.updates import write_credit_memo_update
from qb_plugin.schemas.payloads import read_draft
from tests.support.addin.scripted_sends import BROKEN, WELL, Step, refusal
from tests.support.virtual_clock import VirtualClock

KINDS: Mapping[str, type[QboPayment] | type[QboCreditMemo]] = {"Payment": QboPayment, "CreditMemo": QboCreditMemo}


class FakeBooks:
    """One company. `lag`: for how long a query does not show what was saved. `replay`: what a known requestid answers:
    "stored" (the first answer), "6000", or "forgets" (it is saved anew)."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.skew = timedelta()
        self.lag = 0.0
        self.replay = "stored"
        self.width, self.items_a_batch = 4, 30
        self.all_at_once = False  # whether the answers to all that is in flight come together
        self.customers_: list[Customer] = []
        self.people_: list[ListEntry] = []
        self.customers_made: dict[str, datetime] = {}
        self.invoices_: dict[str, QboInvoice] = {}
        self.documents_: dict[tuple[str, str], Document] = {}
        self.receipts_: list[OtherReceipt] = []
        self.saved: dict[str, QboTransaction] = {}
        self.unreadable: list[UnreadableRecord] = []  # records that every list shows and nobody can understand
        self.rows_a_page, self.tells_at_most = 1000, 1000
        self.deleted_at: dict[str, datetime] = {}
        self.asked_since: list[datetime] = []
        self.company_ = Company(realm="realm", name="Alder & Finch")
        self.batches: list[Batch] = []
        self.calls: list[str] = []
        self.periods: list[tuple[str, date | None, date | None]] = []
        self.sends: dict[str, int] = defaultdict(int)
        self.shared_customers: list[str] = []
        self.after_batch: Callable[[], None] = lambda: None
        self.on_submit: list[Callable[[Batch], None]] = []
        self.unreachable: dict[str, AddInError] = {}
        self._steps: dict[tuple[Ref, str], deque[Step]] = defaultdict(deque)
        self.broken: set[Ref] = set()  # records for which every batch that holds one answers 500, for ever
        self._answers: dict[tuple[str, str], SavedRecord | Fault] = {}
        self._next = 1000

    # --- what a test arranges -----------------------------------------------------------------------

    def script(self, ref: Ref, *steps: Step, operation: str = "create") -> None:
        """What happens to the sends of this record, one after the other; then all is well."""
        self._steps[ref, operation].extend(steps)

    def put(self, book: QboTransaction) -> QboTransaction:
        """A record that is there already."""
        self.saved[book.id] = book
        return book

    def delete(self, identity: str) -> None:
        """Somebody deletes it in QuickBooks."""
        del self.saved[identity]
        self.deleted_at[identity] = self.now()

    def payments_saved(self) -> list[QboPayment]:
        return [book for book in self.saved.values() if isinstance(book, QboPayment)]

    # --- reading ------------------------------------------------------------------------------------

    def _asked(self, what: str) -> None:
        self.calls.append(what)
        if what in self.unreachable:
            raise self.unreachable[what]

    def _shown(self) -> list[QboTransaction]:
        bound = self.now() - timedelta(seconds=self.lag)
        return [book for book in self.saved.values() if book.created is None or book.created <= bound]

    def company(self) -> Company:
        self._asked("company")
        return self.company_

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def customers(self) -> Sequence[Customer]:
        self._asked("customers")
        return self.customers_

    def customers_by_id(self, ids: Sequence[str]) -> Sequence[Customer]:
        self._asked("customers_by_id")
        return [customer for customer in self.customers_ if customer.id in ids]

    def people(self) -> Sequence[ListEntry]:
        self._asked("people")
        return self.people_

    def accounts(self) -> Sequence[ListEntry]:
        return ()

    def methods(self) -> Sequence[ListEntry]:
        return ()

    def items(self) -> Sequence[ListEntry]:
        return ()

    def tax_codes(self) -> Sequence[ListEntry]:
        return ()

    def preferences(self) -> Company:
        return self.company()

    def open_invoices(self, customer_ids: Sequence[str]) -> Sequence[QboInvoice]:
        self._asked("open_invoices")
        return [i for i in self.invoices_.values() if i.customer_id in customer_ids and i.balance > 0]

    def invoices(self, ids: Sequence[str]) -> Sequence[QboInvoice]:
        return [self.invoices_[identity] for identity in ids]

    def documents(self, type: str, ids: Sequence[str]) -> Mapping[str, Document]:
        self._asked("documents")
        invoices = {
            i.id: Document(id=i.id, number=i.number, date=i.date, total=i.total, customer_id=i.customer_id)
            for i in self.invoices_.values()
            if type == "Invoice"
        }
        found = invoices | {identity: each for (kind, identity), each in self.documents_.items() if kind == type}
        return {identity: found[identity] for identity in ids if identity in found}

    def other_receipts(self, start: date | None, end: date | None) -> Sequence[OtherReceipt]:
        self._asked("other_receipts")
        return self.receipts_

    def invoices_numbered(self, numbers: Sequence[str]) -> Sequence[QboInvoice]:
        self._asked("invoices_numbered")
        return [found for found in self.invoices_.values() if found.number in numbers]

    def _odd(self, entity: str) -> list[UnreadableRecord]:
        return [record for record in self.unreadable if record.entity == entity]

    def payments_of(self, ids: Sequence[str], numbers: Sequence[str]) -> frozenset[str]:
        self._asked("payments_of")
        found = [(payment.id, line) for payment in self.payments_saved() for line in payment.lines if line.type == "Invoice"]
        return frozenset(payment for payment, line in found if line.id in ids or line.number in numbers)

    def payments(self, start: date | None, end: date | None) -> Sequence[QboPayment | UnreadableRecord]:
        self._asked("payments")
        self.periods.append(("payments", start, end))
        return [*self._odd("Payment"), *self._payments(start, end)]

    def _payments(self, start: date | None, end: date | None) -> list[QboPayment]:
        return [b for b in self._shown() if isinstance(b, QboPayment) and (not start or not end or start <= b.date <= end)]

    def payment_pages(self, start: date | None, end: date | None) -> Iterator[Sequence[QboPayment | UnreadableRecord]]:
        found = self.payments(start, end)
        yield from (found[first : first + self.rows_a_page] for first in range(0, len(found), self.rows_a_page))

    def payments_since(self, moment: datetime) -> PaymentChanges | None:
        self._asked("payments_since")
        self.asked_since.append(moment)
        changed = [b for b in self.payments_saved() if b.updated and b.updated >= moment]
        deleted = frozenset(identity for identity, at in self.deleted_at.items() if at >= moment)
        return PaymentChanges(tuple(changed), deleted) if len(changed) + len(deleted) < self.tells_at_most else None

    def changes_since(self, moment: datetime) -> TransactionChanges | None:
        self._asked("changes_since")
        changed = {
            (Entity.PAYMENT if isinstance(b, QboPayment) else Entity.CREDIT_MEMO, b.id): b
            for b in self.saved.values()
            if b.updated and b.updated >= moment
        }
        deleted = frozenset((Entity.PAYMENT, identity) for identity, at in self.deleted_at.items() if at >= moment)
        return TransactionChanges(changed, deleted) if len(changed) + len(deleted) < self.tells_at_most else None

    def credit_memos(self, start: date | None, end: date | None) -> Sequence[QboCreditMemo | UnreadableRecord]:
        self._asked("credit_memos")
        self.periods.append(("credit_memos", start, end))
        found = [b for b in self._shown() if isinstance(b, QboCreditMemo) and (not start or not end or start <= b.date <= end)]
        return [*self._odd("CreditMemo"), *found]

    def customers_since(self, moment: datetime) -> Sequence[Customer]:
        self._asked("customers_since")
        bound = self.now() - timedelta(seconds=self.lag)
        shown = {identity for identity, at in self.customers_made.items() if moment <= at <= bound}
        return [each for each in self.customers_ if each.id in shown]

    def customer_payload(self, draft: CustomerDraft) -> str:
        try:
            return write_customer(draft)
        except DraftRefusedError as problem:
            raise RowRefused(problem.message) from problem

    def customer_draft(self, payload: str) -> CustomerDraft:
        return read_customer_draft(payload)

    def created_since(self, entity: str, moment: datetime) -> Sequence[QboTransaction | UnreadableRecord]:
        self._asked("created_since")
        kind = KINDS[entity]
        found = [b for b in self._shown() if isinstance(b, kind) and b.created and b.created >= moment]
        return [*self._odd(entity), *found]

    def read(self, entity: str, ids: Sequence[str]) -> Mapping[str, QboTransaction | UnreadableRecord]:
        self._asked("read")
        kind = KINDS[entity]
        odd = {record.id: record for record in self._odd(entity) if record.id in ids}
        return {identity: self.saved[identity] for identity in ids if isinstance(self.saved.get(identity), kind)} | odd

    def payload(self, draft: Draft) -> tuple[Entity, str]:
        try:
            return write_draft(draft)
        except DraftRefusedError as problem:
            raise RowRefused(problem.message) from problem

    def removal(self, identity: str, sync_token: str, void: bool) -> str:
        return write_removal(identity, sync_token, void)

    def update(self, draft: PaymentDraft, identity: str, sync_token: str) -> str:
        return write_update(draft, identity, sync_token)

    def credit_memo_forms(self, ids: Sequence[str]) -> Mapping[str, CreditMemoForm]:
        raise NotImplementedError("updates of credit memos are tested against the simulator")

    def credit_memo_update(self, update: CreditMemoUpdate) -> str:
        return write_credit_memo_update(update)

    def draft(self, entity: str, payload: str) -> Draft:
        return read_draft(entity, payload)

    # --- sending ------------------------------------------------------------------------------------

    @contextmanager
    def sender(
        self, stop: Callable[[], bool] = lambda: False, may_leave: Callable[[], bool] = lambda: True
    ) -> Iterator[FakeSender]:
        yield FakeSender(self, may_leave)

    def answer(self, batch: Batch, intent: Intent) -> tuple[Answer, AddInError | None]:
        """What comes back for one item, and the failure that ends the run with it."""
        self.sends[str(intent.source)] += 1
        steps = self._steps[intent.source, intent.operation.value]
        step = steps.popleft() if steps else WELL
        if any(each.source in self.broken for each in batch.intents):
            step = BROKEN
        if step.fatal:
            return Answer(intent.id, Verdict.NOT_ACTED_UPON, fault=Fault(code="3200", text="signed out", status=401)), step.fatal
        if step.verdict:
            return Answer(intent.id, step.verdict, fault=step.fault), None
        if step.late is not None:
            self.clock.at(step.late, lambda: self._save_once(intent, step))
            return Answer(intent.id, Verdict.DOUBT), None
        found = self._save_once(intent, step) if step.arrives else None
        if found is None or not step.answer:
            return Answer(intent.id, Verdict.DOUBT), None
        if isinstance(found, Fault):
            narrow = found.type == "ValidationFault" and not batch.resend
            return Answer(intent.id, Verdict.REFUSED if narrow else Verdict.DOUBT, fault=found), None
        return Answer(intent.id, Verdict.CONFIRMED, record=found), None

    def save_late(self, intent: Intent) -> None:
        """It is saved after all, long after its answer was lost."""
        self._save_once(intent, WELL)

    def _save_once(self, intent: Intent, step: Step) -> SavedRecord | Fault:
        """Save it, or give the answer that its requestid was given before."""
        key = (intent.requestid, intent.bid)
        if key in self._answers and self.replay != "forgets":
            return refusal("6000", "duplicate") if self.replay == "6000" else self._answers[key]
        found: SavedRecord | Fault
        if intent.entity == Entity.CUSTOMER:
            found = step.fault or self._save_customer(self.customer_draft(intent.payload))
        else:
            found = step.fault or self._save(self.draft(intent.entity, intent.payload), step.change)
        self._answers[key] = found
        return found

    def _save_customer(self, draft: CustomerDraft) -> Customer | Fault:
        names = {each.name.casefold() for each in self.customers_} | {each.name.casefold() for each in self.people_}
        if draft.name.casefold() in names:
            return refusal("6240", "Duplicate Name Exists Error")
        self._next += 1
        made = Customer(id=str(self._next), name=draft.name, full_name=draft.name, email=draft.email, phone=draft.phone)
        self.customers_.append(made)
        self.customers_made[made.id] = self.now()
        return made

    def _save(self, draft: Draft, change: Mapping[str, Any]) -> QboTransaction | Fault:
        problem = self._problem(draft)
        if problem:
            return problem
        self._next += 1
        book = self._payment(draft) if isinstance(draft, PaymentDraft) else self._memo(draft)
        changed: QboTransaction = replace(book, **change)
        self.saved[book.id] = changed
        return changed

    def _problem(self, draft: Draft) -> Fault | None:
        for line in draft.lines if isinstance(draft, PaymentDraft) else ():
            if line.type == "CreditMemo":
                memo = self.saved.get(line.id)
                if not isinstance(memo, QboCreditMemo) or memo.remaining < line.amount:
                    return refusal("6000", "the credit is spent")
            elif self.invoices_[line.id].customer_id != draft.customer_id:
                return refusal("620", "cannot be linked")
            elif self.invoices_[line.id].balance < line.amount:
                return refusal("6000", "payments add up to more")
        return None

    def _payment(self, draft: PaymentDraft) -> QboPayment:
        spent = ZERO
        for line in draft.lines:
            if line.type == "CreditMemo":
                memo = self.saved[line.id]
                assert isinstance(memo, QboCreditMemo)
                self.saved[line.id] = replace(memo, remaining=memo.remaining - line.amount)
                continue
            spent += line.amount
            self.spend(line.id, line.amount)
        return QboPayment(
            id=str(self._next),
            sync_token="0",
            customer_id=draft.customer_id,
            customer_name="",
            date=draft.date,
            total=draft.total,
            unapplied=max(draft.total - spent, ZERO),
            reference=draft.reference,
            method_id=draft.method_id,
            deposit_account_id=draft.deposit_account_id,
            note=draft.note,
            lines=tuple(replace(line, number=self._number(line.id)) for line in draft.lines),
            created=self.now(),
        )

    def _number(self, identity: str) -> str | None:
        invoice = self.invoices_.get(identity)
        return invoice.number if invoice else None

    def spend(self, invoice_id: str, amount: Decimal) -> None:
        """Money goes to an invoice, from us or from elsewhere."""
        invoice = self.invoices_[invoice_id]
        self.invoices_[invoice_id] = replace(invoice, balance=invoice.balance - amount)

    def _memo(self, draft: CreditMemoDraft) -> QboCreditMemo:
        return QboCreditMemo(
            id=str(self._next),
            sync_token="0",
            customer_id=draft.customer_id,
            customer_name="",
            date=draft.date,
            total=draft.amount,
            remaining=draft.amount,
            number=draft.number,
            note=draft.note,
            created=self.now(),
        )


class FakeSender:
    """Batches in flight; each is carried out when its answer is taken, so that several are on their way at once."""

    def __init__(self, quickbooks: FakeBooks, may_leave: Callable[[], bool]) -> None:
        self._books, self._may_leave = quickbooks, may_leave
        self._flying: deque[Batch] = deque()
        self.fatal: Exception | None = None

    @property
    def room(self) -> int:
        return self._books.width - len(self._flying)

    @property
    def ready(self) -> bool:
        return self._books.all_at_once and bool(self._flying)

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    @property
    def size(self) -> int:
        return self._books.items_a_batch

    def submit(self, batch: Batch) -> None:
        for look in self._books.on_submit:
            look(batch)
        customers = {intent.customer_id for intent in batch.intents}
        busy = {intent.customer_id for other in self._flying for intent in other.intents}
        self._books.shared_customers += sorted(customers & busy)
        self._books.batches.append(batch)
        self._flying.append(batch)

    def next(self) -> tuple[Batch, Sequence[Answer]]:
        batch = self._flying.popleft()
        found = []
        for intent in batch.intents:
            if not self._may_leave():
                found.append(Answer(intent.id, Verdict.NOT_ACTED_UPON, fault=Fault(code="lease_unproved", text="", type="NotSent")))
                continue
            if self.fatal:
                found.append(Answer(intent.id, Verdict.NOT_ACTED_UPON, fault=Fault(code="3200", text="signed out", status=401)))
                continue
            answer, fatal = self._books.answer(batch, intent)
            self.fatal = self.fatal or fatal
            found.append(answer)
        self._books.after_batch()
        return batch, found
