"""Decides what an undo takes away and what it refuses, from both sides as they are now; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from qb_plugin.host import Ledger, Record
from qb_plugin.model import Company, Entity, Kind, Message, QboCreditMemo, QboPayment, QboTransaction, UnreadableRecord
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.linking import NOT_NOTED
from qb_plugin.sync.undoing.created import Created, UndoRow

Now = QboTransaction | UnreadableRecord
SAME_MOMENT = timedelta(seconds=2)  # an application touches its memo, and QuickBooks writes the two times one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUndo:
    """A row with what it stands for now; `reason` says why nothing of it is taken away."""

    row: UndoRow
    reason: Message | None = None
    record: QboTransaction | None = None
    application: QboPayment | None = None
    host_record: Record | None = None


class UndoPlanner:
    """Plans rows. `void` keeps payments on file with nothing on them, which QuickBooks does not do for credit memos."""

    def __init__(self, context: SyncContext, ledger: Ledger, void: bool = False) -> None:
        self._context, self._ledger, self._void = context, ledger, void

    def plan(self, rows: Sequence[UndoRow]) -> list[PlannedUndo]:
        """Read what the rows stand for, and decide each."""
        there = self._read_there(rows)
        ours = self._read_here([row for row in rows if row.imported])
        company = self._context.quickbooks.preferences() if there else None
        return [self._decide(row, there, ours, company) for row in rows]

    def _read_there(self, rows: Sequence[UndoRow]) -> dict[tuple[Entity, str], Now]:
        made = [part for row in rows for part in (row.record, row.application) if part]
        found: dict[tuple[Entity, str], Now] = {}
        for entity in sorted({part.entity for part in made}):
            ids = list(dict.fromkeys(part.quickbooks_id for part in made if part.entity == entity))
            found |= {(entity, identity): now for identity, now in self._context.quickbooks.read(entity, ids).items()}
        return found

    def _read_here(self, rows: Sequence[UndoRow]) -> dict[str, Record]:
        records = self._ledger.records([str(row.source) for row in rows]) if rows else ()
        return {f"{record.kind}:{record.id}": record for record in records}

    def _decide(
        self, row: UndoRow, there: Mapping[tuple[Entity, str], Now], ours: Mapping[str, Record], company: Company | None
    ) -> PlannedUndo:
        if row.imported:
            record = ours.get(str(row.source))
            return PlannedUndo(row=row, host_record=record, reason=refuse_here(row, record, self._ledger))
        found = {part.operation: there.get((part.entity, part.quickbooks_id)) for part in parts_of(row)}
        reasons = (self._refuse(row, part, found[part.operation], company) for part in parts_of(row))
        transaction, application = (found.get(part.operation) if part else None for part in (row.record, row.application))
        plan = PlannedUndo(
            row=row,
            reason=next((reason for reason in reasons if reason), None),
            record=transaction if isinstance(transaction, QboPayment | QboCreditMemo) else None,
            application=application if isinstance(application, QboPayment) else None,
        )
        return replace(plan, reason=applied_elsewhere(plan) or plan.reason)

    def _refuse(self, row: UndoRow, part: Created, now: Now | None, company: Company | None) -> Message | None:
        """Why this transaction stays; None when it can go."""
        values = {"id": part.quickbooks_id}
        if self._void and part.entity == Entity.CREDIT_MEMO:
            return Message("undo_no_void", values)
        if now is None:
            return Message("undo_gone", values)
        if isinstance(now, UnreadableRecord):
            return Message("undo_unreadable", {**values, "what": now.problem})
        return refuse_locked(now, company) or refuse_used(row, now) or refuse_touched(row, part, now)


def parts_of(row: UndoRow) -> list[Created]:
    """What goes, in its order: an application before the memo that it applies."""
    return [part for part in (row.application, row.record) if part]


def refuse_locked(now: QboTransaction, company: Company | None) -> Message | None:
    """The refusal of what QuickBooks has locked: in a bank deposit, or in a closed period."""
    if isinstance(now, QboPayment) and now.deposit_id:
        return Message("undo_deposited", {"id": now.id, "deposit": now.deposit_id})
    if company and company.closed_until and now.date <= company.closed_until:
        return Message("undo_closed", {"id": now.id, "date": now.date, "until": company.closed_until})
    return None


def refuse_used(row: UndoRow, now: QboTransaction) -> Message | None:
    """The refusal of what was voided, and of a memo that something else than our own payment applies, too."""
    if isinstance(now, QboPayment):
        return Message("undo_voided", {"id": now.id}) if now.voided else None
    used = now.total - now.remaining
    if used and row.application is None:
        return Message("undo_applied_elsewhere", {"id": now.id, "amount": used})
    return None


def refuse_touched(row: UndoRow, part: Created, now: QboTransaction) -> Message | None:
    """The refusal of what is not as we last saw it. Our own
    application, and its deletion, change the memo, which may be as new as they."""
    if part.entity == Entity.CREDIT_MEMO and (row.application or row.unapplied_at):
        ours = (*(each.updated for each in parts_of(row)), row.unapplied_at)
        seen = max((moment for moment in ours if moment), default=None)
        is_touched = bool(seen and now.updated and now.updated > seen + SAME_MOMENT)
    else:
        is_touched = now.sync_token != part.sync_token or bool(part.updated and now.updated and now.updated != part.updated)
    return Message("undo_edited", {"id": now.id, "type": now_name(now)}) if is_touched else None


def now_name(now: QboTransaction) -> str:
    """`payment` or `credit memo`."""
    return "payment" if isinstance(now, QboPayment) else "credit memo"


def refuse_here(row: UndoRow, record: Record | None, ledger: Ledger) -> Message | None:
    """Why an imported payment stays here; None when it can go. One that is gone is only unlinked."""
    if "remove" not in ledger.can:
        return Message("undo_host_cannot")
    version = (row.imported.own_version if row.imported else None) or NOT_NOTED
    if record is None or str(record.version) == version:
        return None
    return Message("undo_not_noted" if version == NOT_NOTED else "undo_edited_here", {"number": record.number})


def applied_elsewhere(plan: PlannedUndo) -> Message | None:
    """The refusal of a memo of which more is used than our own application does."""
    memo, ours = plan.record, plan.application
    if not isinstance(memo, QboCreditMemo) or ours is None:
        return None
    used = memo.total - memo.remaining
    mine = sum((line.amount for line in ours.lines if line.type == Entity.CREDIT_MEMO and line.id == memo.id), ZERO)
    return Message("undo_applied_elsewhere", {"id": memo.id, "amount": used - mine}) if used != mine else None


def describe(plan: PlannedUndo, void: bool) -> Message:
    """What is going to happen to a row that is ready."""
    if plan.row.imported:
        number = plan.host_record.number if plan.host_record else str(plan.row.source)
        return Message("undo_would_remove" if plan.host_record else "undo_would_unlink", {"number": number})
    last = plan.record or plan.application
    what = [f"{now_name(each)} {each.id}" for each in (plan.application, plan.record) if each]
    values = {"what": " then ".join(what), "opens": ", ".join(opened(plan)) or "nothing"}
    if plan.row.record is None and plan.row.source.kind is Kind.CREDIT_MEMO:
        return Message("undo_would_take_off", values)
    is_void = void and isinstance(last, QboPayment) and plan.record is last
    return Message("undo_would_void" if is_void else "undo_would_delete", values)


def opened(plan: PlannedUndo) -> Iterable[str]:
    """The invoices that are open again afterwards, with the amounts."""
    for now in (plan.application, plan.record):
        for line in now.lines if isinstance(now, QboPayment) else ():
            if line.type == Entity.INVOICE:
                yield f"{line.number or line.id} {show_amount(line.amount)}"
