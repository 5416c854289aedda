"""What says that a QuickBooks payment is, or was, a payment here: its link, its key, and our mark (docs/architecture.md rule 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qb_plugin.host import PaymentLedger, Record
from qb_plugin.model import Entity, Kind, Link, Operation, Pair, PairAnswer, QboPayment, Ref
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.markers import Marker, find_marker
from qb_plugin.sync.matching import comparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands here of the payments at hand, by their QuickBooks ids.

    `links` are those whose record is still here, `gone` the records of the others. `marked` are unlinked records that a mark
    proves, and `named` those that a mark names without proving them: linked to another, differing, or unlinked by a person.
    `recorded` are the ids of records made under a payment's key, `keys` the keys to record payments under, `holders` the clients
    of the records that are here already.
    """

    links: Mapping[str, Link]
    recorded: Mapping[str, str]
    keys: Mapping[str, str]
    gone: Mapping[str, Ref]
    marked: Mapping[str, Ref]
    named: Mapping[str, Record]
    answers: Mapping[Pair, PairAnswer]
    holders: Mapping[str, str]


def read_standing(
    context: SyncContext,
    ledger: PaymentLedger,
    owners: Mapping[str, Sequence[str]],
    payments: Sequence[QboPayment],
    answers: Mapping[Pair, PairAnswer],
) -> Standing:
    """Read the links of these payments, and the records that these and our marks name; `owners` are customers' clients."""
    links = context.links.by_quickbooks(context.realm, Entity.PAYMENT, [payment.id for payment in payments])
    marks = {payment.id: marker for payment in payments if payment.id not in links and (marker := own_mark(context, payment))}
    unlinked = unlinked_by_person(answers, payments)
    refs = {link.source for link in links.values()} | {marker.source for marker in marks.values()} | set(unlinked.values())
    records = {Ref(Kind(r.kind), r.id): r for r in (ledger.records([str(ref) for ref in sorted(refs)]) if refs else ())}
    elsewhere = context.links.by_source(context.realm, {marker.source for marker in marks.values()}) if marks else {}
    named = {payment.id: record for payment in payments if (record := named_record(marks.get(payment.id), records))}
    named |= {identity: records[ref] for identity, ref in unlinked.items() if ref in records and identity not in links}
    free = [
        p for p in payments if p.id in named and ref_of(named[p.id]) not in elsewhere and pair_of(p.id, named[p.id]) not in answers
    ]
    marked = prove(free, named, marks, owners)
    keys = KeyFinder(context.realm, ledger, answers)
    keys.find([payment.id for payment in payments])
    existing = {identity: Ref(Kind.PAYMENT, recorded) for identity, recorded in keys.recorded.items()}
    existing |= marked
    existing |= {identity: link.source for identity, link in links.items() if link.source in records}
    unread = sorted({str(ref) for ref in existing.values() if ref not in records})
    records |= {ref_of(record): record for record in (ledger.records(unread) if unread else ())}
    return Standing(
        links={identity: link for identity, link in links.items() if link.source in records},
        gone={identity: link.source for identity, link in links.items() if link.source not in records},
        recorded=keys.recorded,
        keys=keys.keys,
        marked=marked,
        named={identity: record for identity, record in named.items() if identity not in marked},
        answers=answers,
        holders={identity: records[ref].client_id for identity, ref in existing.items() if ref in records},
    )


def external_key(realm: str, payment_id: str, number: int = 1) -> str:
    """The external key of an imported payment; unique in the host, so nothing comes in twice. The number rises when a person
    said that what was recorded under the key before is another payment."""
    return f"quickbooks:{realm}:Payment:{payment_id}{f'#{number}' if number > 1 else ''}"


@dataclass(slots=True)
class KeyFinder:
    """By QuickBooks id the key of a payment, and the id of what was recorded under it."""

    realm: str
    ledger: PaymentLedger
    answers: Mapping[Pair, PairAnswer]
    keys: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)

    def find(self, ids: Sequence[str], number: int = 1) -> None:
        """Look the keys up; a record that a person took apart from its payment no longer has the key."""
        keys = {identity: external_key(self.realm, identity, number) for identity in ids}
        found = self.ledger.payments_by_external_key(list(keys.values()))
        apart = [each for each, key in keys.items() if key in found and self._is_apart(each, found[key])]
        self.keys |= keys
        self.recorded |= {each: found[key] for each, key in keys.items() if key in found and each not in apart}
        if apart:
            self.find(apart, number + 1)

    def _is_apart(self, identity: str, recorded: str) -> bool:
        return Pair(Ref(Kind.PAYMENT, recorded), Entity.PAYMENT, identity) in self.answers


def own_mark(context: SyncContext, payment: QboPayment) -> Marker | None:
    """The mark of a payment that was made from one here."""
    marker = find_marker(payment.note)
    ours = marker and marker.firm == context.firm_id and marker.operation is Operation.CREATE
    return marker if marker and ours and marker.source.kind is Kind.PAYMENT else None


def named_record(marker: Marker | None, records: Mapping[Ref, Record]) -> Record | None:
    """The record that a mark names, unless another birth says that it was another's."""
    record = records.get(marker.source) if marker else None
    births = {marker.birth, record.birth} - {""} if marker and record else set()
    return record if len(births) < 2 else None


def prove(
    payments: Iterable[QboPayment], named: Mapping[str, Record], marks: Mapping[str, Marker], owners: Mapping[str, Sequence[str]]
) -> Mapping[str, Ref]:
    """The record of each payment that its mark proves: an equal birth, or else full agreement; one payment a record."""
    proofs: list[tuple[bool, int, QboPayment]] = []
    for number, payment in enumerate(payments):
        record = named[payment.id]
        same = agree(payment, record, owners)
        if payment.total and (same or (record.birth and record.birth == marks[payment.id].birth)):
            proofs.append((not same, number, payment))
    found: dict[str, Ref] = {}
    for _, _, payment in sorted(proofs, key=lambda proof: proof[:2]):
        if ref_of(named[payment.id]) not in found.values():
            found[payment.id] = ref_of(named[payment.id])
    return found


def agree(payment: QboPayment, record: Record, owners: Mapping[str, Sequence[str]]) -> bool:
    """Whether client, amount, date and reference are the same on both sides."""
    there = (payment.total, payment.date, comparable(payment.reference or ""))
    same = there == (record.amount, record.date, comparable(record.reference))
    return same and record.client_id in owners.get(payment.customer_id, ())


def ref_of(record: Record) -> Ref:
    """The reference to a record."""
    return Ref(Kind(record.kind), record.id)


def pair_of(identity: str, record: Record) -> Pair:
    """The QuickBooks payment of this id and the record, which may be the same."""
    return Pair(ref_of(record), Entity.PAYMENT, identity)


def unlinked_by_person(answers: Mapping[Pair, PairAnswer], payments: Sequence[QboPayment]) -> Mapping[str, Ref]:
    """The records from which a person unlinked these payments."""
    ids = {payment.id for payment in payments}
    taken_back = [pair for pair, answer in answers.items() if answer is PairAnswer.UNLINKED and pair.entity is Entity.PAYMENT]
    return {pair.quickbooks_id: pair.source for pair in taken_back if pair.quickbooks_id in ids}
