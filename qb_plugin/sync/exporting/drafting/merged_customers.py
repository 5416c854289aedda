"""Customers that QuickBooks merged into others: our own transactions carry the new customer, and the old one is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from qb_plugin.model import Customer, Entity, Kind, Link, QboInvoice, Ref, SourceRecord, UnreadableRecord
from qb_plugin.sync.context import SyncContext

NEWEST = 500  # links looked through for a client whose customer is gone, which is rare
InvoiceOwners = Callable[[Sequence[QboInvoice]], Mapping[str, frozenset[str]]]
READ = 3  # transactions of a client that are read: one may have been given to another customer by hand


def find_merges(
    context: SyncContext, records: Sequence[SourceRecord], links: Mapping[Ref, Link], customers: Mapping[str, Customer]
) -> Mapping[str, str]:
    """For each customer of these records' clients that is inactive or gone, the one that has its transactions now.

    The evidence is what was linked to records of the client; without any, or where it names several customers, nothing is said.
    """
    clients = {record.client_id: links.get(Ref(Kind.CLIENT, record.client_id)) for record in records}
    gone = {client: link.quickbooks_id for client, link in clients.items() if link and not is_active(customers, link.quickbooks_id)}
    found: dict[str, set[str]] = defaultdict(set)
    for entity in (Entity.PAYMENT, Entity.CREDIT_MEMO) if gone else ():
        for client, ids in read_linked_of(context, entity, gone).items():
            transactions = context.quickbooks.read(entity, ids).values()
            found[gone[client]] |= {each.customer_id for each in transactions if not isinstance(each, UnreadableRecord)}
    return {old: new for old, ids in found.items() for new in ids if len(ids) == 1 and new != old and is_active(customers, new)}


def find_merged_owners(
    invoices: Sequence[QboInvoice], owners: InvoiceOwners, customer_of: Mapping[str, str], customers: Mapping[str, Customer]
) -> Mapping[str, frozenset[str]]:
    """By a customer, the clients whose own customer is inactive or gone, and whose invoices these here are there now, alone.

    `customer_of` are all clients' customers. The owners are not asked for where every client's customer is active.
    """
    gone = {client for client, customer in customer_of.items() if not is_active(customers, customer)}
    whose = owners(invoices) if gone and invoices else {}
    found: dict[str, frozenset[str]] = {}
    for invoice in (each for each in invoices if not each.problem):
        clients, there = whose.get(invoice.id, frozenset()), invoice.customer_id
        if len(clients) == 1 and clients <= gone and all(customer_of[client] != there for client in clients):
            found[there] = found.get(there, frozenset()) | clients
    return found


def read_linked_of(context: SyncContext, entity: Entity, clients: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """The QuickBooks ids of the newest transactions that are linked to records of these clients."""
    links = sorted(context.links.all_of(context.realm, entity), key=newest_first)[:NEWEST]
    ids = {link.source: link.quickbooks_id for link in links}
    found: dict[str, list[str]] = defaultdict(list)
    for record in context.read_records(list(ids)) if context.read_records and ids else ():
        if record.client_id in clients and len(found[record.client_id]) < READ:
            found[record.client_id].append(ids[record.ref])
    return {client: each for client, each in found.items() if each}


def newest_first(link: Link) -> int:
    """The order of links by QuickBooks' ids, which are numbers that grow."""
    return -int(link.quickbooks_id) if link.quickbooks_id.isdecimal() else 0


def is_active(customers: Mapping[str, Customer], identity: str) -> bool:
    """Whether there is such a customer, and not an inactive one."""
    return identity in customers and customers[identity].active
