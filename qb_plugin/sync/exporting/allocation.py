"""Auto Apply: which invoices a payment goes to, by QuickBooks' default process (docs/architecture.md rule M2).

The rule is that of QuickBooks' own receive-payment automation: an invoice whose open balance equals the payment takes all
of it (the oldest, if several do); otherwise the oldest first, by TxnDate and then Id, until it is used up; the rest stays
unapplied.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import islice

from qb_plugin.model import (
    Application,
    Entity,
    Line,
    QboInvoice,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.families import PayingFamilies

MayPay = Callable[[QboInvoice], bool]  # whether the payer may pay this invoice of its family
NO_FAMILIES = PayingFamilies({})


class OpenBalances:
    """What is still open on each invoice while a run is planned: no balance is spent twice.

    Balances are those of paying families: a parent's payment goes to the invoices of the jobs that bill with it, too.
    An invoice in another currency than its customer's cannot be paid by that customer, and is left out; so is one that cannot
    be understood.
    """

    def __init__(self, invoices: Iterable[QboInvoice], families: PayingFamilies = NO_FAMILIES) -> None:
        self._families = families
        once = {invoice.id: invoice for invoice in invoices}  # pages that shift while they are read may show one twice
        self._odd = [invoice for invoice in once.values() if invoice.problem]
        grouped: dict[str, list[QboInvoice]] = defaultdict(list)
        for invoice in once.values():
            if not invoice.problem and same_currency(invoice.currency, families.currency_of(invoice.customer_id)):
                grouped[families.root(invoice.customer_id)].append(invoice)
        for owned in grouped.values():
            owned.sort(key=lambda each: (each.date, _number(each.id)))
        self._by_family = {root: FamilyBalances(owned) for root, owned in grouped.items()}

    def allocate(self, customer_id: str, amount: Decimal, tiers: Sequence[MayPay] | None = None) -> tuple[Line, ...]:
        """Spend up to `amount` on the invoices that this customer pays, by the default process; with `tiers` on those of the first,
        then on those of the next, and on no others."""
        family, may_pay = self._of(customer_id)
        lines: list[Line] = []
        for allowed in ([may_pay] if tiers is None else [both(may_pay, tier) for tier in tiers]) if family else ():
            part = family.spend_exact(amount, allowed) or family.spend_oldest(amount, allowed) if family else []
            lines += part
            amount -= total_of(part)
        return tuple(lines)

    def open_of(self, customer_id: str) -> list[QboInvoice]:
        """The invoices that this customer pays of which something is left."""
        family, may_pay = self._of(customer_id)
        return [invoice for invoice in family.open_now() if may_pay(invoice)] if family else []

    def allocate_as_wanted(self, customer_id: str, amount: Decimal, wanted: Sequence[Application]) -> tuple[Line, ...]:
        """Spend `amount` as WorkSpace did; `wanted` names QuickBooks invoices by id, each gets at most what is open there."""
        lines: list[Line] = []
        family, may_pay = self._of(customer_id)
        if family is None:
            return ()
        for application in wanted:
            part = family.spend_on(application.invoice_id, min(application.amount, amount), may_pay)
            lines += part
            amount -= total_of(part)
        return tuple(lines)

    def unreadable(self, customer_id: str) -> list[QboInvoice]:
        """Open invoices that cannot be understood and that this customer may pay: what goes to them, nobody can say."""
        return [each for each in self._odd if not each.customer_id or self._families.pays_for(customer_id, each.customer_id)]

    def give_back(self, customer_id: str, lines: Sequence[Line]) -> None:
        """Take back what was spent for a payment that is not sent after all; the lines must be of this family's invoices."""
        for line in lines:
            self._by_family[self._families.root(customer_id)].give_back(line)

    def _of(self, customer_id: str) -> tuple[FamilyBalances | None, MayPay]:
        """The balances of the customer's family, and which of its invoices this customer pays: the root pays all of them."""
        root = self._families.root(customer_id)
        if root == customer_id:
            return self._by_family.get(root), any_invoice
        return self._by_family.get(root), lambda invoice: self._families.pays_for(customer_id, invoice.customer_id)


def both(one: MayPay, other: MayPay) -> MayPay:
    """That the payer may pay it by both rules."""
    return lambda invoice: one(invoice) and other(invoice)


def any_invoice(_: QboInvoice) -> bool:
    """That the payer may pay it."""
    return True


def same_currency(one: str | None, other: str | None) -> bool:
    """Whether two currencies are the same, as far as QuickBooks names both."""
    return not (one and other) or one == other


class FamilyBalances:
    """A paying family's invoices, oldest first, found by place and by balance, so that a payment costs the lines it makes.

    What finds them is made when it is first asked for: a company has many customers, a run few of them at a time.
    """

    def __init__(self, invoices: Sequence[QboInvoice]) -> None:
        self._invoices = invoices
        self._left = [invoice.balance for invoice in invoices]
        self._first = 0  # everything before it is spent

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {invoice.id: position for position, invoice in enumerate(self._invoices)}

    @cached_property
    def _of_balance(self) -> dict[Decimal, int | list[int]]:
        """The places of the invoices that have just this left, the oldest first; of one its place alone: a list for each would
        be a burden in a run of a hundred thousand."""
        found: dict[Decimal, int | list[int]] = {}
        for position, left in enumerate(self._left):
            if left > 0:
                _insert(found, left, position)
        return found

    def open_now(self) -> list[QboInvoice]:
        """Those of which something is left."""
        return [invoice for invoice, left in zip(self._invoices, self._left, strict=True) if left > 0]

    def spend_exact(self, amount: Decimal, may_pay: MayPay = any_invoice) -> list[Line]:
        """All of it on the oldest invoice of just this balance."""
        found = self._of_balance.get(amount, [])
        places = (place for place in ([found] if isinstance(found, int) else found) if may_pay(self._invoices[place]))
        return [self._spend(place, amount) for place in islice(places, 1)]

    def spend_oldest(self, amount: Decimal, may_pay: MayPay = any_invoice) -> list[Line]:
        """On the oldest first, until it is used up."""
        lines: list[Line] = []
        for position in range(self._first, len(self._left)):
            if amount <= 0:
                break
            part = min(amount, self._left[position])
            if part > 0 and may_pay(self._invoices[position]):
                lines.append(self._spend(position, part))
                amount -= part
        return lines

    def spend_on(self, invoice_id: str, amount: Decimal, may_pay: MayPay = any_invoice) -> list[Line]:
        """At most what is open on this invoice; nothing on one that is not this payer's."""
        position = self._positions.get(invoice_id)
        if position is None or not may_pay(self._invoices[position]):
            return []
        part = min(amount, self._left[position])
        return [self._spend(position, part)] if part > 0 else []

    def give_back(self, line: Line) -> None:
        """Open again what the line had spent."""
        position = self._positions[line.id]
        self._change(position, line.amount)
        self._first = min(self._first, position)

    def _spend(self, position: int, part: Decimal) -> Line:
        self._change(position, -part)
        while self._first < len(self._left) and self._left[self._first] <= 0:
            self._first += 1
        invoice = self._invoices[position]
        return Line(Entity.INVOICE, invoice.id, part, invoice.number)

    def _change(self, position: int, by: Decimal) -> None:
        """Change what is left on one invoice, and where it is found by that."""
        of_balance, before, after = self._of_balance, self._left[position], self._left[position] + by
        if before > 0:
            _remove(of_balance, before, position)
        if after > 0:
            _insert(of_balance, after, position)
        self._left[position] = after


def _insert(places: dict[Decimal, int | list[int]], balance: Decimal, position: int) -> None:
    """Note that the invoice at this place has this balance."""
    there = places.setdefault(balance, position)
    if isinstance(there, list):
        insort(there, position)
    elif there != position:
        places[balance] = sorted([there, position])


def _remove(places: dict[Decimal, int | list[int]], balance: Decimal, position: int) -> None:
    """Forget that it has; the place must be noted."""
    there = places[balance]
    if isinstance(there, list):
        there.remove(position)
        if there:
            return
    del places[balance]


def total_of(lines: Sequence[Line]) -> Decimal:
    """What the lines come to."""
    return sum((line.amount for line in lines), ZERO)


def _number(identity: str) -> tuple[int, str]:
    """QuickBooks ids are compared as numbers where order matters."""
    return (int(identity), "") if identity.isdecimal() else (0, identity)
