"""The values of the ledger in memory: clients, invoices, records, marks and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FakeClient:
    """A client."""

    id: str
    name: str
    active: bool = True
    currency: str = "USD"
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class FakeInvoice:
    """An invoice."""

    id: str
    number: str
    client_id: str
    date: date
    total: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class FakeApplication:
    """Part of a payment on an invoice."""

    invoice_id: str
    invoice_number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A payment or credit memo."""

    kind: str
    id: str
    number: str
    client_id: str
    client_name: str
    date: date
    amount: Decimal
    method: str = "Check"
    reference: str = ""
    memo: str = ""
    applications: Sequence[FakeApplication] = ()
    external_key: str | None = None
    version: int = 0
    birth: str = ""

    @property
    def ref(self) -> str:
        """`payment:17`."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class FakeSnapshot:
    """An ordered list of ids."""

    ids: Sequence[str]
    total: Decimal

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)

    def refs(self, start: int, stop: int) -> Sequence[str]:
        """The ids at these places."""
        return self.ids[start:stop]


@dataclass(frozen=True, slots=True)
class FakeRecorded:
    """What became of a payment given to `record_payments`."""

    external_key: str
    status: str
    id: str | None = None
    reason: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class FakeMark:
    """A mark."""

    ref: str
    state: str = ""
    hidden: bool = False
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class FakeOutcome:
    """What became of a change."""

    key: str
    status: str
    id: str | None = None
    version: int | None = None
    reason: str | None = None
