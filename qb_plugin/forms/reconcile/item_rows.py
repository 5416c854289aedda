"""Rows of the items: both records side by side, why they differ, and what settles it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from qb_plugin.forms.changes.columns import DELETE_HERE, SEND, TAKE
from qb_plugin.forms.descriptions import Cells, EmptyGrid, Fix, Row, Sort
from qb_plugin.forms.lists.listed_rows import Amounts, ListedRows
from qb_plugin.forms.reconcile.asked import DIFFERENT, GROUPS, UNSETTLED, ItemsValues
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome
from qb_plugin.money import ZERO, plain_amount, show_amount
from qb_plugin.sync.reconcile.entries import LedgerEntry
from qb_plugin.sync.reconcile.items import Group, Item
from qb_plugin.sync.reconcile.remedies import Remedy, find_remedies, is_unsettled, row_of

OUTCOMES = {
    Group.EQUAL: Outcome.SYNCHRONIZED,
    Group.NEEDS_DECISION: Outcome.NEEDS_DECISION,
    Group.NOT_MATCHED: Outcome.NOT_READY,
}
IN_QUICKBOOKS: Fix = {"label": "Open in QuickBooks", "act": "quickbooks"}
GONE: Cells = {"group": "", "difference": plain_amount(ZERO)}  # of what is not of the period any more
SORTS: Mapping[str, Callable[[Item], tuple[object, ...]]] = {
    "group": lambda item: (list(Group).index(item.group),),
    "client": lambda item: (name_of(item).casefold(),),
    "number": lambda item: (item.ours.number if item.ours else "",),
    "id": lambda item: (int(item.theirs.number) if item.theirs and item.theirs.number.isdigit() else 0,),
    "date_here": lambda item: (item.ours.date if item.ours else date.min,),
    "date_there": lambda item: (item.theirs.date if item.theirs else date.min,),
    "here": lambda item: (item.ours.amount if item.ours else ZERO,),
    "there": lambda item: (item.theirs.amount if item.theirs else ZERO,),
    "difference": lambda item: (difference_of(item),),
}


class ItemRows(ListedRows[Item]):
    """The items in order: by group, then by date and number; or by the sort. Their money is the difference that they make."""

    def __init__(
        self,
        services: FormServices,
        items: Sequence[Item],
        values: ItemsValues,
        *,
        tried: Mapping[str, Message],
        search: str,
        sort: Sort | None,
    ) -> None:
        self._services, self._tried = services, tried
        words = search.casefold().split()
        asked = [item for item in items if is_asked_for(item, values)]
        if values["group"] == UNSETTLED:
            asked = [item for item in asked if is_unsettled(item, services.host.ledger.can, tried)]
        super().__init__(in_order([item for item in asked if all(word in text_of(item) for word in words)], sort))

    @property
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_reconcile_items")), "link": None}

    def id_of(self, item: Item) -> str:
        """The row's id in the grid."""
        return item.key

    def amounts_of(self, item: Item) -> Amounts:
        """What the item adds to the difference, each side in its currency."""
        if item.ours and item.counts_here:
            yield item.ours.currency, item.ours.amount
        if item.theirs and item.counts_there:
            yield item.theirs.currency, -item.theirs.amount

    def present(self, item: Item) -> Row:
        """The row for the grid."""
        label = GROUPS[item.group]
        return {
            "id": item.key,
            "cells": item_cells(item),
            "outcome": OUTCOMES.get(item.group, Outcome.CHANGED).value,
            "message": self._services.sentences.text(reason_of(item, self._tried)),
            "details": "",
            "fixes": settling_of(item, self._services.host.ledger.can, self._services.host.program),
            "selectable": True,
            "title": f"{label} {name_of(item)} {show_amount(difference_of(item))}",
        }


def reason_of(item: Item, tried: Mapping[str, Message]) -> Message:
    """Why the item makes a difference, and what was said when it was to be settled."""
    reason, said = item.reason or Message("reconcile_equal"), tried.get(row_of(item))
    return Message("reconcile_tried", {"before": reason, "reason": said}) if said and item.reason else reason


def is_asked_for(item: Item, values: ItemsValues) -> bool:
    """Whether the filters leave the item."""
    different = values["group"] in {DIFFERENT, UNSETTLED}
    group = item.group is not Group.EQUAL if different else item.group == values["group"]
    return group and (not values["currency"] or values["currency"].upper() in item.currencies)


def in_order(items: Sequence[Item], sort: Sort | None) -> list[Item]:
    """The items by group, then date and key; or by the sort."""
    found = sorted(items, key=lambda item: (list(Group).index(item.group), day_of(item), item.key))
    if sort is None or sort["key"] not in SORTS:
        return found
    return sorted(found, key=SORTS[sort["key"]], reverse=bool(sort.get("descending")))


def day_of(item: Item) -> date:
    """The date here, else there."""
    return next(entry.date for entry in (item.ours, item.theirs) if entry)


def name_of(item: Item) -> str:
    """The client's name, else the customer's."""
    return next(entry.name for entry in (item.ours, item.theirs) if entry)


def text_of(item: Item) -> str:
    """The text that a search examines."""
    entries = [entry for entry in (item.ours, item.theirs) if entry]
    return " ".join(f"{e.number} {e.name} {e.reference} {e.amount} {show_amount(e.amount)} {e.date}" for e in entries).casefold()


def difference_of(item: Item) -> Decimal:
    """What the item adds to the difference of amounts, payments and memos alike."""
    ours = item.ours.amount if item.ours and item.counts_here else ZERO
    return ours - (item.theirs.amount if item.theirs and item.counts_there else ZERO)


def item_cells(item: Item) -> Cells:
    """Both records side by side."""
    return {
        "group": GROUPS[item.group],
        "client": name_of(item),
        "number": item.ours.number if item.ours else "",
        "date_here": item.ours.date.isoformat() if item.ours else "",
        "here": plain_amount(item.ours.amount) if item.ours else "",
        "applied_here": plain_amount(item.ours.applied) if item.ours else "",
        "id": item.theirs.number if item.theirs else "",
        "date_there": item.theirs.date.isoformat() if item.theirs else "",
        "there": plain_amount(item.theirs.amount) if item.theirs else "",
        "applied_there": plain_amount(item.theirs.applied) if item.theirs else "",
        "difference": plain_amount(difference_of(item)),
        "currency": ", ".join(sorted(item.currencies)),
        "hidden": "hidden" if item.hidden else "",
    }


def settling_of(item: Item, can: frozenset[str], program: str) -> list[Fix]:
    """The buttons that settle an item with what this ledger can do, and the way to QuickBooks."""
    fixes = [fix_of(remedy, item, program) for remedy in find_remedies(item, can)]
    return [*fixes, *([IN_QUICKBOOKS] if item.theirs else [])]


def fix_of(remedy: Remedy, item: Item, program: str) -> Fix:
    """The button of a remedy."""
    if remedy is Remedy.MATCH:
        return match_fix(item)
    if remedy is Remedy.EXPORT:
        selection = [item.ours.key] if item.ours else []
        label = "Send again…" if item.gone else "Export…"
        return {"label": label, "form": "export-payments", "request": {"selection": selection}}
    if remedy is Remedy.IMPORT and item.theirs:
        return {"label": "Import…", "form": "import-payments", "request": {"answer": import_answer(item.theirs)}}
    if remedy is Remedy.TAKE and item.gone:
        return DELETE_HERE
    if remedy is Remedy.TAKE:
        return {"label": TAKE["label"], "run": TAKE["id"]}
    return {"label": f"Send {program}'s", "run": SEND["id"]}


def match_fix(item: Item) -> Fix:
    """The button that leads to whom the record is of: a client here, a customer there."""
    if item.ours:
        return {"label": "Match client…", "form": "match-clients", "request": {"answer": {"search": name_of(item)}}}
    answer = {"search": name_of(item), "waiting": False}
    return {"label": "Match client…", "form": "match-customers", "request": {"answer": answer}}


def import_answer(entry: LedgerEntry) -> dict[str, object]:
    """The import form's filters that show this payment."""
    day = entry.date.isoformat()
    return {"from": day, "to": day, "hide_synchronized": False, "search": entry.name}
