"""What markers in QuickBooks say of records without a link: ours, another's, or a question (docs/architecture.md rule 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.model import (
    Customer,
    Entity,
    Kind,
    Link,
    Message,
    Operation,
    Pair,
    PairAnswer,
    QboPayment,
    QboTransaction,
    Ref,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.families import clientless_above, standing_for
from qb_plugin.sync.linking import ENTITIES
from qb_plugin.sync.markers import Marker, find_marker
from qb_plugin.sync.matching import record_key, transaction_key
from qb_plugin.sync.possible_duplicates import Candidates, Key, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the markers say of one record: the transaction to adopt, or a question and the transaction that a person may link.

    `held` are transactions that are the record's own whatever the answer is, so that no other record is asked about them.
    """

    adopted: QboTransaction | None = None
    question: Message | None = None
    candidate: QboTransaction | None = None
    held: tuple[QboTransaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a period's transactions say: by record what its markers say, and what may be any record's duplicate."""

    claims: Mapping[Ref, Claim]
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Customers:
    """Which customer a record's transaction should have. `matched` are all customers that are some client's."""

    links: Mapping[Ref, Link]
    customers: Mapping[str, Customer]
    matched: frozenset[str] = frozenset()

    def meant(self, record: SourceRecord, transaction: QboTransaction) -> str:
        """The linked customer; the one that the transaction has now where QuickBooks has merged the linked one away, where the
        client stands for that one, too, or where that is a parent that is no client's: somebody linked what was entered there."""
        link = self.links.get(Ref(Kind.CLIENT, record.client_id))
        if link is None:
            return ""
        linked, now = self.customers.get(link.quickbooks_id), transaction.customer_id
        moved = linked is None or not linked.active or standing_for(now, self.customers, self.matched) == link.quickbooks_id
        moved = moved or now in clientless_above(link.quickbooks_id, self.customers, self.matched)
        return now if moved else link.quickbooks_id

    def name_of(self, customer_id: str, record: SourceRecord) -> str:
        """What QuickBooks calls the customer that a record's client is matched to; the client's name where it is not known."""
        customer = self.customers.get(customer_id)
        return customer.full_name if customer else record.client_name

    def agree(self, record: SourceRecord, transaction: QboTransaction) -> bool:
        """Whether customer, amount, date and reference are what the record says."""
        return transaction_key(transaction) == record_key(record, self.meant(record, transaction))


def read_evidence(
    context: SyncContext,
    records: Sequence[SourceRecord],
    transactions: Sequence[QboTransaction],
    customers: Customers,
    *,
    open_refs: frozenset[Ref],
    chosen: Mapping[Ref, Claim],
    answers: Mapping[Pair, PairAnswer],
) -> Evidence:
    """Weigh the transactions that no record is linked to; what a person chose for a record is that record's.

    What an open intent has sent is that intent's: its marker proves it by itself, and recovery settles it. A marker proves
    nothing where a person has unlinked the two or said that they are not the same.
    """
    owners = linked_sources(context, transactions)
    taken = {key_of(each) for claim in chosen.values() for each in claim.held}
    free_now = [found for found in transactions if key_of(found) not in owners and key_of(found) not in taken]
    marked = [(own_marker(found, context.firm_id), found) for found in free_now]
    by_source: dict[Ref, list[tuple[Marker, QboTransaction]]] = defaultdict(list)
    for marker, found in marked:
        if marker and Pair(marker.source, *key_of(found)) not in answers:
            by_source[marker.source].append((marker, found))
    unlinked_records = [record for record in records if record.ref in by_source and record.ref not in customers.links]
    claims = {record.ref: weigh(record, by_source[record.ref], customers) for record in unlinked_records}
    held = {key_of(each) for claim in claims.values() for each in claim.held}
    free = [
        (marker, found)
        for marker, found in marked
        if key_of(found) not in held and not (marker and marker.source in open_refs) and not is_foreign(found, marker)
    ]
    copied = context.links.by_source(context.realm, {marker.source for marker, _ in free if marker})
    candidates = Candidates(
        free={key_of(found): found for _, found in free},
        marked=frozenset(key_of(found) for marker, found in free if marker and marker.source not in copied),
        linked={key_of(found): (found, owners[key_of(found)]) for found in transactions if key_of(found) in owners},
    )
    return Evidence({**claims, **chosen}, candidates)


def read_chosen(
    context: SyncContext, records: Sequence[SourceRecord], wanted: Mapping[Ref, str], standing: Standing = frozenset
) -> Mapping[Ref, Claim]:
    """For each record that a person linked, the transaction they named; a question when it cannot be linked.

    It must be readable, above zero, linked to no record that is still here, and named for one record only.
    """
    claims: dict[Ref, Claim] = {}
    used: set[tuple[Kind, str]] = set()
    for record in (record for record in records if record.ref in wanted):
        identity, kind = wanted[record.ref], record.ref.kind
        found = context.quickbooks.read(ENTITIES[kind], [identity]).get(identity)
        readable = found if not isinstance(found, UnreadableRecord | None) and found.total else None
        owners = sorted(linked_sources(context, [readable]).values()) if readable else []
        if readable and not (owners and standing(owners)) and (kind, identity) not in used:
            claims[record.ref] = Claim(adopted=readable, held=(readable,))
            used.add((kind, identity))
        else:
            claims[record.ref] = Claim(question=Message("cannot_link", {"id": identity, "number": record.number}))
    return claims


def is_adopted(claim: Claim | None) -> bool:
    """Whether a record is known to be in QuickBooks by its claim."""
    return claim is not None and claim.adopted is not None


def own_marker(transaction: QboTransaction, firm_id: str) -> Marker | None:
    """The marker of a create of this firm's; one that names the other kind of record says nothing."""
    marker = find_marker(transaction.note)
    kind = Kind.PAYMENT if isinstance(transaction, QboPayment) else Kind.CREDIT_MEMO
    names_it = marker and (marker.firm, marker.operation, marker.source.kind) == (firm_id, Operation.CREATE, kind)
    return marker if names_it else None


def is_foreign(transaction: QboTransaction, own: Marker | None) -> bool:
    """Whether its marker is another firm's, or that of an application."""
    return own is None and find_marker(transaction.note) is not None


def weigh(record: SourceRecord, marked: Sequence[tuple[Marker, QboTransaction]], customers: Customers) -> Claim:
    """What the unlinked transactions under the record's number say of it.

    An equal birth proves; another birth is another record's; without a birth only full agreement counts.
    """
    named = [(marker, found) for marker, found in marked if marker.may_name(record)]
    proven = [found for marker, found in named if marker.birth and marker.birth == record.birth]
    rest = proven or [found for _, found in named]
    live = [found for found in rest if found.total]
    agreeing = [found for found in live if customers.agree(record, found)]
    if len(agreeing) == 1 or (proven and len(live) == 1):
        ours = (agreeing or live)[0]
        return Claim(adopted=ours, held=(ours,))
    if len(live) > 1:
        return Claim(question=Message("marker_twice", {"number": record.number, "n": len(live)}), held=tuple(live))
    if live:
        return Claim(question=used_twice(record, live[0], customers), candidate=live[0])
    voided = {"id": rest[0].id, "number": record.number} if rest else {}
    return Claim(question=Message("marked_voided", voided) if rest else None)


def used_twice(record: SourceRecord, transaction: QboTransaction, customers: Customers) -> Message:
    """The question about a transaction under the record's number that is not what the record says."""
    names = ("customer", "date", "amount", "reference")
    meant, found = record_key(record, customers.meant(record, transaction)), transaction_key(transaction)
    what = [name for name, ours, theirs in zip(names, meant, found, strict=True) if ours != theirs]
    return Message("number_used_twice", {"id": transaction.id, "number": record.number, "what": ", ".join(what)})


def linked_sources(context: SyncContext, transactions: Sequence[QboTransaction]) -> Mapping[Key, Ref]:
    """The records that these are linked to, where they are."""
    found: dict[Key, Ref] = {}
    for entity in (Entity.PAYMENT, Entity.CREDIT_MEMO):
        ids = [each.id for each in transactions if key_of(each)[0] is entity]
        links = context.links.by_quickbooks(context.realm, entity, ids) if ids else {}
        found |= {(entity, identity): link.source for identity, link in links.items()}
    return found


def key_of(transaction: QboTransaction) -> Key:
    """The transaction's entity and id."""
    return Entity.PAYMENT if isinstance(transaction, QboPayment) else Entity.CREDIT_MEMO, transaction.id
