"""The changes that a host's ledger takes beside recorded payments. Each is optional: `Ledger.can` names those there are.

The rules hold for every one of them, and `qb_plugin.testing` checks each:

- A change carries a key. The same key given again to the same method changes nothing and is answered `exists`, with the id
  and version of the first time; that is how a change whose answer was lost is made once.
- A change of a record carries the version that the user saw. At another version, or when the record is gone, nothing is
  written and the outcome is `changed`; `version` is then the one it has.
- There is one outcome per item, in the order given, and one item's refusal stops no other. An item is written wholly or not
  at all; items are committed in groups.
- What is refused has a reason: a whole sentence, shown to people as it is.
- Amounts are above zero and have no more decimals than the client's currency (ISO 4217); no record is applied to more than it
  amounts to, no invoice to more than its balance, and none of another client.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NotRequired, Protocol, TypedDict


class ApplicationToRecord(TypedDict):
    """Part of a payment that is to be applied to one invoice."""

    invoice_id: str
    amount: Decimal


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


class ChangeOutcome(Protocol):
    """What became of one change."""

    @property
    def key(self) -> str: ...
    @property
    def status(self) -> str:
        """`recorded`, `exists` (made before, under this key), `refused` (a rule forbids it), `changed` (not as the user saw it)."""
        ...

    @property
    def id(self) -> str | None:
        """The record's or client's id; None when there is none."""
        ...

    @property
    def version(self) -> int | None:
        """The record's version now; None for a client, and for a record that is gone."""
        ...

    @property
    def reason(self) -> str | None:
        """A sentence for people when the status is `refused` or `changed`."""
        ...


class LedgerChanges(Protocol):
    """The optional part of a ledger. A method whose name is not in `can` is never called; it may raise NotImplementedError."""

    @property
    def can(self) -> frozenset[str]:
        """Which of `apply`, `update`, `remove` and `create_clients` this ledger does; what it lacks, nobody is offered."""
        ...

    def apply(self, changes: Sequence[ApplyChange]) -> Sequence[ChangeOutcome]:
        """Apply payments or credit memos to invoices, in addition to what they are applied to."""
        ...

    def update(self, changes: Sequence[UpdateChange]) -> Sequence[ChangeOutcome]:
        """Change what the items name; a record's birth, number and external key stay."""
        ...

    def remove(self, changes: Sequence[RecordChange]) -> Sequence[ChangeOutcome]:
        """Remove records; their invoices are open again, and no record ever gets their ids."""
        ...

    def create_clients(self, clients: Sequence[NewClient]) -> Sequence[ChangeOutcome]:
        """Create active clients; a name that a client has already, or none, is refused."""
        ...
