"""Columns and actions of the Reconcile forms."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column

TOTAL_COLUMNS: Sequence[Column] = [
    {"key": "what", "label": "What", "type": "text", "width": 280},
    {"key": "currency", "label": "Currency", "type": "text", "width": 110},
    {"key": "count_here", "label": "Here", "type": "number", "width": 60},
    {"key": "here", "label": "Amount here", "type": "money", "width": 104},
    {"key": "count_there", "label": "There", "type": "number", "width": 60},
    {"key": "there", "label": "QuickBooks", "type": "money", "width": 104},
    {"key": "difference", "label": "Difference", "type": "money", "width": 104},
    {"key": "applied_difference", "label": "of applied", "type": "money", "width": 96},
    {"key": "credits_difference", "label": "of credits", "type": "money", "width": 96},
    {"key": "hidden", "label": "Hidden", "type": "number", "width": 70},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 170},
]
ITEM_COLUMNS: Sequence[Column] = [
    {"key": "group", "label": "Why", "type": "text", "width": 240, "sortable": True},
    {"key": "client", "label": "Client or customer", "type": "text", "width": 190, "sortable": True},
    {"key": "number", "label": "Number here", "type": "text", "width": 90, "sortable": True},
    {"key": "date_here", "label": "Date here", "type": "date", "width": 95, "sortable": True},
    {"key": "here", "label": "Amount here", "type": "money", "width": 105, "sortable": True},
    {"key": "applied_here", "label": "Applied here", "type": "money", "width": 105},
    {"key": "id", "label": "QuickBooks", "type": "text", "width": 90, "sortable": True},
    {"key": "date_there", "label": "Date there", "type": "date", "width": 95, "sortable": True},
    {"key": "there", "label": "Amount there", "type": "money", "width": 105, "sortable": True},
    {"key": "applied_there", "label": "Applied there", "type": "money", "width": 105},
    {"key": "difference", "label": "Difference", "type": "money", "width": 100, "sortable": True},
    {"key": "currency", "label": "Currency", "type": "text", "width": 110},
    {"key": "hidden", "label": "Hidden", "type": "text", "width": 70},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 130},
]
OPEN_GROUP: Action = {"id": "open", "label": "Show These", "kind": "act", "needs": "selection", "right": "view"}
OPEN_QUICKBOOKS: Action = {"id": "quickbooks", "label": "Open in QuickBooks", "kind": "act", "needs": "selection", "right": "view"}
