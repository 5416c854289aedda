"""The plan of an import: whether a payment is in WorkSpace already, whose it is, and to which invoices its money goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from qb_plugin.host import Client, Ledger
from qb_plugin.model import Kind, Outcome, QboPayment, Ref, UnreadableRecord
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.allocation import Allocator
from qb_plugin.sync.importing.amounts.figures import Figures, read_figures
from qb_plugin.sync.importing.amounts.questions import (
    HomeCurrency,
    ask_about_currency,
    ask_about_customer,
    ask_about_money,
    ask_whose,
    notes_on_refunds,
)
from qb_plugin.sync.importing.duplicates import DuplicateFinder
from qb_plugin.sync.importing.host_snapshot import HostSnapshot, read_host_snapshot
from qb_plugin.sync.importing.merges import MERGED, ask_about_merge
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.importing.row import ImportRow, row_id, unreadable_row, why_not


@dataclass(slots=True, kw_only=True)
class ImportPlanner:
    """Decides payments, a group at a time; what is read once for all groups is kept.

    `whose` is what a person chose where a payment may be of several clients, by the row's id.
    """

    context: SyncContext
    ledger: Ledger
    whose: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)  # those known so far; read again when one is not among them
    finder: DuplicateFinder | None = None  # knows what others are asked about
    snapshot: HostSnapshot = field(init=False)  # of the group planned last
    _payers: Payers = field(init=False)
    _home: HomeCurrency = field(init=False)
    _merged: dict[str, set[str]] = field(init=False, default_factory=dict)  # by a customer, clients whose own was merged into it

    def __post_init__(self) -> None:
        self._payers, self._home = Payers(self.context), HomeCurrency(self.context)

    def plan(
        self, payments: Sequence[QboPayment], gone: Set[str] = frozenset(), spent: Mapping[str, Decimal] | None = None
    ) -> list[ImportRow]:
        """Decide each payment; invoices' open balances are spent in the payments' order, none twice.

        `gone` are those deleted in QuickBooks meanwhile, `spent` is what others take of invoices before these.
        """
        if not self._payers.customers.keys() <= self.clients.keys():
            self.clients = {client.id: client for client in self.ledger.clients()}
        finder = self.finder = self.finder or DuplicateFinder(self.context, self.ledger)
        self.snapshot = snapshot = read_host_snapshot(
            self.context,
            self.ledger,
            payments,
            payers=self._payers,
            clients=self.clients,
            answers=finder.answers,
            merged=self._merged,
        )
        for customer, found in snapshot.merges.items():
            self._merged.setdefault(customer, set()).update(found)
        balances = snapshot.balances(spent or {})
        rows = [self._decide(snapshot, payment, balances, gone) for payment in payments]
        on = {row.payment.id: snapshot.invoices_of(row.client_id, row.payment) for row in rows if row.may_come_in}
        return finder.hold(rows, snapshot.standing, on)

    def recall_merges(self, rows: Sequence[ImportRow]) -> None:
        """Look at the merges that these rows told of, too: the payments that showed them may not be at hand now."""
        for row in rows:
            if row.question and row.question.key in MERGED:
                self._merged.setdefault(row.payment.customer_id, set()).add(row.client_id)

    def _decide(self, snapshot: HostSnapshot, payment: QboPayment, balances: dict[str, Decimal], gone: Set[str]) -> ImportRow:
        """One payment: here already, deleted there, not importable, without a client, to be decided by a person, or ready."""
        existing = find_existing(snapshot, payment)
        if existing:
            return ImportRow(payment=payment, outcome=Outcome.SYNCHRONIZED, existing=existing)
        if payment.id in gone:
            return ImportRow(payment=payment, outcome=Outcome.REMOVED)
        if why_not(payment):
            return ImportRow(payment=payment, outcome=Outcome.NOT_READY)
        return self._give(snapshot, payment, balances)

    def _give(self, snapshot: HostSnapshot, payment: QboPayment, balances: dict[str, Decimal]) -> ImportRow:
        """One payment that is not here yet: to its client, or the question whose it is."""
        clients, merged = snapshot.owners.get(payment.customer_id, ()), snapshot.merges.get(payment.customer_id, {})
        if not clients and not merged:
            return ImportRow(payment=payment, outcome=Outcome.NOT_READY, question=ask_about_customer(payment, self._payers))
        figures = read_figures(payment)
        client = self._client(snapshot, payment, [*clients, *merged], figures)
        if merged and client not in clients:
            return ask_about_merge(payment, snapshot.clients, clients, merged, client)
        if client is None:
            return ask_whose(snapshot, payment, clients)
        asked = ask_about_currency(snapshot.clients[client], payment, self._home)
        if asked:
            return ImportRow(payment=payment, outcome=Outcome.NEEDS_DECISION, client_id=client, question=asked)
        return self._allocate(snapshot, payment, figures, client, balances)

    def _client(self, snapshot: HostSnapshot, payment: QboPayment, clients: Sequence[str], figures: Figures) -> str | None:
        """Whose payment it is: the only client's, the one a person chose, or the one whose invoices alone it names."""
        if len(clients) == 1:
            return clients[0]
        chosen = self.whose.get(row_id(payment.id))
        if chosen in clients:
            return chosen
        named = {owner for line, _ in figures.lines if (owner := snapshot.owner_of(line, clients))}
        return named.pop() if len(named) == 1 else None

    def _allocate(
        self, snapshot: HostSnapshot, payment: QboPayment, figures: Figures, client: str, balances: dict[str, Decimal]
    ) -> ImportRow:
        allocator = Allocator(snapshot=snapshot, payment=payment, figures=figures, client=client, balances=balances)
        found = allocator.allocate()
        question = ask_about_money(snapshot, payment, figures, found.went_back)
        return ImportRow(
            payment=payment,
            outcome=Outcome.NEEDS_DECISION if question else Outcome.READY,
            client_id=client,
            applications=found.applications,
            notes=(*found.notes, *notes_on_refunds(snapshot, payment, figures, found.went_back)),
            question=question,
            went_back=found.went_back,
        )


def read_importable(
    context: SyncContext,
    ledger: Ledger,
    start: date | None,
    end: date | None,
    clients: Mapping[str, Client] = MappingProxyType({}),
) -> Iterator[ImportRow]:
    """QuickBooks' payments of the dates, each with what importing it would do; nothing is changed by looking.

    They are read and decided a page at a time, so that very many take no more memory than their compact rows; what earlier
    pages would spend of an invoice is not spent again by later ones.
    """
    spent: dict[str, Decimal] = {}
    planner = ImportPlanner(context=context, ledger=ledger, clients=clients)
    for page in context.quickbooks.payment_pages(start, end):
        rows = planner.plan([each for each in page if isinstance(each, QboPayment)], spent=spent)
        for each in (each for row in rows for each in row.applications):
            spent[each.invoice_id] = spent.get(each.invoice_id, ZERO) + each.amount
        yield from rows
        yield from (unreadable_row(each) for each in page if isinstance(each, UnreadableRecord))


def plan_import(context: SyncContext, ledger: Ledger, payments: Sequence[QboPayment]) -> list[ImportRow]:
    """Decide these payments by themselves."""
    return ImportPlanner(context=context, ledger=ledger).plan(payments)


def find_existing(snapshot: HostSnapshot, payment: QboPayment) -> Ref | None:
    """The WorkSpace record this one is of: linked, recorded under its key, or made from here (its marker proves it)."""
    link = snapshot.standing.links.get(payment.id)
    if link:
        return link.source
    recorded = snapshot.standing.recorded.get(payment.id)
    if recorded:
        return Ref(Kind.PAYMENT, recorded)
    return snapshot.standing.marked.get(payment.id)
