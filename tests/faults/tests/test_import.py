"""A slice of the import's cases of `make faults`: a death at any commit, of the host's or of ours, loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cases.case import World
from tests.faults.cases.imports import ImportPlay, import_worlds
from tests.faults.cases.survey import Sample, survey
from tests.faults.harness.databases import Databases, Files, Servers, sqlite_files
from tests.support.postgres import PostgresServer

CALM = "none"


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


def bad_cases(world: World, sample: Sample, databases: Databases, fresh_keys: bool = False) -> list[tuple[str, list[str]]]:
    """The bad cases of a world."""
    played = survey(world, sample, lambda case: ImportPlay(case, databases, fresh_keys).run())
    return [(str(case), found.bad) for case, found in played if found.bad]


def test_a_death_at_every_commit_leaves_each_payment_here_once(files: Files) -> None:
    assert bad_cases(World("sqlite", "import", "batch", CALM, "1", "replay"), Sample(1, 2), files) == []


def test_trouble_with_any_question_and_a_death_leave_each_payment_here_once(files: Files) -> None:
    chosen = [
        world for context, world in enumerate(import_worlds("sqlite")) if context % 6 == 1
    ]  # each trouble once, each question in turn
    assert [found for world in chosen for found in bad_cases(world, Sample(7, 2), files)] == []


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(postgres_server: PostgresServer) -> None:
    with postgres_server.new_database() as address:
        databases = Servers(address, "slice")
        assert bad_cases(World("postgresql", "import", "batch", CALM, "1", "replay"), Sample(3, 0), databases) == []
        databases.close()


def test_the_cases_see_it_when_payments_are_recorded_under_fresh_keys(files: Files) -> None:
    assert bad_cases(World("sqlite", "import", "batch", CALM, "1", "replay"), Sample(1, 0), files, fresh_keys=True) != []
