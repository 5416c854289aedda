"""Unlinked entries of both sides that may be one, paired one to one (docs/architecture.md rule M6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import timedelta

from qb_plugin.sync.matching import comparable
from qb_plugin.sync.reconcile.entries import LedgerEntry

DAYS = 7  # people enter a payment the week it came


def pair_alike(here: Iterable[LedgerEntry], there: Iterable[LedgerEntry]) -> Mapping[str, str]:
    """Pairs by key: the same client, kind, amount and currency within a week, and no references that differ.

    Equal references first, then the nearest in time; entries of a client that is not matched look like none.
    """
    by_place: dict[Hashable, list[LedgerEntry]] = defaultdict(list)
    for entry in there:
        if entry.owner and entry.amount:
            by_place[_place(entry, 0)].append(entry)
    edges = sorted(
        (*_distance(entry, other), number, other.key, entry.key)
        for number, entry in enumerate(each for each in here if each.owner)
        for other in _near(entry, by_place)
    )
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for *_, other, mine in edges:
        if mine not in pairs and other not in taken:
            pairs[mine] = other
            taken.add(other)
    return pairs


def _near(entry: LedgerEntry, by_place: Mapping[Hashable, list[LedgerEntry]]) -> Iterator[LedgerEntry]:
    for days in range(-DAYS, DAYS + 1):
        yield from (other for other in by_place.get(_place(entry, days), ()) if _references_agree(entry, other))


def _place(entry: LedgerEntry, days: int) -> Hashable:
    return entry.owner, entry.kind, entry.amount, entry.currency, entry.date + timedelta(days=days)


def _references_agree(one: LedgerEntry, other: LedgerEntry) -> bool:
    first, second = comparable(one.reference), comparable(other.reference)
    return not (first and second) or first == second


def _distance(one: LedgerEntry, other: LedgerEntry) -> tuple[bool, int]:
    """How far apart two are: without equal references, and in days."""
    return comparable(one.reference) != comparable(other.reference), abs((one.date - other.date).days)
