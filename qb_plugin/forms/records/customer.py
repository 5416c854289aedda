"""What the customer that a client is matched to is in QuickBooks now."""

from __future__ import annotations

from qb_plugin.forms.records.building import fact, name_of
from qb_plugin.forms.records.shapes import Section
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Link, Message
from qb_plugin.sync.context import SyncContext

TITLE = "In QuickBooks now"


def read_customer(services: FormServices, context: SyncContext, link: Link) -> Section:
    """The customer; raises what reading QuickBooks raises."""
    found = context.quickbooks.customers_by_id([link.quickbooks_id])
    if not found:
        there = name_of(link.entity, link.quickbooks_id)
        return {"title": TITLE, "facts": [], "note": services.sentences.text(Message("record_deleted", {"there": there}))}
    customer = found[0]
    facts = [
        fact("Name", customer.full_name),
        fact("State", "active" if customer.active else "inactive"),
        fact("E-mail", customer.email),
        fact("Phone", customer.phone),
        fact("Currency", customer.currency or ""),
        fact("Bills with parent", "yes" if customer.bills_with_parent else "no"),
    ]
    return {"title": TITLE, "facts": facts}
