"""A practice's ledger and marks in memory: what a host that is not ours might bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class FakeClient:
    """A client."""

    id: str
    name: str
    active: bool = True


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


@dataclass(frozen=True, slots=True)
class FakeMark:
    """A mark."""

    ref: str
    state: str = ""
    hidden: bool = False


@dataclass(slots=True)
class FakeMarks:
    """Marks by record."""

    marks: dict[str, FakeMark] = field(default_factory=dict)

    def get(self, refs: Sequence[str]) -> Mapping[str, FakeMark]:
        """The marks of these records that have one."""
        return {ref: self.marks[ref] for ref in refs if ref in self.marks}

    def put(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Change what each change names."""
        for change in changes:
            mark = self.marks.get(change["ref"], FakeMark(change["ref"]))
            self.marks[mark.ref] = replace(mark, **{name: value for name, value in change.items() if name != "ref"})

    def marked(self, state: str) -> Sequence[str]:
        """All records with this state."""
        return [ref for ref, mark in self.marks.items() if mark.state == state]


@dataclass(slots=True)
class FakeLedger:
    """Clients, invoices and records in lists."""

    people: list[FakeClient]
    bills: list[FakeInvoice]
    entries: list[FakeRecord]
    marks: FakeMarks = field(default_factory=FakeMarks)

    def clients(self) -> Sequence[FakeClient]:
        """All clients."""
        return self.people

    def methods(self) -> Sequence[str]:
        """The methods in use."""
        return ["Check", "Cash", "Visa"]

    def snapshot(self, query: Mapping[str, Any]) -> FakeSnapshot:
        """The records the query leaves, newest first."""
        found = [entry for entry in self.entries if self._fits(entry, query)]
        found.sort(key=lambda entry: (entry.date, int(entry.id)), reverse=True)
        return FakeSnapshot([entry.ref for entry in found], sum((entry.amount for entry in found), Decimal("0.00")))

    def _fits(self, entry: FakeRecord, query: Mapping[str, Any]) -> bool:
        if entry.kind not in query.get("kinds", [entry.kind]):
            return False
        if query.get("refs") is not None:
            return entry.ref in query["refs"]
        mark = self.marks.marks.get(entry.ref, FakeMark(entry.ref))
        if mark.state == "synchronized" and query.get("hide_synchronized"):
            return False
        if mark.hidden and not query.get("show_hidden"):
            return False
        return (query.get("from") or date.min) <= entry.date <= (query.get("to") or date.max)

    def records(self, refs: Sequence[str]) -> Sequence[FakeRecord]:
        """The records, in the order asked."""
        by_ref = {entry.ref: entry for entry in self.entries}
        return [by_ref[ref] for ref in refs if ref in by_ref]

    def invoices(self, ids: Sequence[str]) -> Sequence[FakeInvoice]:
        """These invoices."""
        return [bill for bill in self.bills if bill.id in ids]

    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[FakeInvoice]:
        """Invoices with these numbers."""
        return [bill for bill in self.bills if bill.number in numbers]

    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[FakeRecord]:
        """Payments of these clients, dates and amounts."""
        wanted = set(keys)
        return [e for e in self.entries if e.kind == "payment" and (e.client_id, e.date, e.amount) in wanted]

    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which keys exist."""
        return {entry.external_key: entry.id for entry in self.entries if entry.external_key in keys and entry.external_key}

    def record_payments(self, payments: Sequence[Mapping[str, Any]]) -> Sequence[FakeRecorded]:
        """Record each payment, once."""
        return [self._record(payment) for payment in payments]

    def _record(self, payment: Mapping[str, Any]) -> FakeRecorded:
        key = payment["external_key"]
        existing = self.payments_by_external_key([key])
        if existing:
            return FakeRecorded(key, "exists", existing[key])
        names = {person.id: person.name for person in self.people}
        identity = str(len(self.entries) + 1)
        parts = tuple(self._apply(part["invoice_id"], part["amount"]) for part in payment["applications"])
        plain = {name: payment[name] for name in ("client_id", "date", "amount", "method", "reference", "memo")}
        entry = FakeRecord(
            "payment",
            identity,
            f"P-{identity}",
            client_name=names[payment["client_id"]],
            applications=parts,
            external_key=key,
            **plain,
        )
        self.entries.append(entry)
        return FakeRecorded(key, "recorded", identity)

    def _apply(self, invoice_id: str, amount: Decimal) -> FakeApplication:
        context = next(i for i, bill in enumerate(self.bills) if bill.id == invoice_id)
        bill = self.bills[context]
        self.bills[context] = replace(bill, balance=bill.balance - amount)
        return FakeApplication(bill.id, bill.number, amount)
