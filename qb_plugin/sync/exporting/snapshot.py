"""Reads both sides before an export is planned, in as few calls as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from qb_plugin.model import (
    Company,
    Customer,
    Entity,
    Kind,
    Link,
    Operation,
    QboPayment,
    QboTransaction,
    Ref,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.markers import find_marker
from qb_plugin.sync.matching import DuplicateKey, transaction_key
from qb_plugin.sync.ports import QuickBooksApi

MARGIN = timedelta(days=31)  # a transaction of ours may have been given another date since; most such corrections are small


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How a run exports. The two maps are from WorkSpace method to QuickBooks id; `rows` holds what was chosen on single rows."""

    auto_apply: bool = False
    apply_as_in_workspace: bool = False
    methods: Mapping[str, str] = field(default_factory=dict)
    deposits: Mapping[str, str] = field(default_factory=dict)
    item_id: str = ""
    row_deposits: Mapping[Ref, str] = field(default_factory=dict)
    row_methods: Mapping[Ref, str] = field(default_factory=dict)
    force: frozenset[Ref] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSnapshot:
    """What was read of both sides before planning."""

    company: Company
    customers: Mapping[str, Customer]
    links: Mapping[Ref, Link]
    open_refs: frozenset[Ref]
    waiting_customers: frozenset[str]
    by_marker: Mapping[Ref, Sequence[QboTransaction]]
    unclaimed: Mapping[DuplicateKey, QboTransaction]
    balances: OpenBalances
    invoice_links: Mapping[Ref, Link]
    unreadable: Sequence[UnreadableRecord] = ()

    def customer(self, identity: str) -> Customer:
        """The customer of a transaction that is in QuickBooks already; by its id alone if it is gone."""
        return self.customers.get(identity) or Customer(id=identity, name=identity, full_name=identity)


def read_snapshot(context: SyncContext, records: Sequence[SourceRecord], options: ExportOptions) -> ExportSnapshot:
    """Read links, customers, the period's transactions and, for Auto Apply, the open invoices."""
    refs = [record.ref for record in records]
    clients = {Ref(Kind.CLIENT, record.client_id) for record in records}
    links = dict(context.links.by_source(context.realm, [*refs, *clients]))
    customer_ids = sorted({link.quickbooks_id for ref, link in links.items() if ref.kind is Kind.CLIENT})
    period = read_period(context.quickbooks, records)
    readable = [each for each in period if not isinstance(each, UnreadableRecord)]
    by_marker, unclaimed = index_transactions(context, readable, context.firm_id)
    invoices = context.quickbooks.open_invoices(customer_ids) if options.auto_apply and customer_ids else ()
    in_doubt = context.journal.open_intents(context.realm)
    return ExportSnapshot(
        company=context.quickbooks.company(),
        customers={customer.id: customer for customer in context.quickbooks.customers()},
        links=links,
        open_refs=frozenset(intent.source for intent in in_doubt),
        waiting_customers=frozenset(intent.customer_id for intent in in_doubt),
        by_marker=by_marker,
        unclaimed=unclaimed,
        balances=OpenBalances(invoices),
        invoice_links=context.links.by_source(context.realm, _invoice_refs(records)) if options.apply_as_in_workspace else {},
        unreadable=[each for each in period if isinstance(each, UnreadableRecord)],
    )


def read_period(quickbooks: QuickBooksApi, records: Sequence[SourceRecord]) -> Sequence[QboTransaction | UnreadableRecord]:
    """QuickBooks' transactions of the records' kinds around their first and last date; nothing for no records."""
    found: list[QboTransaction | UnreadableRecord] = []
    for kind in sorted({record.ref.kind for record in records}):
        days = [record.date for record in records if record.ref.kind is kind]
        read = quickbooks.payments if kind is Kind.PAYMENT else quickbooks.credit_memos
        found += read(min(days) - MARGIN, max(days) + MARGIN)
    return found


def index_transactions(
    context: SyncContext, transactions: Iterable[QboTransaction], firm_id: str
) -> tuple[Mapping[Ref, Sequence[QboTransaction]], Mapping[DuplicateKey, QboTransaction]]:
    """Our own by the record their marker names, and the unclaimed (no marker, no link) by what a duplicate would have in common."""
    by_marker: dict[Ref, list[QboTransaction]] = defaultdict(list)
    others: list[QboTransaction] = []
    for transaction in transactions:
        marker = find_marker(transaction.note)
        if marker is None:
            others.append(transaction)
        elif marker.firm == firm_id and marker.operation is Operation.CREATE:
            by_marker[marker.source].append(transaction)
    return by_marker, {transaction_key(transaction): transaction for transaction in unlinked(context, others)}


def unlinked(context: SyncContext, transactions: Sequence[QboTransaction]) -> Iterable[QboTransaction]:
    """Those that no WorkSpace record is linked to."""
    payments = context.links.by_quickbooks(context.realm, Entity.PAYMENT, [b.id for b in transactions if isinstance(b, QboPayment)])
    memos = context.links.by_quickbooks(
        context.realm, Entity.CREDIT_MEMO, [b.id for b in transactions if not isinstance(b, QboPayment)]
    )
    return (b for b in transactions if b.id not in (payments if isinstance(b, QboPayment) else memos))


def _invoice_refs(records: Sequence[SourceRecord]) -> list[Ref]:
    return sorted({Ref(Kind.INVOICE, part.invoice_id) for record in records for part in record.applications})
