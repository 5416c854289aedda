"""The rules of linking: which sort of record goes with which, who may be linked to whom, and where a link comes from.

Runs and forms make their links by these functions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from qb_plugin.model import (
    Customer,
    Entity,
    Intent,
    Kind,
    Link,
    LinkOrigin,
    Operation,
    Pair,
    QboPayment,
    QboTransaction,
    Ref,
    SavedRecord,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.sync.applied import applied_of, write_applied
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.markers import find_marker
from qb_plugin.sync.ports import Links

ENTITIES: Mapping[Kind, Entity] = {
    Kind.CLIENT: Entity.CUSTOMER,
    Kind.INVOICE: Entity.INVOICE,
    Kind.PAYMENT: Entity.PAYMENT,
    Kind.CREDIT_MEMO: Entity.CREDIT_MEMO,
}


NOT_NOTED = "0"  # the version of a record that was linked without being read
NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


def link_to_transaction(
    realm: str, source: Ref, transaction: SavedRecord, origin: LinkOrigin, source_version: str = NOT_NOTED, *, by: str = ""
) -> Link:
    """The link of a WorkSpace payment or credit memo, or of a client, to what it is in QuickBooks; `by` is who said that it is."""
    return Link(
        realm=realm,
        source=source,
        entity=ENTITIES[source.kind],
        quickbooks_id=transaction.id,
        origin=origin,
        sync_token=transaction.sync_token,
        source_version=source_version,
        applied=None if isinstance(transaction, Customer) else write_applied(applied_of(transaction)),
        by=by,
    )


def made(link: Link, before: object, now: object) -> Link:
    """The link of a record that this program has changed from one version to the next; one that a person had changed before stays
    theirs."""
    own = str(now) if link.own_version == str(before) else link.own_version
    return replace(link, source_version=str(now), own_version=own)


def seen(link: Link, transaction: QboTransaction) -> Link:
    """The link in the version of the transaction, with what is applied of it."""
    return replace(link, sync_token=transaction.sync_token, applied=write_applied(applied_of(transaction)))


def was_changed_there(link: Link, now: QboTransaction | UnreadableRecord | None) -> bool:
    """Whether the transaction is gone, unreadable, or not in the version that was linked."""
    return now is None or isinstance(now, UnreadableRecord) or now.sync_token != link.sync_token


def link_of_intent(intent: Intent, saved: SavedRecord, origin: LinkOrigin) -> Link | None:
    """The link that a confirmed create makes; the application of a memo links nothing more."""
    if intent.operation is not Operation.CREATE:
        return None
    return link_to_transaction(intent.realm, intent.source, saved, origin, intent.source_version)


def link_records(
    context: SyncContext, pairs: Iterable[tuple[SourceRecord, QboTransaction]], origin: LinkOrigin, by: str = ""
) -> None:
    """Link records to the transactions they are, in the version that was compared."""
    add_links(context, [link_to_transaction(context.realm, r.ref, found, origin, r.version, by=by) for r, found in pairs])


def link_imported(context: SyncContext, pairs: Iterable[tuple[Ref, QboPayment]], versions: Mapping[str, str] = NO_VERSIONS) -> None:
    """Link payments that were recorded here, or found here by their key; one that carries our marker was adopted.

    `versions` are those of the records by their refs, so that an undo can tell whether anybody has changed them since.
    """
    new = [link_to_transaction(context.realm, r, p, import_origin(context, p), versions.get(str(r), NOT_NOTED)) for r, p in pairs]
    context.links.add(new)


def import_origin(context: SyncContext, payment: QboPayment) -> LinkOrigin:
    """Whether a payment of QuickBooks came in from there or had been made from here."""
    marker = find_marker(payment.note)
    return LinkOrigin.ADOPTED if marker and marker.firm == context.firm_id else LinkOrigin.IMPORTED


def link_matched(context: SyncContext, pairs: Iterable[tuple[Ref, QboPayment]], by: str) -> None:
    """Link payments that a person said are the same."""
    add_links(context, [link_to_transaction(context.realm, r, p, LinkOrigin.MATCHED, by=by) for r, p in pairs])


def add_links(context: SyncContext, new: Sequence[Link]) -> None:
    """Add links; what a person links is no longer a pair that they called different or unlinked, and takes the place of a link
    to a record that is gone: nothing else that is linked is offered to them."""
    matched = [link for link in new if link.origin is LinkOrigin.MATCHED]
    by = next((link.by for link in matched), "")  # all are of one press
    for entity in sorted({link.entity for link in matched}):
        ids = [link.quickbooks_id for link in matched if link.entity == entity]
        gone = {link.source for link in context.links.by_quickbooks(context.realm, entity, ids).values()}
        context.links.remove(context.realm, sorted(gone - {link.source for link in new}), by)
    release_replaced_links(context, matched, by)
    chosen = [Pair(link.source, link.entity, link.quickbooks_id) for link in matched]
    context.links.forget(context.realm, chosen)
    context.links.add(new)


def release_replaced_links(context: SyncContext, new: Sequence[Link], by: str) -> None:
    """Take back the links of records that a person links to another transaction, because theirs is gone."""
    before = context.links.by_source(context.realm, [link.source for link in new]) if new else {}
    moved = [link.source for link in new if link.source in before and before[link.source].quickbooks_id != link.quickbooks_id]
    if moved:
        context.journal.withdraw(context.realm, moved)
        context.links.remove(context.realm, moved, by)


@dataclass(frozen=True, slots=True)
class MatchedClients:
    """What came of matching clients: how many were linked, and which of them share their customer with which client."""

    linked: int
    shared: Mapping[str, str]


def link_clients(links: Links, realm: str, wanted: Mapping[str, str], by: str = "") -> MatchedClients:
    """Link each client to its customer, replacing an earlier link; several clients may share a customer. `by` is who said so."""
    before = client_links(links, realm)
    changed = {c: customer for c, customer in wanted.items() if is_other(before.get(c), customer)}
    owner_of = {link.quickbooks_id: client for client, link in before.items() if client not in changed}
    shared: dict[str, str] = {}
    for client, customer in changed.items():
        if customer in owner_of:
            shared[client] = owner_of[customer]
        owner_of.setdefault(customer, client)
    moved = [Ref(Kind.CLIENT, client) for client in changed if client in before]
    if moved:
        links.remove(realm, moved, by)
    new = [client_link(realm, client, customer, by) for client, customer in changed.items()]
    return MatchedClients(len(links.add(new)), shared)


def client_link(realm: str, client: str, customer: str, by: str) -> Link:
    """The link of a client to its customer."""
    source = Ref(Kind.CLIENT, client)
    return Link(realm=realm, source=source, entity=Entity.CUSTOMER, quickbooks_id=customer, origin=LinkOrigin.MATCHED, by=by)


def client_links(links: Links, realm: str) -> dict[str, Link]:
    """The clients' links, by the client's id."""
    return {link.source.id: link for link in links.all_of(realm, Entity.CUSTOMER)}


def is_other(link: Link | None, customer: str) -> bool:
    """Whether linking to this customer would change anything."""
    return link is None or link.quickbooks_id != customer


def is_gone(now: QboTransaction | UnreadableRecord | None) -> bool:
    """Whether a transaction was deleted, or voided, and its money is not in QuickBooks any more."""
    return now is None or (not isinstance(now, UnreadableRecord) and not now.total)
