"""How like two payments are, one of each side, and which of many go together (docs/architecture.md, possible duplicates)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Generic, TypeVar

from qb_plugin.sync.matching import comparable

DAYS = 7  # people enter a payment the week it came
_NEAR = timedelta(days=DAYS)
# What people write around the number of a cheque or a transfer; it tells nobody apart.
_ORDINARY_WORDS = frozenset(
    ["ch", "chk", "chq", "ck", "check", "cheque", "no", "nr", "num", "number", "ref", "reference", "pmt", "payment"]
)
SURE_DIGITS = 3
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")

Ours = TypeVar("Ours", bound=Hashable)
Theirs = TypeVar("Theirs", bound=Hashable)


def days_around(day: date, days: int) -> list[date]:
    """The days so many before to so many after, as far as the calendar goes: records bear the oddest dates."""
    first, last = max(day.toordinal() - days, date.min.toordinal()), min(day.toordinal() + days, date.max.toordinal())
    return [date.fromordinal(number) for number in range(first, last + 1)]


class Likeness(IntEnum):
    """Why two payments may be one, the strongest evidence first."""

    UNLINKED = 0  # a person took their link back
    SAME_INVOICE = 1
    SAME_REFERENCE = 2
    SIMILAR_REFERENCE = 3
    NO_REFERENCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What payments are compared by. `owner` names the client or customer, `invoices` what it pays, alike on both sides.

    `may_be_of` are other customers whose it may be: those below one that is no client's.
    `kept` is what stayed of the amount where QuickBooks gave a part back: people enter either. `is_own_number` says that the
    reference is a credit memo's own number here, which a memo entered there does not have.
    """

    owner: str
    amount: Decimal
    date: date
    reference: str
    kept: Decimal | None = None
    is_own_number: bool = False
    invoices: frozenset[Hashable] = frozenset()
    may_be_of: frozenset[str] = frozenset()

    @property
    def owners(self) -> frozenset[str]:
        """Whose it may be."""
        return self.may_be_of | {self.owner}

    @property
    def amounts(self) -> frozenset[Decimal]:
        """What it may be entered with."""
        return frozenset({self.amount} if self.kept is None else {self.amount, self.kept})


def likeness(ours: Traits, theirs: Traits) -> Likeness | None:
    """The strongest evidence that the two are one payment; None when there is none."""
    if not ours.amounts & theirs.amounts:
        return None
    if ours.invoices & theirs.invoices:
        return Likeness.SAME_INVOICE
    apart = abs(ours.date - theirs.date)
    if ours.owner not in theirs.owners or apart > _NEAR:
        return None
    return _likeness_of_references(ours, theirs)


def _likeness_of_references(ours: Traits, theirs: Traits) -> Likeness | None:
    one, other = comparable(ours.reference), comparable(theirs.reference)
    if one and one == other and ours.date == theirs.date:
        return Likeness.SAME_REFERENCE
    if one and other and similar_references(one, other):
        return Likeness.SIMILAR_REFERENCE
    return Likeness.NO_REFERENCE if not (tells(one) and tells(other)) or ours.is_own_number else None


def tells(reference: str) -> bool:
    """Whether a reference tells payments apart: `Check`, `-`, `no.` and `000` say no more than an empty one."""
    return any(_parts(reference))


def similar_references(one: str, other: str) -> bool:
    """Whether two references name the same cheque or transfer: `CHK 4411`, `#0004411`, `4411` and `CHK 4411 / Bank 9` do; `A-1` and
    `B-1` do not."""
    (words, number), (others, other_number) = _parts(one), _parts(other)
    if number != other_number:
        return names_among(number, other) or names_among(other_number, one)
    return words == others or bool(number and not (words and others))


def names_among(number: str, reference: str) -> bool:
    """Whether a reference of several numbers has this one among them; a short one is in too many."""
    return len(number) >= SURE_DIGITS and number in {each.lstrip("0") for each in _NUMBER.findall(comparable(reference))}


def _parts(reference: str) -> tuple[str, str]:
    """The words that tell something, and the digits without leading zeros."""
    text = comparable(reference)
    words = "".join(word for word in _WORD.findall(text) if word not in _ORDINARY_WORDS)
    return words, "".join(_NUMBER.findall(text)).lstrip("0")


def pair_off(
    ours: Mapping[Ours, Traits], theirs: Mapping[Theirs, Traits], rejected: Container[tuple[Ours, Theirs]] = ()
) -> dict[Ours, tuple[Theirs, Likeness]]:
    """Pairs of what may be one payment, one to one: the likest first, then the nearest in time, then the first in order."""
    index = _Index(theirs)
    position = {identity: number for number, identity in enumerate(theirs)}
    edges = [
        ((how, abs(traits.date - theirs[other].date), number, position[other]), mine, other)
        for number, (mine, traits) in enumerate(ours.items())
        for other in index.near(traits)
        if (mine, other) not in rejected and (how := likeness(traits, theirs[other])) is not None
    ]
    pairs: dict[Ours, tuple[Theirs, Likeness]] = {}
    taken: set[Theirs] = set()
    for (how, *_), mine, other in sorted(edges, key=lambda edge: edge[0]):
        if mine not in pairs and other not in taken:
            pairs[mine] = other, how
            taken.add(other)
    return pairs


class _Index(Generic[Theirs]):
    """Those that may be like a payment at all, so that thousands are not compared with thousands."""

    def __init__(self, traits: Mapping[Theirs, Traits]) -> None:
        self._by_amount: dict[Hashable, list[tuple[date, Theirs]]] = defaultdict(list)
        self._by_invoice: dict[Hashable, list[Theirs]] = defaultdict(list)
        for identity, each in traits.items():
            for amount in each.amounts:
                for owner in each.owners:
                    self._by_amount[owner, amount].append((each.date, identity))
                for invoice in each.invoices:
                    self._by_invoice[invoice, amount].append(identity)

    def near(self, traits: Traits) -> Iterator[Theirs]:
        """Each of them once."""
        found: list[Theirs] = []
        for amount in sorted(traits.amounts):
            same = self._by_amount.get((traits.owner, amount), ())
            found += [each for day, each in same if abs(day - traits.date) <= _NEAR]
            found += [each for invoice in traits.invoices for each in self._by_invoice.get((invoice, amount), ())]
        return iter(dict.fromkeys(found))
