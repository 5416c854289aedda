"""What QuickBooks has of an invoice: invoices are not sent, so they are found by their number."""

from __future__ import annotations

from qb_plugin.forms.records.building import column, open_there
from qb_plugin.forms.records.shapes import Section, SectionRow
from qb_plugin.forms.services import FormServices
from qb_plugin.host import Invoice
from qb_plugin.model import Connection, Kind, Message, QboInvoice, Ref
from qb_plugin.money import plain_amount
from qb_plugin.sync.context import SyncContext

TITLE = "In QuickBooks now"
COLUMNS = [
    column("number", "Number"),
    column("customer", "Customer"),
    column("date", "Date", "date"),
    column("total", "Amount", "money"),
    column("balance", "Open", "money"),
]


def read_invoice(services: FormServices, connection: Connection, context: SyncContext, invoice: Invoice) -> Section:
    """QuickBooks' invoices of this number, those of the client's own customer first; raises what reading QuickBooks raises."""
    text = services.sentences.text
    found = context.quickbooks.invoices_numbered([invoice.number])
    if not found:
        return {"title": TITLE, "facts": [], "note": text(Message("record_invoice_none", {"number": invoice.number}))}
    names = {each.id: each.full_name for each in context.quickbooks.customers_by_id(sorted({each.customer_id for each in found}))}
    client = Ref(Kind.CLIENT, invoice.client_id)
    link = services.links.by_source(connection.realm, [client]).get(client)
    ordered = sorted(found, key=lambda each: (link is None or each.customer_id != link.quickbooks_id, int(each.id)))
    notes = [Message("record_invoice_found")]
    if link and all(each.customer_id != link.quickbooks_id for each in found):
        notes.append(Message("record_invoice_other", {"client": invoice_client(services, invoice)}))
    odd = [Message("record_unreadable", {"there": f"Invoice {each.id}", "what": each.problem}) for each in found if each.problem]
    notes += odd
    rows = [present_invoice(services, connection, each, names.get(each.customer_id, each.customer_id)) for each in ordered]
    return {"title": TITLE, "facts": [], "note": " ".join(map(text, notes)), "columns": COLUMNS, "rows": rows}


def invoice_client(services: FormServices, invoice: Invoice) -> str:
    """The name of the client whose invoice it is."""
    return next((each.name for each in services.host.ledger.clients() if each.id == invoice.client_id), "")


def present_invoice(services: FormServices, connection: Connection, invoice: QboInvoice, customer: str) -> SectionRow:
    """One invoice of QuickBooks."""
    cells = {
        "number": invoice.number or "",
        "customer": customer,
        "date": "" if invoice.problem else invoice.date.isoformat(),
        "total": "" if invoice.problem else plain_amount(invoice.total),
        "balance": "" if invoice.problem else plain_amount(invoice.balance),
    }
    return {"cells": cells, "links": open_there(services, connection, "Invoice", invoice.id)}
