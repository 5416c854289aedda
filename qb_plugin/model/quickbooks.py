"""QuickBooks' side: what is read of it, what is to be created in it, and the company itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Entity(StrEnum):
    """QuickBooks' own names of the records that this add-in reads, writes or links."""

    CUSTOMER = "Customer"
    INVOICE = "Invoice"
    PAYMENT = "Payment"
    CREDIT_MEMO = "CreditMemo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A QuickBooks customer; `full_name` is the path `Parent:Child`. What a sub-customer that bills with its parent owes may be
    paid by the parent. `problem` is what was odd about one that cannot be understood as a whole."""

    id: str
    name: str
    full_name: str
    active: bool = True
    currency: str | None = None
    parent_id: str | None = None
    bills_with_parent: bool = False
    email: str = ""
    phone: str = ""
    sync_token: str = "0"
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QboInvoice:
    """A QuickBooks invoice, as much of it as allocation needs. One with a `problem` cannot be understood: only its id stands, and
    its customer and number where these could be read."""

    id: str
    number: str | None
    customer_id: str
    date: date
    total: Decimal
    balance: Decimal
    currency: str | None = None
    problem: str = ""


#: Types of linked transactions that bring money to a payment; a journal entry's line may bring or take it.
CREDIT_TYPES = frozenset({"CreditMemo", "Deposit"})


@dataclass(frozen=True, slots=True)
class Line:
    """Part of a QuickBooks payment linked to one transaction; amounts are positive, the type decides the sign."""

    type: str
    id: str
    amount: Decimal
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QboPayment:
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
    rate: Decimal | None = None  # home currency for one of `currency`; None where the company has one currency
    voided: bool = False
    deposit_id: str | None = None  # the bank deposit that it lies in, and that locks it


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A transaction that a payment's line is linked to, as people know it."""

    id: str
    number: str | None = None
    date: date | None = None
    total: Decimal | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReceipt:
    """Money received in QuickBooks otherwise than by a payment: a sales receipt, or a customer's line of a bank deposit.

    One with a `problem` cannot be understood: its amount is not known, and its customer may be "".
    """

    entity: str  # SalesReceipt or Deposit
    id: str
    customer_id: str
    amount: Decimal
    currency: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PaymentChanges:
    """Payments made or changed in QuickBooks since some moment, and the ids of those deleted."""

    changed: tuple[QboPayment | UnreadableRecord, ...] = ()
    deleted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class QboCreditMemo:
    """A QuickBooks credit memo as read back; `subtotal` is what its sales come to, without tax on top and discounts."""

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
    subtotal: Decimal | None = None


QboTransaction = QboPayment | QboCreditMemo


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRecord:
    """A payment or credit memo that cannot be understood as a whole, and what could be read of it.

    None stands for a part that is odd, or missing where QuickBooks always sends one. An absent PrivateNote is "": it is
    known to hold no mark of ours; a note that is no text is None.
    """

    id: str
    entity: Entity
    problem: str
    customer_id: str | None = None
    customer_name: str = ""
    total: Decimal | None = None
    date: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionChanges:
    """Payments and credit memos made or changed in QuickBooks since some moment, and those deleted; by entity and id."""

    changed: Mapping[tuple[Entity, str], QboTransaction | UnreadableRecord] = field(default_factory=dict)
    deleted: frozenset[tuple[Entity, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDraft:
    """A payment to create in QuickBooks. A credit application is one with total 0 and a credit-memo line."""

    customer_id: str
    date: date
    total: Decimal
    reference: str | None = None
    method_id: str | None = None
    deposit_account_id: str | None = None
    receivable_account_id: str | None = None
    note: str | None = None
    lines: tuple[Line, ...] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoDraft:
    """A credit memo to create in QuickBooks: one sales line of one item.

    `tax_code_id` is the line's, `tax_group_id` the whole memo's in the United States; `tax_calculation` is GlobalTaxCalculation,
    which companies elsewhere have. `subtotal` is what the sales of an update come to, whose lines are not read back.
    """

    customer_id: str
    date: date
    amount: Decimal
    item_id: str
    number: str | None = None
    note: str | None = None
    description: str | None = None
    currency: str | None = None
    tax_code_id: str | None = None
    tax_group_id: str | None = None
    tax_calculation: str | None = None
    subtotal: Decimal | None = None


Draft = PaymentDraft | CreditMemoDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDraft:
    """A customer to create in QuickBooks. Its name is unique there, among vendors and employees, too: that settles doubt."""

    name: str
    email: str = ""
    phone: str = ""
    currency: str | None = None


SavedRecord = QboTransaction | Customer


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a QuickBooks list a person picks from: an account, a payment method, an item, a tax code."""

    id: str
    name: str
    type: str = ""
    active: bool = True
    currency: str | None = None  # of an account, where QuickBooks says so


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLists:
    """The company, and the lists that forms offer to choose from; all empty while QuickBooks cannot be reached.

    `accounts` take deposits, `receivables` are the accounts of what customers owe, `people` are vendors and employees, whose names
    no customer may have.
    """

    company: Company | None = None
    customers: Sequence[Customer] = ()
    accounts: Sequence[ListEntry] = ()
    receivables: Sequence[ListEntry] = ()
    methods: Sequence[ListEntry] = ()
    items: Sequence[ListEntry] = ()
    tax_codes: Sequence[ListEntry] = ()
    people: Sequence[ListEntry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The connected QuickBooks company and the preferences that matter to payments."""

    realm: str
    name: str
    home_currency: str = "USD"
    multicurrency: bool = False
    auto_apply_credit: bool = False
    custom_numbers: bool = False
    closed_until: date | None = None
    taxes: bool = False
    in_united_states: bool = True
    tracks_classes: bool = False
    tracks_locations: bool = False


class Reach(StrEnum):
    """Whether QuickBooks answers."""

    ANSWERS = "answers"
    WAITS = "waits"  # a call waits: for QuickBooks' own limit, or for ours
    AWAY = "away"


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
    #: when a person must sign in again, five years after consent; None where Intuit has not told
    ends: datetime | None = None
