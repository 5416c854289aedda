"""One run per company at a time, and nobody waits for the dead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from qb_plugin.errors import LeaseLost, RunInProgress
from qb_plugin.model import Lease
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.leasing.process import Process
from qb_plugin.store.sql import tables
from tests.support.addin.open_leases import open_store_without_lease
from tests.support.addin.store_samples import REALM, StillClock, sample_run, statements_of

MARIA, PAUL = Process("desk", 100, "5"), Process("desk", 200, "6")


class Graveyard:
    """Who is dead, as far as the asking process can tell."""

    def __init__(self) -> None:
        self.dead: list[Process] = []

    def __call__(self, other: Process, here: Process) -> bool:
        return other in self.dead and other.machine == here.machine


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def graveyard() -> Graveyard:
    return Graveyard()


@pytest.fixture
def store(database_url: str, clock: StillClock, graveyard: Graveyard) -> Iterator[Store]:
    with closing(open_store(database_url, clock, process=MARIA, is_dead=graveyard)) as opened:
        yield opened


@pytest.fixture
def other(store: Store, database_url: str, clock: StillClock, graveyard: Graveyard) -> Iterator[Store]:
    with closing(open_store(database_url, clock, process=PAUL, is_dead=graveyard)) as opened:
        yield opened


def test_the_second_user_is_told_who_runs_since_when_and_how_far(store: Store, other: Store) -> None:
    lease = store.leases.take(REALM, sample_run())
    store.leases.beat(lease, 143)
    with pytest.raises(RunInProgress) as told:
        other.leases.take(REALM, sample_run("second"))
    since = f"{sample_run().started.astimezone():%H:%M}"
    assert told.value.message.key == "run_in_progress"
    assert told.value.message.values == {"user": "Maria Ortiz", "time": since, "done": 143, "total": 200}
    assert other.leases.current(REALM) == replace(lease, run=replace(sample_run(), done=143))


def test_how_far_a_run_is_comes_from_its_history_too(store: Store, other: Store) -> None:
    lease = store.leases.take(REALM, sample_run())
    store.runs.start(sample_run())
    store.leases.beat(lease, 30)
    store.runs.report("run", [], 60)
    assert other.leases.current(REALM) == replace(lease, run=replace(sample_run(), done=60))


def test_another_company_is_free(store: Store, other: Store) -> None:
    store.leases.take(REALM, sample_run())
    assert other.leases.take("another company", sample_run("second", "another company")).fence == 1


def test_a_lease_given_back_is_free_and_its_fence_rises(store: Store, other: Store) -> None:
    lease = store.leases.take(REALM, sample_run())
    assert lease == Lease(REALM, "Maria Ortiz", 1, sample_run())
    store.leases.release(lease)
    assert store.leases.current(REALM) is None
    assert other.leases.take(REALM, sample_run("second")).fence == 2


def test_without_a_sign_of_life_for_a_minute_it_is_free(store: Store, other: Store, clock: StillClock) -> None:
    lease = store.leases.take(REALM, sample_run())
    clock.move(59)
    store.leases.beat(lease, 1)
    clock.move(59)
    with pytest.raises(RunInProgress):
        other.leases.take(REALM, sample_run("second"))
    clock.move(1)
    assert other.leases.current(REALM) is None
    assert other.leases.take(REALM, sample_run("second")).fence == 2


def test_who_lost_it_learns_so_and_cannot_give_back_what_is_anothers(store: Store, other: Store, clock: StillClock) -> None:
    early = store.leases.take(REALM, sample_run())
    clock.move(60)
    late = other.leases.take(REALM, sample_run("second"))
    with pytest.raises(LeaseLost):
        store.leases.beat(early, 2)
    store.leases.release(early)
    assert store.leases.current(REALM) == late


def test_a_lease_given_back_cannot_be_renewed(store: Store) -> None:
    lease = store.leases.take(REALM, sample_run())
    store.leases.release(lease)
    with pytest.raises(LeaseLost):
        store.leases.beat(lease, 2)


def test_the_lease_of_a_dead_process_is_taken_at_once(store: Store, other: Store, graveyard: Graveyard) -> None:
    store.leases.take(REALM, sample_run())
    graveyard.dead.append(MARIA)
    assert other.leases.current(REALM) is None
    assert other.leases.take(REALM, sample_run("second")).fence == 2


def test_a_company_where_nothing_ran_has_no_lease(store: Store) -> None:
    assert store.leases.current(REALM) is None


def test_a_held_lease_without_a_run_is_a_defect(store: Store) -> None:
    store.leases.take(REALM, sample_run())
    with store.database.write() as connection:
        connection.execute(tables.leases.update().values(run=None))
    with pytest.raises(TypeError):
        store.leases.current(REALM)


def test_a_sign_of_life_costs_one_statement(store: Store) -> None:
    lease = store.leases.take(REALM, sample_run())
    with statements_of(store) as statements:
        store.leases.beat(lease, 30)
    assert len(statements) == 1


def test_with_the_switch_off_everyone_runs_under_the_fence_that_stands(store: Store, database_url: str) -> None:
    with closing(open_store_without_lease(database_url)) as free:
        assert free.leases.take(REALM, sample_run()).fence == 0
        store.leases.take(REALM, sample_run())
        lease = free.leases.take(REALM, sample_run("second"))
        assert lease == Lease(REALM, "Maria Ortiz", 1, sample_run("second"))
        free.leases.beat(lease, 1)
        free.leases.release(lease)
        assert free.leases.current(REALM) is None
        assert store.leases.current(REALM) is not None
