"""Items: what stands on one side or both, each in exactly one group that says why the ledgers differ (rule M9).

The difference of the ledgers is the sum over the items, by construction: each entry of the period is in one item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qb_plugin.model import Message, Side
from qb_plugin.sync.reconcile.entries import LedgerEntry


class Group(StrEnum):
    """Why an item makes a difference, in the order in which the first that fits counts."""

    NOT_MATCHED = "not_matched"
    NEEDS_DECISION = "needs_decision"
    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    DATE_DIFFERS = "date_differs"
    AMOUNT_DIFFERS = "amount_differs"
    APPLIED_DIFFERS = "applied_differs"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Period:
    """Days on or between the two, both included; None leaves that end open."""

    start: date | None = None
    end: date | None = None

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """Both sides as they were read: the entries of a period, and beside them the partners of linked ones outside of it.

    `pairs` are links, `duplicates` what may be the same, each by the key here and the key there; one to one. `gone` says of a
    linked entry what its partner was.
    """

    here: Mapping[str, LedgerEntry]
    there: Mapping[str, LedgerEntry]
    pairs: Mapping[str, str] = field(default_factory=dict)
    duplicates: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A pair, or an entry of one side alone; `counts_here` and `counts_there` say which side's date lies in the period."""

    here: LedgerEntry | None
    there: LedgerEntry | None
    group: Group
    counts_here: bool
    counts_there: bool
    reason: Message | None = None
    #: whether the two are known to be one, and not only alike
    linked: bool = False

    @property
    def key(self) -> str:
        """`payment:17`, or for an entry of QuickBooks alone `Payment:698`."""
        return next(entry.key for entry in (self.here, self.there) if entry)

    @property
    def hidden(self) -> bool:
        """Whether a person hid it from the export."""
        return bool(self.here and self.here.hidden)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies in which the item counts."""
        here = self.here.currency if self.here and self.counts_here else ""
        there = self.there.currency if self.there and self.counts_there else ""
        return frozenset({here, there} - {""})


def build_items(ledgers: Ledgers, period: Period) -> list[Item]:
    """Every item of the period, those of two entries first."""
    joined = {**ledgers.duplicates, **ledgers.pairs}
    both = [
        _pair(ledgers.here[here], ledgers.there[there], period, linked=here in ledgers.pairs)
        for here, there in joined.items()
        if here in ledgers.here and there in ledgers.there
    ]
    paired = {entry.key for item in both for entry in (item.here, item.there) if entry}
    lone = [entry for entry in (*ledgers.here.values(), *ledgers.there.values()) if entry.key not in paired]
    pairs = [item for item in both if item.counts_here or item.counts_there]
    return pairs + [_single(entry, ledgers.gone) for entry in lone if entry.date in period]


def _pair(here: LedgerEntry, there: LedgerEntry, period: Period, *, linked: bool) -> Item:
    counts_here, counts_there = here.date in period, there.date in period
    group = _group_of_pair(here, there, counts_here == counts_there) if linked else _group_of_alike(here, there)
    return Item(
        here=here,
        there=there,
        group=group,
        counts_here=counts_here,
        counts_there=counts_there,
        reason=None if group is Group.EQUAL else _reason_of_pair(here, there, group),
        linked=linked,
    )


def _group_of_alike(here: LedgerEntry, there: LedgerEntry) -> Group:
    return Group.NEEDS_DECISION if here.matched and there.matched else Group.NOT_MATCHED


def _group_of_pair(here: LedgerEntry, there: LedgerEntry, one_period: bool) -> Group:
    checks = (
        (here.currency == there.currency and not there.problem, Group.NEEDS_DECISION),
        (one_period, Group.DATE_DIFFERS),
        (here.amount == there.amount, Group.AMOUNT_DIFFERS),
        (here.applied == there.applied, Group.APPLIED_DIFFERS),
    )
    return next((group for holds, group in checks if not holds), Group.EQUAL)


def _reason_of_pair(here: LedgerEntry, there: LedgerEntry, group: Group) -> Message:
    values = {"number": here.number, "id": there.number, "here": here.amount, "there": there.amount}
    values |= {"here_date": here.date, "there_date": there.date}
    values |= {"here_applied": here.applied, "there_applied": there.applied}
    values |= {"here_currency": here.currency, "there_currency": there.currency}
    if group is Group.NEEDS_DECISION and there.problem:
        return Message("reconcile_unreadable", {**values, "problem": there.problem})
    if group is Group.NEEDS_DECISION and here.currency != there.currency:
        return Message("reconcile_currency", values)
    keys = {
        Group.NOT_MATCHED: "reconcile_not_matched",
        Group.NEEDS_DECISION: "reconcile_possible_duplicate",
        Group.DATE_DIFFERS: "reconcile_date_differs",
        Group.AMOUNT_DIFFERS: "reconcile_amount_differs",
        Group.APPLIED_DIFFERS: "reconcile_applied_differs",
    }
    return Message(keys[group], {**values, "name": here.name})


def _single(entry: LedgerEntry, gone: Mapping[str, Message]) -> Item:
    here = entry.side is Side.WORKSPACE
    group, reason = _of_single(entry, here)
    return Item(
        here=entry if here else None,
        there=None if here else entry,
        group=group,
        counts_here=here,
        counts_there=not here,
        reason=gone.get(entry.key, reason),
    )


def _of_single(entry: LedgerEntry, here: bool) -> tuple[Group, Message]:
    values = {"number": entry.number, "name": entry.name, "amount": entry.amount, "currency": entry.currency}
    if entry.problem:
        return Group.NEEDS_DECISION, Message("reconcile_unreadable", {"id": entry.number, "problem": entry.problem})
    if not entry.matched:
        return Group.NOT_MATCHED, Message("reconcile_not_matched", values)
    if entry.returned:
        return Group.NEEDS_DECISION, Message("reconcile_returned", {**values, "returned": entry.returned})
    if not entry.same_currency:
        return Group.NEEDS_DECISION, Message("reconcile_other_currency", values)
    if here:
        return Group.ONLY_HERE, Message("reconcile_only_here", values)
    return Group.ONLY_THERE, Message("reconcile_only_there", values)
