"""A slice of the undo's cases of `make faults`: a death at any commit or send, and lost answers, leave both sides agreeing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cases.case import World
from tests.faults.cases.controls import CONTROLS, PLAIN, Control
from tests.faults.cases.survey import Sample, survey
from tests.faults.cases.undoing.exports import UNDONE, UndoPlay, undo_worlds
from tests.faults.cases.undoing.imports import UNDO_IMPORT_CONTROLS, UndoImportPlay, undo_import_worlds
from tests.faults.harness.databases import Databases, Files, Servers, sqlite_files
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


def bad_cases(world: World, sample: Sample, databases: Databases, control: Control = PLAIN) -> list[tuple[str, list[str]]]:
    """The bad cases of a world."""
    played = survey(world, sample, lambda case: UndoPlay(case, databases, control).run())
    return [(str(case), found.bad) for case, found in played if found.bad]


@pytest.mark.parametrize("scenario", UNDONE)
@pytest.mark.parametrize("trouble", ["none", "answer_lost_after"])
def test_a_death_at_every_point_takes_away_all_or_what_is_told(files: Files, scenario: str, trouble: str) -> None:
    assert bad_cases(World("sqlite", scenario, "batch", trouble, "1", "replay"), Sample(1, 2), files) == []


def test_every_trouble_and_a_death_leave_both_sides_agreeing(files: Files) -> None:
    chosen = [world for place, world in enumerate(undo_worlds("sqlite")) if place % 29 == 3]
    assert [found for world in chosen for found in bad_cases(world, Sample(13, 0), files)] == []


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(postgres_server: PostgresServer) -> None:
    with postgres_server.new_database() as address:
        databases = Servers(address, "undone")  # a name of its own: engines are kept by their address
        assert bad_cases(World("postgresql", "undo", "batch", "answer_lost_after", "1", "replay"), Sample(4, 0), databases) == []
        databases.close()


@pytest.mark.parametrize(
    ("scenario", "control", "trouble"),
    [
        ("undo", "link withdrawn first", "token_revoked"),
        ("undo", "doubt taken for done", "answer_lost_before"),
        ("void", "doubt taken for done", "answer_lost_before"),
    ],
)
def test_the_cases_see_it_when_an_undo_does_it_wrong(files: Files, scenario: str, control: str, trouble: str) -> None:
    world = World("sqlite", scenario, "batch", trouble, "1", "replay")
    assert bad_cases(world, Sample(3, 0), files, CONTROLS[control]) != []


def bad_undos_of_imports(world: World, sample: Sample, databases: Databases, control: Control = PLAIN) -> list[str]:
    """The bad cases of a world in which an import is undone."""
    played = survey(world, sample, lambda case: UndoImportPlay(case, databases, control).run())
    return [f"{case}: {found.bad}" for case, found in played if found.bad]


def test_an_undone_import_is_gone_here_or_stays_as_it_is_told(files: Files) -> None:
    chosen = [world for place, world in enumerate(undo_import_worlds("sqlite")) if place % 5 == 0]
    assert [found for world in chosen for found in bad_undos_of_imports(world, Sample(6, 4), files)] == []


@pytest.mark.postgres
def test_an_undone_import_is_gone_on_postgresql(postgres_server: PostgresServer) -> None:
    with postgres_server.new_database() as address:
        databases = Servers(address, "removed")
        assert (
            bad_undos_of_imports(World("postgresql", "undo-import", "batch", "none", "1", "replay"), Sample(4, 0), databases) == []
        )
        databases.close()


@pytest.mark.parametrize(
    ("control", "trouble"), [("unlinked before removed", "host_lost_before"), ("removed whatever stands", "edited_here")]
)
def test_the_cases_see_it_when_an_import_is_undone_wrongly(files: Files, control: str, trouble: str) -> None:
    world = World("sqlite", "undo-import", "batch", trouble, "1", "replay")
    assert bad_undos_of_imports(world, Sample(6, 0), files, UNDO_IMPORT_CONTROLS[control]) != []
