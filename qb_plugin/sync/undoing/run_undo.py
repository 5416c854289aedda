"""An undo, from the rows picked to each row's outcome: settle what is open, read both sides, take away, settle doubt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qb_plugin.host import Ledger
from qb_plugin.model import (
    Customer,
    Entity,
    IntentState,
    Message,
    Outcome,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    Ref,
    RowResult,
    Side,
    side_of,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.families import PayingFamilies
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.undoing.created import Created, UndoRow
from qb_plugin.sync.undoing.doubt import REMOVING, undone
from qb_plugin.sync.undoing.here import remove_here
from qb_plugin.sync.undoing.planning import PlannedUndo, UndoPlanner
from qb_plugin.sync.undoing.removal import PlannedRemoval, Remover

FindRows = Callable[[], Sequence[UndoRow]]


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """`ids` are the rows picked; `void` keeps payments on file in QuickBooks with nothing on them."""

    ids: Sequence[str]
    void: bool = False


def undo(context: SyncContext, run: LeasedRun, ledger: Ledger, find: FindRows, options: UndoOptions) -> None:
    """Take away what the rows stand for, and report one result a row; `find` reads what stands once all doubt is settled."""
    settled = settle_open(context, run).results
    wanted = set(options.ids)
    rows = [row for row in find() if row.id in wanted]
    left = {row.id for row in rows}
    before = undone_before(context, wanted - left)
    for identity in options.ids:
        if identity not in left:
            run.reporter.row(settled.get(identity) or before.get(identity) or nothing_to_undo(identity))
    doubtful = {identity for identity, result in settled.items() if result.outcome is Outcome.NOT_CONFIRMED}
    plans = UndoPlanner(context, ledger, options.void).plan([row for row in rows if row.id not in doubtful])
    UndoRun(context, run, ledger, options.void).take_away(plans)


def undone_before(context: SyncContext, ids: Collection[str]) -> dict[str, RowResult]:
    """The ends of rows that an undo took away already, perhaps one that was cut short; sent again since, they would stand."""
    refs = [Ref.parse(identity) for identity in sorted(ids) if side_of(identity) is Side.WORKSPACE]
    removals = [intent for intent in context.journal.standing(context.realm, refs) if intent.operation in REMOVING]
    return {str(each.source): undone(each, "")[1] for each in removals if each.state is IntentState.CONFIRMED}


def nothing_to_undo(identity: str) -> RowResult:
    """The end of a row of which nothing stands any more."""
    return RowResult(id=identity, outcome=Outcome.FAILED, message=Message("undo_nothing"))


class UndoRun:
    """Takes away what was planned: payments here, then applications in QuickBooks, then the transactions themselves."""

    def __init__(self, context: SyncContext, run: LeasedRun, ledger: Ledger, void: bool) -> None:
        self._context, self._run, self._ledger, self._void = context, run, ledger, void
        self._unapplied: dict[str, RowResult] = {}

    def take_away(self, plans: Sequence[PlannedUndo]) -> None:
        """Report the refusals, and carry out the rest."""
        for plan in plans:
            if plan.reason:
                self._run.reporter.row(refusal(plan, plan.reason))
        going = [plan for plan in plans if plan.reason is None]
        remove_here(self._context, self._run, self._ledger, [plan for plan in going if plan.row.imported])
        there = [plan for plan in going if not plan.row.imported]
        families = self._families(there)
        self._remove_applications([plan for plan in there if plan.row.application], families)
        self._remove_records([plan for plan in there if plan.row.record], families)

    def _families(self, plans: Sequence[PlannedUndo]) -> PayingFamilies:
        ids = {now.customer_id for plan in plans for now in (plan.record, plan.application) if now}
        return PayingFamilies(read_customers(self._context, ids))

    def _remove_applications(self, plans: Sequence[PlannedUndo], families: PayingFamilies) -> None:
        """Delete the payments that apply memos; the row of one that is to go itself does not end with that."""
        goes_on = {plan.row.id for plan in plans if plan.row.record}

        def report(row_id: str, result: RowResult) -> None:
            if result.outcome is Outcome.UNDONE and row_id in goes_on:
                self._unapplied[row_id] = result
            else:
                self._run.reporter.row(replace(result, id=row_id))

        self._remove([removal_of(plan, plan.row.application, plan.application, families, False) for plan in plans], report)

    def _remove_records(self, plans: Sequence[PlannedUndo], families: PayingFamilies) -> None:
        """Void or delete the transactions; a memo whose application is gone is read again: that has changed it."""
        memos = [plan for plan in plans if plan.row.application]
        unapplied = [plan for plan in memos if plan.row.id in self._unapplied]
        going = [*(plan for plan in plans if not plan.row.application), *self._read_again(unapplied)]
        self._remove(
            [removal_of(plan, plan.row.record, plan.record, families, self._void) for plan in going],
            lambda row_id, result: self._run.reporter.row(replace(result, id=row_id)),
        )

    def _read_again(self, plans: Sequence[PlannedUndo]) -> list[PlannedUndo]:
        """The memos as they are without their applications; one that is not as it was then stays."""
        ids = [plan.record.id for plan in plans if plan.record]
        now = self._context.quickbooks.read(Entity.CREDIT_MEMO, ids) if ids else {}
        going: list[PlannedUndo] = []
        for plan in plans:
            memo = now.get(plan.record.id) if plan.record else None
            if isinstance(memo, QboCreditMemo) and same_memo(plan.record, memo):
                going.append(replace(plan, record=memo))
            else:
                self._run.reporter.row(memo_stays(plan))
        return going

    def _remove(self, removals: Sequence[PlannedRemoval], report: Callable[[str, RowResult], None]) -> None:
        if removals:
            Remover(self._context, self._run, report).remove(removals)


def same_memo(before: QboTransaction | None, now: QboCreditMemo) -> bool:
    """Whether a memo is what it was, and nothing of it is used any more."""
    if not isinstance(before, QboCreditMemo):
        return False
    was, is_ = ((each.customer_id, each.date, each.total, each.number, each.note) for each in (before, now))
    return was == is_ and now.remaining == now.total


def memo_stays(plan: PlannedUndo) -> RowResult:
    """The end of a memo that lost its application and was changed by somebody meanwhile."""
    identity = plan.record.id if plan.record else ""
    message = Message("undo_memo_changed", {"id": identity})
    return RowResult(id=plan.row.id, outcome=Outcome.CHANGED, message=message, quickbooks_id=identity)


def refusal(plan: PlannedUndo, reason: Message) -> RowResult:
    """The end of a row that stays as it is."""
    last = plan.record or plan.application
    return RowResult(
        id=plan.row.id,
        outcome=Outcome.FAILED,
        message=reason,
        quickbooks_id=last.id if last else None,
        source=plan.row.source if plan.row.imported else None,
    )


def removal_of(
    plan: PlannedUndo, created: Created | None, now: QboTransaction | None, families: PayingFamilies, void: bool
) -> PlannedRemoval:
    """The removal of one transaction; ValueError for a row that does not have it."""
    if created is None or now is None:
        raise ValueError("there is nothing to remove")
    touches = not isinstance(now, QboPayment) or now.lines
    return PlannedRemoval(
        row_id=plan.row.id,
        created=created,
        now=now,
        family=f"family {families.root(now.customer_id)}" if touches else f"alone {now.id}",
        void=void and isinstance(now, QboPayment),
    )


def read_customers(context: SyncContext, ids: set[str]) -> Mapping[str, Customer]:
    """These customers and all that they are billed to, so that their paying families are known."""
    found: dict[str, Customer] = {}
    missing = set(ids)
    while missing:
        found |= {each.id: each for each in context.quickbooks.customers_by_id(sorted(missing))}
        above = {each.parent_id for each in found.values() if each.bills_with_parent and each.parent_id}
        missing = {identity for identity in above if identity not in found} - missing
    return found
