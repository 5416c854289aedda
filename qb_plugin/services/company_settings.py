"""The settings that a company starts with, and what its saved settings mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qb_plugin.model import ListEntry, ReferenceLists
from qb_plugin.sync.exporting.drafting.mapped_names import SAVED, name_choices

GENTLE = 0.5  # of QuickBooks' limits


def first_settings(methods: Sequence[str], lists: ReferenceLists) -> dict[str, object]:
    """Payment methods of the same name, Undeposited Funds, and the first service item."""
    by_name = {entry.name.casefold(): entry for entry in lists.methods if entry.active}
    found = {method: by_name[method.casefold()].id for method in methods if method.casefold() in by_name}
    chosen: dict[str, object] = {
        "payment_method": found,
        "deposit_account": {},
        "credit_memo_item": first_item(lists.items),
        "auto_apply_uses": "quickbooks",
        "pace": "full",
    }
    return {**chosen, SAVED: name_choices(chosen, lists)}


def first_item(items: Sequence[ListEntry]) -> str:
    """The id of the first active service, which credit memos use until another item is chosen; "" when there is none."""
    return next((item.id for item in items if item.active and item.type == "Service"), "")


def pace_of(settings: Mapping[str, object]) -> float:
    """The share of QuickBooks' limits to use, of 1.0."""
    return GENTLE if settings.get("pace") == "gentle" else 1.0
