"""The two looks' waits count this process's own monotonic time, however wrong any clock is (docs/architecture.md rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from qb_plugin.model import Outcome
from tests.support.addin.interrupted_runs import settle
from tests.support.addin.scripted_sends import UNSENT
from tests.support.addin.sync_firm import Firm, payment
from tests.support.virtual_clock import VirtualClock

BETWEEN = 180.0


class WrongClock(VirtualClock):
    """A clock whose time of day is wrong by `wrong`, and jumps with it."""

    wrong = timedelta()

    def now(self) -> datetime:
        return super().now() + self.wrong


@pytest.mark.parametrize("minutes", [-60, -10, 10, 60])
def test_another_desks_wrong_clock_never_shortens_the_wait(tmp_path: Path, minutes: int) -> None:
    clock = WrongClock()
    firm = Firm(tmp_path, clock)
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    firm.break_off(row, when=lambda ended: str(row.ref) in ended.rows and ended.outcome(row) is Outcome.NOT_CONFIRMED)
    clock.move(35)
    clock.wrong = timedelta(minutes=minutes)
    moments: list[float] = []
    firm.quickbooks.on_submit.append(lambda _: moments.append(clock.monotonic()))
    settle(firm)
    firm.store.close()
    assert moments == [35 + BETWEEN]


def test_a_clock_that_jumps_while_it_waits_changes_nothing(tmp_path: Path) -> None:
    clock = WrongClock()
    firm = Firm(tmp_path, clock)
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    clock.at(20, lambda: setattr(clock, "wrong", timedelta(hours=1)))
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED
    firm.store.close()
    assert sum(clock.slept) == BETWEEN


class SleepingClock(WrongClock):
    """The machine sleeps through `asleep` seconds: the time of day and the uptime go on, the clock for waits does not."""

    asleep = 0.0

    def sleep_through(self, seconds: float) -> None:
        self.asleep += seconds
        self.wrong += timedelta(seconds=seconds)

    def uptime(self) -> float:
        return super().uptime() + self.asleep


@pytest.mark.parametrize("seconds", [30, 600, 86_400])
def test_a_sleep_of_the_machine_does_not_count_as_waiting(tmp_path: Path, seconds: float) -> None:
    clock = SleepingClock()
    firm = Firm(tmp_path, clock)
    row = payment(1)
    firm.quickbooks.script(row.ref, UNSENT)
    clock.at(20, lambda: clock.sleep_through(seconds))
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED
    firm.store.close()
    assert sum(clock.slept) == BETWEEN
