"""Fields, columns and actions of the Undo form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from marshmallow import fields

from qb_plugin.forms.descriptions import Action, Column, Option
from qb_plugin.forms.fields import FormSchema
from qb_plugin.forms.history.asked import ANY

DELETE, VOID = "delete", "void"
HOW: list[Option] = [
    {"value": DELETE, "label": "Delete"},
    {"value": VOID, "label": "Void payments (they stay on file with nothing on them)"},
]
UNDO: Action = {
    "id": "undo",
    "label": "Undo Selected",
    "kind": "run",
    "needs": "selection",
    "right": "undo",
    "primary": True,
    "confirm": "Take the selected rows away, as each says? What is deleted or removed cannot be brought back, only sent or imported"
    " again. Rows that cannot be undone stay as they are. A match with a bank transaction shows only when QuickBooks refuses:"
    " such a row ends failed, and stays linked.",
}
COLUMNS: Sequence[Column] = [
    {"key": "number", "label": "Number", "type": "text", "width": 90},
    {"key": "client", "label": "Client", "type": "text", "width": 190},
    {"key": "date", "label": "Date", "type": "date", "width": 100},
    {"key": "amount", "label": "Amount", "type": "money", "width": 100},
    {"key": "side", "label": "Goes from", "type": "text", "width": 110},
    {"key": "quickbooks", "label": "QuickBooks", "type": "text", "width": 100},
    {"key": "says", "label": "What happens", "type": "text", "width": 460},
    {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 120},
]


class UndoAnswer(FormSchema):
    """What is to be undone, and how."""

    run = fields.String(
        load_default="", metadata={"label": "Run", "type": "choice", "choices": [ANY], "refilters": True, "help": "All its rows"}
    )
    record = fields.String(
        load_default="",
        metadata={"label": "Record", "refilters": True, "help": "P-1017, several with blanks between: whichever run sent them"},
    )
    how = fields.String(
        load_default=DELETE, metadata={"label": "In QuickBooks", "type": "choice", "choices": HOW, "refilters": True}
    )


class UndoValues(TypedDict):
    """A checked answer."""

    run: str
    record: str
    how: str
