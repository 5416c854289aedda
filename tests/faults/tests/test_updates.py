"""A slice of the update cases of `make faults`: a death at any commit or send leaves each payment changed once, with its lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cases.case import World
from tests.faults.cases.controls import PLAIN, Control
from tests.faults.cases.survey import Sample, survey
from tests.faults.cases.updates import UPDATE_CONTROLS, UpdatePlay, update_worlds
from tests.faults.harness.databases import Databases, Files, sqlite_files

CALM = World("sqlite", "update", "batch", "none", "1", "replay")
LOST = World("sqlite", "update", "batch", "answer_lost_after", "1", "forgets")


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


def bad_cases(world: World, sample: Sample, databases: Databases, control: Control = PLAIN) -> list[tuple[str, list[str]]]:
    """The bad cases of a world."""
    played = survey(world, sample, lambda case: UpdatePlay(case, databases, control).run())
    return [(str(case), found.bad) for case, found in played if found.bad]


def test_a_death_at_every_point_changes_each_payment_once(files: Files) -> None:
    assert bad_cases(CALM, Sample(1, 2), files) == []


def test_trouble_with_any_answer_and_a_death_change_each_payment_once(files: Files) -> None:
    chosen = [world for place, world in enumerate(update_worlds("sqlite")) if place % 23 == 3]
    assert [found for world in chosen for found in bad_cases(world, Sample(9, 2), files)] == []


@pytest.mark.parametrize("name", UPDATE_CONTROLS)
def test_the_cases_see_a_way_that_is_known_to_be_wrong(files: Files, name: str) -> None:
    assert bad_cases(LOST, Sample(6, 0), files, UPDATE_CONTROLS[name]) != []
