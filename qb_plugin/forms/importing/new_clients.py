"""Creates clients for the customers of rows that cannot be imported without one."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.descriptions import ActResult
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message
from qb_plugin.sync.clients.new_clients import CREATE_CLIENTS, create_clients
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.linking import client_links


def create_clients_of_rows(services: FormServices, context: SyncContext, rows: Sequence[ImportRow]) -> ActResult:
    """Create a client for each customer of these rows that has none, link the two, and say what came of it."""
    if CREATE_CLIENTS not in services.host.ledger.can:
        raise AnswerRejected(Message("client_not_creatable"), {"rows": Message("client_not_creatable")})
    matched = {link.quickbooks_id for link in client_links(context.links, context.realm).values()}
    wanted = sorted({row.payment.customer_id for row in rows} - matched)
    customers = {customer.id: customer for customer in context.quickbooks.customers_by_id(wanted)}
    done = create_clients(services.host.ledger, context.links, context.realm, list(customers.values()))
    said = [Message("client_created", {"customer": customers[each].full_name}) for each in done.clients]
    said += [
        Message("client_refused", {"customer": customers[each].full_name, "reason": reason})
        for each, reason in done.refused.items()
    ]
    names = {row.payment.customer_id: row.payment.customer_name for row in rows}
    gone = [Message("payment_customer_gone", {"customer": names[each]}) for each in wanted if each not in customers]
    said += gone
    text = " ".join(services.sentences.text(message) for message in said)
    return {"notice": text, "level": "warning" if done.refused or gone else "info", "reload": True}
