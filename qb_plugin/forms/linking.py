"""Linking a record to the QuickBooks transaction that looks the same, once a person said that it is."""

from __future__ import annotations

from qb_plugin.forms.run_task import mark_change
from qb_plugin.forms.services import FormServices
from qb_plugin.model import LinkOrigin, Message, Outcome, RowResult, SourceRecord
from qb_plugin.sync.exporting.snapshot import ExportOptions, read_snapshot
from qb_plugin.sync.linking import link_records


def link_possible_duplicate(services: FormServices, record: SourceRecord) -> RowResult:
    """Link the record to its possible duplicate; that is looked for again, so that what is linked is what is there now."""
    context = services.context(services.connection())
    duplicate = read_snapshot(context, [record], ExportOptions()).linkable(record)
    if duplicate is None:
        return RowResult(id=str(record.ref), outcome=Outcome.READY, message=Message("twin_gone"))
    link_records(context, [(record, duplicate)], LinkOrigin.MATCHED)
    services.host.marks.put([mark_change(str(record.ref), "synchronized", duplicate.id, context.realm)])
    return RowResult(id=str(record.ref), outcome=Outcome.SYNCHRONIZED, message=Message("twin_linked"), quickbooks_id=duplicate.id)
