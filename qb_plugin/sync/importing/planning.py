"""The plan of an import: whether a payment is in WorkSpace already, whose it is, and to which invoices its money goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_plugin.host import Invoice, PaymentLedger
from qb_plugin.model import (
    Application,
    Entity,
    Kind,
    Line,
    Outcome,
    Pair,
    PairAnswer,
    QboPayment,
    Ref,
    UnreadableRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.duplicates import DuplicateFinder
from qb_plugin.sync.importing.evidence import Standing, read_standing
from qb_plugin.sync.importing.row import ImportRow, unreadable_row, why_not


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSnapshot:
    """WorkSpace's side of the payments at hand."""

    clients: Mapping[str, str]
    standing: Standing
    linked_invoices: Mapping[str, Invoice]
    numbered_invoices: Mapping[tuple[str, str], Invoice]

    def find_invoice(self, client: str, line: Line) -> Invoice | None:
        """The client's invoice here for a QuickBooks line: the linked one, else the only one of that number.

        In QuickBooks a customer may pay for its sub-customers; another client's invoice cannot take the payment here.
        """
        linked = self.linked_invoices.get(line.id)
        found = linked or self.numbered_invoices.get((client, line.number or ""))
        return found if found and found.client_id == client else None

    def balances(self, spent: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What is open on each of the invoices, by their id here, and not spent before."""
        invoices = [*self.linked_invoices.values(), *self.numbered_invoices.values()]
        return {invoice.id: invoice.balance - spent.get(invoice.id, ZERO) for invoice in invoices}


def read_importable(context: SyncContext, ledger: PaymentLedger, start: date | None, end: date | None) -> Iterator[ImportRow]:
    """QuickBooks' payments of the dates, each with what importing it would do; nothing is changed by looking.

    They are read and decided a page at a time, so that very many take no more memory than their compact rows; what earlier
    pages would spend of an invoice is not spent again by later ones.
    """
    spent: dict[str, Decimal] = {}
    finder = DuplicateFinder(context, ledger)
    for page in context.quickbooks.payment_pages(start, end):
        rows = plan_import(context, ledger, [each for each in page if isinstance(each, QboPayment)], spent=spent, finder=finder)
        for each in (each for row in rows for each in row.applications):
            before = spent.get(each.invoice_id)
            spent[each.invoice_id] = before + each.amount if before else each.amount
        yield from rows
        yield from (unreadable_row(each) for each in page if isinstance(each, UnreadableRecord))


def plan_import(
    context: SyncContext,
    ledger: PaymentLedger,
    payments: Sequence[QboPayment],
    gone: Set[str] = frozenset(),
    spent: Mapping[str, Decimal] | None = None,
    *,
    finder: DuplicateFinder | None = None,
) -> list[ImportRow]:
    """Decide each payment; invoices' open balances are spent in the payments' order, none twice.

    `gone` are those deleted in QuickBooks meanwhile, `spent` is what others take of invoices before these, and `finder` knows
    what others are asked about.
    """
    duplicates = finder or DuplicateFinder(context, ledger)
    host_snapshot = read_host_snapshot(context, ledger, payments, duplicates.answers)
    balances = host_snapshot.balances(spent or {})
    rows = [decide(host_snapshot, payment, balances, gone) for payment in payments]
    return duplicates.hold(rows, host_snapshot.standing)


def read_host_snapshot(
    context: SyncContext, ledger: PaymentLedger, payments: Sequence[QboPayment], answers: Mapping[Pair, PairAnswer]
) -> HostSnapshot:
    """Read links, keys, possible duplicates and invoices for all payments at once."""
    realm = context.realm
    customers = {payment.customer_id for payment in payments}
    clients = {c: link.source.id for c, link in context.links.by_quickbooks(realm, Entity.CUSTOMER, customers).items()}
    lines = [line for payment in payments for line in payment.lines if line.type == Entity.INVOICE]
    linked = context.links.by_quickbooks(realm, Entity.INVOICE, {line.id for line in lines})
    found = {link.source.id: qb for qb, link in linked.items()}
    invoices = {found[invoice.id]: invoice for invoice in ledger.invoices(sorted(found))}
    numbered = ledger.invoices_by_number(sorted({line.number for line in lines if line.number}))
    return HostSnapshot(
        clients=clients,
        standing=read_standing(context, ledger, clients, payments, answers),
        linked_invoices=invoices,
        numbered_invoices=only_ones(numbered),
    )


def only_ones(invoices: Iterable[Invoice]) -> Mapping[tuple[str, str], Invoice]:
    """Invoices by client and number; a number that a client has twice names none of them."""
    found: dict[tuple[str, str], list[Invoice]] = {}
    for invoice in invoices:
        found.setdefault((invoice.client_id, invoice.number), []).append(invoice)
    return {key: group[0] for key, group in found.items() if len(group) == 1}


def decide(
    host_snapshot: HostSnapshot,
    payment: QboPayment,
    balances: dict[str, Decimal],
    gone: Set[str] = frozenset(),
) -> ImportRow:
    """One payment: here already, deleted there, not importable, without a client, looking the same, or ready."""
    existing = find_existing(host_snapshot, payment)
    if existing:
        return ImportRow(payment=payment, outcome=Outcome.SYNCHRONIZED, existing=existing)
    if payment.id in gone:
        return ImportRow(payment=payment, outcome=Outcome.REMOVED)
    if why_not(payment):
        return ImportRow(payment=payment, outcome=Outcome.NOT_READY)
    client = host_snapshot.clients.get(payment.customer_id)
    if client is None:
        return ImportRow(payment=payment, outcome=Outcome.NOT_READY)
    return allocate(host_snapshot, payment, client, balances)


def find_existing(host_snapshot: HostSnapshot, payment: QboPayment) -> Ref | None:
    """The WorkSpace record this one is of: linked, recorded under its key, or made from here (its marker proves it)."""
    link = host_snapshot.standing.links.get(payment.id)
    if link:
        return link.source
    recorded = host_snapshot.standing.recorded.get(payment.id)
    if recorded:
        return Ref(Kind.PAYMENT, recorded)
    return host_snapshot.standing.marked.get(payment.id)


def allocate(host_snapshot: HostSnapshot, payment: QboPayment, client: str, balances: dict[str, Decimal]) -> ImportRow:
    """Each line to the linked invoice, else to the one of the same number and client, at most what is open there."""
    money = payment.total
    applications: list[Application] = []
    absent: list[str] = []
    short: list[str] = []
    for line in (line for line in payment.lines if line.type == Entity.INVOICE):
        invoice = host_snapshot.find_invoice(client, line)
        if invoice is None:
            absent.append(line.number or line.id)
            continue
        part = max(min(line.amount, money, balances[invoice.id]), ZERO)
        if part < line.amount:
            short.append(invoice.number)
        if part:
            balances[invoice.id] -= part
            money -= part
            applications.append(Application(invoice.id, invoice.number, part))
    return ImportRow(
        payment=payment,
        outcome=Outcome.READY,
        client_id=client,
        applications=tuple(applications),
        absent=tuple(absent),
        short=tuple(short),
    )
