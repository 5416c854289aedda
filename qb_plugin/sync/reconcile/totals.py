"""Totals of both sides in each currency: of the period, of each group, month and method, in one pass over the items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from qb_plugin.model import Kind
from qb_plugin.money import ZERO
from qb_plugin.sync.reconcile.entries import LedgerEntry, Measures
from qb_plugin.sync.reconcile.items import Group, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Both sides' measures, over so many items, of which a person hid some."""

    ours: Measures = field(default_factory=Measures)
    theirs: Measures = field(default_factory=Measures)
    items: int = 0
    hidden: int = 0

    @property
    def difference(self) -> Measures:
        """WorkSpace less QuickBooks."""
        return self.ours - self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One currency: the whole, and its parts; the differences of the groups add up to the difference of the whole."""

    whole: Totals
    groups: Mapping[Group, Totals]
    #: by `2026-11`; a pair dated in two months counts in each on its own side
    months: Mapping[str, Totals]
    #: by the method's name; empty for what has none
    methods: Mapping[str, Totals]


def summarize(items: Iterable[Item]) -> Mapping[str, Summary]:
    """A summary for each currency in which an item counts, in the order of their codes."""
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    for item in items:
        for currency in item.currencies:
            sums[currency].add(item, currency)
    return {currency: sums[currency].summary() for currency in sorted(sums)}


class _Side:
    """The running sums of one side; values of their own for each entry would cost most of the time."""

    __slots__ = ("applied", "credits", "memos", "payments", "received")

    def __init__(self) -> None:
        self.payments = self.memos = 0
        self.received: Decimal = ZERO
        self.credits: Decimal = ZERO
        self.applied: Decimal = ZERO

    def add(self, entry: LedgerEntry) -> None:
        """Count one entry."""
        self.applied += entry.applied
        if entry.kind is Kind.PAYMENT:
            self.payments += 1
            self.received += entry.amount
        else:
            self.memos += 1
            self.credits += entry.amount

    def measures(self) -> Measures:
        """The sums as values."""
        return Measures(
            payments=self.payments,
            memos=self.memos,
            received=self.received,
            applied=self.applied,
            unapplied=self.received + self.credits - self.applied,
            credits=self.credits,
        )


class _Part:
    """The running sums of both sides, and how many items they come from."""

    __slots__ = ("hidden", "items", "ours", "theirs")

    def __init__(self) -> None:
        self.ours, self.theirs = _Side(), _Side()
        self.items = self.hidden = 0

    def totals(self) -> Totals:
        """The sums as values."""
        return Totals(ours=self.ours.measures(), theirs=self.theirs.measures(), items=self.items, hidden=self.hidden)


class _Sums:
    """The running sums of one currency."""

    def __init__(self) -> None:
        self._whole = _Part()
        self._groups: dict[Group, _Part] = {group: _Part() for group in Group}
        self._months: defaultdict[str, _Part] = defaultdict(_Part)
        self._methods: defaultdict[str, _Part] = defaultdict(_Part)

    def add(self, item: Item, currency: str) -> None:
        """Count one item."""
        parts = [self._whole, self._groups[item.group]]
        if item.ours and item.counts_here and item.ours.currency == currency:
            for part in (*parts, *self._parts_of(item.ours)):
                part.ours.add(item.ours)
        if item.theirs and item.counts_there and item.theirs.currency == currency:
            for part in (*parts, *self._parts_of(item.theirs)):
                part.theirs.add(item.theirs)
        for part in parts:
            part.items += 1
            part.hidden += item.hidden

    def _parts_of(self, entry: LedgerEntry) -> tuple[_Part, _Part]:
        return self._months[entry.date.isoformat()[:7]], self._methods[entry.method]

    def summary(self) -> Summary:
        """The sums as values."""
        return Summary(
            whole=self._whole.totals(),
            groups={group: part.totals() for group, part in self._groups.items()},
            months={month: self._months[month].totals() for month in sorted(self._months)},
            methods={method: self._methods[method].totals() for method in sorted(self._methods)},
        )
