"""The practice's billing records as plain frozen values; every amount is a Decimal in its client's currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NotRequired, TypedDict


class Kind(StrEnum):
    """What a record of the Payments section is; it decides the sign of the amount."""

    PAYMENT = "payment"
    CREDIT_MEMO = "credit_memo"

    @property
    def sign(self) -> int:
        """1 for a payment, -1 for a credit memo: how the kind is stored."""
        return 1 if self is Kind.PAYMENT else -1

    @classmethod
    def of_sign(cls, sign: int) -> Kind:
        """Read the stored sign back."""
        return cls.PAYMENT if sign > 0 else cls.CREDIT_MEMO


class RecordingStatus(StrEnum):
    """What became of something given to the ledger; `changed`: it is no longer at the version that the user saw."""

    RECORDED = "recorded"
    EXISTS = "exists"
    REFUSED = "refused"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm whose books these are; `id` is short and stable (letters and digits)."""

    name: str
    id: str
    currency: str = "USD"
    dates: str = "YYYY-MM-DD"  # how people write dates here


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the firm; `balance` is what their invoices have open, `unapplied` what they paid ahead.

    `currency` is an ISO 4217 code, the firm's where the client has none.
    """

    id: str
    name: str
    active: bool = True
    balance: Decimal = Decimal("0.00")
    unapplied: Decimal = Decimal("0.00")
    email: str = ""
    phone: str = ""
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice with what is still open on it."""

    id: str
    number: str
    client_id: str
    client_name: str
    due: date
    date: date
    total: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Application:
    """Part of a payment or credit memo applied to one invoice."""

    invoice_id: str
    invoice_number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Record:
    """A payment or credit memo. The amount is positive; bad rows may hold zero, or more decimals than the currency has.

    `birth` is random, made when the record was first recorded; `version` counts its changes since.
    """

    kind: Kind
    id: str
    number: str
    client_id: str
    client_name: str
    date: date
    amount: Decimal
    method: str
    reference: str
    memo: str
    unapplied: Decimal
    external_key: str | None
    version: int
    applications: tuple[Application, ...] = ()
    birth: str = ""

    @property
    def ref(self) -> str:
        """The record as text, `payment:17`."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class RecordedPayment:
    """Outcome of one payment; `reason` is a sentence when it was refused, `version` that of one just recorded."""

    external_key: str
    status: RecordingStatus
    id: str | None = None
    reason: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOutcome:
    """What became of one change; `reason` is a sentence when it was refused, or the record had changed."""

    key: str
    status: RecordingStatus
    #: The record's or client's id; None when there is none.
    id: str | None = None
    #: The record's version now; None for a client, and for a record that is gone.
    version: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An add-in's mark on a record: state is "", synchronized, failed or not_confirmed.

    `external_id` is the id of the record that the add-in made or found elsewhere for it.
    """

    ref: str
    state: str = ""
    hidden: bool = False
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Something that was done to a record: when, by whom, through which add-in or command (empty: the host), what it changed."""

    at: datetime
    by: str
    through: str
    what: str  # recorded, applied, changed, removed, created
    change: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works with the practice, and what they may do."""

    name: str
    rights: frozenset[str]


LedgerQuery = TypedDict(  # by call: `from` is no name for a class attribute
    "LedgerQuery",
    {
        "kinds": Sequence[str],  # payment, credit_memo
        "from": date | None,  # both ends included
        "to": date | None,
        "refs": Sequence[str],  # exactly these; then nothing else filters but `kinds`
        "hide_synchronized": bool,  # by one add-in's marks
        "scope": str,  # the company by whose marks hide_synchronized goes; empty: the one in use
        "show_hidden": bool,
        "search": str,
        "sort": str,  # date, client, method, reference, amount, number, kind
        "descending": bool,
    },
    total=False,
)
LedgerQuery.__doc__ = "Which payments and credit memos a snapshot holds, and their order."


class ListQuery(TypedDict, total=False):
    """Which clients or invoices a snapshot holds, and their order."""

    search: str
    sort: str  # clients: name, balance; invoices: date, due, number, client, total, balance
    descending: bool
    client_id: str  # invoices of this client
    open: bool  # only invoices with a balance


class ApplicationToRecord(TypedDict):
    """Part of a payment that is to be applied to one invoice."""

    invoice_id: str
    amount: Decimal


class PaymentToRecord(TypedDict):
    """A payment for the ledger, with its applications."""

    external_key: str
    client_id: str
    date: date
    amount: Decimal
    method: str  # one of the ledger's methods, or empty
    reference: str
    memo: str
    applications: Sequence[ApplicationToRecord]


class RecordChange(TypedDict):
    """Which record a change is about, and the version of it that the user saw."""

    key: str
    ref: str  # payment:17
    version: int


class ApplyChange(RecordChange):
    """More of a record applied to invoices, beside what it is applied to already."""

    applications: Sequence[ApplicationToRecord]


class UpdateChange(RecordChange):
    """A record's new values; what is absent stays."""

    date: NotRequired[date]
    amount: NotRequired[Decimal]
    method: NotRequired[str]
    reference: NotRequired[str]
    memo: NotRequired[str]
    applications: NotRequired[Sequence[ApplicationToRecord]]  # in place of those there are


class NewClient(TypedDict):
    """A client to create."""

    key: str
    name: str
    email: NotRequired[str]
    phone: NotRequired[str]
    currency: NotRequired[str]  # ISO 4217; the firm's when absent


class MarkChange(TypedDict):
    """A change of a record's mark; keys that are absent stay as they were."""

    ref: str
    state: NotRequired[str]
    hidden: NotRequired[bool]
    external_id: NotRequired[str]  # the id of the record over there, for the host's own lists
    scope: NotRequired[str]  # the company that state and external id are of; empty: the one in use
