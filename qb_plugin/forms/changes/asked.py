"""Fields of the Changes form: which changes are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from marshmallow import fields

from qb_plugin.forms.descriptions import Option
from qb_plugin.forms.fields import FormSchema
from qb_plugin.sync.changes.pairs import ChangedSide, ChangeKind

KINDS: Mapping[ChangeKind, str] = {
    ChangeKind.REMOVED_THERE: "Removed in QuickBooks",
    ChangeKind.VOIDED_THERE: "Voided in QuickBooks",
    ChangeKind.REMOVED_HERE: "Removed here",
    ChangeKind.UNREADABLE: "Cannot be read",
    ChangeKind.CURRENCY: "Other currency",
    ChangeKind.CUSTOMER: "Customer changed",
    ChangeKind.AMOUNT: "Amount changed",
    ChangeKind.RETURNED: "Money went back",
    ChangeKind.DATE: "Date changed",
    ChangeKind.TEXT: "Reference or memo changed",
    ChangeKind.UNAPPLIED: "Taken off its invoice",
    ChangeKind.APPLIED: "Applied",
    ChangeKind.WAITING: "Waiting for invoice",
}
WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.CURRENCY: "currency",
    ChangeKind.CUSTOMER: "customer",
    ChangeKind.AMOUNT: "amount",
    ChangeKind.RETURNED: "what stayed",
    ChangeKind.DATE: "date",
    ChangeKind.TEXT: "reference or memo",
    ChangeKind.UNAPPLIED: "what is applied",
    ChangeKind.APPLIED: "what is applied",
}
SIDES: Mapping[ChangedSide, str] = {ChangedSide.HERE: "here", ChangedSide.THERE: "there", ChangedSide.BOTH: "on both sides"}
ONE_SIDED = frozenset(
    {
        ChangeKind.REMOVED_THERE,
        ChangeKind.VOIDED_THERE,
        ChangeKind.REMOVED_HERE,
        ChangeKind.UNREADABLE,
        ChangeKind.CURRENCY,
        ChangeKind.RETURNED,
        ChangeKind.WAITING,
    }
)
SHOWN: list[Option] = [
    Option(value="", label="All"),
    *(Option(value=kind.value, label=label) for kind, label in KINDS.items()),
]


class ChangesAnswer(FormSchema):
    """Which changes are shown."""

    what = fields.String(load_default="", metadata={"label": "What", "type": "choice", "choices": SHOWN, "refilters": True})


class ChangesValues(TypedDict):
    """A checked answer."""

    what: str


def label_of(kind: ChangeKind, side: ChangedSide) -> str:
    """`Amount changed there`, `Applied there since`."""
    if kind in ONE_SIDED:
        return KINDS[kind]
    if kind is ChangeKind.TEXT:
        return f"{KINDS[kind]} {SIDES[ChangedSide.HERE]}"
    if kind is ChangeKind.UNAPPLIED:
        return f"{KINDS[kind]} {SIDES[ChangedSide.THERE]}"
    if kind is ChangeKind.APPLIED and side is ChangedSide.HERE:
        return "Applied differently here"
    return f"{KINDS[kind]} {SIDES[side]}" + (" since" if kind is ChangeKind.APPLIED else "")
