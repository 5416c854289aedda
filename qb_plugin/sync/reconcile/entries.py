"""Entries of either ledger, measured alike (docs/architecture.md rule M9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_plugin.model import Kind, Side
from qb_plugin.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A payment or credit memo of one side."""

    side: Side
    #: `payment:17` here, `Payment:698` there
    key: str
    kind: Kind
    #: what people call it; of QuickBooks its id
    number: str
    date: date
    amount: Decimal
    #: how much of it is applied; of a credit memo, how much of it is used up
    applied: Decimal
    currency: str
    #: the QuickBooks customer, on both sides; empty where the client is not matched
    owner: str
    #: the client's or customer's name
    name: str
    reference: str = ""
    #: the payment method's name
    method: str = ""
    #: hidden from the export by a person: a flag, never a reason to leave it out
    hidden: bool = False
    #: whether the client and customer are matched, and keep their accounts in one currency
    matched: bool = True
    same_currency: bool = True
    #: of WorkSpace: whether the client's customer stands in QuickBooks' list; what is new is sent to no other
    customer_stands: bool = True
    #: how much of it went back to the customer in QuickBooks
    returned: Decimal = ZERO
    #: how much of what is applied pays no invoice, but a journal entry, or went back: it has nothing to go to on the other side
    elsewhere: Decimal = ZERO
    #: of QuickBooks: why it cannot be understood as a whole; of WorkSpace: an amount with fractions of a cent, which counts as
    #: zero, so that no total shows fractions; empty for all others
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is compared: received = amounts of payments, credits = amounts of memos; both are applied or unapplied."""

    payments: int = 0
    memos: int = 0
    received: Decimal = ZERO
    applied: Decimal = ZERO
    unapplied: Decimal = ZERO
    credits: Decimal = ZERO

    def __sub__(self, other: Measures) -> Measures:
        return Measures(
            payments=self.payments - other.payments,
            memos=self.memos - other.memos,
            received=self.received - other.received,
            applied=self.applied - other.applied,
            unapplied=self.unapplied - other.unapplied,
            credits=self.credits - other.credits,
        )

    @property
    def count(self) -> int:
        """Payments and memos."""
        return self.payments + self.memos

    @property
    def is_zero(self) -> bool:
        """Whether every measure is zero."""
        return self == Measures()
