"""Giving up what stays in doubt, and sending it again unchanged (docs/architecture.md rule 11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qb_plugin.model import Intent, Message, Operation, Outcome, PaymentDraft, Ref, RowResult, SourceRecord
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.recovery import Recovery
from qb_plugin.sync.lease import LeasedRun


def withdraw(context: SyncContext, run: LeasedRun, sources: Collection[Ref]) -> None:
    """Look for these rows once more, and withdraw those that were settled fully and are not there.

    What is found is linked. Fatal when QuickBooks cannot be read: then nothing is withdrawn.
    """
    open_intents = [intent for intent in context.journal.open_intents(context.realm) if intent.source in sources]
    settled = [intent for intent in open_intents if intent.fully_settled]
    missing = Recovery(context, run).look(settled)
    run.check_lease()
    context.journal.give_up([intent.id for intent in missing], run.user)
    for intent in missing:
        run.reporter.row(withdrawn_result(context, intent))
    in_doubt = {intent.source for intent in open_intents if not intent.fully_settled}
    for source in sorted({*in_doubt, *(set(sources) - {intent.source for intent in open_intents})}):
        key, outcome = ("not_confirmed", Outcome.NOT_CONFIRMED) if source in in_doubt else ("nothing_to_withdraw", Outcome.READY)
        run.reporter.row(RowResult(id=str(source), outcome=outcome, message=Message(key)))


def withdrawn_result(context: SyncContext, intent: Intent) -> RowResult:
    """The row of an intent that was withdrawn just now: it may be sent again; a memo whose application was is in QuickBooks.

    Withdrawn before, it may be one whose requestid QuickBooks answers with the same fault for ever: a new number is offered.
    """
    outcome = Outcome.READY if intent.operation is Operation.CREATE else Outcome.SYNCHRONIZED
    key = "doubt_withdrawn_again" if intent.withdrawals else "doubt_withdrawn"
    return RowResult(id=str(intent.source), outcome=outcome, message=Message(key, facts_as_sent(context, intent)))


def facts_as_sent(context: SyncContext, intent: Intent) -> dict[str, object]:
    """What a person compares with QuickBooks' list: number here, and amount, date and reference as they were sent."""
    draft = context.quickbooks.draft(intent.entity, intent.payload)
    amount, reference = (draft.total, draft.reference) if isinstance(draft, PaymentDraft) else (draft.amount, draft.number)
    number = context.numbers([intent.source])[intent.source]
    return {"number": number, "amount": amount, "date": draft.date, "ref": reference or "none"}


def reopen_unchanged(
    context: SyncContext, run: LeasedRun, records: Sequence[SourceRecord], new_number: Collection[Ref] = ()
) -> None:
    """Open the withdrawn intents of records that are as they were when these were sent: a new requestid could make them twice.

    Those of `new_number` stay withdrawn: a person, asked, said that they go under another requestid.
    """
    latest = {(intent.source, intent.operation): intent for intent in context.journal.withdrawn(context.realm)}
    if not latest:
        return
    versions = {record.ref: record.version for record in records if record.ref not in new_number}
    wanted = [intent for (source, _), intent in latest.items() if versions.get(source) == intent.source_version]
    standing = {(i.source, i.operation) for i in context.journal.standing(context.realm, [intent.source for intent in wanted])}
    again = [intent.id for intent in wanted if (intent.source, intent.operation) not in standing]
    if again:
        run.check_lease()
        context.journal.reopen(context.realm, again, run.fence)
