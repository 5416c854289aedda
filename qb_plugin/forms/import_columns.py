"""What the import form shows: its columns and its button."""

from __future__ import annotations

from typing import Any

COLUMNS: list[dict[str, Any]] = [
    {"key": "date", "label": "Date", "type": "date", "width": 96, "sortable": True},
    {"key": "customer", "label": "Customer → client", "type": "text", "width": 250, "sortable": True},
    {"key": "method", "label": "Method", "type": "text", "width": 120, "sortable": True},
    {"key": "reference", "label": "Reference", "type": "text", "width": 120, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
    {"key": "applied_there", "label": "Applied in QuickBooks to", "type": "text", "width": 200},
    {"key": "applied_here", "label": "Will be applied here to", "type": "text", "width": 200},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 140},
]

ACTION = {
    "id": "import",
    "label": "Import Selected",
    "kind": "run",
    "needs": "selection",
    "right": "import",
    "primary": True,
    "tooltip": "Record the selected payments in WorkSpace (the user's guide calls this button Export Selected)",
}
