"""Columns and actions of the Changes form."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column, Fix
from qb_plugin.host import Host
from qb_plugin.sync.changes.settling import Way

COLUMNS: Sequence[Column] = [
    {"key": "what", "label": "What", "type": "text", "width": 180, "sortable": True},
    {"key": "client", "label": "Client or customer", "type": "text", "width": 180, "sortable": True},
    {"key": "number", "label": "Number here", "type": "text", "width": 90, "sortable": True},
    {"key": "date_here", "label": "Date here", "type": "date", "width": 95, "sortable": True},
    {"key": "here", "label": "Amount here", "type": "money", "width": 105, "sortable": True},
    {"key": "applied_here", "label": "Applied here", "type": "money", "width": 105},
    {"key": "id", "label": "QuickBooks", "type": "text", "width": 90, "sortable": True},
    {"key": "date_there", "label": "Date there", "type": "date", "width": 95, "sortable": True},
    {"key": "there", "label": "Amount there", "type": "money", "width": 105, "sortable": True},
    {"key": "applied_there", "label": "Applied there", "type": "money", "width": 105},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 130},
]
TAKE: Action = {
    "id": Way.TAKE.value,
    "label": "Take QuickBooks'",
    "kind": "run",
    "needs": "selection",
    "right": "import",
    "tooltip": "Make the records here what they are in QuickBooks",
    "confirm": "Make the selected records here what they are in QuickBooks? Those that are gone there are removed here.",
}
SEND: Action = {
    "id": Way.SEND.value,
    "label": "Send This Side's",
    "kind": "run",
    "needs": "selection",
    "right": "export",
    "tooltip": "Make the payments and credit memos in QuickBooks what they are here",
    "confirm": "Change the selected payments and credit memos in QuickBooks to what they are here?",
}
LEAVE: Action = {
    "id": Way.LEAVE.value,
    "label": "Leave",
    "kind": "run",
    "needs": "selection",
    "right": "match",
    "tooltip": "Leave both sides as they are, until one of them changes again",
}
UNLINK: Action = {
    "id": "unlink",
    "label": "Unlink",
    "kind": "act",
    "needs": "selection",
    "right": "match",
    "confirm": "Unlink the two? Nothing is deleted on either side, and nothing links them again without a person.",
}
DELETE_HERE: Fix = {
    "label": "Delete here too",
    "run": TAKE["id"],
    "confirm": "Remove it here, too? Its invoices are open again, and it cannot be brought back from here.",
}
OPEN_QUICKBOOKS: Action = {"id": "quickbooks", "label": "Open in QuickBooks", "kind": "act", "needs": "selection", "right": "view"}


def settling_actions(host: Host) -> list[Action]:
    """What makes one side what the other is: QuickBooks' cannot be taken where records are neither changed nor removed."""
    send: Action = {**SEND, "label": f"Send {host.program}'s"}
    return [*([TAKE] if host.ledger.can & {"update", "remove"} else []), send]
