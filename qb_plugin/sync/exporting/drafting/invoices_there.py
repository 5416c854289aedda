"""The QuickBooks invoices that records are applied to here: what they are now, whosever they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qb_plugin.model import Application, Kind, Link, QboInvoice, Ref, SourceRecord
from qb_plugin.sync.families import PayingFamilies
from qb_plugin.sync.matching import comparable
from qb_plugin.sync.ports import QuickBooksApi

Numbered = Mapping[str, Sequence[QboInvoice]]


@dataclass(frozen=True, slots=True)
class InvoicesThere:
    """QuickBooks' invoices by the invoices here: open, paid, or another customer's by now. `several` are those whose number more
    than one has there that the customer pays: nobody can say which is meant."""

    found: Mapping[Ref, QboInvoice] = field(default_factory=dict)
    several: frozenset[Ref] = frozenset()

    def get(self, ref: Ref) -> QboInvoice | None:
        """The invoice in QuickBooks of one here."""
        return self.found.get(ref)


NONE_THERE = InvoicesThere()


def read_invoices_there(
    quickbooks: QuickBooksApi,
    records: Sequence[SourceRecord],
    *,
    links: Mapping[Ref, Link],
    invoice_links: Mapping[Ref, Link],
    families: PayingFamilies,
    open_now: Iterable[QboInvoice] = (),
) -> InvoicesThere:
    """Each invoice of the records' applications as it is in QuickBooks: the linked one, else that of the same number.

    A query by number finds no blanks around it; those that are open (`open_now`) are compared here.

    Of several with a number it is the one that the record's customer pays; an only one may be anybody's.
    """
    linked = {each.id: each for each in quickbooks.invoices([link.quickbooks_id for link in invoice_links.values()])}
    found = {ref: linked[link.quickbooks_id] for ref, link in invoice_links.items() if link.quickbooks_id in linked}
    parts = [(record, part) for record in records for part in record.applications if invoice_ref(part) not in found]
    numbered, several = read_numbered(quickbooks, [part for _, part in parts], open_now), set[Ref]()
    for record, part in parts:
        link = links.get(Ref(Kind.CLIENT, record.client_id))
        meant = narrow(numbered.get(comparable(part.invoice_number), ()), link.quickbooks_id if link else "", families)
        if len(meant) == 1:
            found[invoice_ref(part)] = meant[0]
        elif meant:
            several.add(invoice_ref(part))
    return InvoicesThere(found, frozenset(several))


def read_numbered(quickbooks: QuickBooksApi, parts: Sequence[Application], open_now: Iterable[QboInvoice]) -> Numbered:
    """The invoices with these applications' numbers, by number; no call for none."""
    numbers = sorted({part.invoice_number.strip() for part in parts} - {""})
    asked = {each.id: each for each in (quickbooks.invoices_numbered(numbers) if numbers else ())}
    found: dict[str, list[QboInvoice]] = defaultdict(list)
    for invoice in (asked | {each.id: each for each in open_now}).values():
        found[comparable(invoice.number or "")].append(invoice)
    return found


def narrow(invoices: Sequence[QboInvoice], payer: str, families: PayingFamilies) -> Sequence[QboInvoice]:
    """Those of one number that may be meant: what the customer pays, open ones before paid ones; an only one may be anybody's."""
    own = [invoice for invoice in invoices if families.pays_for(payer, invoice.customer_id)]
    return [invoice for invoice in own if invoice.balance > 0] or own or (invoices if len(invoices) == 1 else ())


def invoice_ref(part: Application) -> Ref:
    """The invoice of an application."""
    return Ref(Kind.INVOICE, part.invoice_id)
