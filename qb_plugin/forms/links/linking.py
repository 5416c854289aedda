"""Linking what a person said is the same: a record and a QuickBooks transaction, a client and what its customer became."""

from __future__ import annotations

from qb_plugin.forms.links.standing import standing_records
from qb_plugin.forms.run_marks import mark_change
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Kind, LinkOrigin, Message, Outcome, Ref, RowResult, SourceRecord
from qb_plugin.sync.exporting.drafting.questions import Asker
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from qb_plugin.sync.linking import link_clients, link_records


def link_possible_duplicate(services: FormServices, record: SourceRecord, seen: str) -> RowResult:
    """Link the record to its possible duplicate; that is looked for again, so that what is linked is what is there now.

    `seen` is the id of the one that a person saw, or "": another one that is there by now is asked about anew. A link to what is
    gone in QuickBooks gives way to the new one; one to what is there stands, and is told.
    """
    context = services.context(services.connection())
    options = ExportOptions(
        standing=standing_records(services), company_name=services.company_name, send_again=frozenset({record.ref})
    )
    snapshot = read_snapshot(context, [record], options)
    link = snapshot.links.get(record.ref)
    if link:
        outcome, message = snapshot.linked.judge(record, link, snapshot.meant, snapshot.company.home_currency)
        return RowResult(id=str(record.ref), outcome=outcome, message=message, quickbooks_id=link.quickbooks_id)
    duplicate = snapshot.linkable(record)
    if duplicate is None:
        return RowResult(id=str(record.ref), outcome=Outcome.READY, message=Message("twin_gone"))
    asked = Asker(context, snapshot, options).about(record) if seen not in {"", duplicate.id} else None
    if asked:
        return RowResult(
            id=str(record.ref), outcome=Outcome.NEEDS_DECISION, message=asked.message, quickbooks_id=asked.quickbooks_id
        )
    link_records(context, [(record, duplicate)], LinkOrigin.MATCHED, services.user_name)
    services.host.marks.put([mark_change(str(record.ref), "synchronized", duplicate.id, context.realm)])
    return RowResult(id=str(record.ref), outcome=Outcome.SYNCHRONIZED, message=Message("twin_linked"), quickbooks_id=duplicate.id)


def relink_client(services: FormServices, record: SourceRecord, _: str) -> RowResult:
    """Match the record's client to the customer that QuickBooks merged its own into; the evidence is looked for again."""
    context = services.context(services.connection())
    snapshot = read_snapshot(context, [record], ExportOptions())
    link = snapshot.links.get(Ref(Kind.CLIENT, record.client_id))
    new = snapshot.merges.get(link.quickbooks_id) if link else None
    if new is None:
        return RowResult(id=str(record.ref), outcome=Outcome.READY, message=Message("nothing_merged"))
    values = {"client": record.client_name, "customer": snapshot.customer(new).full_name}
    link_clients(context.links, context.realm, {record.client_id: new}, services.user_name)
    return RowResult(id=str(record.ref), outcome=Outcome.READY, message=Message("client_relinked_export", values))
