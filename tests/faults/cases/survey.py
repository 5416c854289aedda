"""Finds the points at which a world's process can die, by letting it live once; then lets it die at each.

Points are those of the first press of the button; a second death comes while what the first one left is being settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zlib import crc32

from tests.faults.cases.case import PAUSES, Case, World
from tests.faults.cases.run_case import Played

Player = Callable[[Case], Played]


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of a world is played: every `points`-th point, a second death in every `seconds`-th case (0: in none)."""

    points: int = 1
    seconds: int = 3


def survey(world: World, sample: Sample, play: Player) -> Iterator[tuple[Case, Played]]:
    """Every case of a world with what came of it: nobody dies, then a death at every point, then a second one."""
    alive = Case(world)
    played = play(alive)
    yield alive, played
    shift = crc32(str(world).encode())
    for point in range(shift % sample.points, played.first, sample.points):
        case = Case(world, point, None, PAUSES[(shift + point) % len(PAUSES)])
        died = play(case)
        yield case, died
        if sample.seconds and (shift + point) % sample.seconds == 0 and len(died.lives) > 1 and died.lives[1]:
            again = Case(world, point, (shift + point * 7) % died.lives[1], case.pause)
            yield again, play(again)
