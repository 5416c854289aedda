"""The two previews: what each is called, its columns, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import Action, Answer, Column, Sort
from qb_plugin.forms.exporting import columns as export_columns
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.exporting.previewed import PreviewedExport, foresee_export
from qb_plugin.forms.importing import columns as import_columns
from qb_plugin.forms.importing.form import ImportPayments
from qb_plugin.forms.importing.previewed import PreviewedImport, foresee_import_row
from qb_plugin.forms.presentation import FIXES
from qb_plugin.forms.previews.form import PreviewForm
from qb_plugin.forms.previews.rows import PreviewRows
from qb_plugin.forms.services import FormServices

SAYS = "Do what is said here; a row of which something has changed since is left, and says what"


def run_all(verb: str) -> Action:
    """The button that does what the preview says."""
    return {
        "id": f"{verb}_previewed",
        "label": f"{verb.capitalize()} these rows",
        "kind": "run",
        "needs": "nothing",
        "right": verb,
        "primary": True,
        "tooltip": SAYS,
    }


EXPORT, IMPORT = run_all("export"), run_all("import")
EXPORTED: Sequence[Column] = [
    {"key": "number", "label": "Number", "type": "text", "width": 84, "sortable": True},
    {"key": "date", "label": "Date", "type": "date", "width": 96, "sortable": True},
    {"key": "client", "label": "Client → customer", "type": "text", "width": 230, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
    {"key": "will_be", "label": "Will be", "type": "text", "width": 100},
    {"key": "deposit", "label": "Deposit to", "type": "text", "width": 150},
    {"key": "applied", "label": "Applied to, or why not", "type": "text", "width": 280},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 140},
]
IMPORTED: Sequence[Column] = [
    {"key": "date", "label": "Date", "type": "date", "width": 100, "sortable": True},
    {"key": "customer", "label": "Customer → client", "type": "text", "width": 220, "sortable": True},
    {"key": "reference", "label": "Reference", "type": "text", "width": 110, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
    {"key": "will_be", "label": "Will be", "type": "text", "width": 100},
    {"key": "applied_there", "label": "Applied in QuickBooks to", "type": "text", "width": 180},
    {"key": "applied_here", "label": "Will be applied here to", "type": "text", "width": 180},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 140},
]


class ExportPreview(PreviewForm[PreviewedExport]):
    """The form that Preview opens from Export Payments."""

    id = "export-preview"
    verb, name, run_all, run_row = "Export", "export", EXPORT, "export"
    offer = Offer(
        title="Preview",
        right="export",
        kinds=ExportPayments.offer.kinds,
        actions=[EXPORT, export_columns.ACTION],
        fixes=list(FIXES.values()),
        row_edits=export_columns.ROW_EDITS,
        edit_rights=ExportPayments.offer.edit_rights,
        asked=ExportPayments.offer.asked,
        columns=EXPORTED,
    )

    def __init__(self, services: FormServices, exports: ExportPayments) -> None:
        super().__init__(services, exports)
        self._exports = exports

    def rows_of(self, answer: Answer, sort: Sort | None) -> PreviewRows:
        """The picked records, each with what would become of it."""
        previewed = self._exports.previewed(answer.get("token"))
        rows = self._exports.rows_of(previewed, str(answer.get("search") or ""), sort)
        return PreviewRows(rows, partial(foresee_export, self._services.sentences, previewed))


class ImportPreview(PreviewForm[PreviewedImport]):
    """The form that Preview opens from Import Payments."""

    id = "import-preview"
    verb, name, run_all, run_row = "Import", "import", IMPORT, "import"
    offer = Offer(
        title="Preview",
        right="import",
        kinds=ImportPayments.offer.kinds,
        actions=[IMPORT, import_columns.ACTION],
        fixes=list(FIXES.values()),
        row_edits=import_columns.ROW_EDITS,
        edit_rights=ImportPayments.offer.edit_rights,
        columns=IMPORTED,
    )

    def __init__(self, services: FormServices, imports: ImportPayments) -> None:
        super().__init__(services, imports)
        self._imports = imports

    def rows_of(self, answer: Answer, sort: Sort | None) -> PreviewRows:
        """The picked payments, each with what would become of it."""
        previewed = self._imports.previewed(answer.get("token"))
        return PreviewRows(self._imports.rows_of(previewed, str(answer.get("search") or ""), sort), foresee_import_row)
