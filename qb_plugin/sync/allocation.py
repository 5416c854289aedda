"""Auto Apply: which invoices a payment goes to, by QuickBooks' default process (design section 6).

The rule is that of QuickBooks' own receive-payment automation: an invoice whose open balance equals the payment takes all
of it (the oldest, if several do); otherwise the oldest first, by TxnDate and then Id, until it is used up; the rest stays
unapplied.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from qb_plugin.model import BookInvoice, Line, Share
from qb_plugin.money import ZERO


class OpenBalances:
    """What is still open on each invoice while a run is planned: no balance is spent twice."""

    def __init__(self, invoices: Iterable[BookInvoice]) -> None:
        self._by_customer: dict[str, CustomerBalances] = {}
        self._owners: dict[str, CustomerBalances] = {}
        once = {invoice.id: invoice for invoice in invoices}  # pages that shift while they are read may show one twice
        for invoice in sorted(once.values(), key=lambda i: (i.date, _number(i.id))):
            owner = self._by_customer.setdefault(invoice.customer_id, CustomerBalances())
            owner.add(invoice)
            self._owners[invoice.id] = owner

    def allocate(self, customer_id: str, amount: Decimal) -> tuple[Line, ...]:
        """Spend up to `amount` on this customer's invoices by the default process."""
        owner = self._by_customer.get(customer_id)
        return tuple(owner.spend_exact(amount) or owner.spend_oldest(amount)) if owner else ()

    def allocate_as_wanted(self, customer_id: str, amount: Decimal, wanted: Sequence[Share]) -> tuple[Line, ...]:
        """Spend `amount` as WorkSpace did; `wanted` names QuickBooks invoices by id, each gets at most what is open there."""
        lines: list[Line] = []
        owner = self._by_customer.get(customer_id)
        for share in wanted:
            if owner and self._owners.get(share.invoice) is owner:
                part = owner.spend_on(share.invoice, min(share.amount, amount))
                lines += part
                amount -= total_of(part)
        return tuple(lines)

    def find_number(self, customer_id: str, number: str) -> str | None:
        """The id of this customer's open invoice with the number, if exactly one has it."""
        owner = self._by_customer.get(customer_id)
        found = owner.by_number.get(number, ()) if owner else ()
        return found[0] if len(found) == 1 else None


class CustomerBalances:
    """One customer's invoices, oldest first, found by place and by balance, so that a payment costs the lines it makes."""

    def __init__(self) -> None:
        self.by_number: dict[str, list[str]] = defaultdict(list)
        self._invoices: list[BookInvoice] = []
        self._left: list[Decimal] = []
        self._places: dict[str, int] = {}
        self._of_balance: dict[Decimal, list[int]] = defaultdict(list)
        self._first = 0  # everything before it is spent

    def add(self, invoice: BookInvoice) -> None:
        """Take one more, no older than those before."""
        place = self._places[invoice.id] = len(self._invoices)
        self._invoices.append(invoice)
        self._left.append(invoice.balance)
        if invoice.balance > 0:
            self._of_balance[invoice.balance].append(place)
        self.by_number[invoice.number or ""].append(invoice.id)

    def spend_exact(self, amount: Decimal) -> list[Line]:
        """All of it on the oldest invoice of just this balance."""
        places = self._of_balance.get(amount)
        return [self._spend(places[0], amount)] if places else []

    def spend_oldest(self, amount: Decimal) -> list[Line]:
        """On the oldest first, until it is used up."""
        lines: list[Line] = []
        for place in range(self._first, len(self._left)):
            if amount <= 0:
                break
            part = self._spend_part(place, amount)
            lines += part
            amount -= total_of(part)
        return lines

    def spend_on(self, invoice_id: str, amount: Decimal) -> list[Line]:
        """At most what is open on this invoice."""
        return self._spend_part(self._places[invoice_id], amount)

    def _spend_part(self, place: int, amount: Decimal) -> list[Line]:
        part = min(amount, self._left[place])
        return [self._spend(place, part)] if part > 0 else []

    def _spend(self, place: int, part: Decimal) -> Line:
        self._of_balance[self._left[place]].remove(place)
        self._left[place] -= part
        if self._left[place] > 0:
            insort(self._of_balance[self._left[place]], place)
        while self._first < len(self._left) and self._left[self._first] <= 0:
            self._first += 1
        invoice = self._invoices[place]
        return Line("Invoice", invoice.id, part, invoice.number)


def total_of(lines: Sequence[Line]) -> Decimal:
    """What the lines come to."""
    return sum((line.amount for line in lines), ZERO)


def _number(identity: str) -> tuple[int, str]:
    """QuickBooks ids are compared as numbers where order matters."""
    return (int(identity), "") if identity.isdecimal() else (0, identity)
