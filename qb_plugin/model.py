"""Every value that crosses a port of the add-in: plain, frozen, and known to all of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a WorkSpace record is."""

    CLIENT = "client"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT_MEMO = "credit_memo"


class Outcome(StrEnum):
    """What became of a row; the same word on the page, in JSON and here (design section 5)."""

    READY = "ready"
    WAITING = "waiting"
    RUNNING = "running"
    SYNCHRONIZED = "synchronized"
    FAILED = "failed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_TRIED = "not_tried"
    SKIPPED = "skipped"
    HIDDEN = "hidden"
    CHANGED = "changed"
    REMOVED = "removed"


class Operation(StrEnum):
    """What an intent does in QuickBooks."""

    CREATE = "create"
    APPLY = "apply"
    UPDATE = "update"
    VOID = "void"
    DELETE = "delete"


class IntentState(StrEnum):
    """How far an intent is (design section 7)."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its key in messages.toml, with its placeholders; `details` is the raw text, tokens removed."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    details: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A WorkSpace record: its kind and its id within that kind. As text `payment:17`."""

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read `payment:17`; ValueError when it is not one."""
        kind, _, identity = text.partition(":")
        return cls(Kind(kind), identity)


@dataclass(frozen=True, slots=True)
class AppliedPart:
    """Part of a WorkSpace payment applied to one WorkSpace invoice."""

    invoice_id: str
    invoice_number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A WorkSpace payment or credit memo to export; `number` is what people call it."""

    ref: Ref
    number: str
    client_id: str
    client_name: str
    date: date
    amount: Decimal
    method: str = ""
    reference: str = ""
    memo: str = ""
    applications: tuple[AppliedPart, ...] = ()
    version: str = "0"


# --- QuickBooks' side ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Customer:
    """A QuickBooks customer; `full_name` is the path `Parent:Child`."""

    id: str
    name: str
    full_name: str
    active: bool = True
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class BookInvoice:
    """A QuickBooks invoice, as much of it as allocation needs."""

    id: str
    number: str | None
    customer_id: str
    date: date
    total: Decimal
    balance: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Part of a QuickBooks payment linked to one transaction; amounts are positive, the type decides the sign."""

    type: str
    id: str
    amount: Decimal
    number: str | None = None


@dataclass(frozen=True, slots=True)
class BookPayment:
    """A QuickBooks payment as read back."""

    id: str
    sync_token: str
    customer_id: str
    customer_name: str
    date: date
    total: Decimal
    unapplied: Decimal
    reference: str | None = None
    method_id: str | None = None
    deposit_account_id: str | None = None
    note: str | None = None
    lines: tuple[Line, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    currency: str | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True)
class BookCreditMemo:
    """A QuickBooks credit memo as read back."""

    id: str
    sync_token: str
    customer_id: str
    customer_name: str
    date: date
    total: Decimal
    remaining: Decimal
    number: str | None = None
    note: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    currency: str | None = None


Book = BookPayment | BookCreditMemo


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    """A payment to create in QuickBooks. A credit application is one with total 0 and a credit-memo line."""

    customer_id: str
    date: date
    total: Decimal
    reference: str | None = None
    method_id: str | None = None
    deposit_account_id: str | None = None
    note: str | None = None
    lines: tuple[Line, ...] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CreditMemoDraft:
    """A credit memo to create in QuickBooks: one sales line of one item."""

    customer_id: str
    date: date
    amount: Decimal
    item_id: str
    number: str | None = None
    note: str | None = None
    description: str | None = None
    currency: str | None = None


Draft = PaymentDraft | CreditMemoDraft


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a QuickBooks list a person picks from: an account, a payment method, an item."""

    id: str
    name: str
    type: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Company:
    """The connected QuickBooks company and the preferences that matter to payments."""

    realm: str
    name: str
    home_currency: str = "USD"
    multicurrency: bool = False
    auto_apply_credit: bool = False
    custom_numbers: bool = False
    closed_until: date | None = None


class ConnectionState(StrEnum):
    """Whether QuickBooks can be spoken to."""

    NONE = "none"
    CONNECTED = "connected"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class Connection:
    """The sign-in as a person sees it; `environment` is sandbox, production or simulator."""

    state: ConnectionState
    realm: str = ""
    company: str = ""
    environment: str = ""


# --- sending -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be sent, written down before the first byte leaves (design section 7, rule 1).

    `payload` is the entity's JSON text exactly as it goes over the wire. `quickbooks_time` is QuickBooks' own clock from
    its last answer before the send; a look-up starts five minutes before it. `sends` counts how often the bytes left.
    `source_version` is the WorkSpace record's version that the payload was made from. `applies` says of a credit memo's
    create that its run is to apply the memo next, so that a run that was cut short can be finished.
    """

    id: str
    realm: str
    run_id: str
    source: Ref
    operation: Operation
    version: str
    entity: str
    payload: str
    requestid: str
    bid: str
    quickbooks_time: datetime
    customer_id: str = ""
    state: IntentState = IntentState.OPEN
    quickbooks_id: str | None = None
    sync_token: str | None = None
    sent_at: datetime | None = None
    first_look_at: datetime | None = None
    sends: int = 0
    message: Message | None = None
    source_version: str = "0"
    applies: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Intents that go out in one call under one requestid; replays must repeat it byte for byte."""

    requestid: str
    intents: tuple[Intent, ...]
    resend: bool = False


class Verdict(StrEnum):
    """What an answer proves about one intent."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DOUBT = "doubt"
    NOT_ACTED_UPON = "not_acted_upon"


@dataclass(frozen=True, slots=True)
class Fault:
    """QuickBooks' error: its code, its two texts, the field it names, and Intuit's trace id; tokens removed."""

    code: str
    text: str
    detail: str = ""
    element: str = ""
    type: str = ""
    status: int = 0
    tid: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one intent: the record when confirmed, the fault when there was one."""

    intent_id: str
    verdict: Verdict
    record: Book | None = None
    fault: Fault | None = None


# --- what the add-in keeps ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A WorkSpace record and a QuickBooks record known to be the same; unique both ways per company.

    `origin` says how it came to be: exported, imported, adopted, matched. `source_version` and `sync_token` are both
    sides' versions when the link was made or last confirmed.
    """

    realm: str
    source: Ref
    entity: str
    quickbooks_id: str
    origin: str
    sync_token: str = "0"
    source_version: str = "0"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one intent ends, and the link that comes of it."""

    intent_id: str
    state: IntentState
    quickbooks_id: str | None = None
    sync_token: str | None = None
    message: Message | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a payment applied to one invoice, named for people by the invoice's number."""

    invoice: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row, one outcome: what the grid and the terminal show. `id` is the row's id in its grid, `source` the WorkSpace
    record it is or became, where the id does not say so."""

    id: str
    outcome: Outcome
    message: Message | None = None
    quickbooks_id: str | None = None
    applied: tuple[Share, ...] = ()
    source: Ref | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One press of the button, as others see it."""

    id: str
    realm: str
    action: str
    user: str
    started: datetime
    total: int
    done: int = 0
    finished: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run for one company; `fence` grows with every taking, so a late waker is told apart."""

    realm: str
    holder: str
    fence: int
    run: RunInfo | None = None
