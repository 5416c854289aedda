"""Where the money of linked payments goes here by QuickBooks' lines: at most what is open on each invoice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from qb_plugin.host import Ledger
from qb_plugin.model import Application, Link, LinkOrigin, QboPayment, QboTransaction, SourceRecord, UnreadableRecord
from qb_plugin.sync.changes.before import Before
from qb_plugin.sync.changes.pairs import (
    ChangedPair,
    ChangedSide,
    ChangeKind,
    on_invoices,
    was_changed_here,
    was_reapplied,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.allocation import Allocator
from qb_plugin.sync.importing.amounts.figures import read_figures
from qb_plugin.sync.importing.host_snapshot import HostSnapshot
from qb_plugin.sync.importing.planning import ImportPlanner
from qb_plugin.sync.linking import was_changed_there


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


def may_have_moved(
    link: Link, record: SourceRecord | None, now: QboTransaction | UnreadableRecord | None, before: Before
) -> ChangedPair | None:
    """The pair of a payment that pays invoices, if it is the same in all sums and its money may be on others than here.

    An imported one came in as it was applied there, so a change of either side is enough. One that was sent may have been applied
    otherwise from the beginning: QuickBooks must have moved it since.
    """
    if record is None or not isinstance(now, QboPayment) or not on_invoices(now):
        return None
    here, there = was_changed_here(link, record), was_changed_there(link, now)
    moved_there = there and before.applied is not None and was_reapplied(link, now, before)
    if not moved_there and not (link.origin is LinkOrigin.IMPORTED and (here or there)):
        return None
    kind, side = ChangeKind.APPLIED, ChangedSide.BOTH if here and there else ChangedSide.THERE if there else ChangedSide.HERE
    return ChangedPair(link=link, record=record, now=now, kind=kind, side=side, differences=(kind,), before=before)


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
