"""The table that `make faults` prints: one line for each part, what was promised of all of them, and what is bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SHOWN = 40  # bad ones that are told; the table has their number


@dataclass(slots=True)
class Tally:
    """One line of the table; `bad` has what was wrong, and how to see that alone."""

    name: str
    played: int = 0
    bad: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    what: str = "cases"
    more: str = ""

    def take(self, found: Tally) -> None:
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


def show(tally: Tally) -> None:
    """One line of the table, as soon as it is known."""
    print(tally, flush=True)


def total(name: str, tallies: Sequence[Tally], what: str = "cases") -> Tally:
    """The sum of several lines."""
    found = Tally(name, what=what)
    for tally in tallies:
        found.take(tally)
        found.seconds += tally.seconds
    return found


def tell(honest: Sequence[Tally], controls: Sequence[Tally], promises: Sequence[Promise], least_bad: int) -> int:
    """Print what is bad, which control saw too little, and what was promised; 1 when anything is not as it should be."""
    bad = [each for tally in honest for each in tally.bad]
    for problem, command in bad[:SHOWN]:
        print(f"BAD {problem}\n    {command}")
    blind = [tally for tally in controls if len(tally.bad) < least_bad]
    for tally in blind:
        print(
            f"BLIND {tally.name}: {len(tally.bad)} bad cases of {tally.played:,}, but a way known to be wrong must show {least_bad}"
        )
    for promise in promises:
        print(promise)
    return 1 if bad or blind or not all(promise.is_kept for promise in promises) else 0
