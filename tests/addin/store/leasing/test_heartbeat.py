"""A lease is kept alive while a run waits, and its loss is told."""

from __future__ import annotations

from threading import Event

import pytest

from qb_plugin.errors import Fatal, LeaseLost, RunInProgress
from qb_plugin.model import Lease, Message, RunInfo
from qb_plugin.store.leasing.heartbeat import HeartbeatLeases
from tests.support.addin.store_samples import REALM, sample_run

LONG = 60.0
NEVER = 3600.0


class Underneath:
    """Leases that note what is done to them; `fails` makes every beat fail."""

    def __init__(self, fails: bool = False) -> None:
        self._fails = fails
        self.beats: list[int] = []
        self.released: list[Lease] = []
        self.beaten_thrice = Event()

    def take(self, realm: str, run: RunInfo) -> Lease:
        return Lease(realm, run.user, 1, run)

    def beat(self, lease: Lease, done: int) -> None:
        self.beats.append(done)
        if len(self.beats) >= 3 or self._fails:
            self.beaten_thrice.set()
        if self._fails:
            raise LeaseLost(Message("lease_lost"))

    def release(self, lease: Lease) -> None:
        self.released.append(lease)

    def current(self, realm: str) -> Lease | None:
        return Lease(realm, "Maria Ortiz", 1)

    def ask(self, realm: str) -> None:
        """Nobody waits."""

    def lapsed(self, realm: str) -> RunInfo | None:
        return None


def test_a_held_lease_beats_by_itself_with_the_last_count() -> None:
    underneath = Underneath()
    kept = HeartbeatLeases(underneath, every=0.001)
    lease = kept.take(REALM, sample_run())
    assert underneath.beaten_thrice.wait(LONG)
    kept.beat(lease, 143)
    underneath.beaten_thrice.clear()
    assert underneath.beaten_thrice.wait(LONG)
    kept.release(lease)
    assert underneath.beats[-1] == 143
    assert underneath.released == [lease]


def test_a_lease_lost_meanwhile_is_told_at_the_next_beat() -> None:
    underneath = Underneath(fails=True)
    kept = HeartbeatLeases(underneath, every=0.001)
    lease = kept.take(REALM, sample_run())
    assert underneath.beaten_thrice.wait(LONG)
    for _ in range(2):
        with pytest.raises(LeaseLost):
            kept.beat(lease, 1)
    kept.release(lease)


def test_who_runs_and_what_is_done_go_straight_through() -> None:
    underneath = Underneath()
    kept = HeartbeatLeases(underneath, every=NEVER)
    lease = kept.take(REALM, sample_run())
    kept.beat(lease, 7)
    assert underneath.beats == [7]
    assert kept.current(REALM) == Lease(REALM, "Maria Ortiz", 1)
    kept.release(lease)
    kept.release(lease)
    assert underneath.released == [lease, lease]


class Lost(Underneath):
    """Leases that cannot be given back while the database is `away`."""

    away = True

    def take(self, realm: str, run: RunInfo) -> Lease:
        if not self.away and not self.released:
            raise RunInProgress(Message("run_in_progress"))
        return super().take(realm, run)

    def release(self, lease: Lease) -> None:
        if self.away:
            raise Fatal(Message("database_lost"))
        super().release(lease)


def test_a_lease_that_could_not_be_given_back_does_not_stand_in_its_own_holders_way() -> None:
    underneath = Lost()
    kept = HeartbeatLeases(underneath, every=NEVER)
    lease = kept.take(REALM, sample_run())
    for _ in range(2):
        with pytest.raises(Fatal):
            kept.release(lease)
    underneath.away = False
    kept.take(REALM, sample_run())
    kept.take(REALM, sample_run())
    assert underneath.released == [lease]
