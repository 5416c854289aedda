"""Reads both sides before an export is planned, in as few calls as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qb_plugin.model import (
    Company,
    Customer,
    Entity,
    Kind,
    Link,
    ListEntry,
    Pair,
    PairAnswer,
    QboInvoice,
    QboTransaction,
    Ref,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.adoption import Claim, Customers, is_adopted, key_of, read_chosen, read_evidence
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.exporting.drafting.invoices_there import NONE_THERE, InvoicesThere, read_invoices_there
from qb_plugin.sync.exporting.drafting.mapped_names import Names
from qb_plugin.sync.exporting.drafting.merged_customers import InvoiceOwners, find_merged_owners, find_merges
from qb_plugin.sync.exporting.drafting.taxes import NOT_CHOSEN, CreditMemoTax
from qb_plugin.sync.exporting.link_check import LinkedNow, read_linked
from qb_plugin.sync.exporting.previewing.promises import Promise
from qb_plugin.sync.families import PayingFamilies
from qb_plugin.sync.likeness import days_around
from qb_plugin.sync.linking import client_links
from qb_plugin.sync.ports import QuickBooksApi
from qb_plugin.sync.possible_duplicates import Owners, PossibleDuplicate, Standing, find_possible_duplicates, free_what_is_gone

MARGIN = 31  # days: a transaction of ours may have been given another date since; most such corrections are small


def nobodys(_: Sequence[QboInvoice]) -> Mapping[str, frozenset[str]]:
    """That no invoice is known to be any client's."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How a run exports. The two maps are from WorkSpace method to QuickBooks id; `rows` holds what was chosen on single rows.

    `accounts`, `receivables` and `known_methods` are QuickBooks' lists as far as they were read: accounts that take deposits,
    accounts of what customers owe, and payment methods, inactive ones too. `names` are what the settings call what they choose.
    """

    auto_apply: bool = False
    apply_as_in_workspace: bool = False
    methods: Mapping[str, str] = field(default_factory=dict)
    deposits: Mapping[str, str] = field(default_factory=dict)
    item_id: str = ""
    tax: CreditMemoTax = NOT_CHOSEN
    receivable_id: str = ""
    accounts: Sequence[ListEntry] = ()
    receivables: Sequence[ListEntry] = ()
    known_methods: Sequence[ListEntry] = ()
    names: Names = field(default_factory=dict)
    row_deposits: Mapping[Ref, str] = field(default_factory=dict)
    row_methods: Mapping[Ref, str] = field(default_factory=dict)
    force: frozenset[Ref] = frozenset()
    asked_about: Mapping[Ref, str] = field(default_factory=dict)  # the QuickBooks id that a person saw; another word for none
    unapplied: frozenset[Ref] = frozenset()  # sent without being applied, whatever Auto Apply says
    skip: frozenset[Ref] = frozenset()
    link: Mapping[Ref, str] = field(default_factory=dict)  # to the QuickBooks id that a person named
    look_again: frozenset[Ref] = frozenset()
    send_again: frozenset[Ref] = frozenset()  # what was deleted or voided in QuickBooks since
    user: str = ""  # who answers
    company_name: Callable[[str], str] = str  # of a realm
    owners: InvoiceOwners = nobodys  # the clients here whose QuickBooks' invoices are, by the invoices' ids
    withdraw: frozenset[Ref] = frozenset()
    new_number: frozenset[Ref] = frozenset()
    standing: Standing = frozenset  # which of these records are still here
    promises: Mapping[Ref, Promise] = field(default_factory=dict)  # what a preview said of these rows
    alongside: Sequence[SourceRecord] = ()  # previewed with these, and not sent: what may be theirs is not asked about of others

    def applies(self, ref: Ref) -> bool:
        """Whether Auto Apply works on the record."""
        return self.auto_apply and ref not in self.unapplied


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSnapshot:
    """What was read of both sides before planning."""

    company: Company
    customers: Mapping[str, Customer]
    matched: frozenset[str] = frozenset()  # the customers that are some client's
    #: by a client, all with its customer, and those whose customers were merged into its family; of several only
    sharing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    links: Mapping[Ref, Link]
    linked: LinkedNow
    open_refs: frozenset[Ref]
    waiting_families: frozenset[str]
    claims: Mapping[Ref, Claim]
    duplicates: Mapping[Ref, PossibleDuplicate]
    families: PayingFamilies
    merges: Mapping[str, str]  # customers that are gone, and those that have their transactions now
    balances: OpenBalances
    invoice_links: Mapping[Ref, Link]
    invoices_there: InvoicesThere = NONE_THERE
    unreadable: Sequence[UnreadableRecord] = ()
    unreadable_linked: frozenset[str] = frozenset()  # the ids of those that some record is linked to

    def customer(self, identity: str) -> Customer:
        """The customer of a transaction that is in QuickBooks already; by its id alone if it is gone."""
        return self.customers.get(identity) or Customer(id=identity, name=identity, full_name=identity)

    def customer_of(self, record: SourceRecord) -> str:
        """The id of the customer that the record's client is matched to; "" for none."""
        link = self.links.get(Ref(Kind.CLIENT, record.client_id))
        return link.quickbooks_id if link else ""

    def linkable(self, record: SourceRecord) -> QboTransaction | None:
        """What a person who says *the same one* means: the possible duplicate, else what stands under the record's number."""
        duplicate, claim = self.duplicates.get(record.ref), self.claims.get(record.ref)
        if duplicate:
            return None if duplicate.linked_to else duplicate.transaction
        return claim.candidate if claim else None

    @property
    def meant(self) -> Customers:
        """Which customers the records' transactions should have."""
        return Customers(self.links, self.customers, self.matched)

    def customer_meant(self, record: SourceRecord, transaction: QboTransaction) -> str:
        """The id of the customer that the record's transaction should have; empty for a client that is not matched."""
        return self.meant.meant(record, transaction)


def read_snapshot(context: SyncContext, records: Sequence[SourceRecord], options: ExportOptions) -> ExportSnapshot:
    """Read links, customers, the period's transactions and, for Auto Apply, the open invoices."""
    refs = [record.ref for record in records]
    clients = {Ref(Kind.CLIENT, record.client_id) for record in records}
    every = context.links.by_source(context.realm, [*refs, *clients])
    customer_ids = sorted({link.quickbooks_id for ref, link in every.items() if ref.kind is Kind.CLIENT})
    invoice_links = context.links.by_source(context.realm, _invoice_refs(records))
    answers = context.links.answers(context.realm)
    period = read_period(context.quickbooks, records)
    period = [
        *period,
        *read_outside(context.quickbooks, [r for r in records if r.ref not in every], period, invoice_links, answers),
    ]
    linked = read_linked(context, records, every, period, options.send_again)
    links = {ref: link for ref, link in every.items() if ref not in linked.again}
    readable = [each for each in period if not isinstance(each, UnreadableRecord)]
    unreadable = [each for each in period if isinstance(each, UnreadableRecord)]
    in_doubt = context.journal.open_intents(context.realm)
    open_refs = frozenset(intent.source for intent in in_doubt)
    company = context.quickbooks.company()
    customers = {customer.id: customer for customer in context.quickbooks.customers()}
    customer_of = {client: link.quickbooks_id for client, link in client_links(context.links, context.realm).items()}
    matched = frozenset(customer_of.values())
    families = PayingFamilies(customers)
    chosen = read_chosen(context, [record for record in records if record.ref not in links], options.link, options.standing)
    evidence = read_evidence(
        context, records, readable, Customers(links, customers, matched), open_refs=open_refs, chosen=chosen, answers=answers
    )
    undecided = [r for r in records if r.ref not in links and r.ref not in open_refs and not is_adopted(evidence.claims.get(r.ref))]
    open_now = read_open(context.quickbooks, families, customer_ids if options.auto_apply else ())
    invoices_there = NONE_THERE
    if options.auto_apply and options.apply_as_in_workspace:
        invoices_there = read_invoices_there(
            context.quickbooks, records, links=links, invoice_links=invoice_links, families=families, open_now=open_now
        )
    owners = Owners(links, customers, invoice_links, matched)
    candidates = free_what_is_gone(evidence.candidates, undecided, owners, options.standing)
    return ExportSnapshot(
        company=company,
        customers=customers,
        matched=matched,
        sharing=find_sharing(customer_of, find_merged_owners(open_now, options.owners, customer_of, customers), families),
        links=links,
        linked=linked,
        open_refs=open_refs,
        waiting_families=frozenset(families.root(intent.customer_id) for intent in in_doubt if not intent.fully_settled),
        claims=evidence.claims,
        duplicates=find_possible_duplicates(undecided, candidates, owners, answers),
        families=families,
        merges=find_merges(context, records, links, customers),
        balances=OpenBalances(open_now, families),
        invoice_links=invoice_links,
        invoices_there=invoices_there,
        unreadable=unreadable,
        unreadable_linked=find_linked(context, unreadable),
    )


def find_sharing(
    customer_of: Mapping[str, str], merged: Mapping[str, frozenset[str]], families: PayingFamilies
) -> Mapping[str, frozenset[str]]:
    """For each client that shares its customer, all who do; `customer_of` are all clients' customers, `merged` by a customer the
    clients whose own was merged into it: they share with all who may pay its invoices."""
    clients: dict[str, list[str]] = {}
    for client, customer in customer_of.items():
        clients.setdefault(customer, []).append(client)
    of_family: dict[str, frozenset[str]] = {}
    for customer, theirs in merged.items():
        root = families.root(customer)
        of_family[root] = of_family.get(root, frozenset()) | theirs
    sharing: dict[str, frozenset[str]] = {}
    for customer, owners in clients.items():
        sharers = frozenset(owners) | (of_family.get(families.root(customer), frozenset()) if of_family else frozenset())
        sharing |= dict.fromkeys(owners, sharers) if len(sharers) > 1 else {}
    return sharing


def find_linked(context: SyncContext, unreadable: Sequence[UnreadableRecord]) -> frozenset[str]:
    """The ids of those of these that some record here is linked to."""
    found: set[str] = set()
    for entity in sorted({each.entity for each in unreadable}):
        found |= context.links.by_quickbooks(context.realm, entity, [e.id for e in unreadable if e.entity == entity]).keys()
    return frozenset(found)


def read_balances(quickbooks: QuickBooksApi, families: PayingFamilies, customer_ids: Iterable[str]) -> OpenBalances:
    """What is open on the invoices of these customers and of all that bill with them."""
    return OpenBalances(read_open(quickbooks, families, customer_ids), families)


def read_open(quickbooks: QuickBooksApi, families: PayingFamilies, customer_ids: Iterable[str]) -> Sequence[QboInvoice]:
    """The open invoices of these customers and of all that bill with them; no call for no customers."""
    wanted = families.with_families(customer_ids)
    return quickbooks.open_invoices(wanted) if wanted else ()


def read_period(quickbooks: QuickBooksApi, records: Sequence[SourceRecord]) -> Sequence[QboTransaction | UnreadableRecord]:
    """QuickBooks' transactions of the records' kinds around their first and last date; nothing for no records."""
    found: list[QboTransaction | UnreadableRecord] = []
    for kind in sorted({record.ref.kind for record in records}):
        days = [record.date for record in records if record.ref.kind is kind]
        read = quickbooks.payments if kind is Kind.PAYMENT else quickbooks.credit_memos
        found += read(days_around(min(days), MARGIN)[0], days_around(max(days), MARGIN)[-1])
    return found


def read_outside(
    quickbooks: QuickBooksApi,
    records: Sequence[SourceRecord],
    period: Sequence[QboTransaction | UnreadableRecord],
    invoice_links: Mapping[Ref, Link],
    answers: Mapping[Pair, PairAnswer],
) -> Sequence[QboTransaction | UnreadableRecord]:
    """What these records may be although its date is far away: payments of the invoices that they pay, and what a person
    unlinked from them."""
    read = {(each.entity, each.id) if isinstance(each, UnreadableRecord) else key_of(each) for each in period}
    refs = {record.ref for record in records}
    wanted = {(p.entity, p.quickbooks_id) for p, answer in answers.items() if answer is PairAnswer.UNLINKED and p.source in refs}
    parts = [part for record in records if record.ref.kind is Kind.PAYMENT for part in record.applications]
    if parts:
        linked = {part.invoice_id: invoice_links.get(Ref(Kind.INVOICE, part.invoice_id)) for part in parts}
        ids = sorted({link.quickbooks_id for link in linked.values() if link})
        numbers = sorted({part.invoice_number for part in parts if not linked[part.invoice_id]})
        wanted |= {(Entity.PAYMENT, identity) for identity in quickbooks.payments_of(ids, numbers)}
    found: list[QboTransaction | UnreadableRecord] = []
    for entity in sorted({entity for entity, _ in wanted - read}):
        found += quickbooks.read(entity, sorted(identity for each, identity in wanted - read if each == entity)).values()
    return found


def _invoice_refs(records: Sequence[SourceRecord]) -> list[Ref]:
    return sorted({Ref(Kind.INVOICE, part.invoice_id) for record in records for part in record.applications})
