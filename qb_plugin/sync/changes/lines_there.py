"""This side's applications of payments as lines of QuickBooks: on the invoices that they mean there, as far as these are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from qb_plugin.errors import RowRefused
from qb_plugin.model import Application, Entity, Kind, Line, Message, QboInvoice, QboPayment, Ref, SourceRecord
from qb_plugin.money import ZERO
from qb_plugin.sync.applied import sums_of
from qb_plugin.sync.changes.pairs import APPLICATIONS, ChangedPair
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.invoices_there import NONE_THERE, InvoicesThere, invoice_ref, read_invoices_there
from qb_plugin.sync.families import PayingFamilies


def sends_applications(pair: ChangedPair) -> bool:
    """Whether sending a pair applies the payment there as it is here: where that differs, and it is applied here at all.

    What QuickBooks alone has applied stays: that a payment is not applied here tells nothing against it. So do credits used there,
    and a payment that was sent with Auto Apply off is not applied there now.
    """
    if pair.record is None or not pair.record.applications or not isinstance(pair.now, QboPayment) or pair.is_apart:
        return False
    return bool(APPLICATIONS & set(pair.differences)) and all(line.type == Entity.INVOICE for line in pair.now.lines)


class LinesThere:
    """The invoices of these pairs in QuickBooks, and what is open on each; pairs of one press do not spend it twice."""

    def __init__(self, context: SyncContext, pairs: Sequence[ChangedPair]) -> None:
        records = [pair.record for pair in pairs if pair.record and sends_applications(pair)]
        self._context = context
        customers = {each.id: each for each in context.quickbooks.customers()} if records else {}
        self._families, self._customers = PayingFamilies(customers), customers
        self._invoices = self._read(records) if records else NONE_THERE
        self._open = {each.id: each.balance for each in self._invoices.found.values()}

    def _read(self, records: Sequence[SourceRecord]) -> InvoicesThere:
        clients = [Ref(Kind.CLIENT, record.client_id) for record in records]
        invoices = [invoice_ref(part) for record in records for part in record.applications]
        return read_invoices_there(
            self._context.quickbooks,
            records,
            links=self._context.links.by_source(self._context.realm, clients),
            invoice_links=self._context.links.by_source(self._context.realm, invoices),
            families=self._families,
        )

    def lines_of(self, pair: ChangedPair) -> tuple[Line, ...] | None:
        """The lines of a pair's payment as it is applied here; None where its own are to stay. RowRefused where an invoice is not
        there, is another customer's, or has less open."""
        record, now = pair.record, pair.now
        if record is None or not isinstance(now, QboPayment) or not sends_applications(pair):
            return None
        own = sums_of(now.lines)
        lines = tuple(self._line(part, record, now, own) for part in record.applications)
        for line in lines:
            self._open[line.id] -= line.amount - own.get(line.id, ZERO)
        return lines

    def _line(self, part: Application, record: SourceRecord, now: QboPayment, own: Mapping[str, Decimal]) -> Line:
        invoice = self._invoices.get(invoice_ref(part))
        reason = next(self._reasons(part, invoice, now, own), None)
        if reason or invoice is None:
            raise RowRefused(Message("change_lines_refused", {"number": record.number, "reason": reason}))
        return Line(Entity.INVOICE, invoice.id, part.amount, invoice.number)

    def _name_of(self, customer: str) -> str:
        return self._customers[customer].full_name if customer in self._customers else customer

    def _reasons(
        self, part: Application, invoice: QboInvoice | None, now: QboPayment, own: Mapping[str, Decimal]
    ) -> Iterator[Message]:
        """Why an application cannot be made there; what this payment itself pays now is open to it."""
        if invoice_ref(part) in self._invoices.several:
            yield Message("invoice_twice_there", {"no": part.invoice_number, "customer": now.customer_name})
        elif invoice is None:
            yield Message("invoice_not_there", {"no": part.invoice_number, "customer": now.customer_name})
        elif not self._families.pays_for(now.customer_id, invoice.customer_id):
            yield Message("invoice_of_other_customer", {"no": part.invoice_number, "other": self._name_of(invoice.customer_id)})
        elif part.amount > (room := self._open[invoice.id] + own.get(invoice.id, ZERO)):
            yield Message("invoice_open_less", {"no": part.invoice_number, "amount": room})
