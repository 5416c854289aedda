"""Deletes the later one of a record that is twice in QuickBooks (docs/architecture.md rule 11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from qb_plugin.model import (
    Company,
    Entity,
    Message,
    Operation,
    Outcome,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    Ref,
    RowResult,
    UnreadableRecord,
)
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.withdrawing.late_finds import find_late, settle_late
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.undoing.created import Created, last_seen
from qb_plugin.sync.undoing.planning import refuse_locked
from qb_plugin.sync.undoing.removal import PlannedRemoval, Remover

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """The two transactions of one record, as they are now; `linked` is the id of the one that stands for it."""

    source: Ref
    earlier: QboTransaction
    later: QboTransaction
    linked: str


def find_twins(context: SyncContext, sources: Collection[Ref]) -> list[Twins]:
    """The records among these that stand twice in QuickBooks; one of the two that cannot be read is no twin."""
    finds = {find.intent.source: find for find in find_late(context) if find.other and find.intent.source in sources}
    found: list[Twins] = []
    for source, find in finds.items():
        ids = [find.found.id, find.other or ""]
        now = context.quickbooks.read(find.intent.entity, ids)
        both = [each for each in now.values() if not isinstance(each, UnreadableRecord) and each.total]
        if len(both) == len(ids):
            earlier, later = sorted(both, key=lambda each: (each.created or LONG_AGO, int(each.id)))
            found.append(Twins(source=source, earlier=earlier, later=later, linked=find.other or ""))
    return found


def delete_later(context: SyncContext, run: LeasedRun, sources: Sequence[Ref]) -> None:
    """Delete the later transaction of each record, and report one result a row; the earlier one stands for it from then on."""
    twins = {each.source: each for each in find_twins(context, sources)}
    company = context.quickbooks.preferences() if twins else None
    removals: list[PlannedRemoval] = []
    for source in sources:
        reason = refuse_twin(context, twins[source], company) if source in twins else Message("twice_no_more")
        if reason:
            run.reporter.row(RowResult(id=str(source), outcome=Outcome.FAILED, message=reason))
        else:
            removals.append(removal_of(twins[source]))
    ended: dict[str, RowResult] = {}
    if removals:
        Remover(context, run, lambda row_id, result: ended.update({row_id: result})).remove(removals)
    adopted = {result.id for result in settle_late(context, silenced(run)) if result.outcome is not Outcome.NEEDS_DECISION}
    for identity, result in ended.items():
        pair = twins[Ref.parse(identity)]
        stands = pair.linked == pair.earlier.id or identity in adopted
        run.reporter.row(settled(pair) if result.outcome is Outcome.UNDONE and stands else result)


def silenced(run: LeasedRun) -> LeasedRun:
    """The run, without telling what the rows end as: that comes once both halves are done."""
    return replace(run, reporter=replace(run.reporter, row=lambda _: None))


def settled(pair: Twins) -> RowResult:
    """The end of a row that is once in QuickBooks again."""
    message = Message("twice_settled", {"gone": pair.later.id, "stays": pair.earlier.id})
    return RowResult(id=str(pair.source), outcome=Outcome.SYNCHRONIZED, message=message, quickbooks_id=pair.earlier.id)


def refuse_twin(context: SyncContext, pair: Twins, company: Company | None) -> Message | None:
    """Why the later one stays: locked, used, or not as it was sent. The one that is not linked was compared when it was found."""
    later = pair.later
    if isinstance(later, QboCreditMemo) and later.remaining != later.total:
        return Message("undo_applied_elsewhere", {"id": later.id, "amount": later.total - later.remaining})
    seen = last_seen(context, [pair.source]).get((pair.source, entity_of(later), later.id))
    if seen and seen[0] != later.sync_token:
        kind = "payment" if isinstance(later, QboPayment) else "credit memo"
        return Message("undo_edited", {"id": later.id, "type": kind})
    return refuse_locked(later, company)


def entity_of(transaction: QboTransaction) -> Entity:
    """What a transaction is in QuickBooks."""
    return Entity.PAYMENT if isinstance(transaction, QboPayment) else Entity.CREDIT_MEMO


def removal_of(pair: Twins) -> PlannedRemoval:
    """The deletion of the later one, as it was read."""
    made = Created(
        source=pair.source,
        operation=Operation.CREATE,
        entity=entity_of(pair.later),
        quickbooks_id=pair.later.id,
        sync_token=pair.later.sync_token,
        updated=pair.later.updated,
    )
    return PlannedRemoval(row_id=str(pair.source), created=made, now=pair.later, family=pair.later.customer_id)
