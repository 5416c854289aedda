"""Giving up what stays in doubt, and sending it again unchanged (docs/architecture.md rule 11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qb_plugin.model import Intent, Message, Operation, Outcome, Ref, RowResult, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.lease import LeasedRun


def withdraw(context: SyncContext, run: LeasedRun, sources: Collection[Ref], by: str) -> None:
    """Look for these rows once more, and withdraw those that were settled fully and are not there.

    What is found is linked. Fatal when QuickBooks cannot be read: then nothing is withdrawn.
    """
    open_intents = [intent for intent in context.journal.open_intents(context.realm) if intent.source in sources]
    settled = [intent for intent in open_intents if intent.fully_settled]
    missing = Recovery(context, run).look(settled)
    run.check_lease()
    context.journal.give_up([intent.id for intent in missing], by)
    for intent in missing:
        run.reporter.row(withdrawn_result(intent))
    in_doubt = {intent.source for intent in open_intents if not intent.fully_settled}
    for source in sorted({*in_doubt, *(set(sources) - {intent.source for intent in open_intents})}):
        key, outcome = ("not_confirmed", Outcome.NOT_CONFIRMED) if source in in_doubt else ("nothing_to_withdraw", Outcome.READY)
        run.reporter.row(RowResult(id=str(source), outcome=outcome, message=Message(key)))


def withdrawn_result(intent: Intent) -> RowResult:
    """The row of a withdrawn intent: it may be sent again; a credit memo whose application was withdrawn is in QuickBooks."""
    outcome = Outcome.READY if intent.operation is Operation.CREATE else Outcome.SYNCHRONIZED
    return RowResult(id=str(intent.source), outcome=outcome, message=Message("doubt_withdrawn", {"number": str(intent.source)}))


def reopen_unchanged(context: SyncContext, run: LeasedRun, records: Sequence[SourceRecord]) -> None:
    """Open the withdrawn intents of records that are as they were when these were sent: a new requestid could make them twice."""
    latest = {(intent.source, intent.operation): intent for intent in context.journal.withdrawn(context.realm)}
    if not latest:
        return
    versions = {record.ref: record.version for record in records}
    wanted = [intent for (source, _), intent in latest.items() if versions.get(source) == intent.source_version]
    standing = {(i.source, i.operation) for i in context.journal.standing(context.realm, [intent.source for intent in wanted])}
    again = [intent.id for intent in wanted if (intent.source, intent.operation) not in standing]
    if again:
        run.check_lease()
        context.journal.reopen(context.realm, again, run.fence)
