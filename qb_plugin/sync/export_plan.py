"""Decides for every row of an export what will be sent, before the first one is: checks, look-alikes, allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qb_plugin.errors import RowRefused
from qb_plugin.model import (
    Book,
    BookPayment,
    Company,
    CreditMemoDraft,
    Customer,
    Draft,
    Kind,
    Line,
    Link,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    Ref,
    RowResult,
    Share,
    SourceRecord,
)
from qb_plugin.money import has_whole_cents
from qb_plugin.sync.allocation import OpenBalances
from qb_plugin.sync.markers import Marker, find_marker, with_marker
from qb_plugin.sync.matching import LookAlikeKey, book_key, look_alike_key
from qb_plugin.sync.ports import Books
from qb_plugin.sync.workplace import Workplace

ENTITY = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "CreditMemo"}


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
class PlannedRow:
    """A row that will be sent: the record, its customer, and the create's text."""

    record: SourceRecord
    customer: Customer
    draft: Draft
    entity: str
    payload: str
    retried: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """The invoices it will be applied to."""
        return self.draft.lines if isinstance(self.draft, PaymentDraft) else ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: rows decided already, records found in QuickBooks by their marker, and rows to send in order."""

    decided: tuple[RowResult, ...]
    adopted: tuple[tuple[SourceRecord, Book], ...]
    rows: tuple[PlannedRow, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of both sides before planning."""

    company: Company
    customers: Mapping[str, Customer]
    links: Mapping[Ref, Link]
    open_intents: frozenset[Ref]
    by_marker: Mapping[Ref, Sequence[Book]]
    unclaimed: Mapping[LookAlikeKey, Book]
    balances: OpenBalances
    invoice_links: Mapping[Ref, Link]


def plan_export(place: Workplace, records: Sequence[SourceRecord], options: ExportOptions) -> Plan:
    """Read what is needed in as few calls as possible, then decide every row."""
    known = read_known(place, records, options)
    return Planner(place, known, options).plan(records)


class Planner:
    """Decides rows one by one over one snapshot of both sides."""

    def __init__(self, place: Workplace, known: Known, options: ExportOptions) -> None:
        self._place, self._known, self._options = place, known, options

    def plan(self, records: Sequence[SourceRecord]) -> Plan:
        """Decide each record, oldest first, so that older payments take older balances."""
        decided: list[RowResult] = []
        adopted: list[tuple[SourceRecord, Book]] = []
        rows: list[PlannedRow] = []
        for record in sorted(records, key=lambda r: (r.date, len(r.ref.id), r.ref.id)):
            try:
                found = self._find(record)
                if found:
                    adopted.append((record, found))
                else:
                    rows.append(self._plan_row(record))
            except RowRefused as refusal:
                decided.append(RowResult(str(record.ref), Outcome.FAILED, refusal.message))
            except Held as held:
                decided.append(RowResult(str(record.ref), held.outcome, held.message, held.quickbooks_id))
        return Plan(tuple(decided), tuple(adopted), tuple(rows))

    def _find(self, record: SourceRecord) -> Book | None:
        """What QuickBooks holds of this record already, by link or marker."""
        link = self._known.links.get(record.ref)
        if link:
            raise Held(Outcome.SKIPPED, Message("already_synchronized"), link.quickbooks_id)
        if record.ref in self._known.open_intents:
            raise Held(Outcome.NOT_CONFIRMED, Message("not_confirmed"))
        return pick_marked(record, self._known.by_marker.get(record.ref, ()), self._customer_id(record))

    def _plan_row(self, record: SourceRecord) -> PlannedRow:
        customer = self._customer(record)
        check_amount(record)
        check_currency(record, customer, self._known.company)
        check_period(record, self._known.company)
        self._check_look_alike(record, customer)
        draft = self._draft(record, customer)
        self._place.books.payload(draft)  # the limits are checked before any balance is spent
        draft = self._allocate(record, draft)
        entity, payload = self._place.books.payload(draft)
        return PlannedRow(record, customer, draft, entity, payload)

    def _customer_id(self, record: SourceRecord) -> str:
        link = self._known.links.get(Ref(Kind.CLIENT, record.client_id))
        return link.quickbooks_id if link else ""

    def _customer(self, record: SourceRecord) -> Customer:
        identity = self._customer_id(record)
        if not identity:
            raise RowRefused(Message("client_not_matched", {"client": record.client_name}))
        customer = self._known.customers.get(identity)
        if customer is None or not customer.active:
            raise RowRefused(Message("customer_inactive", {"name": customer.full_name if customer else record.client_name}))
        return customer

    def _check_look_alike(self, record: SourceRecord, customer: Customer) -> None:
        twin = self._known.unclaimed.get(look_alike_key(customer.id, record.date, record.amount, _reference(record)))
        if twin and record.ref not in self._options.send_anyway:
            values = {"amount": twin.total, "customer": twin.customer_name, "date": twin.date, "ref": _reference(record) or "–"}
            raise Held(Outcome.SKIPPED, Message(f"twin_{record.ref.kind.value}", values), twin.id)

    def _draft(self, record: SourceRecord, customer: Customer) -> Draft:
        note = with_marker(record.memo, Marker(self._place.firm_id, record.ref))
        currency = customer.currency if self._known.company.multicurrency else None
        if record.ref.kind is Kind.CREDIT_MEMO:
            if not self._options.item_id:
                raise RowRefused(Message("credit_memo_item_missing"))
            number = record.reference or record.number
            return CreditMemoDraft(
                customer.id, record.date, record.amount, self._options.item_id, number, note, record.memo or None, currency
            )
        return PaymentDraft(
            customer.id,
            record.date,
            record.amount,
            record.reference or None,
            _chosen(record, self._options.row_methods, self._options.methods),
            _chosen(record, self._options.row_deposits, self._options.deposits),
            note,
            (),
            currency,
        )

    def _allocate(self, record: SourceRecord, draft: Draft) -> Draft:
        if not self._options.auto_apply or not isinstance(draft, PaymentDraft):
            return draft
        return replace(draft, lines=self.lines_for(record, draft.customer_id, draft.total))

    def lines_for(self, record: SourceRecord, customer_id: str, amount: Decimal) -> tuple[Line, ...]:
        """The invoices this amount goes to, by the rule chosen in the settings; spends their balances."""
        balances = self._known.balances
        if not self._options.apply_as_in_workspace:
            return balances.allocate(customer_id, amount)
        return balances.allocate_as_wanted(customer_id, amount, self._wanted(record, customer_id))

    def _wanted(self, record: SourceRecord, customer_id: str) -> list[Share]:
        """The applications made in WorkSpace, on QuickBooks' invoices: linked ones, else those of the same number."""
        shares: list[Share] = []
        for part in record.applications:
            link = self._known.invoice_links.get(Ref(Kind.INVOICE, part.invoice_id))
            found = link.quickbooks_id if link else self._known.balances.find_number(customer_id, part.invoice_number)
            if found:
                shares.append(Share(found, part.amount))
        return shares


class Held(Exception):
    """A row that is not sent, and is no failure either."""

    def __init__(self, outcome: Outcome, message: Message, quickbooks_id: str | None = None) -> None:
        super().__init__(message.key)
        self.outcome, self.message, self.quickbooks_id = outcome, message, quickbooks_id


def read_known(place: Workplace, records: Sequence[SourceRecord], options: ExportOptions) -> Known:
    """Read links, customers, the period's transactions and, for Auto Apply, the open invoices."""
    refs = [record.ref for record in records]
    clients = {Ref(Kind.CLIENT, record.client_id) for record in records}
    links = dict(place.links.by_source(place.realm, [*refs, *clients]))
    customer_ids = sorted({link.quickbooks_id for ref, link in links.items() if ref.kind is Kind.CLIENT})
    by_marker, unclaimed = index_books(place, read_period(place.books, records), place.firm_id)
    invoices = place.books.open_invoices(customer_ids) if options.auto_apply and customer_ids else ()
    open_refs = frozenset(intent.source for intent in place.journal.open_intents(place.realm))
    return Known(
        place.books.company(),
        {customer.id: customer for customer in place.books.customers()},
        links,
        open_refs,
        by_marker,
        unclaimed,
        OpenBalances(invoices),
        place.links.by_source(place.realm, _invoice_refs(records)) if options.apply_as_in_workspace else {},
    )


def read_period(books: Books, records: Sequence[SourceRecord]) -> Sequence[Book]:
    """QuickBooks' transactions of the records' kind between their first and last date; nothing for no records."""
    if not records:
        return ()
    days = [record.date for record in records]
    read = books.payments if records[0].ref.kind is Kind.PAYMENT else books.credit_memos
    return read(min(days), max(days))


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


def pick_marked(record: SourceRecord, books: Sequence[Book], customer_id: str) -> Book | None:
    """The transaction that carries the record's marker; of several the one that agrees, else a person is asked."""
    if len(books) < 2:
        return books[0] if books else None
    agreeing = [book for book in books if agrees(record, book, customer_id)]
    if len(agreeing) != 1:
        raise Held(Outcome.SKIPPED, Message("marker_twice", {"number": record.number, "n": len(books)}))
    return agreeing[0]


def agrees(record: SourceRecord, book: Book, customer_id: str) -> bool:
    """Whether customer, amount and date are still what the record says."""
    return (book.customer_id, book.total, book.date) == (customer_id, record.amount, record.date)


def check_amount(record: SourceRecord) -> None:
    """Zero, negative and fractions of a cent are refused, never rounded."""
    if not has_whole_cents(record.amount):
        raise RowRefused(Message("amount_cents", {"amount": str(record.amount)}))
    if record.amount <= 0:
        raise RowRefused(Message("amount_not_positive", {"amount": record.amount}))


def check_currency(record: SourceRecord, customer: Customer, company: Company) -> None:
    """WorkSpace keeps one currency, the company's own; a customer kept in another cannot take its payment."""
    if customer.currency and customer.currency != company.home_currency:
        values = {"name": customer.full_name, "currency": customer.currency, "home": company.home_currency}
        raise RowRefused(Message("currency_differs", values))


def check_period(record: SourceRecord, company: Company) -> None:
    """QuickBooks refuses what is dated on or before its closing date, so it is not sent."""
    if company.closed_until and record.date <= company.closed_until:
        raise RowRefused(Message("books_closed", {"closed": company.closed_until, "date": record.date}))


def _reference(record: SourceRecord) -> str:
    return record.reference or (record.number if record.ref.kind is Kind.CREDIT_MEMO else "")


def _chosen(record: SourceRecord, rows: Mapping[Ref, str], methods: Mapping[str, str]) -> str | None:
    return rows.get(record.ref, methods.get(record.method, "")) or None


def _invoice_refs(records: Sequence[SourceRecord]) -> list[Ref]:
    return sorted({Ref(Kind.INVOICE, part.invoice_id) for record in records for part in record.applications})
