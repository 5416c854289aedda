"""Imported payments that wait for an invoice: an import run applies those that can be applied by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from qb_plugin.forms.services import FormServices
from qb_plugin.model import Entity, LinkOrigin, Message, Outcome, QboPayment, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.compact_rows import CompactRows, unpack_payment
from qb_plugin.sync.importing.late_matching import LateMatch, apply_late, find_late_matches
from qb_plugin.sync.importing.row import Listing, row_id
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.sources import read_sources


def find_waiting(services: FormServices, context: SyncContext, kept: CompactRows, picked: Collection[str]) -> list[LateMatch]:
    """Payments of the list that were imported before, are none of the rows picked, and can be applied with more now.

    What somebody has edited here since is applied by a press alone: they may have taken it off its invoice.
    """
    found = [row for row in kept.rows.values() if row.listing is Listing.HERE and row.id not in picked]
    payments = [payment for payment in map(unpack_payment, found) if is_applied(payment)]
    links = context.links.by_quickbooks(context.realm, Entity.PAYMENT, [payment.id for payment in payments])
    brought = {identity: link for identity, link in links.items() if link.origin is LinkOrigin.IMPORTED}
    records = {record.ref: record for record in read_sources(services.host.ledger, [link.source for link in brought.values()])}
    both = [(each, link, records[link.source]) for each in payments if (link := brought.get(each.id)) and link.source in records]
    pairs = [(each, record) for each, link, record in both if record.version == link.own_version]
    return find_late_matches(context, services.host.ledger, pairs)


def is_applied(payment: QboPayment) -> bool:
    """Whether a payment pays invoices in QuickBooks."""
    return any(line.type == Entity.INVOICE for line in payment.lines)


def ids_of(waiting: Sequence[LateMatch]) -> list[str]:
    """The rows' ids."""
    return [row_id(match.payment.id) for match in waiting]


def apply_waiting(services: FormServices, context: SyncContext, run: LeasedRun, waiting: Sequence[LateMatch]) -> None:
    """Apply them, planned once more: what the run recorded may have taken what was open. One result each."""
    ledger = services.host.ledger
    records = {record.ref: record for record in read_sources(ledger, [match.record.ref for match in waiting])}
    pairs = [(match.payment, records[match.record.ref]) for match in waiting if match.record.ref in records]
    run.check_lease()
    results: Mapping[str, RowResult] = apply_late(context, ledger, find_late_matches(context, ledger, pairs))
    for match in waiting:
        run.reporter.row(results.get(match.payment.id) or still_waiting(match))


def still_waiting(match: LateMatch) -> RowResult:
    """The row of a payment that goes on waiting."""
    message = Message("still_waiting", {"number": match.record.number})
    return RowResult(id=row_id(match.payment.id), outcome=Outcome.SYNCHRONIZED, message=message, quickbooks_id=match.payment.id)
