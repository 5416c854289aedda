"""The entries of a firm's file, and the mistake that refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hostsim.practice.model import Kind

LISTS = ("clients", "invoices", "payments", "credit_memos")
KIND_OF_LIST = {"payments": Kind.PAYMENT, "credit_memos": Kind.CREDIT_MEMO}


class LoadMistake(Exception):
    """The file cannot be loaded as it is; the text says where and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason} Nothing was loaded.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntry:
    """A client by name; None stands for what the file does not say."""

    place: str
    name: str
    email: str | None
    phone: str | None
    active: bool | None
    currency: str | None
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEntry:
    """An invoice by client and number; `total` is in units."""

    place: str
    number: str
    client: str
    date: date | None
    total: int | None
    currency: str | None
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEntry:
    """Part of a payment or credit memo on one invoice of its client, in units."""

    place: str
    invoice: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """A payment or credit memo; `serial` is the number in `P-1017`, None for one that gets the next. Amounts are units."""

    place: str
    kind: Kind
    serial: int | None
    client: str | None
    date: date | None
    amount: int | None
    method: str | None
    reference: str | None
    memo: str | None
    applications: tuple[PartEntry, ...] | None
    currency: str | None
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFile:
    """Everything in a file, in its order; `currency` is the firm's, when the file says it."""

    currency: str | None
    clients: tuple[ClientEntry, ...]
    invoices: tuple[InvoiceEntry, ...]
    payments: tuple[RecordEntry, ...]
    credit_memos: tuple[RecordEntry, ...]

    @property
    def records(self) -> tuple[RecordEntry, ...]:
        """Payments, then credit memos."""
        return (*self.payments, *self.credit_memos)
