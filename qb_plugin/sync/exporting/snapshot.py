"""Reads both sides before an export is planned, in as few calls as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from qb_plugin.model import Book, BookPayment, Company, Customer, Kind, Link, Operation, Ref, SourceRecord
from qb_plugin.sync.context import Workplace
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.markers import find_marker
from qb_plugin.sync.matching import LookAlikeKey, book_key
from qb_plugin.sync.ports import Books

MARGIN = timedelta(days=31)  # a transaction of ours may have been given another date since; most such corrections are small


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a run exports. The two maps are from WorkSpace method to QuickBooks id; `rows` holds what was chosen on single rows."""

    auto_apply: bool = False
    apply_as_in_workspace: bool = False
    methods: Mapping[str, str] = field(default_factory=dict)
    deposits: Mapping[str, str] = field(default_factory=dict)
    item_id: str = ""
    row_deposits: Mapping[Ref, str] = field(default_factory=dict)
    row_methods: Mapping[Ref, str] = field(default_factory=dict)
    send_anyway: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of both sides before planning."""

    company: Company
    customers: Mapping[str, Customer]
    links: Mapping[Ref, Link]
    open_refs: frozenset[Ref]
    waiting_customers: frozenset[str]
    by_marker: Mapping[Ref, Sequence[Book]]
    unclaimed: Mapping[LookAlikeKey, Book]
    balances: OpenBalances
    invoice_links: Mapping[Ref, Link]

    def customer(self, identity: str) -> Customer:
        """The customer of a transaction that is in QuickBooks already; by its id alone if it is gone."""
        return self.customers.get(identity) or Customer(identity, identity, identity)


def read_known(place: Workplace, records: Sequence[SourceRecord], options: ExportOptions) -> Known:
    """Read links, customers, the period's transactions and, for Auto Apply, the open invoices."""
    refs = [record.ref for record in records]
    clients = {Ref(Kind.CLIENT, record.client_id) for record in records}
    links = dict(place.links.by_source(place.realm, [*refs, *clients]))
    customer_ids = sorted({link.quickbooks_id for ref, link in links.items() if ref.kind is Kind.CLIENT})
    by_marker, unclaimed = index_books(place, read_period(place.books, records), place.firm_id)
    invoices = place.books.open_invoices(customer_ids) if options.auto_apply and customer_ids else ()
    in_doubt = place.journal.open_intents(place.realm)
    return Known(
        place.books.company(),
        {customer.id: customer for customer in place.books.customers()},
        links,
        frozenset(intent.source for intent in in_doubt),
        frozenset(intent.customer_id for intent in in_doubt),
        by_marker,
        unclaimed,
        OpenBalances(invoices),
        place.links.by_source(place.realm, _invoice_refs(records)) if options.apply_as_in_workspace else {},
    )


def read_period(books: Books, records: Sequence[SourceRecord]) -> Sequence[Book]:
    """QuickBooks' transactions of the records' kinds around their first and last date; nothing for no records."""
    found: list[Book] = []
    for kind in sorted({record.ref.kind for record in records}):
        days = [record.date for record in records if record.ref.kind is kind]
        read = books.payments if kind is Kind.PAYMENT else books.credit_memos
        found += read(min(days) - MARGIN, max(days) + MARGIN)
    return found


def index_books(
    place: Workplace, books: Iterable[Book], firm_id: str
) -> tuple[Mapping[Ref, Sequence[Book]], Mapping[LookAlikeKey, Book]]:
    """Our own by the record their marker names, and those nobody claims (no marker, no link) by what they look like."""
    by_marker: dict[Ref, list[Book]] = defaultdict(list)
    others: list[Book] = []
    for book in books:
        marker = find_marker(book.note)
        if marker is None:
            others.append(book)
        elif marker.firm == firm_id and marker.operation is Operation.CREATE:
            by_marker[marker.source].append(book)
    return by_marker, {book_key(book): book for book in unlinked(place, others)}


def unlinked(place: Workplace, books: Sequence[Book]) -> Iterable[Book]:
    """Those that no WorkSpace record is linked to."""
    payments = place.links.by_quickbooks(place.realm, "Payment", [b.id for b in books if isinstance(b, BookPayment)])
    memos = place.links.by_quickbooks(place.realm, "CreditMemo", [b.id for b in books if not isinstance(b, BookPayment)])
    return (b for b in books if b.id not in (payments if isinstance(b, BookPayment) else memos))


def _invoice_refs(records: Sequence[SourceRecord]) -> list[Ref]:
    return sorted({Ref(Kind.INVOICE, part.invoice_id) for record in records for part in record.applications})
