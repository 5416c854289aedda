"""What the rules need of QuickBooks: reading, sending, its faults in words, and identities for what is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from qb_plugin.model import (
    Answer,
    Batch,
    Company,
    CreditMemoForm,
    CreditMemoUpdate,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    Entity,
    Fault,
    ListEntry,
    Message,
    OtherReceipt,
    PaymentChanges,
    PaymentDraft,
    QboCreditMemo,
    QboInvoice,
    QboPayment,
    QboTransaction,
    TransactionChanges,
    UnreadableRecord,
)


class Sender(Protocol):
    """Batches in flight. The caller commits a batch's intents before it submits it."""

    @property
    def room(self) -> int:
        """How many batches more may be submitted now; fewer when answers are slow."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a batch has finished, so that `next` would not wait."""
        ...

    @property
    def in_flight(self) -> int: ...
    @property
    def size(self) -> int:
        """How many items the next batch should hold: 30, halved after a timeout."""
        ...

    def submit(self, batch: Batch) -> None: ...
    def next(self) -> tuple[Batch, Sequence[Answer]]:
        """Wait for the first batch to finish: exactly one answer per intent. Never raises for what QuickBooks did:
        a lost answer is DOUBT for every item, a 429 or 401 is waited out and sent again inside. A sign-in that is
        gone (ReconnectNeeded), a network that never took the call, a lapsed subscription: NOT_ACTED_UPON for every item
        with the fault in `Answer.fault`, and `fatal` holds the failure.
        """
        ...

    @property
    def fatal(self) -> Exception | None: ...


class QuickBooksApi(Protocol):
    """QuickBooks, as the rules see it. Reads raise the Fatal family; they wait out throttling by themselves."""

    def company(self) -> Company: ...
    def preferences(self) -> Company:
        """The company by its preferences alone: without its name, and as if in the United States."""
        ...

    def now(self) -> datetime:
        """QuickBooks' own clock as of its last answer (from the `time` of a reply), asked for when there has been none yet."""
        ...

    def customers(self) -> Sequence[Customer]:
        """All customers, inactive ones too."""
        ...

    def customers_by_id(self, ids: Sequence[str]) -> Sequence[Customer]:
        """These customers, inactive ones too; those that do not exist are left out."""
        ...

    def people(self) -> Sequence[ListEntry]:
        """Vendors and employees, inactive ones too; `type` is Vendor or Employee. No customer may have the name of one."""
        ...

    def accounts(self) -> Sequence[ListEntry]:
        """Accounts that can take a deposit, Bank and Other Current Asset, and Accounts Receivable; `type` is the account type."""
        ...

    def methods(self) -> Sequence[ListEntry]:
        """Payment methods, inactive ones too."""
        ...

    def items(self) -> Sequence[ListEntry]: ...
    def tax_codes(self) -> Sequence[ListEntry]: ...
    def open_invoices(self, customer_ids: Sequence[str]) -> Sequence[QboInvoice]:
        """Invoices with a balance of these customers, by whichever way costs fewer calls."""
        ...

    def invoices(self, ids: Sequence[str]) -> Sequence[QboInvoice]: ...
    def payments_of(self, ids: Sequence[str], numbers: Sequence[str]) -> frozenset[str]:
        """The ids of the payments that pay invoices of these ids or numbers, whenever they were made."""
        ...

    def invoices_numbered(self, numbers: Sequence[str]) -> Sequence[QboInvoice]:
        """Invoices with these numbers, whosever they are, open or paid; case does not matter."""
        ...

    def payments(self, start: date | None, end: date | None) -> Sequence[QboPayment | UnreadableRecord]:
        """Payments dated on or between the two, both ends included, in order of Id."""
        ...

    def payment_pages(self, start: date | None, end: date | None) -> Iterable[Sequence[QboPayment | UnreadableRecord]]:
        """The same a page at a time, so that very many need not be in memory at once."""
        ...

    def payments_since(self, moment: datetime) -> PaymentChanges | None:
        """Payments made, changed and deleted since the moment, by one call; None when QuickBooks does not list them all."""
        ...

    def changes_since(self, moment: datetime) -> TransactionChanges | None:
        """Payments and credit memos made, changed and deleted since the moment, by one call; None when QuickBooks does not
        list them all."""
        ...

    def documents(self, type: str, ids: Sequence[str]) -> Mapping[str, Document]:
        """What payments' lines of this type are linked to, by id; empty for a type that cannot be read."""
        ...

    def other_receipts(self, start: date | None, end: date | None) -> Sequence[OtherReceipt]:
        """Sales receipts and customers' lines of bank deposits dated on or between the two."""
        ...

    def credit_memos(self, start: date | None, end: date | None) -> Sequence[QboCreditMemo | UnreadableRecord]: ...
    def customers_since(self, moment: datetime) -> Sequence[Customer]:
        """Customers whose MetaData.CreateTime is at or after the moment, inactive ones too."""
        ...

    def created_since(self, entity: Entity, moment: datetime) -> Sequence[QboTransaction | UnreadableRecord]:
        """Payments or credit memos whose MetaData.CreateTime is at or after the moment."""
        ...

    def read(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, QboTransaction | UnreadableRecord]:
        """These records as they are now; deleted ones are left out."""
        ...

    def credit_memo_forms(self, ids: Sequence[str]) -> Mapping[str, CreditMemoForm]:
        """The lines and the tax of these credit memos as they are now; deleted ones are left out."""
        ...

    def payload(self, draft: Draft) -> tuple[Entity, str]:
        """The entity name and the JSON text for a create; RowRefused when a limit of QuickBooks is broken (a 21-character
        limit, a character it does not take)."""
        ...

    def removal(self, identity: str, sync_token: str, void: bool) -> str:
        """The JSON text for a delete, or a void, of a record in the version that is named."""
        ...

    def customer_payload(self, draft: CustomerDraft) -> str:
        """The JSON text for the create of a customer; RowRefused as `payload`."""
        ...

    def customer_draft(self, payload: str) -> CustomerDraft:
        """The inverse of `customer_payload`."""
        ...

    def update(self, draft: PaymentDraft, identity: str, sync_token: str) -> str:
        """The JSON text for an update of a payment in the version that is named, with all the lines that it is to have;
        RowRefused as for `payload`."""
        ...

    def credit_memo_update(self, update: CreditMemoUpdate) -> str:
        """The JSON text for an update of a credit memo in the version of its form; RowRefused as for `payload`."""
        ...

    def draft(self, entity: Entity, payload: str) -> Draft:
        """The draft a payload was made from: the inverse of `payload`, for comparing what comes back with what was meant. Of a
        credit memo's update it has no item, and what the sales come to in `subtotal`."""
        ...

    def sender(self, stop: Callable[[], bool] = ..., may_leave: Callable[[], bool] = ...) -> AbstractContextManager[Sender]:
        """A sender for one run. Batches that still wait for their turn when `stop` returns True are recalled: NOT_ACTED_UPON.
        So are those for which `may_leave`, asked when their turn has come, returns False."""
        ...


class FaultTexts(Protocol):
    """Turns a fault into a sentence, by code and text and context."""

    def __call__(self, fault: Fault, context: Mapping[str, object]) -> Message: ...


class Ids(Protocol):
    """Where new identities come from."""

    def requestid(self) -> str:
        """32 hexadecimal digits."""
        ...
