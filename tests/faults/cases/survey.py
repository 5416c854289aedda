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
    shift = shift_of(world)
    for point in points_of(world, sample, played.first):
        case = Case(world, point, None, PAUSES[(shift + point) % len(PAUSES)])
        died = play(case)
        yield case, died
        if dies_again(world, sample, point) and len(died.lives) > 1 and died.lives[1]:
            again = Case(world, point, (shift + point * 7) % died.lives[1], case.pause)
            yield again, play(again)


def count_cases(world: World, sample: Sample, play: Player) -> int:
    """About how many cases a survey of the world has: only the one in which nobody dies is played."""
    points = points_of(world, sample, play(Case(world)).first)
    return 1 + len(points) + sum(dies_again(world, sample, point) for point in points)


def shift_of(world: World) -> int:
    """A number of the world's own, so that each begins at another point."""
    return crc32(str(world).encode())


def points_of(world: World, sample: Sample, passed: int) -> range:
    """The points at which a process dies, of those that the first press passes."""
    return range(shift_of(world) % sample.points, passed, sample.points)


def dies_again(world: World, sample: Sample, point: int) -> bool:
    """Whether the process dies a second time, while the death at this point is being settled."""
    return bool(sample.seconds) and (shift_of(world) + point) % sample.seconds == 0
