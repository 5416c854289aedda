"""Creates clients here for QuickBooks' customers, through the ledger's `create_clients`, and links the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qb_plugin.ledger_changes import LedgerChanges, NewClient
from qb_plugin.model import Customer
from qb_plugin.sync.linking import link_clients
from qb_plugin.sync.ports import Links

CREATE_CLIENTS = "create_clients"


@dataclass(frozen=True, slots=True)
class CreatedClients:
    """The customers that have a client now, and why others were refused, by the customer's id."""

    clients: dict[str, str]
    refused: dict[str, str]


def create_clients(ledger: LedgerChanges, links: Links, realm: str, customers: Sequence[Customer]) -> CreatedClients:
    """Create a client for each customer and link it. The key makes each once: pressed again after a crash, it is only linked."""
    keys = {f"quickbooks:{realm}:customer:{customer.id}": customer for customer in customers}
    outcomes = ledger.create_clients([_new_client(key, customer) for key, customer in keys.items()])
    made = {keys[each.key].id: each.id for each in outcomes if each.id and each.status in ("recorded", "exists")}
    link_clients(links, realm, {client: customer for customer, client in made.items()})
    refused = {keys[each.key].id: each.reason or "" for each in outcomes if keys[each.key].id not in made}
    return CreatedClients(made, refused)


def _new_client(key: str, customer: Customer) -> NewClient:
    client: NewClient = {"key": key, "name": customer.full_name}
    if customer.email:
        client["email"] = customer.email
    if customer.phone:
        client["phone"] = customer.phone
    if customer.currency:
        client["currency"] = customer.currency
    return client
