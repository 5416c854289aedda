"""The clients here whose QuickBooks' invoices are: by the invoices' links, else by their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from qb_plugin.forms.services import FormServices
from qb_plugin.model import Entity, QboInvoice
from qb_plugin.sync.exporting.drafting.merged_customers import InvoiceOwners
from qb_plugin.sync.matching import invoice_key


def invoice_owners(services: FormServices, realm: str) -> InvoiceOwners:
    """What reads them for a run."""

    def read(invoices: Sequence[QboInvoice]) -> Mapping[str, frozenset[str]]:
        ledger = services.host.ledger
        links = services.links.by_quickbooks(realm, Entity.INVOICE, {invoice.id for invoice in invoices})
        clients = {each.id: each.client_id for each in ledger.invoices([link.source.id for link in links.values()])}
        found = {there: frozenset({clients[link.source.id]}) for there, link in links.items() if link.source.id in clients}
        numbers = {invoice.number for invoice in invoices if invoice.number and invoice.id not in found}
        by_number = defaultdict[str, set[str]](set)
        for each in ledger.invoices_by_number(sorted(numbers)) if numbers else ():
            by_number[invoice_key(each.number)].add(each.client_id)
        named = {invoice.id: frozenset(by_number.get(invoice_key(invoice.number or ""), ())) for invoice in invoices}
        return {**named, **found}

    return read
