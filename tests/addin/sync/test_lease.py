"""The look at the lease before bytes leave: asked of the database unless a renewal of a moment ago proves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from qb_plugin.errors import LeaseLost
from qb_plugin.sync.lease import FRESH, LeaseGuard
from tests.support.addin.sync_firm import REALM, Firm, firm_in


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def guard_of(firm: Firm) -> LeaseGuard:
    return LeaseGuard(firm.store.leases, firm.store.leases.take(REALM, firm.run_info()), firm.clock)


def take_over(firm: Firm) -> None:
    lease = firm.store.leases.current(REALM)
    assert lease is not None
    firm.store.leases.release(lease)
    firm.store.leases.take(REALM, firm.run_info())


def done(firm: Firm) -> int:
    lease = firm.store.leases.current(REALM)
    assert lease is not None
    assert lease.run is not None
    return lease.run.done


def test_a_lease_taken_a_moment_ago_is_not_asked_for(firm: Firm) -> None:
    guard = guard_of(firm)
    firm.store.close()  # so that asking would fail
    firm.clock.move(FRESH - 0.5)
    guard.check()


def test_a_lease_that_was_taken_over_is_lost_at_the_look(firm: Firm) -> None:
    guard = guard_of(firm)
    take_over(firm)
    firm.clock.move(FRESH)
    with pytest.raises(LeaseLost):
        guard.check()


def test_a_renewal_makes_the_lease_fresh_again(firm: Firm) -> None:
    guard = guard_of(firm)
    firm.clock.move(FRESH)
    guard.renew(3)
    take_over(firm)
    firm.clock.move(FRESH - 0.5)
    guard.check()


def test_a_look_renews_the_lease_and_leaves_how_far_the_run_is(firm: Firm) -> None:
    guard = guard_of(firm)
    guard.renew(3)
    firm.clock.move(50)
    guard.check()
    firm.clock.move(50)  # a hundred seconds since `renew`: without the look the lease would be free
    assert done(firm) == 3


@pytest.mark.parametrize("stopped", ["wall", "monotonic"])
def test_time_that_only_one_clock_counts_makes_the_lease_old(firm: Firm, stopped: str) -> None:
    guard = LeaseGuard(firm.store.leases, firm.store.leases.take(REALM, firm.run_info()), OneHand(firm, stopped))
    take_over(firm)
    firm.clock.move(FRESH)
    with pytest.raises(LeaseLost):
        guard.check()


class OneHand:
    """A clock one of whose readings stands still, as during a sleep of the machine or after the wall clock was set back."""

    def __init__(self, firm: Firm, stopped: str) -> None:
        self._clock, self._stopped, self._began = firm.clock, stopped, firm.clock.now()

    def now(self) -> datetime:
        return self._began if self._stopped == "wall" else self._clock.now()

    def monotonic(self) -> float:
        return 0.0 if self._stopped == "monotonic" else self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
