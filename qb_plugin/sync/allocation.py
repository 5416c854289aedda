"""Auto Apply: which invoices a payment goes to, by QuickBooks' default process (design section 6).

The rule is that of QuickBooks' own receive-payment automation: an invoice whose open balance equals the payment takes all
of it (the oldest, if several do); otherwise the oldest first, by TxnDate and then Id, until it is used up; the rest stays
unapplied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from qb_plugin.model import BookInvoice, Line, Share
from qb_plugin.money import ZERO


class OpenBalances:
    """What is still open on each invoice while a run is planned: no balance is spent twice."""

    def __init__(self, invoices: Iterable[BookInvoice]) -> None:
        self._left: dict[str, Decimal] = {}
        self._invoices: dict[str, BookInvoice] = {}
        self._by_customer: dict[str, list[BookInvoice]] = defaultdict(list)
        for invoice in sorted(invoices, key=lambda i: (i.date, _number(i.id))):
            self._invoices[invoice.id] = invoice
            self._left[invoice.id] = invoice.balance
            self._by_customer[invoice.customer_id].append(invoice)

    def allocate(self, customer_id: str, amount: Decimal) -> tuple[Line, ...]:
        """Spend up to `amount` on this customer's invoices by the default process."""
        lines = tuple(self._exact(customer_id, amount) or self._oldest_first(customer_id, amount))
        return self._spend(lines)

    def allocate_as_wanted(self, customer_id: str, amount: Decimal, wanted: Sequence[Share]) -> tuple[Line, ...]:
        """Spend `amount` as WorkSpace did; `wanted` names QuickBooks invoices by id, each gets at most what is open there."""
        lines: list[Line] = []
        for share in wanted:
            invoice = self._invoices.get(share.invoice)
            part = min(share.amount, amount, self._left.get(share.invoice, ZERO))
            if invoice and invoice.customer_id == customer_id and part > 0:
                lines += self._spend((_line(invoice, part),))
                amount -= part
        return tuple(lines)

    def find_number(self, customer_id: str, number: str) -> str | None:
        """The id of this customer's open invoice with the number, if exactly one has it."""
        found = [i.id for i in self._by_customer.get(customer_id, ()) if i.number == number]
        return found[0] if len(found) == 1 else None

    def _open(self, customer_id: str) -> list[BookInvoice]:
        return [i for i in self._by_customer.get(customer_id, ()) if self._left[i.id] > 0]

    def _exact(self, customer_id: str, amount: Decimal) -> list[Line]:
        return [_line(i, amount) for i in self._open(customer_id) if self._left[i.id] == amount][:1]

    def _oldest_first(self, customer_id: str, amount: Decimal) -> Iterable[Line]:
        for invoice in self._open(customer_id):
            part = min(amount, self._left[invoice.id])
            if part <= 0:
                return
            amount -= part
            yield _line(invoice, part)

    def _spend(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        for line in lines:
            self._left[line.id] -= line.amount
        return lines


def _line(invoice: BookInvoice, amount: Decimal) -> Line:
    return Line("Invoice", invoice.id, amount, invoice.number)


def _number(identity: str) -> tuple[int, str]:
    """QuickBooks ids are compared as numbers where order matters."""
    return (int(identity), "") if identity.isdigit() else (0, identity)
