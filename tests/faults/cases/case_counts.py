"""The table that `make faults` prints: one line for each part, what was promised of all of them, and what is bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SHOWN = 40  # bad ones that are told; the table has their number


@dataclass(slots=True)
class CaseCounts:
    """One line of the table; `bad` has what was wrong, and how to see that alone."""

    name: str
    played: int = 0
    bad: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    what: str = "cases"
    more: str = ""

    def take(self, found: CaseCounts) -> None:
        """Add another's figures."""
        self.played += found.played
        self.bad += found.bad

    def __str__(self) -> str:
        return f"{self.name:40} {self.played:7,} {self.what:8} {len(self.bad):6,} bad {self.seconds:7.1f} s  {self.more}".rstrip()


@dataclass(frozen=True, slots=True)
class Promise:
    """How much of something must have been played at least, so that nothing being bad means something."""

    what: str
    least: int
    played: int

    @property
    def is_kept(self) -> bool:
        """Whether it was enough."""
        return self.played >= self.least

    def __str__(self) -> str:
        return f"{'enough' if self.is_kept else 'TOO FEW'}: {self.played:,} {self.what}, at least {self.least:,} were promised"


def show(counts: CaseCounts) -> None:
    """One line of the table, as soon as it is known."""
    print(counts, flush=True)


def total(name: str, tallies: Sequence[CaseCounts], what: str = "cases") -> CaseCounts:
    """The sum of several lines."""
    found = CaseCounts(name, what=what)
    for counts in tallies:
        found.take(counts)
        found.seconds += counts.seconds
    return found


def tell(honest: Sequence[CaseCounts], controls: Sequence[CaseCounts], promises: Sequence[Promise], least_bad: int) -> int:
    """Print what is bad, which control saw too little, and what was promised; 1 when anything is not as it should be."""
    bad = [each for counts in honest for each in counts.bad]
    for problem, command in bad[:SHOWN]:
        print(f"BAD {problem}\n    {command}")
    blind = [counts for counts in controls if len(counts.bad) < least_bad]
    for each in blind:
        print(f"BLIND {each.name}: {len(each.bad)} bad cases of {each.played:,}, but a way known to be wrong must show {least_bad}")
    for promise in promises:
        print(promise)
    return 1 if bad or blind or not all(promise.is_kept for promise in promises) else 0
