"""Reading of both ledgers for a period: records here, transactions there, their links, and partners outside the period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from qb_plugin.host import Client, LedgerQuery, Mark, Marks, PaymentLedger, Record
from qb_plugin.model import (
    Customer,
    Entity,
    Kind,
    Link,
    Message,
    PairAnswer,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    Ref,
    Side,
    UnreadableRecord,
)
from qb_plugin.money import ZERO, fits_currency, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.figures import Role, cash_of
from qb_plugin.sync.linking import ENTITIES, client_links
from qb_plugin.sync.reconcile.entries import LedgerEntry
from qb_plugin.sync.reconcile.items import Ledgers, Period
from qb_plugin.sync.reconcile.pairing import pair_alike
from qb_plugin.sync.reconcile.parties import Parties, build_parties

PAGE = 500
PORTION = 5000  # links at once
KINDS = (Kind.PAYMENT, Kind.CREDIT_MEMO)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNames:
    """What payment methods are called, alike on both sides: by QuickBooks' id, and by the host's own name where settings map it."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)


class LedgerReader:
    """Reads both sides; QuickBooks a page at a time, so that a hundred thousand payments are held as entries alone."""

    def __init__(
        self, context: SyncContext, ledger: PaymentLedger, marks: Marks, customers: Sequence[Customer], methods: MethodNames
    ) -> None:
        self._context, self._ledger, self._marks, self._methods = context, ledger, marks, methods
        self._texts, self._days = dict[str, str](), dict[date, date]()
        self._undated = date.min  # the date of what has none that can be read: it stands in the period's list
        clients: Sequence[Client] = ledger.clients()
        linked = {client: link.quickbooks_id for client, link in client_links(context.links, context.realm).items()}
        self._parties: Parties = build_parties(clients, customers, linked, context.quickbooks.company().home_currency)

    def read(self, period: Period) -> Ledgers:
        """Both ledgers of the period; whatever reading QuickBooks raises, since an unread list is no empty one (rule 12)."""
        self._undated = period.start or period.end or date.min
        ours = {entry.key: entry for entry in self._read_here(period)}
        theirs = {entry.key: entry for entry in self._read_there(period)}
        pairs = self._read_links(ours, theirs)
        gone: dict[str, Message] = {}
        ours |= {entry.key: entry for entry in self._partners_here(pairs, ours, gone)}
        theirs |= {entry.key: entry for entry in self._partners_there(pairs, theirs, gone)}
        linked_pairs = {mine: other for mine, other in pairs.items() if mine in ours and other in theirs}
        free_here = [entry for key, entry in ours.items() if key not in pairs and not entry.problem]
        claimed = frozenset(pairs.values())
        free_there = [entry for key, entry in theirs.items() if key not in claimed and not entry.problem]
        alike = pair_alike(free_here, free_there, self._read_rejected())
        return Ledgers(ours=ours, theirs=theirs, pairs=linked_pairs, duplicates=alike, gone=gone)

    def _read_here(self, period: Period) -> Iterator[LedgerEntry]:
        query: LedgerQuery = {"kinds": [kind.value for kind in KINDS], "show_hidden": True, "hide_synchronized": False}
        query["from"], query["to"] = period.start, period.end
        snapshot = self._ledger.snapshot(query)
        for start in range(0, snapshot.count, PAGE):
            yield from self._entries_here(snapshot.refs(start, min(start + PAGE, snapshot.count)))

    def _entries_here(self, refs: Sequence[str]) -> Iterator[LedgerEntry]:
        marks = self._marks.get(refs)
        for record in self._ledger.records(refs):
            yield self._entry_here(record, marks.get(f"{record.kind}:{record.id}"))

    def _text(self, text: str) -> str:
        """The text, as the one object that all entries with it share: a client has many payments."""
        return self._texts.setdefault(text, text)

    def _day(self, day: date) -> date:
        """The day, as the one object that all entries of it share."""
        return self._days.setdefault(day, day)

    def _entry_here(self, record: Record, mark: Mark | None) -> LedgerEntry:
        customer = self._parties.customers_of.get(record.client_id, "")
        currency = self._parties.ours.get(record.client_id, self._parties.home)
        applied = sum((part.amount for part in record.applications), ZERO)
        whole = fits_currency(record.amount, currency) and fits_currency(applied, currency)
        return LedgerEntry(
            side=Side.WORKSPACE,
            key=f"{record.kind}:{record.id}",
            kind=Kind(record.kind),
            number=record.number,
            date=self._day(record.date),
            amount=record.amount if whole else ZERO,
            applied=applied if whole else ZERO,
            currency=currency,
            owner=customer,
            name=self._text(record.client_name),
            reference=record.reference,
            method=self._text(self._methods.ours.get(record.method, record.method)),
            hidden=bool(mark and mark.hidden),
            matched=bool(customer),
            customer_stands=not customer or customer in self._parties.standing,
            same_currency=self._parties.same_currency_here(record.client_id),
            problem="" if whole else show_amount(record.amount),
        )

    def _read_there(self, period: Period) -> Iterator[LedgerEntry]:
        for page in self._context.quickbooks.payment_pages(period.start, period.end):
            yield from self._entries_there(page, Entity.PAYMENT)
        yield from self._entries_there(self._context.quickbooks.credit_memos(period.start, period.end), Entity.CREDIT_MEMO)

    def _entries_there(self, found: Iterable[QboTransaction | UnreadableRecord], entity: Entity) -> Iterator[LedgerEntry]:
        """The entries of what counts: a payment of zero moves credits alone, and a voided one is none."""
        for each in found:
            if isinstance(each, UnreadableRecord):
                yield self._unreadable(each, entity)
            elif each.total:
                yield self._entry_there(each)

    def _entry_there(self, found: QboTransaction) -> LedgerEntry:
        payment = isinstance(found, QboPayment)
        owner = self._parties.owners.get(found.customer_id, "")
        currency = found.currency or self._parties.home
        rest = found.remaining if isinstance(found, QboCreditMemo) else found.unapplied
        return LedgerEntry(
            side=Side.QUICKBOOKS,
            key=f"{Entity.PAYMENT if payment else Entity.CREDIT_MEMO}:{found.id}",
            kind=Kind.PAYMENT if payment else Kind.CREDIT_MEMO,
            number=found.id,
            date=self._day(found.date),
            amount=found.total,
            applied=(found.total - rest) or ZERO,
            currency=self._text(currency),
            owner=owner,
            name=self._text(found.customer_name),
            reference=(found.number if isinstance(found, QboCreditMemo) else found.reference) or "",
            method="" if isinstance(found, QboCreditMemo) else self._methods.theirs.get(found.method_id or "", ""),
            matched=bool(owner),
            same_currency=self._parties.same_currency_there(found.customer_id, currency),
            returned=ZERO if isinstance(found, QboCreditMemo) else cash_of(found, Role.BACK),
            elsewhere=ZERO if isinstance(found, QboCreditMemo) else found.total - rest - cash_of(found, Role.INVOICE),
        )

    def _unreadable(self, found: UnreadableRecord, entity: Entity) -> LedgerEntry:
        owner = self._parties.owners.get(found.customer_id or "", "")
        return LedgerEntry(
            side=Side.QUICKBOOKS,
            key=f"{entity}:{found.id}",
            kind=Kind.PAYMENT if entity is Entity.PAYMENT else Kind.CREDIT_MEMO,
            number=found.id,
            date=found.date or self._undated,
            amount=found.total or ZERO,
            applied=ZERO,
            currency=self._parties.home,
            owner=owner,
            name=found.customer_name,
            problem=found.problem,
        )

    def _read_links(self, ours: Mapping[str, LedgerEntry], theirs: Mapping[str, LedgerEntry]) -> dict[str, str]:
        """The links of what was read, by key here. They are held as two texts each, and those are the entries' own."""
        pairs: dict[str, str] = {}

        def keep(link: Link) -> None:
            mine, other = str(link.source), f"{link.entity}:{link.quickbooks_id}"
            pairs[ours[mine].key if mine in ours else mine] = theirs[other].key if other in theirs else other

        for link in self._links_here(list(ours)):
            keep(link)
        claimed = set(pairs.values())
        for link in self._links_there([entry for key, entry in theirs.items() if key not in claimed]):
            keep(link)
        return pairs

    def _links_here(self, keys: Sequence[str]) -> Iterator[Link]:
        """The links of records here, some at a time: all at once would take more memory than the entries."""
        for some in portions(keys):
            yield from self._context.links.by_source(self._context.realm, map(Ref.parse, some)).values()

    def _links_there(self, entries: Sequence[LedgerEntry]) -> Iterator[Link]:
        """The links of QuickBooks' transactions, some at a time."""
        links, realm = self._context.links, self._context.realm
        for kind in KINDS:
            for some in portions([entry.number for entry in entries if entry.kind is kind]):
                yield from links.by_quickbooks(realm, ENTITIES[kind], some).values()

    def _read_rejected(self) -> frozenset[tuple[str, str]]:
        """The pairs of which a person said that they are two."""
        answers = self._context.links.answers(self._context.realm)
        rejected = (pair for pair, answer in answers.items() if answer is PairAnswer.DIFFERENT)
        return frozenset((str(pair.source), f"{pair.entity}:{pair.quickbooks_id}") for pair in rejected)

    def _partners_here(
        self, pairs: Mapping[str, str], ours: Mapping[str, LedgerEntry], gone: dict[str, Message]
    ) -> Iterator[LedgerEntry]:
        """The linked records outside the period; of those that are gone it is said what they were."""
        missing = [key for key in pairs if key not in ours]
        found: set[str] = set()
        for start in range(0, len(missing), PAGE):
            for entry in self._entries_here(missing[start : start + PAGE]):
                found.add(entry.key)
                yield entry
        lost = {key: Ref.parse(key).kind is Kind.CREDIT_MEMO for key in missing if key not in found}
        gone |= {pairs[key]: Message("reconcile_memo_gone_here" if memo else "reconcile_gone_here") for key, memo in lost.items()}

    def _partners_there(
        self, pairs: Mapping[str, str], theirs: Mapping[str, LedgerEntry], gone: dict[str, Message]
    ) -> Iterator[LedgerEntry]:
        """The linked transactions outside the period; of those that are deleted or void it is said what they were."""
        missing = {other: key for key, other in pairs.items() if other not in theirs}
        for kind in KINDS:
            entity = ENTITIES[kind]
            ids = [other.partition(":")[2] for other in missing if other.startswith(f"{entity}:")]
            read = self._context.quickbooks.read(entity, ids) if ids else {}
            standing = list(self._entries_there(read.values(), entity))
            found = {entry.key for entry in standing}
            yield from standing
            for other in (f"{entity}:{identity}" for identity in ids):
                if other not in found:
                    key = "reconcile_void_there" if other.partition(":")[2] in read else "reconcile_gone_there"
                    gone[missing[other]] = Message(key, {"id": other.partition(":")[2]})


def portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys in parts of the size in which links are read."""
    return (keys[start : start + PORTION] for start in range(0, len(keys), PORTION))
