"""The look at the lease before bytes leave: asked of the database unless a renewal of a moment ago proves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qb_plugin.errors import Fatal, LeaseLost
from qb_plugin.model import Lease, Message
from qb_plugin.sync.lease import FRESH, PROVES, LeaseGuard
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


def test_a_call_whose_turn_comes_late_renews_the_lease_first(firm: Firm) -> None:
    guard = guard_of(firm)
    firm.clock.move(59)
    assert guard.may_leave()
    firm.clock.move(50)
    assert done(firm) == 0  # still held


def test_a_renewal_of_less_than_forty_seconds_ago_lets_a_call_leave_unasked(firm: Firm) -> None:
    guard = guard_of(firm)
    firm.store.close()
    firm.clock.move(PROVES - 0.5)
    assert guard.may_leave()


def test_nothing_leaves_for_a_lease_that_was_taken_over_and_nothing_is_asked_again(firm: Firm) -> None:
    guard = guard_of(firm)
    take_over(firm)
    firm.clock.move(PROVES)
    assert not guard.may_leave()
    firm.store.close()
    assert not guard.may_leave()
    with pytest.raises(LeaseLost):
        guard.check()


def test_nothing_leaves_while_the_database_does_not_answer_and_all_goes_on_when_it_is_back(firm: Firm) -> None:
    leases, clock = LostLeases(firm), firm.clock
    guard = LeaseGuard(leases, firm.store.leases.take(REALM, firm.run_info()), clock)
    leases.is_away = True
    clock.move(PROVES)
    assert not guard.may_leave()
    leases.is_away = False
    assert guard.may_leave()


def test_a_renewal_that_took_too_long_proves_nothing(firm: Firm) -> None:
    leases = LostLeases(firm)
    guard = LeaseGuard(leases, firm.store.leases.take(REALM, firm.run_info()), firm.clock)
    firm.clock.move(PROVES)
    leases.takes = PROVES
    assert not guard.may_leave()


class LostLeases:
    """The real leases, over a database that may be away, or slow by `takes` seconds."""

    def __init__(self, firm: Firm) -> None:
        self._behind = firm.store.leases
        self._clock, self.is_away, self.takes = firm.clock, False, 0.0
        self.take, self.release, self.current = self._behind.take, self._behind.release, self._behind.current
        self.lapsed, self.ask = self._behind.lapsed, self._behind.ask

    def beat(self, lease: Lease, done: int) -> None:
        """Renew it, or not."""
        self._clock.move(self.takes)
        if self.is_away:
            raise Fatal(Message("database_locked"))
        self._behind.beat(lease, done)
