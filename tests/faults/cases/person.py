"""The person before the screen: presses again, and takes the ways out that a row offers, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from qb_plugin.model import Ref, RowResult
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.faults.cases.expected import ENDED


@dataclass(slots=True)
class Person:
    """What they choose next: *Look again* where doubt has ended for the first time, then *withdraw*, then a new number."""

    hasty: bool = False  # withdraws at once
    renewed: set[Ref] = field(default_factory=set)  # rows for which they asked for a new number, against the warning
    _offers: Counter[str] = field(default_factory=Counter)
    _looks: frozenset[Ref] = frozenset()
    _withdrawals: frozenset[Ref] = frozenset()
    _renewals: frozenset[Ref] = frozenset()

    def read(self, rows: Mapping[str, RowResult]) -> None:
        """Read how a press ended."""
        keys = {identity: row.message.key for identity, row in rows.items() if row.message}
        ended = {identity for identity, key in keys.items() if key in ENDED}
        self._looks = refs(identity for identity in ended if not self._offers[identity] and not self.hasty)
        self._withdrawals = refs(ended) - self._looks
        self._renewals = refs(identity for identity, key in keys.items() if key == "doubt_withdrawn_again")
        self._offers.update(ended)

    def choose(self, options: ExportOptions) -> ExportOptions:
        """The options of the next press."""
        self.renewed |= self._renewals
        return replace(options, look_again=self._looks, withdraw=self._withdrawals, new_number=self._renewals)


def refs(identities: Iterable[str]) -> frozenset[Ref]:
    """The rows' records."""
    return frozenset(Ref.parse(identity) for identity in identities)
