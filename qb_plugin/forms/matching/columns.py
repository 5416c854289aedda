"""Columns, buttons and fields of Match Clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from marshmallow import fields, validate

from qb_plugin.forms.descriptions import Action, Column, Field, RowEdit
from qb_plugin.forms.fields import FormSchema, describe_fields
from qb_plugin.sync.clients.likest import LINE

COLUMNS: Sequence[Column] = [
    {"key": "client", "label": "Client", "type": "text", "width": 270, "sortable": True},
    {"key": "customer", "label": "QuickBooks customer", "type": "choice", "width": 320, "search": "customers", "act": "link"},
    {"key": "why", "label": "Why", "type": "text", "width": 400, "sortable": True},
    {"key": "likeness", "label": "Likeness", "type": "number", "width": 90, "sortable": True},
]
ACCEPT: Action = {
    "id": "accept_all",
    "label": "Accept All Suggestions",
    "kind": "act",
    "needs": "nothing",
    "right": "match",
    "primary": True,
    "tooltip": f"Link every client whose suggestion is {LINE} % like it or more, selected or not; what has a twin is left to you",
}
NOTHING_SURE = f"No suggestion is {LINE} % like its client or more, without a twin"
CREATE: Action = {
    "id": "create_customers",
    "label": "Create Customers…",
    "kind": "run",
    "needs": "selection",
    "right": "match",
    "tooltip": "Create a customer in QuickBooks for each selected client that has none",
    "confirm": "Selected: {n}. Create a customer in QuickBooks for each of them that has none? QuickBooks never deletes a customer:"
    " it can only be made inactive there.",
}
ACTIONS: Sequence[Action] = [
    ACCEPT,
    {"id": "link", "label": "Link Selected", "kind": "act", "needs": "selection", "right": "match"},
    {"id": "unlink", "label": "Unlink Selected", "kind": "act", "needs": "selection", "right": "match"},
    CREATE,
]


ROW_EDITS: Sequence[RowEdit] = [
    {"name": "name", "option": "name", "label": "Create its customer under this name.", "takes": "text"},
    {
        "name": "without_email",
        "option": "without-email",
        "label": "Create its customer without its e-mail address.",
        "takes": "switch",
    },
]


class Tab(StrEnum):
    """Which clients are shown."""

    UNMATCHED = "unmatched"
    SUGGESTED = "suggested"
    MATCHED = "matched"
    ALL = "all"


class MatchAnswer(FormSchema):
    """The one filter: which clients."""

    show = fields.String(
        load_default=Tab.ALL.value,
        validate=validate.OneOf([tab.value for tab in Tab], error="field_value"),
        metadata={"label": "Show", "type": "choice", "style": "radio", "refilters": True},
    )


def describe_tabs(schema: FormSchema, counts: Mapping[Tab, int]) -> list[Field]:
    """The filter with how many clients each choice shows."""
    [show] = describe_fields(schema)
    return [{**show, "choices": [{"value": tab.value, "label": f"{tab.value.capitalize()} {counts[tab]:,}"} for tab in Tab]}]


def label_accept(count: int) -> Action:
    """The button that accepts, with how many it would."""
    labelled: Action = {**ACCEPT, "label": f"Accept {count:,} Suggestion{'' if count == 1 else 's'} ≥ {LINE} %"}
    return labelled if count else {**labelled, "disabled": NOTHING_SURE}
