"""Totals of both sides: of the period, of each group, month and method, in each currency."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from qb_plugin.sync.reconcile.entries import LedgerEntry, Measures
from qb_plugin.sync.reconcile.items import Group, Item

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Both sides' measures, over so many items, of which a person hid some."""

    here: Measures = field(default_factory=Measures)
    there: Measures = field(default_factory=Measures)
    items: int = 0
    hidden: int = 0

    @property
    def difference(self) -> Measures:
        """WorkSpace less QuickBooks."""
        return self.here - self.there


def add_up(items: Iterable[Item], currency: str) -> Totals:
    """The totals of these items in one currency."""
    here, there, count, hidden = Measures(), Measures(), 0, 0
    for item in items:
        if currency in item.currencies:
            here, there = here + item.here_in(currency), there + item.there_in(currency)
            count, hidden = count + 1, hidden + item.hidden
    return Totals(here=here, there=there, items=count, hidden=hidden)


def by_group(items: Sequence[Item], currency: str) -> Mapping[Group, Totals]:
    """The totals of each group; their differences add up to the difference of the ledgers."""
    return {group: add_up((item for item in items if item.group is group), currency) for group in Group}


def by_month(items: Sequence[Item], currency: str) -> Mapping[str, Totals]:
    """The totals of each month, `2026-11`; a pair dated in two months counts in each on its own side."""
    return _split(items, currency, lambda entry: f"{entry.date:%Y-%m}")


def by_method(items: Sequence[Item], currency: str) -> Mapping[str, Totals]:
    """The totals of each payment method; empty for what has none."""
    return _split(items, currency, lambda entry: entry.method)


def _split(items: Sequence[Item], currency: str, key_of: Callable[[LedgerEntry], str]) -> Mapping[str, Totals]:
    here: dict[str, Measures] = {}
    there: dict[str, Measures] = {}
    counts: dict[str, int] = {}
    for item in items:
        keys = set()
        for entry, counted, sums in ((item.here, item.here_in(currency), here), (item.there, item.there_in(currency), there)):
            if entry and not counted.is_zero:
                key = key_of(entry)
                sums[key] = sums.get(key, Measures()) + counted
                keys.add(key)
        for key in keys:
            counts[key] = counts.get(key, 0) + 1
    return {
        key: Totals(here=here.get(key, Measures()), there=there.get(key, Measures()), items=counts[key]) for key in sorted(counts)
    }
