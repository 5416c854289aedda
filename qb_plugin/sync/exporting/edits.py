"""Records that were edited here while a run sent them: QuickBooks has them as they were, and their rows say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from qb_plugin.model import (
    Draft,
    Intent,
    IntentState,
    Kind,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    Ref,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.settlement import applications_of
from qb_plugin.sync.lease import LeasedRun

PORTION = 1000  # records read from the host at a time


def report_edited(context: SyncContext, run: LeasedRun, sent: Mapping[str, Sequence[str]]) -> None:
    """Read the sent records once more at the end of a run; those with another version than was sent are *changed*. `sent` are the
    rows by that version."""
    if context.read_records is None:
        return
    every = ((Ref.parse(row), version) for version, rows in sent.items() for row in rows)
    while portion := dict(islice(every, PORTION)):
        for result in find_edited(context, portion):
            run.reporter.row(result)


def find_edited(context: SyncContext, sent: Mapping[Ref, str]) -> Iterator[RowResult]:
    """The ends of those of these records that are not what was sent any more."""
    read = {record.ref: record for record in context.read_records(list(sent))} if context.read_records else {}
    edited = [ref for ref, version in sent.items() if ref not in read or read[ref].version != version]
    clients = {Ref(Kind.CLIENT, read[ref].client_id) for ref in edited if ref in read}
    links = context.links.by_source(context.realm, clients) if clients else {}
    for intent in context.journal.standing(context.realm, edited) if edited else ():
        if intent.operation is Operation.CREATE and intent.state is IntentState.CONFIRMED:
            draft = context.quickbooks.draft(intent.entity, intent.payload)
            record = read.get(intent.source)
            link = links.get(Ref(Kind.CLIENT, record.client_id)) if record else None
            message = describe_edit(draft, record, moved=link is None or link.quickbooks_id != draft.customer_id)
            if message:
                yield changed(intent, draft, message)


def changed(intent: Intent, draft: Draft, message: Message) -> RowResult:
    """The end of a row whose record is not what was sent."""
    applied = applications_of(draft.lines) if isinstance(draft, PaymentDraft) else ()
    return RowResult(
        id=str(intent.source), outcome=Outcome.CHANGED, message=message, quickbooks_id=intent.quickbooks_id, applied=applied
    )


def describe_edit(draft: Draft, record: SourceRecord | None, moved: bool = False) -> Message | None:
    """What of a record is no longer as it was sent; None for an edit that QuickBooks does not see. `moved`: it is now of a client
    that is not matched to the customer it was sent for."""
    if record is None:
        return Message("removed_while_sent")
    sent = draft.total if isinstance(draft, PaymentDraft) else draft.amount
    parts = [("amount", show_amount(sent), show_amount(record.amount)), ("date", draft.date.isoformat(), record.date.isoformat())]
    if isinstance(draft, PaymentDraft):
        parts.append(("reference", draft.reference or "–", record.reference or "–"))
    what = [f"client, now {record.client_name}"] if moved else []
    what += [f"{name} {before}, now {now}" for name, before, now in parts if before != now]
    return Message("edited_while_sent", {"number": record.number, "what": "; ".join(what)}) if what else None
