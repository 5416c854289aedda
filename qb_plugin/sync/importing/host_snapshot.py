"""WorkSpace's side of the payments at hand, read at once, and what QuickBooks calls the transactions they are linked to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from qb_plugin.host import Client, Invoice, Ledger
from qb_plugin.model import Document, Entity, Line, Link, Pair, PairAnswer, QboPayment
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.figures import Role, read_figures
from qb_plugin.sync.importing.evidence import Standing, read_standing
from qb_plugin.sync.importing.merges import Merges, find_merges, suspect_merges
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.matching import invoice_key

DocumentKey = tuple[str, str]  # type and id


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSnapshot:
    """WorkSpace's side of the payments at hand. `owners` are the clients of QuickBooks' customers, `documents` what lines are
    linked to where more than the line is needed to name it, `merges` the clients whose customers were merged into others."""

    owners: Mapping[str, tuple[str, ...]]
    clients: Mapping[str, Client]
    standing: Standing
    memo_links: Mapping[str, Link]
    linked_invoices: Mapping[str, Invoice]
    numbered_invoices: Mapping[str, Sequence[Invoice]]
    documents: Mapping[DocumentKey, Document]
    merges: Merges

    def find_invoice(self, client: str, line: Line) -> Invoice | None:
        """The invoice here of a QuickBooks line: the linked one, else the client's only one of that number, else that of the
        client whom the invoice belongs to in QuickBooks, too. Another client's invoice cannot take the payment."""
        linked, number = self.linked_invoices.get(line.id), self.number_of(line)
        if linked or not number:
            return linked
        found = self.numbered_invoices.get(invoice_key(number), ())
        own = only_one([each for each in found if each.client_id == client], number)
        return own or only_one([each for each in found if each.client_id in self._owners_of(line)], number)

    def invoices_of(self, client: str, payment: QboPayment) -> list[tuple[Line, Invoice]]:
        """The invoices here, whosever they are, that lines of this client's payment are on in QuickBooks."""
        lines = [line for line in payment.lines if line.type == Entity.INVOICE]
        return [(line, invoice) for line in lines if (invoice := self.find_invoice(client, line))]

    def has_twice(self, client: str, line: Line) -> bool:
        """Whether the client has more than one invoice of the line's number."""
        found = self.numbered_invoices.get(invoice_key(self.number_of(line)), ())
        return sum(each.client_id == client for each in found) > 1

    def owner_of(self, line: Line, clients: Sequence[str]) -> str | None:
        """Whose the line's invoice is among these clients; None for none of them, or more than one."""
        found = {invoice.client_id for client in clients if (invoice := self.find_invoice(client, line))} & set(clients)
        return found.pop() if len(found) == 1 else None

    def number_of(self, line: Line) -> str:
        """The number of the invoice that the line is on: as the line has it, else as the invoice itself has; "" for none."""
        document = None if line.number else self.document(line)
        return line.number or (document.number if document else "") or ""

    def document(self, line: Line) -> Document | None:
        """What the line is linked to, if that was read."""
        return self.documents.get((line.type, line.id))

    def balances(self, spent: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What is open on each of the invoices, by their id here, and not spent before."""
        invoices = [*self.linked_invoices.values(), *(each for found in self.numbered_invoices.values() for each in found)]
        return {invoice.id: invoice.balance - spent.get(invoice.id, ZERO) for invoice in invoices}

    def _owners_of(self, line: Line) -> Sequence[str]:
        document = self.document(line)
        customer = document.customer_id or "" if document else ""
        return [*self.owners.get(customer, ()), *self.merges.get(customer, ())]


def only_one(invoices: Sequence[Invoice], number: str) -> Invoice | None:
    """The one of exactly this number, else the one there is; a number that a client has twice names none of them."""
    exact = [each for each in invoices if each.number == number]
    found = exact or invoices
    return found[0] if len(found) == 1 else None


def read_host_snapshot(
    context: SyncContext,
    ledger: Ledger,
    payments: Sequence[QboPayment],
    *,
    payers: Payers,
    clients: Mapping[str, Client],
    answers: Mapping[Pair, PairAnswer],
    merged: Mapping[str, Set[str]],
) -> HostSnapshot:
    """Read links, invoices and what stands here for all payments at once; `merged` are, by a customer, the clients whose own was
    seen to be merged into it before."""
    lines = [line for payment in payments for line in payment.lines]
    invoices = [line for line in lines if line.type == Entity.INVOICE]
    linked = context.links.by_quickbooks(context.realm, Entity.INVOICE, {line.id for line in invoices})
    found = {link.source.id: qb for qb, link in linked.items()}
    owners = payers.clients_of({payment.customer_id for payment in payments})
    documents = read_numberless(context, payments, owners, linked.keys())
    numbers = {line.number for line in invoices} | {each.number for each in documents.values()}
    numbered = by_number(ledger.invoices_by_number(sorted(number for number in numbers if number)))
    documents = {**documents, **read_documents(context, payments, owners, numbered, {*linked, *(each for _, each in documents)})}
    owners = {**payers.clients_of({each.customer_id or "" for each in documents.values()}), **owners}
    standing = read_standing(context, ledger, owners, payments, answers)
    suspects = suspect_merges(payments, standing, owners, numbered, documents)
    suspects = {customer: {*suspects.get(customer, ()), *merged.get(customer, ())} for customer in {*suspects, *merged}}
    # Links of memos matter only where the host can apply them.
    memos = {line.id for line in lines if line.type == Entity.CREDIT_MEMO and "apply" in ledger.can}
    return HostSnapshot(
        owners=owners,
        clients=clients,
        standing=standing,
        memo_links=context.links.by_quickbooks(context.realm, Entity.CREDIT_MEMO, memos) if memos else {},
        linked_invoices={found[invoice.id]: invoice for invoice in ledger.invoices(sorted(found))},
        numbered_invoices=numbered,
        documents=documents,
        merges=find_merges(payers, clients, suspects),
    )


def by_number(invoices: Iterable[Invoice]) -> Mapping[str, Sequence[Invoice]]:
    """Invoices by their number as people mean it."""
    found: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        found[invoice_key(invoice.number)].append(invoice)
    return found


def read_numberless(
    context: SyncContext, payments: Sequence[QboPayment], owners: Mapping[str, tuple[str, ...]], linked: Iterable[str]
) -> Mapping[DocumentKey, Document]:
    """The invoices of lines that do not tell their number: a line may lack what its invoice has."""
    lines = (line for payment in payments if owners.get(payment.customer_id) for line in payment.lines)
    ids = {line.id for line in lines if line.type == Entity.INVOICE and not line.number} - set(linked)
    return {(str(Entity.INVOICE), identity): each for identity, each in find_invoices(context, ids).items()}


def find_invoices(context: SyncContext, ids: Iterable[str]) -> Mapping[str, Document]:
    """These invoices of QuickBooks'; no call for none."""
    wanted = sorted(ids)
    return context.quickbooks.documents(Entity.INVOICE, wanted) if wanted else {}


def read_documents(
    context: SyncContext,
    payments: Sequence[QboPayment],
    owners: Mapping[str, tuple[str, ...]],
    numbered: Mapping[str, Sequence[Invoice]],
    linked: Iterable[str],
) -> Mapping[DocumentKey, Document]:
    """What lines are linked to, where a sentence needs its number or date, or where a client of the customer lacks an invoice here
    of the number that another one has."""
    known, wanted = set(linked), defaultdict[str, set[str]](set)
    for payment in payments:
        clients = owners.get(payment.customer_id, ())
        for line, role in read_figures(payment).lines if clients else ():
            if role is Role.INVOICE and line.id not in known:
                found = numbered.get(invoice_key(line.number or ""), ())
                named = bool(line.number) and (not found or {each.client_id for each in found} >= set(clients))
            else:
                named = role in {Role.INVOICE, Role.ENTRY} or (role is Role.CREDIT and bool(line.number))
            if not named:
                wanted[line.type].add(line.id)
    read = {kind: context.quickbooks.documents(kind, sorted(ids)) for kind, ids in sorted(wanted.items())}
    return {(kind, identity): document for kind, found in read.items() for identity, document in found.items()}
