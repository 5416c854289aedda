"""Who is who on both sides: which client is which customer, and in which currency each keeps its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.host import Client
from qb_plugin.model import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Clients and customers, as far as they are matched."""

    #: the customer of each matched client, by the client's id
    customers_of: Mapping[str, str]
    #: for each customer the matched one that stands for it: itself, or its nearest parent that is matched
    owners: Mapping[str, str]
    #: currencies by client
    ours: Mapping[str, str]
    #: currencies by customer
    theirs: Mapping[str, str]
    #: the currency of a matched customer's client
    clients_of: Mapping[str, str]
    #: the company's home currency
    home: str
    #: customers that stand in QuickBooks' list: neither inactive, nor merged into another
    standing: frozenset[str] = frozenset()

    def same_currency_here(self, client_id: str) -> bool:
        """Whether the client's customer keeps its account in the client's currency; also while it is not matched."""
        customer = self.customers_of.get(client_id)
        return customer is None or self.theirs.get(customer, self.home) == self.ours.get(client_id, self.home)

    def same_currency_there(self, customer_id: str, currency: str) -> bool:
        """Whether an amount in this currency is in that of the customer's client; also while it is not matched."""
        owner = self.owners.get(customer_id, "")
        return self.clients_of.get(owner, currency) == currency


def build_parties(clients: Sequence[Client], customers: Sequence[Customer], customers_of: Mapping[str, str], home: str) -> Parties:
    """The parties of a firm and its company."""
    ours = {client.id: client.currency for client in clients}
    return Parties(
        customers_of=customers_of,
        owners=find_owners(customers, frozenset(customers_of.values())),
        ours=ours,
        theirs={customer.id: customer.currency or home for customer in customers},
        clients_of={customer: ours[client] for client, customer in customers_of.items() if client in ours},
        home=home,
        standing=frozenset(customer.id for customer in customers if customer.active),
    )


def find_owners(customers: Sequence[Customer], matched: frozenset[str]) -> Mapping[str, str]:
    """For each customer the matched one that stands for it: a client that is matched to a parent covers its sub-customers."""
    by_path = {customer.full_name: customer.id for customer in customers}
    return {customer.id: next((each for each in _upwards(customer, by_path) if each in matched), "") for customer in customers}


def _upwards(customer: Customer, by_path: Mapping[str, str]) -> Sequence[str]:
    """The customer and its parents, nearest first, by the path `Parent:Child`."""
    names = customer.full_name.split(":")
    parents = [by_path[path] for length in range(len(names) - 1, 0, -1) if (path := ":".join(names[:length])) in by_path]
    return [customer.id, *parents]
