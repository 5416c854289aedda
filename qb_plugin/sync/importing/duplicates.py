"""Payments here that a QuickBooks payment may be, paired one to one (docs/architecture.md, possible duplicates)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from qb_plugin.host import Invoice, PaymentLedger, Record
from qb_plugin.model import Entity, Kind, Line, Outcome, Pair, PairAnswer, Ref
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.evidence import Standing, external_key, own_mark, pair_of, ref_of
from qb_plugin.sync.importing.row import ImportRow, PossibleDuplicate
from qb_plugin.sync.likeness import DAYS, Likeness, Traits, days_around, pair_off
from qb_plugin.sync.linking import client_links, is_gone
from qb_plugin.sync.matching import comparable

Found = Mapping[str, tuple[Record, Likeness]]  # by QuickBooks id
On = Mapping[str, Sequence[tuple[Line, Invoice]]]  # by QuickBooks id, the invoices here that a payment's lines are on
WIDE = 31  # days: somebody may have entered by another date what pays an invoice here already
NOTHING_ON: On = MappingProxyType({})


@dataclass(slots=True)
class DuplicateFinder:
    """Holds rows that may be here already, group by group.

    `taken` are the ids of payments here that other rows are asked about, so that no two rows are asked about one. With `verify`
    what such a payment is linked to is read again: a run does so, a list costs no more calls and knows what it has read itself.
    """

    context: SyncContext
    ledger: PaymentLedger
    taken: set[str] = field(default_factory=set)
    verify: bool = False
    answers: Mapping[Pair, PairAnswer] = field(init=False)
    _customers: Mapping[str, str] = field(init=False)
    _clients: dict[str, list[str]] = field(init=False, default_factory=dict)  # by customer
    _on: On = field(init=False, default_factory=dict)
    _marked: dict[str, str] = field(init=False, default_factory=dict)  # by record, the payment that a mark proves to be it
    _voided: set[str] = field(init=False, default_factory=set)  # the ids of payments of the groups so far that carry no money

    def __post_init__(self) -> None:
        links = client_links(self.context.links, self.context.realm)
        self.read_answers()
        self._customers = {client: link.quickbooks_id for client, link in links.items()}
        for client, customer in self._customers.items():
            self._clients.setdefault(customer, []).append(client)

    def read_answers(self) -> None:
        """Read what people said of pairs; again once more was said."""
        self.answers = self.context.links.answers(self.context.realm)

    def hold(self, rows: Sequence[ImportRow], standing: Standing, on: On = NOTHING_ON) -> list[ImportRow]:
        """The rows: those that may be here held, with what they may be, and those whose payment here is gone as removed."""
        self._on = on
        self._marked |= {ref.id: identity for identity, ref in standing.marked.items()}
        self._voided |= {row.payment.id for row in rows if is_gone(row.payment)}
        ready = {row.payment.id: row for row in rows if row.may_come_in and row.payment.id not in standing.gone}
        records = {record.id: record for record in self._find(ready.values())}
        linked = self._linked([*records.values(), *standing.named.values()], standing)
        held = self._named(ready, standing)
        held |= self._pair_off(ready, held, [r for r in records.values() if r.id not in linked], standing)
        again = self._pair_off(ready, held, [r for r in records.values() if r.id in linked], standing)
        gone = self._gone({linked[r.id] for r, _ in (*held.values(), *again.values()) if r.id in linked})
        held |= {p: (r, how) for p, (r, how) in again.items() if linked[r.id] in gone or is_striking(ready[p], r, how)}
        return [self._decided(row, held, {r: (each, gone.get(each, "")) for r, each in linked.items()}, standing) for row in rows]

    def _find(self, rows: Iterable[ImportRow]) -> Sequence[Record]:
        """Payments of the same client, of one that shares its customer, or of one whose invoice is paid, of the same amount; near
        in time, or farther where the invoice has less open here than was paid there: its money may be here already."""
        keys: set[tuple[str, date, Decimal]] = set()
        for row in rows:
            on = self._on.get(row.payment.id, ())
            wide = WIDE if any(invoice.balance < line.amount for line, invoice in on) else DAYS
            days = days_around(row.payment.date, wide)
            amounts = {row.payment.total, row.amount}  # people enter what came in, or what stayed
            clients = {row.client_id, *(invoice.client_id for _, invoice in on)}
            keys |= {
                (each, day, amount) for client in clients for each in self._sharing(client) for day in days for amount in amounts
            }
        return self.ledger.find_payments(sorted(keys)) if keys else ()

    def _sharing(self, client: str) -> list[str]:
        """The client, and all who share its customer."""
        sharers = self._clients.get(self._customers.get(client, ""), ())
        return [client, *(other for other in sharers if other != client)]

    def _linked(self, records: Sequence[Record], standing: Standing) -> Mapping[str, str]:
        """The QuickBooks ids of records that are linked, were recorded under a key of this company, or are proved by a mark."""
        prefix = external_key(self.context.realm, "")
        made = {r: r.external_key.removeprefix(prefix) for r in records if r.external_key and r.external_key.startswith(prefix)}
        keyed = {r.id: identity for r, identity in made.items() if pair_of(identity.partition("#")[0], r) not in standing.answers}
        links = self.context.links.by_source(self.context.realm, {ref_of(record) for record in records}) if records else {}
        marked = {r.id: self._marked[r.id] for r in records if r.id in self._marked}
        return marked | keyed | {ref.id: link.quickbooks_id for ref, link in links.items()}

    def _gone(self, ids: Set[str]) -> Mapping[str, str]:
        """Those of these QuickBooks payments that were deleted or voided since, and which of the two."""
        gone = dict.fromkeys(ids & self._voided, "voided")
        asked = sorted(ids - gone.keys()) if self.verify else []
        found = self.context.quickbooks.read(Entity.PAYMENT, asked) if asked else {}
        return gone | {each: "voided" if each in found else "deleted" for each in asked if is_gone(found.get(each))}

    def _named(self, ready: Mapping[str, ImportRow], standing: Standing) -> dict[str, tuple[Record, Likeness]]:
        """What a mark or an earlier link names; what a person called another payment is left out."""
        found: dict[str, tuple[Record, Likeness]] = {}
        for identity, record in standing.named.items():
            answer = standing.answers.get(pair_of(identity, record))
            if identity in ready and answer is not PairAnswer.DIFFERENT:  # each copy of it, however many there are
                found[identity] = record, Likeness.UNLINKED
                self.taken.add(record.id)
        return found

    def _pair_off(
        self, ready: Mapping[str, ImportRow], held: Container[str], records: Sequence[Record], standing: Standing
    ) -> dict[str, tuple[Record, Likeness]]:
        """Pairs of the rows that are not held yet with records that no row is asked about yet."""
        free = {record.id: record for record in records if record.id not in self.taken}
        ours = {identity: self._row_traits(row) for identity, row in ready.items() if identity not in held}
        theirs = {identity: self._record_traits(record) for identity, record in free.items()}
        rejected = {(p.quickbooks_id, p.source.id) for p in standing.answers if p.entity is Entity.PAYMENT and p.source.id in free}
        pairs = pair_off(ours, theirs, rejected)
        return {identity: (free[record], how) for identity, (record, how) in pairs.items()}

    def _row_traits(self, row: ImportRow) -> Traits:
        payment, owner = row.payment, self._owner(row.client_id)
        lines = (comparable(line.number) for line in payment.lines if line.type == Entity.INVOICE and line.number)
        paid = {invoice.id for _, invoice in self._on.get(payment.id, ())}
        return Traits(
            owner=owner,
            amount=payment.total,
            kept=row.amount,
            date=payment.date,
            reference=payment.reference or "",
            invoices=frozenset({(owner, number) for number in lines} | paid),
        )

    def _record_traits(self, record: Record) -> Traits:
        owner = self._owner(record.client_id)
        numbers = {(owner, comparable(part.invoice_number)) for part in record.applications}
        return Traits(
            owner=owner,
            amount=record.amount,
            date=record.date,
            reference=record.reference,
            invoices=frozenset(numbers | {part.invoice_id for part in record.applications}),
        )

    def _owner(self, client: str) -> str:
        return self._customers.get(client, f"client {client}")

    def _decided(self, row: ImportRow, held: Found, linked: Mapping[str, tuple[str, str]], standing: Standing) -> ImportRow:
        identity = row.payment.id
        if identity in held:
            record, how = held[identity]
            self.taken.add(record.id)
            by_hand = own_mark(self.context, row.payment) is None
            found = replace(row, key=standing.keys[identity])
            return held_as_duplicate(found, record, how, linked.get(record.id, ("", "")), by_hand=by_hand)
        if row.may_come_in and identity in standing.gone:
            return replace(row, outcome=Outcome.REMOVED, existing=standing.gone[identity], key=standing.keys[identity])
        return replace(row, key=standing.keys[identity]) if row.may_come_in else row


def is_striking(row: ImportRow, record: Record, how: Likeness) -> bool:
    """Whether a record that is linked to another payment is likely the same money: near in time, and a reference says so, or the
    very day. QuickBooks has the two payments of an invoice that are far apart in time."""
    near = abs((row.payment.date - record.date).days) <= DAYS
    return near and (how is not Likeness.NO_REFERENCE or row.payment.date == record.date)


def has_its_reference_and_date(row: ImportRow, record: Record) -> bool:
    """Whether both have the same reference, which is not empty, and the same date."""
    reference = comparable(record.reference)
    return bool(reference) and reference == comparable(row.payment.reference or "") and row.payment.date == record.date


def held_as_duplicate(row: ImportRow, record: Record, how: Likeness, linked: tuple[str, str], *, by_hand: bool) -> ImportRow:
    """The row of a possible duplicate, with the WorkSpace payment that it may be, what that is linked to, and how this went. One
    that was not entered by hand was made from another record here, so it is listed however like this one it is."""
    linked_to, gone = linked
    other = PossibleDuplicate(
        number=record.number,
        amount=str(record.amount),
        reference=record.reference,
        date=record.date.isoformat(),
        linked_to=linked_to,
        exact=by_hand and how is not Likeness.UNLINKED and not linked_to and has_its_reference_and_date(row, record),
        gone=gone,
    )
    return replace(row, outcome=Outcome.NEEDS_DECISION, existing=Ref(Kind(record.kind), record.id), possible_duplicate=other)
