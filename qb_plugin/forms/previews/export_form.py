"""The preview of an export: what would become of each row picked, and the button that does just that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Column,
    Edits,
    FormDescription,
    FormRequest,
    Notice,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.exporting.columns import ROW_EDITS
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.exporting.previewed import PreviewedExport, PreviewRows
from qb_plugin.forms.presentation import (
    FIXES,
    catch_failures,
    catch_row_failures,
    present_title,
    present_unavailable,
    spell_count,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message

RUN: Action = {
    "id": "export_previewed",
    "label": "Export these rows",
    "kind": "run",
    "needs": "nothing",
    "right": "export",
    "primary": True,
    "tooltip": "Do what is said here; a row of which something has changed since is left, and says what",
}
RUN_ROW: Action = {"id": "export", "label": "Export", "kind": "run", "needs": "selection", "right": "export"}
COLUMNS: Sequence[Column] = [
    {"key": "number", "label": "Number", "type": "text", "width": 84, "sortable": True},
    {"key": "date", "label": "Date", "type": "date", "width": 96, "sortable": True},
    {"key": "client", "label": "Client → customer", "type": "text", "width": 230, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
    {"key": "will_be", "label": "Will be", "type": "text", "width": 100},
    {"key": "deposit", "label": "Deposit to", "type": "text", "width": 150},
    {"key": "applied", "label": "Applied to", "type": "text", "width": 260},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 140},
]


class ExportPreview:
    """The form that Preview opens from Export Payments. It writes nothing until its own button is pressed."""

    id = "export-preview"
    offer = Offer(
        title="Preview",
        right="export",
        kinds=ExportPayments.offer.kinds,
        actions=[RUN, RUN_ROW],
        fixes=list(FIXES.values()),
        row_edits=ROW_EDITS,
        edit_rights=ExportPayments.offer.edit_rights,
        columns=COLUMNS,
    )

    def __init__(self, services: FormServices, exports: ExportPayments) -> None:
        self._services, self._exports = services, exports

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; what was picked is planned now, so opening it again is a new preview."""
        token = (request.get("answer") or {}).get("token")
        previewed, unavailable = self._plan(token)
        ready = previewed.ready
        return {
            "id": self.id,
            "title": f"Preview: export of {spell_count(len(previewed.ids))}",
            "subtitle": present_title(self._services.host, self._services.connection()),
            "fields": [],
            "answer": {},
            "search": True,
            "columns": COLUMNS,
            "actions": [{**RUN, "label": f"Export these {len(ready)}"}] if ready else [],
            "row_actions": [],
            "notice": self._notice(previewed),
            "warning": None,
            "unavailable": unavailable,
            "token": token if isinstance(token, str) else "",
        }

    def _plan(self, token: object) -> tuple[PreviewedExport, Unavailable | None]:
        previewed = self._exports.previewed(token)
        if not previewed.ids:
            return previewed, {"text": self._services.sentences.text(Message("preview_gone")), "link": None}
        try:
            if not previewed.busy:
                self._exports.foresee(previewed)
        except AddInError as failure:
            return previewed, present_unavailable(self._services.sentences, failure)
        return previewed, None

    def _notice(self, previewed: PreviewedExport) -> Notice | None:
        return {"text": self._services.sentences.text(previewed.told), "level": "info"} if previewed.rows else None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The rows that were picked, each with what would become of it."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> PreviewRows:
        previewed = self._exports.previewed(answer.get("token"))
        rows = self._exports.rows_of(previewed, str(answer.get("search") or ""), sort)
        return PreviewRows(self._services.sentences, rows, previewed)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Do what mends a row, as the export form does; the rows are planned anew afterwards."""
        result = self._exports.act(action, self._exports.previewed(answer.get("token")).answer, ids, edits)
        return {**result, "reload": True} if result.get("rows") else result

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Export the rows that are ready as it was said of them; or the rows of a button under the grid, as they are now."""
        return catch_failures(self._services.sentences, partial(self._run, action, answer, ids, edits, task))

    def _run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        previewed = self._exports.previewed(answer.get("token"))
        if action == RUN["id"]:
            return self._exports.run_previewed(previewed, previewed.ready or ids, edits, task)
        if action == RUN_ROW["id"]:
            return self._exports.run("export", previewed.answer, ids, {**previewed.edits, **edits}, task)
        raise no_such_action(action)

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
