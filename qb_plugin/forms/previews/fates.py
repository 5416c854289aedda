"""What a preview says of its rows together: how many of each kind, and how much money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from qb_plugin.model import Message
from qb_plugin.money import ZERO, has_whole_cents, show_amount

Counted = Mapping[str, tuple[str, str]]
"""By fate the words for one row and for several, in the order in which they are told."""

MONEY = frozenset({"created", "linked", "recorded"})  # what is told with its sum

EXPORTED: Counted = {
    "created": ("would be created", "would be created"),
    "linked": ("linked to what is there", "linked to what is there"),
    "asked": ("needs your decision", "need your decision"),
    "not_sent": ("cannot be sent", "cannot be sent"),
    "here": ("is in QuickBooks already", "are in QuickBooks already"),
    "looked_up": ("is looked up first", "are looked up first"),
    "left_out": ("is left out", "are left out"),
}

IMPORTED: Counted = {
    "recorded": ("would be recorded", "would be recorded"),
    "asked": ("needs your decision", "need your decision"),
    "not_recorded": ("cannot be imported", "cannot be imported"),
    "here": ("is here already", "are here already"),
    "left_out": ("is left out", "are left out"),
}


def count_fates(words: Counted, rows: Iterable[tuple[str, Decimal]]) -> str:
    """`99 would be created (88,120.11) · 3 need your decision`; fractions of a cent are in no sum."""
    numbers, sums = dict.fromkeys(words, 0), dict.fromkeys(words, ZERO)
    for fate, amount in rows:
        numbers[fate] += 1
        sums[fate] += amount if has_whole_cents(amount) else ZERO
    parts = [
        f"{number} {words[fate][number > 1]}" + (f" ({show_amount(sums[fate])})" if fate in MONEY else "")
        for fate, number in numbers.items()
        if number
    ]
    return " · ".join(parts)


def tell_fates(words: Counted, rows: Iterable[tuple[str, Decimal]], at: str) -> Message:
    """The sentence of a whole preview, with the moment that it is of."""
    return Message("preview_fates", {"fates": count_fates(words, rows) or "nothing", "time": at})
