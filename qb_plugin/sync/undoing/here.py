"""Takes imported payments away from the host's ledger: its own key makes each removal happen once."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.host import Ledger
from qb_plugin.ledger_changes import ChangeOutcome, RecordChange
from qb_plugin.model import Link, Message, Outcome, RecordingStatus, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import NOT_NOTED
from qb_plugin.sync.undoing.planning import PlannedUndo

GROUP = 500  # removals a commit of the host's
DONE = frozenset({RecordingStatus.RECORDED, RecordingStatus.EXISTS})

CHANGED = "changed"  # what a ledger answers of a record that is not at the version that was seen


def remove_here(context: SyncContext, run: LeasedRun, ledger: Ledger, plans: Sequence[PlannedUndo]) -> None:
    """Remove the payments, then take their links back: one that was removed before its link was is only unlinked."""
    for start in range(0, len(plans), GROUP):
        group = plans[start : start + GROUP]
        if run.stop():
            for plan in group:
                run.reporter.row(RowResult(id=plan.row.id, outcome=Outcome.NOT_TRIED, message=Message("cancelled_row")))
            continue
        run.check_lease()
        remove_group(context, run, ledger, group)


def remove_group(context: SyncContext, run: LeasedRun, ledger: Ledger, plans: Sequence[PlannedUndo]) -> None:
    """One commit of the host's, then one of ours, then the rows' results."""
    standing = [plan for plan in plans if plan.host_record]
    made = ledger.remove([change_of(context, plan) for plan in standing]) if standing else ()
    outcomes = {plan.row.id: outcome for plan, outcome in zip(standing, made, strict=True)}
    gone = [plan for plan in plans if plan.row.id not in outcomes or outcomes[plan.row.id].status in DONE]
    context.links.remove(context.realm, [plan.row.source for plan in gone], run.user)
    for plan in plans:
        run.reporter.row(result_of(plan, outcomes.get(plan.row.id)))


def change_of(context: SyncContext, plan: PlannedUndo) -> RecordChange:
    """The removal of the payment in the version that this program made."""
    link, ref = link_of(plan), str(plan.row.source)
    key = f"quickbooks:{context.realm}:undo:{link.quickbooks_id}:{ref}:{link.own_version}"
    return {"key": key, "ref": ref, "version": int(link.own_version or NOT_NOTED)}


def link_of(plan: PlannedUndo) -> Link:
    """The link of an imported row; ValueError for another row."""
    if plan.row.imported is None:
        raise ValueError("only what was imported is removed here")
    return plan.row.imported


def result_of(plan: PlannedUndo, outcome: ChangeOutcome | None) -> RowResult:
    """How the row ends."""
    values = {"number": plan.host_record.number if plan.host_record else str(plan.row.source)}
    if outcome is None or outcome.status in DONE:
        key = "undone_removed" if outcome else "undone_unlinked"
        return RowResult(
            id=plan.row.id,
            outcome=Outcome.UNDONE,
            message=Message(key, values),
            quickbooks_id=link_of(plan).quickbooks_id,
            source=plan.row.source,
        )
    is_changed = outcome.status == CHANGED
    message = Message("undo_edited_here", values) if is_changed else Message("host_refused", {"reason": outcome.reason})
    return RowResult(
        id=plan.row.id,
        outcome=Outcome.CHANGED if is_changed else Outcome.FAILED,
        message=message,
        quickbooks_id=link_of(plan).quickbooks_id,
        source=plan.row.source,
    )
