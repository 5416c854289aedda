"""Linking payments of QuickBooks to those here that a person said are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qb_plugin.forms.descriptions import ActResult, Edits, RowChange
from qb_plugin.forms.importing.choices import build_options, is_linkable
from qb_plugin.forms.importing.rows import present_question
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.run_marks import mark_change
from qb_plugin.forms.services import FormServices
from qb_plugin.messages import Sentences
from qb_plugin.model import Message, Outcome, RowResult
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.compact_rows import CompactRows
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.importing.run_import import foresee_import
from qb_plugin.sync.linking import link_matched


def link_possible_duplicates(
    services: FormServices, context: SyncContext, kept: CompactRows, ids: Sequence[str], edits: Edits
) -> ActResult:
    """Link each row to the payment here that it was asked about; what it is like by now, if anything, is asked about anew.

    Both sides are looked at again, as a run does: since the list was read either may have been removed, and what the payment here
    was linked to may be gone.
    """
    options = replace(build_options(edits, {}, services.user_name), force=frozenset(), skip=frozenset())
    found = list(foresee_import(context, services.host.ledger, kept, ids, options=options))
    seen = {identity: str(edit.get("about_here") or "") for identity, edit in edits.items()}
    rows = [row for row in found if is_linkable(row) and seen.get(row.id, "") in {"", row.about_here}]
    pairs = [(row.existing, row.payment) for row in rows if row.existing]
    link_matched(context, pairs, services.user_name)
    services.host.marks.put([mark_change(str(ref), "synchronized", there.id, context.realm) for ref, there in pairs])
    linked = [
        RowResult(id=row.id, outcome=Outcome.SYNCHRONIZED, message=Message("twin_linked"), quickbooks_id=row.payment.id)
        for row in rows
    ]
    others = [ask_again(services.sentences, row) for row in found if row not in rows]
    return {"rows": [*others, *(present_result(services.sentences, result) for result in linked)]}


def ask_again(sentences: Sentences, row: ImportRow) -> RowChange:
    """The row with what it asks now."""
    asked = present_question(sentences, row)
    message, details, fixes = asked["message"], asked["details"], asked["fixes"]
    return {"id": row.id, "outcome": row.outcome.value, "message": message, "details": details, "fixes": fixes}
