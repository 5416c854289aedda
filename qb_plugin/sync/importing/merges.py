"""Customers that were merged in QuickBooks: the transactions of their clients carry another customer, and the old one is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from qb_plugin.host import Client, Invoice
from qb_plugin.model import Document, Entity, Message, Outcome, QboPayment
from qb_plugin.sync.importing.evidence import Standing
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.importing.row import ImportRow, why_not
from qb_plugin.sync.matching import DELETED_SUFFIX, invoice_key

#: What is asked of the payments of a customer that another was merged into: the row's client is the other's.
MERGED = frozenset({"customer_merged", "customer_merged_shared"})

Merges = Mapping[str, Mapping[str, str]]


def find_merges(payers: Payers, clients: Mapping[str, Client], suspects: Mapping[str, Set[str]]) -> Merges:
    """By a customer, the clients whose own customer was merged into it, each with the name of that one: those of the suspects
    whose own customer is inactive or gone."""
    moved = [
        (customer, client, own)
        for customer, found in suspects.items()
        for client in sorted(found & clients.keys())
        if (own := payers.customers.get(client)) and own != customer
    ]
    current = payers.read(own for _, _, own in moved)
    merges: dict[str, dict[str, str]] = defaultdict(dict)
    for customer, client, own in moved:
        there = current[own]
        if there is None or not there.active:
            merges[customer][client] = there.name.removesuffix(DELETED_SUFFIX) if there else clients[client].name
    return dict(merges)


def suspect_merges(
    payments: Sequence[QboPayment],
    standing: Standing,
    owners: Mapping[str, Sequence[str]],
    numbered: Mapping[str, Sequence[Invoice]],
    documents: Mapping[tuple[str, str], Document],
) -> Mapping[str, Set[str]]:
    """By a customer, clients that are not its own and have something there: a payment that is here already, or the invoice here
    of the number that a payment is on."""
    found: dict[str, set[str]] = defaultdict(set)
    coming = [payment for payment in payments if payment.id not in standing.holders and why_not(payment) is None]
    waited_for = {payment.customer_id for payment in coming}
    for payment in payments:
        if payment.customer_id in waited_for and payment.id in standing.holders:
            found[payment.customer_id].add(standing.holders[payment.id])
    for line in (line for payment in coming for line in payment.lines if line.type == Entity.INVOICE):
        document = documents.get((line.type, line.id))
        if document and document.customer_id:
            holders = {each.client_id for each in numbered.get(invoice_key(line.number or document.number or ""), ())}
            found[document.customer_id] |= holders if len(holders) == 1 else set()
    return {customer: others for customer, theirs in found.items() if (others := theirs - set(owners.get(customer, ())))}


def ask_about_merge(
    payment: QboPayment, clients: Mapping[str, Client], owners: Sequence[str], merged: Mapping[str, str], named: str | None
) -> ImportRow:
    """The row of a payment of a customer that others were merged into; `named` is the client whose invoices alone it pays."""
    client = named if named and named in merged else next(iter(merged))
    values: dict[str, object] = {"old": merged[client], "client": clients[client].name, "customer": payment.customer_name}
    if not owners:
        asked = Message("customer_merged", values)
        return ImportRow(payment=payment, outcome=Outcome.NOT_READY, client_id=client, question=asked)
    choices = tuple((owner, clients[owner].name) for owner in owners)
    asked = Message("customer_merged_shared", {**values, "clients": " or ".join(name for _, name in choices), "choices": choices})
    return ImportRow(payment=payment, outcome=Outcome.NEEDS_DECISION, client_id=client, question=asked)
