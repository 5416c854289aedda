"""Where a payment's money goes here, line by line, and what is said of every amount that does not go where it went there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from qb_plugin.host import Invoice
from qb_plugin.model import Application, Entity, Line, Message, QboPayment
from qb_plugin.money import ZERO
from qb_plugin.sync.importing.amounts.figures import Figures, Role, cash_by_line
from qb_plugin.sync.importing.amounts.line_names import join_names, name_invoice, name_transaction
from qb_plugin.sync.importing.host_snapshot import HostSnapshot

_TWICE = "twice"  # no client's id: hosts' ids are numbers, and this one is never looked up


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment becomes here. `went_back` is the part of its money that QuickBooks gave back to the customer."""

    applications: tuple[Application, ...]
    notes: tuple[Message, ...]
    went_back: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Share:
    """A line that takes money: `cash` is what it takes of the payment here or, where it is not here, took in QuickBooks."""

    line: Line
    role: Role
    cash: Decimal
    invoice: Invoice | None = None

    @property
    def rest(self) -> Decimal:
        """What the line says beyond this payment's money: a credit paid it, or less is open here."""
        return self.line.amount - self.cash


@dataclass(slots=True, kw_only=True)
class Allocator:
    """Allocates one payment of one client. Cash goes in QuickBooks' line order and leaves the last lines to the credits."""

    snapshot: HostSnapshot
    payment: QboPayment
    figures: Figures
    client: str
    balances: dict[str, Decimal]
    _left: Decimal = field(init=False, default=ZERO)

    def allocate(self) -> Allocation:
        """Each line to its invoice here, at most what is open there; balances are spent."""
        self._left = self.payment.total - self.payment.unapplied
        shares = [self._share(line, role, there) for line, role, there in cash_by_line(self.payment, self.figures)]
        applied = [share for share in shares if share.invoice and share.cash]
        applications = tuple(Application(s.invoice.id, s.invoice.number, s.cash) for s in applied if s.invoice)
        went_back = sum((share.cash for share in shares if share.role is Role.BACK), ZERO)
        return Allocation(merged(applications), tuple(self._notes(shares)), went_back)

    def _share(self, line: Line, role: Role, there: Decimal) -> Share:
        if role is Role.BACK:  # no more of the money went back because an invoice has less open here
            return self._take(line, role, there, None)
        invoice = self.snapshot.find_invoice(self.client, line) if role is Role.INVOICE else None
        if invoice is None or invoice.client_id != self.client:
            return self._take(line, role, line.amount, None)
        return self._take(line, role, min(line.amount, self.balances[invoice.id]), invoice)

    def _take(self, line: Line, role: Role, most: Decimal, invoice: Invoice | None) -> Share:
        cash = max(min(most, self._left), ZERO)
        self._left -= cash
        if invoice:
            self.balances[invoice.id] -= cash
        return Share(line, role, cash, invoice)

    def _notes(self, shares: list[Share]) -> Iterator[Message]:
        outside = [share for share in shares if share.role is Role.INVOICE and share.invoice is None]
        yield from self._elsewhere([share for share in outside if share.cash])
        if self._left:
            names = join_names(share.invoice.number for share in shares if share.invoice and share.rest)
            yield Message("invoice_has_less_open", {"no": names, "amount": self._left})
        yield from self._moved(shares)
        entries = sum((share.cash for share in shares if share.role is Role.ENTRY), ZERO)
        if entries:
            yield Message("applied_to_entry", {"amount": entries})
        if self.payment.unapplied:
            yield Message("unapplied_here", {"amount": self.payment.unapplied})
        yield from self._paid_by_credits(shares)
        absent = sum((share.rest for share in outside), ZERO)
        if absent:
            values = {"no": join_names(name_invoice(self.snapshot, share.line) for share in outside if share.rest)}
            yield Message("credit_paid_elsewhere", {**values, "c": absent, "credit": self._credits()})

    def _moved(self, shares: list[Share]) -> Iterator[Message]:
        """Cash that pays other lines here than in QuickBooks, because less is open here of its own and credits paid theirs."""
        left, less, more = self.payment.total - self.payment.unapplied, list[Share](), list[Share]()
        moved = ZERO
        for share in shares:
            there = max(min(share.line.amount, left), ZERO)
            left -= there
            if share.invoice and share.cash < there:
                less.append(share)
            elif share.cash > there:
                more.append(share)
                moved += share.cash - there
        if moved and less:
            values = {"no": join_names(share.invoice.number for share in less if share.invoice), "amount": moved}
            names = join_names(self._name(share) for share in more)
            yield Message("pays_another_here", {**values, "other": names, "credit": self._credits()})

    def _name(self, share: Share) -> str:
        return (
            name_invoice(self.snapshot, share.line) if share.role is Role.INVOICE else name_transaction(self.snapshot, share.line)
        )

    def _elsewhere(self, shares: list[Share]) -> Iterator[Message]:
        """Money on invoices that are not here, and on those of each other client."""
        owners: dict[str, list[Share]] = {}
        for share in shares:
            owners.setdefault(self._owner(share.line), []).append(share)
        for owner, theirs in sorted(owners.items()):
            names = join_names(name_invoice(self.snapshot, share.line) for share in theirs)
            values: dict[str, object] = {"no": names, "amount": sum((share.cash for share in theirs), ZERO)}
            if owner == _TWICE:
                yield Message("invoice_twice", {**values, "client": self.snapshot.clients[self.client].name})
            elif owner:
                yield Message("invoice_of_another", {**values, "other": self.snapshot.clients[owner].name})
            else:
                yield Message("invoice_not_here", values)

    def _owner(self, line: Line) -> str:
        """Whose invoice the line is on: another client's id, "" for nobody's here, or _TWICE."""
        found = self.snapshot.find_invoice(self.client, line)
        return found.client_id if found else _TWICE if self.snapshot.has_twice(self.client, line) else ""

    def _paid_by_credits(self, shares: list[Share]) -> Iterator[Message]:
        """What credits paid in QuickBooks and is open here; a memo that is linked can be applied here, too."""
        rests: dict[str, Decimal] = {}
        for share in shares:
            if share.invoice and share.rest:
                rests[share.invoice.id] = rests.get(share.invoice.id, ZERO) + share.rest
        opened = {identity: min(rest, max(self.balances[identity], ZERO)) for identity, rest in rests.items()}
        theirs = [share for share in shares if share.invoice and opened.get(share.invoice.id)]
        if theirs:
            values: dict[str, object] = {
                "no": join_names(share.invoice.number for share in theirs if share.invoice),
                "a": sum((share.cash for share in theirs), ZERO),
                "c": sum(opened.values(), ZERO),
                "credit": self._credits(),
            }
            memos = [line for line in self.figures.of(Role.CREDIT) if line.type == Entity.CREDIT_MEMO]
            linked = [line for line in memos if line.id in self.snapshot.memo_links]
            whole = sum((line.amount for line in linked), ZERO) >= sum(opened.values(), ZERO)
            key = "paid_by_linked_credit" if whole else "paid_by_credit_partly_linked"
            yield Message(key if linked else "paid_by_credit", values)

    def _credits(self) -> str:
        return join_names(name_transaction(self.snapshot, line) for line in self.figures.of(Role.CREDIT))


def merged(applications: tuple[Application, ...]) -> tuple[Application, ...]:
    """One application an invoice: QuickBooks may have two lines on one."""
    found: dict[str, Application] = {}
    for each in applications:
        before = found.get(each.invoice_id)
        found[each.invoice_id] = Application(
            each.invoice_id, each.invoice_number, each.amount + (before.amount if before else ZERO)
        )
    return tuple(found.values())
