"""The practice's billing records as plain frozen values; every amount is a Decimal in its client's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody the firm bills; `balance` is what their invoices have open, `unapplied` what they paid ahead.

    `currency` is an ISO 4217 code, the firm's where the client has none of their own.
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
    """What became of one payment; `reason` is a sentence when it was refused."""

    external_key: str
    status: RecordingStatus
    id: str | None = None
    reason: str | None = None


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
class User:
    """Somebody who works with the practice, and what they may do."""

    name: str
    rights: frozenset[str]
