"""An export, from the rows picked to each row's outcome: settle what is open, plan, send, settle doubt, plan once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Company,
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
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.credit_memos import SavedMemo, saved_before, with_application
from qb_plugin.sync.exporting.planning import Planner
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.exporting.send_loop import Events, SendLoop
from qb_plugin.sync.exporting.settlement import applied, edited_since, find_differences, in_doubt
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot, read_snapshot
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_records

EMPTY: Mapping[Ref, SourceRecord] = MappingProxyType({})


def export(context: SyncContext, run: LeasedRun, options: ExportOptions, records: Sequence[SourceRecord]) -> Events:
    """Export the records: rows' results as they come to be, and notices (Message) about the whole run.

    A row may have several results while it is in doubt; its last one counts. Fatal failures are raised before anything is
    sent; later ones leave the remaining rows *not tried*.
    """
    settled: dict[str, RowResult] = {}
    for event in settle_open(context, run, {record.ref: record for record in records}):
        if isinstance(event, RowResult):
            settled[event.id] = event
        yield event
    snapshot = read_snapshot(context, records, options)
    yield from warnings_of(snapshot.company, options, records)
    planner = Planner(context, snapshot, options)
    unapplied = find_unapplied(context, options, records, settled, snapshot)
    done = {memo.result.id for memo in unapplied} | set(settled)
    found = planner.sort_out([record for record in records if str(record.ref) not in done])
    records = ()  # from here on `found` alone holds them, and lets go of each as it is planned
    yield from found.decided
    rounds = SendLoop(context, run, options, planner)
    yield from rounds.keep_for_later(unapplied)
    yield from adopt(context, found.adopted, snapshot, rounds)
    yield from rounds.send(found.to_send)


def find_unapplied(
    context: SyncContext,
    options: ExportOptions,
    records: Sequence[SourceRecord],
    settled: Mapping[str, RowResult],
    snapshot: ExportSnapshot,
) -> list[SavedMemo]:
    """The memos among the records that an earlier run saved, but was cut short before it applied them."""
    memos = {record.ref: record for record in records if record.ref.kind is Kind.CREDIT_MEMO}
    if not options.auto_apply or not memos:
        return []
    intents = [intent for intent in context.journal.to_apply(context.realm) if intent.source in memos]
    return [
        SavedMemo(memos[i.source], snapshot.customer(i.customer_id), settled.get(str(i.source)) or saved_before(i))
        for i in intents
        if is_saved(settled.get(str(i.source)))
    ]


def is_saved(result: RowResult | None) -> bool:
    """Whether a memo was not looked at in this run, or was found to be saved as meant; one whose application was has ended."""
    return result is None or (result.outcome is Outcome.SYNCHRONIZED and not is_not_applied(result))


def is_not_applied(result: RowResult) -> bool:
    return result.message is not None and result.message.key == "memo_not_applied"


def settle_open(context: SyncContext, run: LeasedRun, records: Mapping[Ref, SourceRecord] = EMPTY) -> Events:
    """Settle the intents that a lost answer or a killed process left open (docs/architecture.md rule 6).

    `records` are those at hand: one that was edited since it was sent is told so.
    """
    intents = context.journal.open_intents(context.realm)
    if not intents:
        return
    yield Message("settling_open", {"n": len(intents)})
    told = ResumedRows(context, intents, records)
    try:
        for event in Recovery(context, run).settle(intents):
            yield told.result_for(event) if isinstance(event, RowResult) else event
    except Fatal:
        yield from told.unresolved()
        raise


def still_open(context: SyncContext) -> Sequence[RowResult]:
    """The rows of an earlier run that are in doubt, while nobody can look them up: they are not merely *not tried*."""
    return ResumedRows(context, context.journal.open_intents(context.realm), EMPTY).unresolved()


class ResumedRows:
    """What the rows of an earlier run are told: the intent's end as the end of the whole row."""

    def __init__(self, context: SyncContext, intents: Sequence[Intent], records: Mapping[Ref, SourceRecord]) -> None:
        self._context, self._records = context, records
        self._left = {str(intent.source): intent for intent in intents}
        links = context.links.by_source(context.realm, [intent.source for intent in intents])
        self._saved = {str(ref): RowResult(str(ref), Outcome.SYNCHRONIZED, None, link.quickbooks_id) for ref, link in links.items()}

    def result_for(self, result: RowResult) -> RowResult:
        """The row's result."""
        intent = self._left.pop(result.id)
        if intent.operation is Operation.APPLY:
            return with_application(self._saved.get(result.id) or RowResult(result.id, Outcome.SYNCHRONIZED), result)
        record = self._records.get(intent.source)
        return self._compared(result, intent, record) if record else result

    def unresolved(self) -> list[RowResult]:
        """The rows that nobody could look up."""
        return [self.result_for(in_doubt(intent)) for intent in list(self._left.values())]

    def _compared(self, result: RowResult, intent: Intent, record: SourceRecord) -> RowResult:
        """*Changed* when what was sent is not what the record says by now."""
        draft = self._context.quickbooks.draft(intent.entity, intent.payload)
        what = edited_since(record, draft)
        if result.outcome is not Outcome.SYNCHRONIZED or not what:
            return result
        return replace(result, outcome=Outcome.CHANGED, message=Message("saved_but_differs", {"what": ", ".join(what)}))


def warnings_of(company: Company, options: ExportOptions, records: Sequence[SourceRecord]) -> Events:
    """What to say once a run about the company's own settings."""
    credits_used = options.auto_apply or any(record.ref.kind is Kind.CREDIT_MEMO for record in records)
    if company.auto_apply_credit and credits_used:
        yield Message("auto_apply_credit_on")


def adopt(
    context: SyncContext, found: Sequence[tuple[SourceRecord, QboTransaction]], snapshot: ExportSnapshot, rounds: SendLoop
) -> Events:
    """Link records whose marker is in QuickBooks already, as after an older backup was restored."""
    link_records(context, found, LinkOrigin.ADOPTED)
    for record, transaction in found:
        customer = snapshot.links.get(_client(record))
        meant = PaymentDraft(customer.quickbooks_id if customer else "", record.date, record.amount)
        what = find_differences(meant, transaction)
        outcome = Outcome.CHANGED if what else Outcome.SYNCHRONIZED
        said = Message("saved_but_differs", {"what": ", ".join(what)}) if what else Message("found_in_quickbooks")
        result = RowResult(str(record.ref), outcome, said, transaction.id, applied(transaction))
        if rounds.applies(record, result) and isinstance(transaction, QboCreditMemo) and transaction.remaining:
            yield from rounds.keep_for_later([SavedMemo(record, snapshot.customer(transaction.customer_id), result)])
        else:
            yield result


def _client(record: SourceRecord) -> Ref:
    return Ref(Kind.CLIENT, record.client_id)
