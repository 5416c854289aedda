"""Columns, button, row menu and links of the export form."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import Action, Column, Option, RowEdit
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
PREVIEW: Action = {
    "id": "preview",
    "label": "Preview",
    "kind": "act",
    "needs": "selection",
    "right": "export",
    "tooltip": "Say what would become of the selected rows, and send nothing",
    "opens": True,
}
UNLINK: Action = {
    "id": "unlink",
    "label": "Unlink",
    "kind": "act",
    "right": "match",
    "confirm": "Unlink the two? Nothing is deleted on either side, and nothing links them again without a person.",
}
ROW_ACTIONS: Sequence[Action] = [
    {"id": "hide", "label": "Hide", "kind": "act", "right": "hide"},
    {"id": "show", "label": "Show", "kind": "act", "right": "hide"},
    UNLINK,
    {
        "id": "withdraw",
        "label": "It is not in QuickBooks: withdraw",
        "kind": "act",
        "right": "export",
        "tooltip": "Give up what QuickBooks never confirmed, after a last look",
    },
]

UNLINK_EDIT: RowEdit = {
    "name": "unlink",
    "option": "unlink",
    "label": "Unlink the row from its QuickBooks transaction, and leave it out of this run.",
    "takes": "switch",
}
ROW_EDITS: Sequence[RowEdit] = [
    {"name": "link", "option": "link", "label": "Link the row to the QuickBooks transaction of this id.", "takes": "text"},
    {
        "name": "force",
        "option": "send-anyway",
        "label": "Send the row though QuickBooks may have it.",
        "takes": "switch",
    },
    {
        "name": "unapplied",
        "option": "unapplied",
        "label": "Send the row without applying it to invoices.",
        "takes": "switch",
    },
    {
        "name": "send_again",
        "option": "send-again",
        "label": "Send the row once more: it was deleted or voided in QuickBooks.",
        "takes": "switch",
    },
    UNLINK_EDIT,
    {"name": "look_again", "option": "look-again", "label": "Settle the row's doubt in full once more.", "takes": "switch"},
    {
        "name": "withdraw",
        "option": "withdraw",
        "label": "Give the row up after a last look: it is not in QuickBooks.",
        "takes": "switch",
    },
    {
        "name": "new_number",
        "option": "new-number",
        "label": "Send a row that was withdrawn unchanged under a new number.",
        "takes": "switch",
    },
    {
        "name": "delete_later",
        "option": "delete-later",
        "label": "Delete the later one of a row that is twice in QuickBooks.",
        "takes": "switch",
    },
    {"name": "skip", "option": "not-now", "label": "Leave the row out of this run.", "takes": "switch"},
]


def label_link(memos: int) -> str:
    """The label of the link to the credit memos that were left out."""
    return "Show the credit memo" if memos == 1 else f"Show the {memos} credit memos"


OF_PAYMENTS = {"source": "payments"}  # a credit memo has neither method nor account


def build_columns(methods: Sequence[ListEntry], accounts: Sequence[ListEntry]) -> list[Column]:
    """The columns of the grid; method and account can be chosen per row."""
    deposits = build_choices(accounts, "Undeposited Funds")
    return [
        {"key": "number", "label": "Number", "type": "text", "width": 84, "sortable": True},
        {"key": "date", "label": "Date", "type": "date", "width": 96, "sortable": True},
        {"key": "client", "label": "Client → customer", "type": "text", "width": 240, "sortable": True},
        {"key": "reference", "label": "Reference", "type": "text", "width": 120, "sortable": True},
        {"key": "amount", "label": "Amount", "type": "money", "width": 104, "sortable": True},
        {
            "key": "method",
            "label": "Method",
            "type": "choice",
            "width": 140,
            "choices": build_choices(methods, "No method"),
            "when": OF_PAYMENTS,
        },
        {
            "key": "deposit",
            "label": "Deposit to",
            "type": "choice",
            "width": 190,
            "choices": deposits,
            "when": OF_PAYMENTS,
        },
        {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 130},
    ]


def build_choices(found: Sequence[ListEntry], default: str) -> list[Option]:
    """The entries of a choice cell; the first, of an empty value, leaves the choice to QuickBooks."""
    offered: list[Option] = [{"value": entry.id, "label": entry.name} for entry in found if entry.active and entry.name != default]
    return [{"value": "", "label": default}, *offered]
