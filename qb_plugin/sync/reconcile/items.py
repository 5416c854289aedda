"""Items: what stands on one side or both, each in exactly one group that says why the ledgers differ (rule M9).

The difference of the ledgers is the sum over the items, by construction: each entry of the period is in one item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qb_plugin.model import Kind, Message, Side
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

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """Both sides as they were read: the entries of a period, and beside them the partners of linked ones outside of it.

    `pairs` are links, `duplicates` what may be the same, each by the key here and the key there; one to one. `gone` says of a
    linked entry what its partner was.
    """

    ours: Mapping[str, LedgerEntry]
    theirs: Mapping[str, LedgerEntry]
    pairs: Mapping[str, str] = field(default_factory=dict)
    duplicates: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A pair, or an entry of one side alone; `counts_here` and `counts_there` say which side's date lies in the period."""

    ours: LedgerEntry | None
    theirs: LedgerEntry | None
    group: Group
    counts_here: bool
    counts_there: bool
    reason: Message | None = None
    #: whether the two are known to be one, and not only alike
    linked: bool = False
    #: whether it is one side of a linked pair of which the other was removed or voided
    gone: bool = False

    @property
    def key(self) -> str:
        """`payment:17`, or for an entry of QuickBooks alone `Payment:698`."""
        return next(entry.key for entry in (self.ours, self.theirs) if entry)

    @property
    def hidden(self) -> bool:
        """Whether a person hid it from the export."""
        return bool(self.ours and self.ours.hidden)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies in which the item counts."""
        ours = self.ours.currency if self.ours and self.counts_here else ""
        theirs = self.theirs.currency if self.theirs and self.counts_there else ""
        return frozenset({ours, theirs} - {""})


def build_items(ledgers: Ledgers, period: Period) -> list[Item]:
    """Every item of the period, those of two entries first."""
    joined = {**ledgers.duplicates, **ledgers.pairs}
    both = [
        _pair(ledgers.ours[ours], ledgers.theirs[theirs], period, linked=ours in ledgers.pairs)
        for ours, theirs in joined.items()
        if ours in ledgers.ours and theirs in ledgers.theirs
    ]
    paired = {entry.key for item in both for entry in (item.ours, item.theirs) if entry}
    lone = [entry for entry in (*ledgers.ours.values(), *ledgers.theirs.values()) if entry.key not in paired]
    pairs = [item for item in both if item.counts_here or item.counts_there]
    return pairs + [_single(entry, ledgers.gone) for entry in lone if entry.date in period]


def _pair(ours: LedgerEntry, theirs: LedgerEntry, period: Period, *, linked: bool) -> Item:
    counts_here, counts_there = ours.date in period, theirs.date in period
    group = _group_of_pair(ours, theirs, counts_here == counts_there) if linked else _group_of_alike(ours, theirs)
    return Item(
        ours=ours,
        theirs=theirs,
        group=group,
        counts_here=counts_here,
        counts_there=counts_there,
        reason=None if group is Group.EQUAL else _reason_of_pair(ours, theirs, group, linked),
        linked=linked,
    )


def _group_of_alike(ours: LedgerEntry, theirs: LedgerEntry) -> Group:
    return Group.NEEDS_DECISION if ours.matched and theirs.matched else Group.NOT_MATCHED


def _group_of_pair(ours: LedgerEntry, theirs: LedgerEntry, one_period: bool) -> Group:
    same = (ours.amount, ours.applied) == (theirs.amount, theirs.applied)
    checks = (
        (ours.currency == theirs.currency and not (ours.problem or theirs.problem), Group.NEEDS_DECISION),
        (same or not theirs.returned, Group.NEEDS_DECISION),
        ((same and one_period) or not merged_away(ours, theirs), Group.NOT_MATCHED),
        (one_period, Group.DATE_DIFFERS),
        (ours.amount == theirs.amount, Group.AMOUNT_DIFFERS),
        (ours.applied == theirs.applied, Group.APPLIED_DIFFERS),
    )
    return next((group for holds, group in checks if not holds), Group.EQUAL)


def merged_away(ours: LedgerEntry, theirs: LedgerEntry) -> bool:
    """Whether the client's customer is gone, and another has the transaction: neither side can be made what the other is."""
    return not ours.customer_stands and ours.owner != theirs.owner


def _reason_of_pair(ours: LedgerEntry, theirs: LedgerEntry, group: Group, linked: bool) -> Message:
    values: dict[str, object] = {"number": ours.number, "id": theirs.number, "here": ours.amount, "there": theirs.amount}
    values |= {"here_date": ours.date, "there_date": theirs.date, "name": ours.name}
    values |= {"here_applied": ours.applied, "there_applied": theirs.applied}
    values |= {"here_currency": ours.currency, "there_currency": theirs.currency}
    if group is Group.NEEDS_DECISION and linked:
        return _question_of(ours, theirs, values)
    if group is Group.APPLIED_DIFFERS and ours.applied == theirs.applied - theirs.elsewhere:
        return Message("reconcile_applied_elsewhere", {**values, "elsewhere": theirs.elsewhere})
    if group is Group.NOT_MATCHED and linked:
        return Message("reconcile_customer_gone_linked", values)
    applied = "reconcile_applied_differs" if theirs.kind is Kind.PAYMENT else "reconcile_memo_applied_differs"
    keys = {
        Group.NOT_MATCHED: "reconcile_not_matched",
        Group.NEEDS_DECISION: "reconcile_possible_duplicate",
        Group.DATE_DIFFERS: "reconcile_date_differs",
        Group.AMOUNT_DIFFERS: "reconcile_amount_differs",
        Group.APPLIED_DIFFERS: applied,
    }
    return Message(keys[group], values)


def _question_of(ours: LedgerEntry, theirs: LedgerEntry, values: Mapping[str, object]) -> Message:
    """Why a linked pair is a person's to settle."""
    if ours.problem:
        return fractions_of(ours)
    if theirs.problem:
        return Message("reconcile_unreadable", {**values, "problem": theirs.problem})
    if ours.currency != theirs.currency:
        return Message("reconcile_currency", values)
    return Message("reconcile_returned_linked", {**values, "returned": theirs.returned})


def fractions_of(entry: LedgerEntry) -> Message:
    """What to say of a record whose amount no currency has."""
    return Message("reconcile_fractions", {"number": entry.number, "amount": entry.problem})


def _single(entry: LedgerEntry, gone: Mapping[str, Message]) -> Item:
    ours = entry.side is Side.WORKSPACE
    group, reason = _of_single(entry, ours)
    return Item(
        ours=entry if ours else None,
        theirs=None if ours else entry,
        group=group,
        counts_here=ours,
        counts_there=not ours,
        reason=gone.get(entry.key, reason),
        gone=entry.key in gone,
    )


def _of_single(entry: LedgerEntry, ours: bool) -> tuple[Group, Message]:
    values = {"number": entry.number, "name": entry.name, "amount": entry.amount, "currency": entry.currency}
    if entry.problem:
        unreadable = Message("reconcile_unreadable", {"id": entry.number, "problem": entry.problem})
        return Group.NEEDS_DECISION, fractions_of(entry) if ours else unreadable
    if not entry.matched:
        return Group.NOT_MATCHED, Message("reconcile_not_matched", values)
    if entry.returned:
        return Group.NEEDS_DECISION, Message("reconcile_returned", {**values, "returned": entry.returned})
    if not entry.customer_stands:
        return Group.NOT_MATCHED, Message("reconcile_customer_gone", values)
    if not entry.same_currency:
        return Group.NEEDS_DECISION, Message("reconcile_other_currency", values)
    return Group.ONLY_HERE if ours else Group.ONLY_THERE, Message(_reason_of_single(entry, ours), values)


def _reason_of_single(entry: LedgerEntry, ours: bool) -> str:
    if ours and entry.amount:
        return "reconcile_hidden" if entry.hidden else "reconcile_only_here"
    if ours:
        return "reconcile_nothing"
    return "reconcile_only_there" if entry.kind is Kind.PAYMENT else "reconcile_memo_only_there"
