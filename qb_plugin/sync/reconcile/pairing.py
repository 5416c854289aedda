"""Unlinked entries of both sides that may be one, paired one to one (docs/architecture.md rule M6)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from qb_plugin.sync.likeness import Traits, pair_off
from qb_plugin.sync.reconcile.entries import LedgerEntry


def pair_alike(
    ours: Iterable[LedgerEntry], theirs: Iterable[LedgerEntry], rejected: Container[tuple[str, str]] = ()
) -> Mapping[str, str]:
    """Pairs by key. Entries of a client that is not matched look like none; `rejected` are pairs that a person said are two."""
    mine = {entry.key: traits_of(entry) for entry in ours if entry.owner}
    others = {entry.key: traits_of(entry) for entry in theirs if entry.owner and entry.amount}
    return {key: other for key, (other, _) in pair_off(mine, others, rejected).items()}


def traits_of(entry: LedgerEntry) -> Traits:
    """What an entry is compared by: kinds and currencies never mix, so they stand with the owner."""
    owner = f"{entry.owner} {entry.kind} {entry.currency}"
    kept = entry.amount - entry.returned if entry.returned else None
    return Traits(owner=owner, amount=entry.amount, date=entry.date, reference=entry.reference, kept=kept)
