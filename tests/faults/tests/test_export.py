"""A slice of the cases of `make faults`: exports that die at a point, under every trouble, end with everything there once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.faults.cases.case import TROUBLES, Case, World, read_case, worlds
from tests.faults.cases.run_case import Play, company
from tests.faults.cases.survey import Sample, survey
from tests.faults.harness.databases import Databases, Files, Servers, sqlite_files
from tests.faults.harness.server import SERVERS
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


def bad_cases(chosen: Sequence[World], sample: Sample, databases: Databases) -> tuple[int, list[tuple[str, list[str]]]]:
    """How many cases were played, and the bad ones."""
    played = [pair for world in chosen for pair in survey(world, sample, lambda case: Play(case, databases).run())]
    return len(played), [(str(case), found.bad) for case, found in played if found.bad]


def slice_of(database: str, scenario: str, mode: str) -> list[World]:
    """Every trouble once, each with the next way to answer a repeated call."""
    every = [world for world in worlds(database) if (world.scenario, world.mode) == (scenario, mode)]
    servers = list(SERVERS)
    return [w for w in every if servers.index(w.server) == TROUBLES.index(w.trouble) % len(servers)]


@pytest.mark.parametrize("scenario", ["payments", "applied", "memos"])
@pytest.mark.parametrize("mode", ["batch", "single"])
def test_every_trouble_and_a_death_leave_each_record_in_quickbooks_once(files: Files, scenario: str, mode: str) -> None:
    played, bad = bad_cases(slice_of("sqlite", scenario, mode), Sample(points=17, seconds=2), files)
    assert bad == []
    assert played > 2 * len(TROUBLES)


@pytest.mark.parametrize("server", SERVERS)
def test_a_death_at_any_point_while_a_call_is_carried_out_late_is_mended(files: Files, server: str) -> None:
    _, bad = bad_cases([World("sqlite", "applied", "batch", "late_commit", "1", server)], Sample(points=3, seconds=2), files)
    assert bad == []


@pytest.mark.postgres
def test_the_same_holds_on_postgresql(postgres_server: PostgresServer) -> None:
    with postgres_server.new_database() as address:
        databases = Servers(address, "slice")
        played, bad = bad_cases(slice_of("postgresql", "applied", "batch")[::4], Sample(points=17, seconds=2), databases)
        databases.close()
    assert bad == []
    assert played > len(TROUBLES) // 4


def test_a_case_is_played_again_by_its_name() -> None:
    case = Case(World("sqlite", "memos", "single", "slow", "2", "forgets+lag"), 7, None, 40.0)
    assert str(case) == "sqlite/memos/single/slow/2/forgets+lag/7/-/40"
    assert read_case(str(case)) == case


def test_a_case_plays_the_same_every_time_and_in_a_process_of_its_own() -> None:
    case = read_case("sqlite/memos/single/answer_lost_after/2/forgets+lag/9/4/1")
    lives = []
    for _ in range(2):
        company.cache_clear()
        with sqlite_files() as files:
            lives += [Play(case, files).run().lives for _ in range(2)]
    assert lives == [lives[0]] * 4
    assert len(lives[0]) == 3
