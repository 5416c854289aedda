"""A slice of the stories of `make faults`, and that the ways known to be wrong go bad in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cases.case import Case, World, read_case
from tests.faults.cases.controls import CONTROLS
from tests.faults.cases.matrix import play
from tests.faults.cases.stories import STORIES, story_worlds
from tests.faults.harness.databases import Files, sqlite_files


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


def some_worlds() -> list[World]:
    """One of each story and way of sending, each with the next server."""
    every = list(story_worlds("sqlite"))
    kinds = sorted({(world.scenario, world.mode) for world in every})
    of_kind = [[world for world in every if (world.scenario, world.mode) == kind] for kind in kinds]
    return [worlds[number % len(worlds)] for number, worlds in enumerate(of_kind)]


@pytest.mark.parametrize("world", some_worlds(), ids=str)
@pytest.mark.parametrize("point", [None, 2, 6])
def test_a_story_leaves_each_record_in_quickbooks_once(files: Files, world: World, point: int | None) -> None:
    assert play(Case(world, point), files).bad == []


def test_each_story_is_among_them() -> None:
    assert {world.scenario for world in some_worlds()} == set(STORIES)


WRONG = {
    "no heartbeat check": "queue/batch/throttled/1/forgets",
    "unfenced": "queue/single/throttled/1/forgets",
    "hasty withdraw": "edited/single/late_commit/2/forgets",
    "one company": "company/batch/answer_lost_after/1/replay",
    "mark alone": "restored/batch/none/1/replay",
    "new id unchanged": "unchanged/single/late_commit/2/replay",
    "no end": "payments/batch/lasting_500/1/replay",
}


@pytest.mark.parametrize("name", [name for name in WRONG if name != "no end"])
def test_what_is_known_to_be_wrong_goes_bad(files: Files, name: str) -> None:
    case = read_case(f"sqlite/{WRONG[name]}/-/-/1")
    assert play(case, files, name).bad != []
    assert play(case, files).bad == []


@pytest.mark.parametrize("trouble", ["lasting_500", "lasting_fault", "kept_fault"])
@pytest.mark.parametrize("mode", ["batch", "single"])
@pytest.mark.parametrize("server", ["replay", "whole", "whole+replay"])
def test_one_bad_record_is_one_row_and_a_kept_fault_ends(files: Files, trouble: str, mode: str, server: str) -> None:
    assert play(Case(World("sqlite", "payments", mode, trouble, "1", server)), files).bad == []


def test_every_control_has_its_name() -> None:
    assert set(WRONG) <= set(CONTROLS)
