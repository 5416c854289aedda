"""An export, from the rows picked to each row's outcome: settle what is open, plan, send, settle doubt, plan once more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Company,
    Draft,
    Intent,
    Kind,
    LinkOrigin,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboCreditMemo,
    QboTransaction,
    Ref,
    RowResult,
    SourceRecord,
)
from qb_plugin.sync.changes.doubt import UpdateDoubt
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.answers import remember_answers
from qb_plugin.sync.exporting.credit_memos import SavedMemo, meant_by, saved_before, with_application
from qb_plugin.sync.exporting.drafting.differences import describe_difference
from qb_plugin.sync.exporting.edits import report_edited
from qb_plugin.sync.exporting.planning import Planner
from qb_plugin.sync.exporting.recovery import TRIES, Recovery
from qb_plugin.sync.exporting.send_loop import SendLoop
from qb_plugin.sync.exporting.settlement import applied, edited_since, find_differences, in_doubt
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot, read_snapshot
from qb_plugin.sync.exporting.withdrawing.late_finds import settle_late
from qb_plugin.sync.exporting.withdrawing.withdrawal import reopen_unchanged, withdraw
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_records
from qb_plugin.sync.undoing.doubt import REMOVING, RemovalDoubt

EMPTY: Mapping[Ref, SourceRecord] = MappingProxyType({})


def export(context: SyncContext, run: LeasedRun, options: ExportOptions, records: Sequence[SourceRecord]) -> None:
    """Export the records, and report rows' results as they come to be, and notices about the whole run.

    A row may have several results while it is in doubt; its last one counts. Fatal failures are raised before anything is
    sent; later ones leave the remaining rows *not tried*.
    """
    context = replace(context, mapped_names=lambda: options.names)
    reopen_unchanged(context, run, records, {*options.new_number, *options.withdraw})
    resumed = settle_open(context, run, {record.ref: record for record in records}, options.look_again)
    resumed.results.update({result.id: result for result in settle_late(context, run)})
    if options.withdraw:
        withdraw(context, run, options.withdraw)
        resumed.results.update({str(ref): RowResult(id=str(ref), outcome=Outcome.READY) for ref in options.withdraw})
    snapshot = read_snapshot(context, [*records, *options.alongside], options)
    if credits_go_elsewhere(snapshot.company, options, records):
        run.reporter.notice(Message("auto_apply_credit_on"))
    remember_answers(context, records, snapshot, options)
    planner = Planner(context, snapshot, options)
    unapplied = find_unapplied(context, options, records, resumed, snapshot)
    done = {memo.result.id for memo in unapplied} | resumed.ended
    found = planner.sort_out([record for record in records if str(record.ref) not in done])
    records = ()  # from here on only `found` refers to them, and releases each as it is planned
    for result in found.decided:
        run.reporter.row(result)
    loop = SendLoop(context, run, options, planner)
    loop.apply_later(unapplied)
    release_replaced(context, found.adopted, snapshot)
    link_records(context, [pair for pair in found.adopted if pair[0].ref in options.link], LinkOrigin.MATCHED, options.user)
    adopt(context, run, found.adopted, snapshot, loop)
    loop.send(found.to_send)
    report_edited(context, run, loop.sent)


def release_replaced(
    context: SyncContext, adopted: Sequence[tuple[SourceRecord, QboTransaction]], snapshot: ExportSnapshot
) -> None:
    """Take back the links to what is gone of records that are found again under their mark."""
    found_again = [record.ref for record, _ in adopted if record.ref in snapshot.linked.again]
    if found_again:
        context.journal.withdraw(context.realm, found_again)
        context.links.remove(context.realm, found_again)


def find_unapplied(
    context: SyncContext, options: ExportOptions, records: Sequence[SourceRecord], resumed: Resumed, snapshot: ExportSnapshot
) -> list[SavedMemo]:
    """The memos among the records that an earlier run saved, but was cut short before it applied them."""
    memos = {record.ref: record for record in records if record.ref.kind is Kind.CREDIT_MEMO}
    if not options.auto_apply or not memos:
        return []
    intents = [intent for intent in context.journal.to_apply(context.realm) if intent.source in memos]
    return [
        SavedMemo(memos[i.source], snapshot.customer(i.customer_id), resumed.results.get(str(i.source)) or saved_before(i))
        for i in intents
        if resumed.leaves_to_apply(str(i.source))
    ]


@dataclass(frozen=True, slots=True)
class Resumed:
    """How the rows ended that an earlier run had left open, and those of them that were applications of saved memos."""

    results: dict[str, RowResult] = field(default_factory=dict)
    applications: frozenset[str] = frozenset()

    @property
    def ended(self) -> set[str]:
        """The rows that this run has nothing more to do with; what an undo took away may go again."""
        return {row for row, result in self.results.items() if result.outcome is not Outcome.UNDONE}

    def leaves_to_apply(self, row: str) -> bool:
        """Whether a memo was not looked at, or was found to be saved as meant; one whose application was has ended."""
        result = self.results.get(row)
        return result is None or (result.outcome is Outcome.SYNCHRONIZED and row not in self.applications)


def settle_open(
    context: SyncContext, run: LeasedRun, records: Mapping[Ref, SourceRecord] = EMPTY, look_again: Collection[Ref] = ()
) -> Resumed:
    """Settle the intents that a lost answer or a killed process left open (docs/architecture.md rule 6).

    `records` are those at hand: one that was edited since it was sent is reported as *changed*. Those to
    `look_again` for are settled in full although that was done before.
    """
    intents = [again(intent) if intent.source in look_again else intent for intent in context.journal.open_intents(context.realm)]
    if not intents:
        return Resumed()
    run.reporter.notice(Message("settling_open", {"n": len(intents)}))
    resumed = Resumed({}, frozenset(str(intent.source) for intent in intents if intent.operation is Operation.APPLY))
    rows = ResumedRows(context, intents, records)

    def report(result: RowResult) -> None:
        resumed.results[result.id] = result
        run.reporter.row(result)

    reporter = replace(run.reporter, row=lambda result: report(rows.result_for(result)))
    try:
        settle_removals(context, run, [intent for intent in intents if intent.operation in REMOVING], reporter.row)
        settle_updates(context, run, [intent for intent in intents if intent.operation is Operation.UPDATE], reporter.row)
        made = [intent for intent in intents if intent.operation not in {*REMOVING, Operation.UPDATE}]
        Recovery(context, replace(run, reporter=reporter)).settle(made)
    except Fatal:
        for result in rows.unresolved():
            report(result)
        raise
    return resumed


def settle_removals(context: SyncContext, run: LeasedRun, intents: Sequence[Intent], report: Callable[[RowResult], None]) -> None:
    """Settle the voids and deletes that an undo left open."""
    if intents:
        RemovalDoubt(context, run, lambda _, result: report(result)).settle(intents)


def settle_updates(context: SyncContext, run: LeasedRun, intents: Sequence[Intent], report: Callable[[RowResult], None]) -> None:
    """Settle the updates that were left open."""
    if intents:
        UpdateDoubt(context, run, lambda _, result: report(result)).settle(intents)


def again(intent: Intent) -> Intent:
    """The intent, to go alone once more."""
    return replace(intent, fully_settled=False, singles=min(intent.singles, TRIES - 1))


def still_open(context: SyncContext) -> Sequence[RowResult]:
    """The rows of an earlier run that are in doubt, when QuickBooks cannot be read: *not confirmed*, not merely *not tried*."""
    return ResumedRows(context, context.journal.open_intents(context.realm), EMPTY).unresolved()


class ResumedRows:
    """Results for the rows of an earlier run: an intent's end turned into the end of the whole row."""

    def __init__(self, context: SyncContext, intents: Sequence[Intent], records: Mapping[Ref, SourceRecord]) -> None:
        self._context, self._records = context, records
        self._left = {str(intent.source): intent for intent in intents}
        links = context.links.by_source(context.realm, [intent.source for intent in intents])
        self._saved = {
            str(ref): RowResult(id=str(ref), outcome=Outcome.SYNCHRONIZED, message=None, quickbooks_id=link.quickbooks_id)
            for ref, link in links.items()
        }

    def result_for(self, result: RowResult) -> RowResult:
        """The row's result."""
        intent = self._left.pop(result.id)
        if intent.operation is Operation.APPLY:
            return with_application(self._saved.get(result.id) or RowResult(id=result.id, outcome=Outcome.SYNCHRONIZED), result)
        record = None if intent.operation in REMOVING else self._records.get(intent.source)
        return self._compared(result, intent, record) if record else result

    def unresolved(self) -> list[RowResult]:
        """The rows that could not be looked up."""
        return [self.result_for(in_doubt(intent)) for intent in list(self._left.values())]

    def _compared(self, result: RowResult, intent: Intent, record: SourceRecord) -> RowResult:
        """*Changed* when what was sent is not what the record says by now."""
        draft = self._context.quickbooks.draft(intent.entity, intent.payload)
        what = edited_since(record, draft)
        if result.outcome is not Outcome.SYNCHRONIZED or not what:
            return result
        return replace(result, outcome=Outcome.CHANGED, message=Message("saved_but_differs", {"what": ", ".join(what)}))


def credits_go_elsewhere(company: Company, options: ExportOptions, records: Sequence[SourceRecord]) -> bool:
    """Whether QuickBooks applies credits by itself, in a run that has to do with credits."""
    uses_credits = options.auto_apply or any(record.ref.kind is Kind.CREDIT_MEMO for record in records)
    return company.auto_apply_credit and uses_credits


def adopt(
    context: SyncContext,
    run: LeasedRun,
    found: Sequence[tuple[SourceRecord, QboTransaction]],
    snapshot: ExportSnapshot,
    loop: SendLoop,
) -> None:
    """Link records whose marker is in QuickBooks already, as after an older backup was restored; those linked stay so."""
    link_records(context, found, LinkOrigin.ADOPTED)
    for record, transaction in found:
        result = adopted_result(record, transaction, snapshot)
        if loop.applies(record, result) and isinstance(transaction, QboCreditMemo) and transaction.remaining:
            loop.apply_later([SavedMemo(record, snapshot.customer(transaction.customer_id), result)])
        else:
            run.reporter.row(result)


def adopted_result(record: SourceRecord, transaction: QboTransaction, snapshot: ExportSnapshot) -> RowResult:
    """How the row of an adopted record ends: found, or differing from what the record says."""
    customer_id = snapshot.customer_meant(record, transaction)
    meant: Draft = PaymentDraft(customer_id=customer_id, date=record.date, total=record.amount)
    if record.ref.kind is Kind.CREDIT_MEMO:
        meant = meant_by(record, customer_id)
    what = find_differences(meant, transaction)
    outcome = Outcome.CHANGED if what else Outcome.SYNCHRONIZED
    message = describe_difference(meant, transaction, what) if what else Message("found_in_quickbooks")
    return RowResult(
        id=str(record.ref), outcome=outcome, message=message, quickbooks_id=transaction.id, applied=applied(transaction)
    )
