"""The words of the field, and a WorkSpace record as the rules take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a WorkSpace record is."""

    CLIENT = "client"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT_MEMO = "credit_memo"


class Side(StrEnum):
    """Whose record a row of a grid shows."""

    WORKSPACE = "workspace"
    QUICKBOOKS = "quickbooks"


QUICKBOOKS_PAYMENT = "quickbooks_payment"  # stands before the id of a row that shows a QuickBooks payment


def side_of(row_id: str) -> Side:
    """The side a row's id names: `quickbooks_payment:17` is a QuickBooks payment, `payment:17` a WorkSpace record."""
    return Side.QUICKBOOKS if row_id.startswith(f"{QUICKBOOKS_PAYMENT}:") else Side.WORKSPACE


class Outcome(StrEnum):
    """What became of a row; the same word on the page, in JSON and here (docs/architecture.md, words)."""

    READY = "ready"
    NOT_READY = "not_ready"  # cannot work as it stands; becomes failed, with its reason, when it is run
    WAITING = "waiting"
    RUNNING = "running"
    SYNCHRONIZED = "synchronized"
    NEEDS_DECISION = "needs_decision"  # a person is asked; neither failed nor skipped
    FAILED = "failed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_TRIED = "not_tried"
    SKIPPED = "skipped"
    HIDDEN = "hidden"
    CHANGED = "changed"
    REMOVED = "removed"
    UNDONE = "undone"  # taken away again on the other side, as was asked


class Operation(StrEnum):
    """What an intent does in QuickBooks."""

    CREATE = "create"
    APPLY = "apply"
    UPDATE = "update"
    VOID = "void"
    DELETE = "delete"


class IntentState(StrEnum):
    """How far an intent is (docs/architecture.md rules 1 and 2).

    `WITHDRAWN`: in doubt and given up by a person; its record, unchanged, goes again with the same bytes and requestid.
    `CLOSED`: nothing of it is in QuickBooks any more, or ever was; what follows has a new requestid.
    """

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its key in messages.toml, with its placeholders; `details` is the raw text, tokens removed."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    details: str | None = None


class Ref(NamedTuple):
    """A WorkSpace record: its kind and its id within that kind. As text `payment:17`.

    A tuple, because a run looks a record up some forty times: a dataclass computes its hash in Python.
    """

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read `payment:17`; ValueError when it is not one."""
        kind, _, identity = text.partition(":")
        return cls(Kind(kind), identity)


@dataclass(frozen=True, slots=True)
class Application:
    """Part of a payment or credit memo applied to one invoice: of WorkSpace, or of QuickBooks where it says so.

    People know the invoice by its number; the id is empty in results that an older version of this program wrote down.
    """

    invoice_id: str
    invoice_number: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A WorkSpace payment or credit memo to export; `number` is what people call it, `birth` is as in `qb_plugin/host.py`.

    `currency` is the client's; empty where it is not known, and then the QuickBooks company's own is meant.
    """

    ref: Ref
    number: str
    client_id: str
    client_name: str
    date: date
    amount: Decimal
    method: str = ""
    reference: str = ""
    memo: str = ""
    applications: tuple[Application, ...] = ()
    version: str = "0"
    birth: str = ""
    currency: str = ""
    external_key: str = ""  # of a payment that was imported: names the company that it came from
