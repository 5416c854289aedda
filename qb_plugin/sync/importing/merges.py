"""Customers that were merged in QuickBooks: our own transactions carry the new customer, and the old one is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qb_plugin.host import Client, Ledger
from qb_plugin.model import Message, Outcome
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.importing.row import ImportRow, why_not
from qb_plugin.sync.matching import DELETED_SUFFIX


def find_merges(ledger: Ledger, payers: Payers, clients: Mapping[str, Client], rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows, with those of a customer that another was merged into naming the client that was matched to the other.

    The evidence is a payment that is linked, of a client whose own customer is inactive or gone: it carries the customer
    that has the client's transactions now.
    """
    unmatched = {row.payment.customer_id for row in rows if is_unmatched(row)}
    standing = [row for row in rows if row.outcome is Outcome.SYNCHRONIZED and row.payment.customer_id in unmatched]
    linked = {str(row.existing): row.payment.customer_id for row in standing}
    moved = {linked[f"{record.kind}:{record.id}"]: record.client_id for record in ledger.records(list(linked))} if linked else {}
    before = {customer: payers.customers[client] for customer, client in moved.items() if client in payers.customers}
    current = payers.read(before.values()) if before else {}
    merged: dict[str, tuple[str, Message]] = {}
    for customer, old in before.items():
        found, client = current[old], clients[moved[customer]]
        if found is None or not found.active:
            name = found.name.removesuffix(DELETED_SUFFIX) if found else client.name
            merged[customer] = client.id, Message("customer_merged", {"old": name, "client": client.name})
    return [_named(row, merged) if is_unmatched(row) else row for row in rows] if merged else list(rows)


def is_unmatched(row: ImportRow) -> bool:
    """Whether the row waits for its customer to be matched."""
    return row.outcome is Outcome.NOT_READY and why_not(row.payment) is None


def _named(row: ImportRow, merged: Mapping[str, tuple[str, Message]]) -> ImportRow:
    found = merged.get(row.payment.customer_id)
    if not found:
        return row
    client, message = found
    values = {**message.values, "customer": row.payment.customer_name}
    return replace(row, client_id=client, question=Message(message.key, values))
