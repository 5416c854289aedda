"""Where the money of linked payments goes here by QuickBooks' lines: at most what is open on each invoice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from qb_plugin.host import Ledger
from qb_plugin.model import Application, Link, LinkOrigin, QboPayment, QboTransaction, SourceRecord, UnreadableRecord
from qb_plugin.sync.changes.pairs import ChangedPair, ChangedSide, ChangeKind, on_invoices, was_changed_here, was_changed_there
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.allocation import Allocator
from qb_plugin.sync.importing.amounts.figures import read_figures
from qb_plugin.sync.importing.host_snapshot import HostSnapshot
from qb_plugin.sync.importing.planning import ImportPlanner


def find_applications(
    context: SyncContext, ledger: Ledger
) -> Callable[[Sequence[ChangedPair]], Mapping[str, tuple[Application, ...]]]:
    """A function that gives the applications of changed payments, by row; all of them, those that stand here already, too."""

    def find(pairs: Sequence[ChangedPair]) -> Mapping[str, tuple[Application, ...]]:
        planner = ImportPlanner(context=context, ledger=ledger)
        planner.plan([pair.now for pair in pairs if isinstance(pair.now, QboPayment)])
        balances = planner.snapshot.balances({})
        found: dict[str, tuple[Application, ...]] = {}
        for pair in pairs:
            if pair.record and isinstance(pair.now, QboPayment):
                release(balances, pair.record.applications)
                found[pair.key] = allocate(planner.snapshot, pair.now, pair.record.client_id, balances)
        return found

    return find


def may_have_moved(link: Link, record: SourceRecord | None, now: QboTransaction | UnreadableRecord | None) -> ChangedPair | None:
    """The pair of an imported payment that QuickBooks has changed and that pays invoices, if it is the same in all sums."""
    if link.origin is not LinkOrigin.IMPORTED or record is None or not isinstance(now, QboPayment) or not on_invoices(now):
        return None
    if not was_changed_there(link, now):
        return None
    kind, side = ChangeKind.APPLIED, ChangedSide.BOTH if was_changed_here(link, record) else ChangedSide.THERE
    return ChangedPair(link=link, record=record, now=now, kind=kind, side=side, differences=(kind,))


def find_moved(context: SyncContext, ledger: Ledger, pairs: Sequence[ChangedPair]) -> Mapping[str, ChangedPair]:
    """Those of the pairs, by row, whose money QuickBooks has on other invoices than it is on here."""
    applied = find_applications(context, ledger)(pairs)
    return {
        pair.key: pair for pair in pairs if pair.record and amounts_of(applied[pair.key]) != amounts_of(pair.record.applications)
    }


def amounts_of(applications: Sequence[Application]) -> Mapping[str, Decimal]:
    """What each invoice gets."""
    return {each.invoice_id: each.amount for each in applications}


def allocate(snapshot: HostSnapshot, payment: QboPayment, client: str, balances: dict[str, Decimal]) -> tuple[Application, ...]:
    """Where the payment's money goes by QuickBooks' lines; what it takes is taken off the balances."""
    figures = read_figures(payment)
    return Allocator(snapshot=snapshot, payment=payment, figures=figures, client=client, balances=balances).allocate().applications


def release(balances: dict[str, Decimal], applications: Sequence[Application]) -> None:
    """Open again what a payment itself has paid: its applications are about to be replaced."""
    for each in applications:
        if each.invoice_id in balances:
            balances[each.invoice_id] += each.amount
