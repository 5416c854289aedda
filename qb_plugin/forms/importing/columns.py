"""Columns and button of the import form."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column, RowEdit
from qb_plugin.forms.exporting.columns import UNLINK_EDIT

COLUMNS: Sequence[Column] = [
    {"key": "date", "label": "Date", "type": "date", "width": 100, "sortable": True},
    {"key": "customer", "label": "Customer → client", "type": "text", "width": 220, "sortable": True},
    {"key": "method", "label": "Method", "type": "text", "width": 116, "sortable": True},
    {"key": "reference", "label": "Reference", "type": "text", "width": 110, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 92, "sortable": True},
    {"key": "applied_there", "label": "Applied in QuickBooks to", "type": "text", "width": 165},
    {"key": "applied_here", "label": "Will be applied here to", "type": "text", "width": 165},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 122},
]

ACTION: Action = {
    "id": "import",
    "label": "Import Selected",
    "kind": "run",
    "needs": "selection",
    "right": "import",
    "primary": True,
    "tooltip": "Record the selected payments here (the user's guide calls this button Export Selected)",
}

PREVIEW: Action = {
    "id": "preview",
    "label": "Preview",
    "kind": "act",
    "needs": "selection",
    "right": "import",
    "tooltip": "Say what would become of the selected rows, and record nothing",
    "opens": True,
}

#: What can be done with a row of any outcome, and needs the ledger's change of this name.
APPLY_CREDITS: Action = {"id": "apply_credits", "label": "Apply its credits here, too", "kind": "act", "right": "import"}

ROW_EDITS: Sequence[RowEdit] = [
    {
        "name": "force",
        "option": "import-anyway",
        "label": "Import the row though it may be here, or what stayed of it.",
        "takes": "switch",
    },
    {"name": "client", "option": "client", "label": "Import the row for the client of this id.", "takes": "text"},
    {"name": "skip", "option": "not-now", "label": "Leave the row out of this run.", "takes": "switch"},
    UNLINK_EDIT,
]
