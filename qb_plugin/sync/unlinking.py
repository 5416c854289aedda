"""Taking links back: nothing is deleted on either side, and the pair is remembered (docs/architecture.md rule 13)."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.model import Link, Message, Outcome, Ref, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun


def unlink(context: SyncContext, run: LeasedRun, rows: Mapping[str, Ref | None], by: str, ended: Outcome) -> Mapping[str, Link]:
    """Unlink the records of these rows; the links that were, by the records' ids. Each row that was linked ends with `ended`."""
    run.check_lease()
    removed = context.links.unlink(context.realm, [ref for ref in rows.values() if ref], by)
    found = {link.source: link for link in removed}
    for identity, ref in rows.items():
        link = found.get(ref) if ref else None
        message = Message("unlinked" if link else "nothing_to_unlink")
        row = RowResult(id=identity, outcome=ended, message=message, quickbooks_id=link.quickbooks_id if link else None)
        run.reporter.row(row)
    return {str(ref): link for ref, link in found.items()}
