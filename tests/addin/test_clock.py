"""The two times that only increase: one for waits, which never runs ahead, and one for ages, which goes on in sleep."""

from __future__ import annotations

import pytest

from qb_plugin.clock import LargerSteps, SystemClock


class Hands:
    """Two readings that a test moves."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1000.0, 5.0

    def move(self, wall: float, monotonic: float) -> None:
        self.wall, self.monotonic = self.wall + wall, self.monotonic + monotonic


@pytest.mark.parametrize(
    ("moves", "counted"),
    [
        ([(10, 10)], 10),
        ([(600, 0)], 600),  # asleep: only the time of day went on
        ([(-3600, 20)], 20),  # the time of day was put back
        ([(-100, 5), (100, 5)], 105),
        ([(0, 0)], 0),
    ],
    ids=["both", "asleep", "put back", "put back and forth", "at once"],
)
def test_the_larger_step_of_both_is_added_up(moves: list[tuple[float, float]], counted: float) -> None:
    hands = Hands()
    steps = LargerSteps(lambda: hands.wall, lambda: hands.monotonic)
    for move in moves:
        hands.move(*move)
        found = steps.read()
    assert found == counted


def test_this_machines_age_never_falls_behind_its_waits() -> None:
    clock = SystemClock()
    slept, waited = clock.uptime(), clock.monotonic()
    assert clock.uptime() - slept >= 0
    assert clock.monotonic() - waited >= 0
