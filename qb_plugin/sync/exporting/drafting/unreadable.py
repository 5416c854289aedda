"""Records of QuickBooks' that cannot be understood, and which of ours each may be."""

from __future__ import annotations

from qb_plugin.model import Customer, Message, QboInvoice, SourceRecord, UnreadableRecord
from qb_plugin.sync.likeness import DAYS
from qb_plugin.sync.markers import find_marker


def may_be(unreadable: UnreadableRecord, record: SourceRecord, firm_id: str) -> bool:
    """Whether a record of QuickBooks' that cannot be understood may be this one.

    A mark that can be read says whose it is. Without one, customer and amount tell it apart; where the mark or the customer
    cannot be read either, an equal amount is enough, and where the amount cannot be read, any.
    """
    marker = find_marker(unreadable.note)
    if marker:
        return marker.firm == firm_id and marker.may_name(record)
    told_apart = unreadable.note is not None and unreadable.customer_id is not None
    return not told_apart and unreadable.total in {None, record.amount}


def looks_like(unreadable: UnreadableRecord, record: SourceRecord) -> bool:
    """Whether one of the record's own customer, without any mark, may be the record as a person entered it: of the same amount,
    near in time. Its reference tells nothing: it is not known what else of it is odd."""
    near = unreadable.date is None or abs((unreadable.date - record.date).days) <= DAYS
    return near and unreadable.total == record.amount and find_marker(unreadable.note) is None


def unreadable_invoice(invoice: QboInvoice, customer: Customer) -> Message:
    """That an open invoice which this customer may pay cannot be understood."""
    name = invoice.number or f"with the id {invoice.id}"
    return Message("open_invoice_unreadable", {"no": name, "customer": customer.full_name, "what": invoice.problem})
