"""A practice's ledger and marks in memory: what a host that is not ours might bring. It keeps every rule of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.ledgers.fake_ledger_rules import ChangedError, RefusedError, check_amount, check_sum
from tests.support.ledgers.fake_ledger_values import (
    FakeApplication,
    FakeClient,
    FakeInvoice,
    FakeMark,
    FakeOutcome,
    FakeRecord,
    FakeRecorded,
    FakeSnapshot,
)
from tests.support.ledgers.fake_marks import FakeMarks

CHANGES = frozenset({"apply", "update", "remove", "create_clients"})
ZERO = Decimal("0.00")


@dataclass
class FakeLedger:
    """Clients, invoices and records in lists; `can` may be narrowed to what a smaller host does."""

    people: list[FakeClient]
    bills: list[FakeInvoice]
    entries: list[FakeRecord]
    marks: FakeMarks = field(default_factory=FakeMarks)
    can: frozenset[str] = CHANGES
    done: dict[tuple[str, str], FakeOutcome] = field(default_factory=dict)
    made: int = 0
    highest: int = 0

    def clients(self) -> Sequence[FakeClient]:
        """All clients."""
        return self.people

    def methods(self) -> Sequence[str]:
        """The methods in use."""
        return ["Check", "Cash", "Visa"]

    def snapshot(self, query: Mapping[str, Any]) -> FakeSnapshot:
        """The records the query leaves, newest first."""
        found = [entry for entry in self.entries if self.fits(entry, query)]
        found.sort(key=lambda entry: (entry.date, int(entry.id)), reverse=True)
        return FakeSnapshot([entry.ref for entry in found], sum((entry.amount for entry in found), ZERO))

    def fits(self, entry: FakeRecord, query: Mapping[str, Any]) -> bool:
        """Whether the query leaves this record."""
        if entry.kind not in query.get("kinds", [entry.kind]):
            return False
        if query.get("refs") is not None:
            return entry.ref in query["refs"]
        mark = self.marks.of(query.get("scope") or "").get(entry.ref, FakeMark(entry.ref))
        if mark.state == "synchronized" and query.get("hide_synchronized"):
            return False
        if mark.hidden and not query.get("show_hidden", True):
            return False
        if str(query.get("search") or "").lower() not in f"{entry.number} {entry.reference} {entry.amount}".lower():
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
        """Invoices with these numbers, whatever their case and outer blanks."""
        wanted = {number.strip().casefold() for number in numbers}
        return [bill for bill in self.bills if bill.number.strip().casefold() in wanted]

    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[FakeRecord]:
        """Payments of these clients, dates and amounts."""
        wanted = set(keys)
        return [e for e in self.entries if e.kind == "payment" and (e.client_id, e.date, e.amount) in wanted]

    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which keys exist."""
        return {entry.external_key: entry.id for entry in self.entries if entry.external_key in keys and entry.external_key}

    def record_payments(self, payments: Sequence[Mapping[str, Any]]) -> Sequence[FakeRecorded]:
        """Record each payment, once."""
        return [self.record(payment) for payment in payments]

    def record(self, payment: Mapping[str, Any]) -> FakeRecorded:
        """Record one payment, or say why not."""
        key = payment["external_key"]
        existing = self.payments_by_external_key([key])
        if existing:
            return FakeRecorded(key, "exists", existing[key])
        try:
            client = self.client(payment["client_id"])
            check_amount(payment["amount"], client.currency)
            parts = self.parts(payment["applications"], client)
            check_sum(parts, payment["amount"])
        except RefusedError as refused:
            return FakeRecorded(key, "refused", None, str(refused))
        self.spend(parts)
        self.entries.append(self.new_entry(payment, client, parts))
        return FakeRecorded(key, "recorded", self.entries[-1].id, version=self.entries[-1].version)

    def new_entry(self, payment: Mapping[str, Any], client: FakeClient, parts: Sequence[FakeApplication]) -> FakeRecord:
        """The record of a payment that was found good."""
        number, self.made = self.next_id([entry.id for entry in self.entries]), self.made + 1
        plain = {name: payment[name] for name in ("date", "amount", "method", "reference", "memo")}
        return FakeRecord(
            "payment",
            number,
            f"P-{number}",
            client.id,
            client.name,
            applications=tuple(parts),
            external_key=payment["external_key"],
            birth=f"b{self.made}",
            **plain,
        )

    def next_id(self, ids: Sequence[str]) -> str:
        """An id that nothing has or had."""
        self.highest = max([self.highest, *map(int, ids)]) + 1
        return str(self.highest)

    def client(self, identity: str) -> FakeClient:
        """The client; RefusedError when there is none."""
        for person in self.people:
            if person.id == identity:
                return person
        raise RefusedError("There is no such client.")

    def parts(self, given: Sequence[Mapping[str, Any]], client: FakeClient) -> tuple[FakeApplication, ...]:
        """Applications found good, parts of one invoice together."""
        bills, amounts = {bill.id: bill for bill in self.bills}, dict[str, Decimal]()
        for part in given:
            check_amount(part["amount"], client.currency)
            amounts[part["invoice_id"]] = amounts.get(part["invoice_id"], ZERO) + part["amount"]
        for identity, amount in amounts.items():
            self.check_part(bills.get(identity), client, amount)
        return tuple(FakeApplication(identity, bills[identity].number, amount) for identity, amount in amounts.items())

    def check_part(self, bill: FakeInvoice | None, client: FakeClient, amount: Decimal) -> None:
        """An application must go to an invoice of the client with so much left."""
        if bill is None or bill.client_id != client.id:
            raise RefusedError("The client has no such invoice.")
        if amount > bill.balance:
            raise RefusedError(f"Invoice {bill.number} has less left.")

    def spend(self, parts: Sequence[FakeApplication], sign: int = 1) -> None:
        """Lower the balances of these applications' invoices, or raise them with -1."""
        for part in parts:
            at = next(i for i, bill in enumerate(self.bills) if bill.id == part.invoice_id)
            self.bills[at] = replace(self.bills[at], balance=self.bills[at].balance - sign * part.amount)

    def apply(self, changes: Sequence[Mapping[str, Any]]) -> Sequence[FakeOutcome]:
        """Apply more of each record."""
        return [self.change("apply", change) for change in changes]

    def update(self, changes: Sequence[Mapping[str, Any]]) -> Sequence[FakeOutcome]:
        """Change each record."""
        return [self.change("update", change) for change in changes]

    def remove(self, changes: Sequence[Mapping[str, Any]]) -> Sequence[FakeOutcome]:
        """Remove each record."""
        return [self.change("remove", change) for change in changes]

    def create_clients(self, clients: Sequence[Mapping[str, Any]]) -> Sequence[FakeOutcome]:
        """Create each client."""
        return [self.change("create_clients", client) for client in clients]

    def change(self, action: str, change: Mapping[str, Any]) -> FakeOutcome:
        """Make one change, once."""
        key = change.get("key") or ""
        if (action, key) in self.done:
            return replace(self.done[action, key], status="exists")
        try:
            if action not in self.can:
                raise NotImplementedError(action)
            if not key:
                raise RefusedError("A change needs a key.")
            outcome = FakeOutcome(key, "recorded", *getattr(self, f"do_{action}")(change))
        except RefusedError as refused:
            return FakeOutcome(key, "refused", reason=str(refused))
        except ChangedError as changed:
            return FakeOutcome(key, "changed", changed.id, changed.version, str(changed))
        self.done[action, key] = outcome
        return outcome

    def seen(self, change: Mapping[str, Any]) -> FakeRecord:
        """The record, when it is as the user saw it."""
        for entry in self.entries:
            if entry.ref == change["ref"]:
                if entry.version != change["version"]:
                    raise ChangedError(f"{entry.number} has been changed meanwhile.", entry.id, entry.version)
                return entry
        raise ChangedError("This record is gone.")

    def do_apply(self, change: Mapping[str, Any]) -> tuple[str, int]:
        """Add applications."""
        entry = self.seen(change)
        added = self.parts(change["applications"], self.client(entry.client_id))
        if not added:
            raise RefusedError("There is nothing to apply.")
        check_sum([*entry.applications, *added], entry.amount)
        self.spend(added)
        return self.write(entry, applications=(*entry.applications, *added))

    def do_update(self, change: Mapping[str, Any]) -> tuple[str, int]:
        """Write what is named."""
        entry = self.seen(change)
        client, named = self.client(entry.client_id), {k: v for k, v in change.items() if k not in {"key", "ref", "version"}}
        if "amount" in named:
            check_amount(named["amount"], client.currency)
        self.spend(entry.applications, -1)
        try:
            if "applications" in named:
                named["applications"] = self.parts(named["applications"], client)
            check_sum(named.get("applications", entry.applications), named.get("amount", entry.amount))
        except RefusedError:
            self.spend(entry.applications)
            raise
        self.spend(named.get("applications", entry.applications))
        return self.write(entry, **named)

    def write(self, entry: FakeRecord, **named: Any) -> tuple[str, int]:
        """Put the record in place, a version up."""
        self.entries[self.entries.index(entry)] = replace(entry, version=entry.version + 1, **named)
        return entry.id, entry.version + 1

    def do_remove(self, change: Mapping[str, Any]) -> tuple[str, None]:
        """Take the record out; its invoices are open again."""
        entry = self.seen(change)
        self.spend(entry.applications, -1)
        self.highest = max(self.highest, int(entry.id))
        self.entries.remove(entry)
        self.marks.marks.pop(entry.ref, None)
        return entry.id, None

    def do_create_clients(self, given: Mapping[str, Any]) -> tuple[str, None]:
        """Add a client."""
        name = given["name"].strip()
        if not name or name.casefold() in {person.name.casefold() for person in self.people}:
            raise RefusedError("There is a client of this name already." if name else "A client needs a name.")
        number, currency = self.next_id([person.id for person in self.people]), given.get("currency") or "USD"
        reached = given.get("email", ""), given.get("phone", "")
        self.people.append(FakeClient(number, name, True, currency, *reached))
        return self.people[-1].id, None
