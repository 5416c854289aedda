"""Columns and actions of the History forms."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column

RUN_COLUMNS: Sequence[Column] = [
    {"key": "when", "label": "When", "type": "date", "width": 156, "sortable": True},
    {"key": "who", "label": "Who", "type": "text", "width": 90},
    {"key": "company", "label": "Company", "type": "text", "width": 170, "optional": True},
    {"key": "what", "label": "What", "type": "text", "width": 160},
    {"key": "filters", "label": "Filters", "type": "text", "width": 260, "optional": True},
    {"key": "rows", "label": "Rows", "type": "number", "width": 56},
    {"key": "done", "label": "Done", "type": "number", "width": 56},
    {"key": "changed", "label": "Changed", "type": "number", "width": 72},
    {"key": "needs_decision", "label": "Decide", "type": "number", "width": 60},
    {"key": "failed", "label": "Failed", "type": "number", "width": 56},
    {"key": "not_confirmed", "label": "Not conf.", "type": "number", "width": 76},
    {"key": "skipped", "label": "Skipped", "type": "number", "width": 70},
    {"key": "not_tried", "label": "Not tried", "type": "number", "width": 74},
    {"key": "took", "label": "Took", "type": "number", "width": 62},
]
ENTRY_COLUMNS: Sequence[Column] = [
    {"key": "when", "label": "When", "type": "date", "width": 156, "sortable": True},
    {"key": "who", "label": "Who", "type": "text", "width": 110},
    {"key": "what", "label": "What", "type": "text", "width": 140},
    {"key": "number", "label": "Number", "type": "text", "width": 90},
    {"key": "client", "label": "Client", "type": "text", "width": 170},
    {"key": "date", "label": "Date", "type": "date", "width": 100},
    {"key": "amount", "label": "Amount", "type": "money", "width": 100},
    {"key": "request", "label": "Request", "type": "text", "width": 280, "optional": True},
    {"key": "answer", "label": "Answer", "type": "text", "width": 300},
    {"key": "change", "label": "Before → after", "type": "text", "width": 220},
    {"key": "applied", "label": "Applied to", "type": "text", "width": 170},
    {"key": "quickbooks", "label": "QuickBooks", "type": "text", "width": 100},
    {"key": "tid", "label": "intuit_tid", "type": "text", "width": 170, "optional": True},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 120},
]
OPEN_RUN: Action = {"id": "open", "label": "Open", "kind": "act", "needs": "selection", "right": "view"}
UNDO: Action = {"id": "undo", "label": "Undo…", "kind": "act", "needs": "selection", "right": "undo"}
OPEN_QUICKBOOKS: Action = {"id": "quickbooks", "label": "Open in QuickBooks", "kind": "act", "needs": "selection", "right": "view"}
