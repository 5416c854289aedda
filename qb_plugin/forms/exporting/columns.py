"""What the export form shows: its columns, its button, its rows' menu, its links."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column, Option
from qb_plugin.model import ListEntry

ACTION: Action = {
    "id": "export",
    "label": "Export Selected",
    "kind": "run",
    "needs": "selection",
    "right": "export",
    "primary": True,
    "tooltip": "Send the selected rows to QuickBooks",
}
ROW_ACTIONS: Sequence[Action] = [
    {"id": "hide", "label": "Hide", "kind": "act", "right": "hide"},
    {"id": "show", "label": "Show", "kind": "act", "right": "hide"},
]


def link_label(memos: int) -> str:
    """The link to what was left out."""
    return "Show the credit memo" if memos == 1 else f"Show the {memos} credit memos"


def columns(methods: Sequence[ListEntry], accounts: Sequence[ListEntry]) -> list[Column]:
    """The grid's columns; method and account can be chosen per row."""
    deposits = choices(accounts, "Undeposited Funds")
    return [
        {"key": "number", "label": "Number", "type": "text", "width": 84, "sortable": True},
        {"key": "date", "label": "Date", "type": "date", "width": 96, "sortable": True},
        {"key": "client", "label": "Client → customer", "type": "text", "width": 260, "sortable": True},
        {"key": "reference", "label": "Reference", "type": "text", "width": 120, "sortable": True},
        {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
        {"key": "method", "label": "Method", "type": "choice", "width": 140, "choices": choices(methods, "No method")},
        {
            "key": "deposit",
            "label": "Deposit to",
            "type": "choice",
            "width": 170,
            "choices": deposits,
        },
        {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 140},
    ]


def choices(found: Sequence[ListEntry], default: str) -> list[Option]:
    """A choice cell's entries; the empty one is QuickBooks' own default."""
    offered: list[Option] = [{"value": entry.id, "label": entry.name} for entry in found if entry.active and entry.name != default]
    return [{"value": "", "label": default}, *offered]
