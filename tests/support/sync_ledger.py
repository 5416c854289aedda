"""The practice's ledger in memory, as much of it as import needs; it may refuse, and die before or after it has committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from qb_plugin.host import Client, Snapshot
from qb_plugin.model import Application
from tests.support.sync_firm import DAY


@dataclass(frozen=True, slots=True)
class HereInvoice:
    id: str
    number: str
    client_id: str
    balance: Decimal
    date: date
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HerePayment:
    id: str
    number: str
    client_id: str
    date: date
    amount: Decimal
    reference: str = ""
    external_key: str | None = None
    applications: tuple[Application, ...] = ()
    method: str = ""
    memo: str = ""
    kind: str = "payment"
    client_name: str = ""
    version: int = 0
    birth: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    external_key: str
    status: str
    id: str | None = None
    reason: str | None = None


class PowerCutError(Exception):
    """The host's database goes away."""


class FakeLedger:
    """Keeps each external key once, and every balance."""

    def __init__(self) -> None:
        self.kept: list[HerePayment] = []
        self.invoices_: dict[str, HereInvoice] = {}
        self.refuses: dict[str, str] = {}
        self.groups: list[int] = []
        self.cut_before: int | None = None
        self.cut_after: int | None = None

    def bill(self, number: int, client: int, balance: str) -> None:
        """Invoice `INV-n`, open here."""
        self.invoices_[str(number)] = HereInvoice(
            str(number), f"INV-{number}", str(client), Decimal(balance), DAY, Decimal(balance)
        )

    def has(self, number: int, client: int, amount: str, reference: str = "") -> HerePayment:
        """A payment somebody typed in."""
        identity, name = str(number), f"P-{number}"
        typed = HerePayment(id=identity, number=name, client_id=str(client), date=DAY, amount=Decimal(amount), reference=reference)
        self.kept.append(typed)
        return typed

    def clients(self) -> Sequence[Client]:
        return ()

    def methods(self) -> Sequence[str]:
        return ()

    def snapshot(self, query: Mapping[str, Any]) -> Snapshot:
        raise NotImplementedError

    def records(self, refs: Sequence[str]) -> Sequence[HerePayment]:
        return [found for found in self.kept if f"payment:{found.id}" in refs]

    def invoices(self, ids: Sequence[str]) -> Sequence[HereInvoice]:
        return [self.invoices_[identity] for identity in ids if identity in self.invoices_]

    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[HereInvoice]:
        return [found for found in self.invoices_.values() if found.number in numbers]

    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[HerePayment]:
        return [found for found in self.kept if (found.client_id, found.date, found.amount) in keys]

    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        return {found.external_key: found.id for found in self.kept if found.external_key in keys and found.external_key}

    def record_payments(self, payments: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        self.groups.append(len(payments))
        if len(self.groups) == self.cut_before:
            raise PowerCutError
        outcomes = [self._record(payment) for payment in payments]
        if len(self.groups) == self.cut_after:
            raise PowerCutError
        return outcomes

    def _record(self, payment: Mapping[str, Any]) -> Outcome:
        key = payment["external_key"]
        there = self.payments_by_external_key([key])
        if there:
            return Outcome(key, "exists", there[key])
        if payment["reference"] in self.refuses:
            return Outcome(key, "refused", None, self.refuses[payment["reference"]])
        parts = tuple(self._apply(payment["client_id"], **part) for part in payment["applications"])
        number = 7000 + len(self.kept)
        names = {name: payment[name] for name in ("client_id", "date", "amount", "reference", "method", "memo")}
        self.kept.append(HerePayment(id=str(number), number=f"P-{number}", external_key=key, applications=parts, **names))
        return Outcome(key, "recorded", str(number))

    def _apply(self, client_id: str, invoice_id: str, amount: Decimal) -> Application:
        bill = self.invoices_[invoice_id]
        assert bill.client_id == client_id
        assert 0 < amount <= bill.balance
        self.invoices_[invoice_id] = replace(bill, balance=bill.balance - amount)
        return Application(invoice_id, bill.number, amount)
