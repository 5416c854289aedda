"""QuickBooks transactions that may be records of an export, paired one to one (docs/architecture.md, possible duplicates)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from qb_plugin.model import Customer, Entity, Kind, Link, Message, Pair, PairAnswer, QboPayment, QboTransaction, Ref, SourceRecord
from qb_plugin.sync.families import matched_below, standing_for
from qb_plugin.sync.importing.amounts.figures import kept_of
from qb_plugin.sync.likeness import Likeness, Traits, pair_off
from qb_plugin.sync.linking import ENTITIES
from qb_plugin.sync.matching import comparable, reference_of

Key = tuple[Entity, str]  # a transaction's entity and id
Standing = Callable[[Sequence[Ref]], frozenset[Ref]]  # which of these records are still here


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """A period's transactions that may be records' duplicates: those of no record, of which some carry our marker, and the
    linked ones with their records."""

    free: dict[Key, QboTransaction]
    marked: frozenset[Key] = frozenset()
    linked: Mapping[Key, tuple[QboTransaction, Ref]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDuplicate:
    """The transaction that may be a record, and why. `linked_to` is the record that has it already."""

    transaction: QboTransaction
    how: Likeness
    linked_to: Ref | None = None

    def question(self, record: SourceRecord, customer: Customer) -> Message:
        """Both records side by side, and what to decide."""
        there = self.transaction
        values = {
            "amount": there.total,
            "customer": there.customer_name or customer.full_name,
            "date": there.date,
            "ref": reference_there(there) or "–",
            "number": record.number,
            "here": record.date,
            "here_ref": reference_of(record) or "–",
            "here_amount": record.amount,
        }
        if self.linked_to:
            return Message("looks_like_linked_there", {**values, "id": there.id})
        if self.how is Likeness.UNLINKED:
            return Message("unlinked_before", {**values, "id": there.id})
        if self.how is Likeness.SAME_INVOICE:
            return Message("invoice_paid_there", {**values, "no": paid_invoices(record, there)})
        return Message(f"twin_{record.ref.kind.value}", values)


@dataclass(frozen=True)
class Owners:
    """Which customer a record's client is, and what both sides call the invoices that payments pay.

    `matched` are all customers that are some client's.
    """

    links: Mapping[Ref, Link]
    customers: Mapping[str, Customer]
    invoice_links: Mapping[Ref, Link]
    matched: frozenset[str] = frozenset()

    def owner_of(self, transaction: QboTransaction) -> str:
        """The customer that a transaction is of: for one of a project, that of the client who stands for the project."""
        return standing_for(transaction.customer_id, self.customers, self.matched)

    @cached_property
    def _below(self) -> Mapping[str, frozenset[str]]:
        return matched_below(self.customers, self.matched)

    def may_be_of(self, transaction: QboTransaction) -> frozenset[str]:
        """The matched customers below one that is no client's: people enter a child's payment on its parent, who paid it."""
        return self._below.get(transaction.customer_id, frozenset())

    def customer_of(self, record: SourceRecord) -> str:
        """The id of the client's customer; empty for a client that is not matched."""
        link = self.links.get(Ref(Kind.CLIENT, record.client_id))
        return link.quickbooks_id if link else ""

    def record_invoices(self, record: SourceRecord) -> Iterator[Hashable]:
        """The invoices that a record pays here, as QuickBooks may name them: by id where linked, else by number."""
        family = self._family(self.customer_of(record))
        for part in record.applications:
            link = self.invoice_links.get(Ref(Kind.INVOICE, part.invoice_id))
            yield link.quickbooks_id if link else (family, comparable(part.invoice_number))

    def transaction_invoices(self, transaction: QboTransaction) -> Iterator[Hashable]:
        """The invoices that a QuickBooks payment pays."""
        for line in transaction.lines if isinstance(transaction, QboPayment) else ():
            if line.type == Entity.INVOICE:
                yield line.id
                yield self._family(transaction.customer_id), comparable(line.number or "")

    def _family(self, customer_id: str) -> str:
        """The name of the customer's root: a parent may have paid, and numbers are unique in a company."""
        customer = self.customers.get(customer_id)
        return customer.full_name.partition(":")[0] if customer else customer_id


def free_what_is_gone(candidates: Candidates, records: Sequence[SourceRecord], owners: Owners, standing: Standing) -> Candidates:
    """The candidates, with what is linked to a record that is no longer here among the free ones: somebody may have entered
    that record again."""
    if not candidates.linked:
        return candidates
    like = {(owners.customer_of(record), record.amount) for record in records}
    suspects = {
        key: ref
        for key, (found, ref) in candidates.linked.items()
        if {
            (owner, amount)
            for owner in owners.may_be_of(found) | {owners.owner_of(found)}
            for amount in (found.total, kept_of(found))
        }
        & like
    }
    here_still = standing(sorted(set(suspects.values()))) if suspects else frozenset()
    gone = {key for key, ref in suspects.items() if ref not in here_still}
    linked = {key: found for key, found in candidates.linked.items() if key not in gone}
    return replace(candidates, free=candidates.free | {key: candidates.linked[key][0] for key in gone}, linked=linked)


def find_possible_duplicates(
    records: Sequence[SourceRecord], candidates: Candidates, owners: Owners, answers: Mapping[Pair, PairAnswer]
) -> Mapping[Ref, PossibleDuplicate]:
    """For each record the transaction that it may be; no transaction is named for two records."""
    found: dict[Ref, PossibleDuplicate] = {}
    for kind in sorted({record.ref.kind for record in records}):
        entity = ENTITIES[kind]
        compared = worth_comparing([record for record in records if record.ref.kind is kind], entity, candidates, answers)
        ours = {record.ref: traits_of(record, owners) for record in compared if owners.customer_of(record)}
        found |= find_of_kind(ours, entity, candidates, owners, answers)
    return found


def worth_comparing(
    records: Sequence[SourceRecord], entity: Entity, candidates: Candidates, answers: Mapping[Pair, PairAnswer]
) -> Iterator[SourceRecord]:
    """Those of the records that a transaction has the amount of, or a person has answered about: a run may hold a hundred
    thousand, and what is alike is alike in its amount."""
    there = [
        *(each for key, each in candidates.free.items() if key[0] == entity),
        *(each for key, (each, _) in candidates.linked.items() if key[0] == entity),
    ]
    amounts = {amount for each in there for amount in (each.total, kept_of(each))}
    answered = {pair.source for pair in answers}
    return (record for record in records if record.amount in amounts or record.ref in answered)


def find_of_kind(
    ours: Mapping[Ref, Traits], entity: Entity, candidates: Candidates, owners: Owners, answers: Mapping[Pair, PairAnswer]
) -> Mapping[Ref, PossibleDuplicate]:
    """The possible duplicates of records of one kind: what was unlinked, what no record has, and last what another has."""
    free = {key: each for key, each in candidates.free.items() if key[0] == entity and each.total}
    found = {
        pair.source: PossibleDuplicate(transaction=free.pop((entity, pair.quickbooks_id)), how=Likeness.UNLINKED)
        for pair, answer in answers.items()
        if answer is PairAnswer.UNLINKED and pair.source in ours and (entity, pair.quickbooks_id) in free
    }
    rejected = {(pair.source, (pair.entity, pair.quickbooks_id)) for pair in answers}
    rest = {ref: traits for ref, traits in ours.items() if ref not in found}
    theirs = {key: transaction_traits(each, owners, marked=key in candidates.marked) for key, each in free.items()}
    for ref, (key, how) in pair_off(rest, theirs, rejected).items():
        found[ref] = PossibleDuplicate(transaction=free[key], how=how)
    taken = {key: each for key, (each, _) in candidates.linked.items() if key[0] == entity}
    linked = {key: transaction_traits(each, owners, marked=True) for key, each in taken.items()}
    rest = {ref: traits for ref, traits in ours.items() if ref not in found and not traits.is_own_number}
    for ref, (key, how) in pair_off(rest, linked, rejected).items():
        if how is Likeness.SAME_REFERENCE:  # less would hold a second payment of equal amount each week
            transaction, other = candidates.linked[key]
            found[ref] = PossibleDuplicate(transaction=transaction, how=how, linked_to=other)
    return found


def traits_of(record: SourceRecord, owners: Owners) -> Traits:
    """What a record is compared by."""
    return Traits(
        owner=owners.customer_of(record),
        amount=record.amount,
        date=record.date,
        reference=reference_of(record),
        is_own_number=not record.reference,
        invoices=frozenset(owners.record_invoices(record)),
    )


def transaction_traits(transaction: QboTransaction, owners: Owners, *, marked: bool) -> Traits:
    """What a transaction is compared by; that it pays an invoice says nothing of one that was made from another record."""
    return Traits(
        owner=owners.owner_of(transaction),
        amount=transaction.total,
        kept=kept_of(transaction),
        date=transaction.date,
        reference=reference_there(transaction),
        invoices=frozenset() if marked else frozenset(owners.transaction_invoices(transaction)),
        may_be_of=owners.may_be_of(transaction),
    )


def reference_there(transaction: QboTransaction) -> str:
    """A QuickBooks payment's reference; a credit memo's number stands in its place."""
    return (transaction.reference if isinstance(transaction, QboPayment) else transaction.number) or ""


def paid_invoices(record: SourceRecord, transaction: QboTransaction) -> str:
    """The numbers of the invoices that both pay; the record's own where QuickBooks gives no number."""
    lines = transaction.lines if isinstance(transaction, QboPayment) else ()
    there = {comparable(line.number or "") for line in lines}
    ours = [part.invoice_number for part in record.applications]
    return ", ".join([number for number in ours if comparable(number) in there] or ours)
