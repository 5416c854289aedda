"""What runs by itself ends when a person wants to run; a person's run, and the settling of lost answers, are watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from qb_plugin.forms.run_task import LOOK_EVERY, RunTask
from qb_plugin.model import PROGRAM, SETTLE, Lease
from qb_plugin.runtime import Runtime
from qb_plugin.services.status.acting_user import ProgramUser
from qb_plugin.sync.ports import Leases
from tests.addin.forms.running.test_run_task_watching import Colleague
from tests.support.addin.reported_rows import IDS, ended, reporting
from tests.support.hosts.text_host import TextHost
from tests.support.virtual_clock import VirtualClock

GIVES_WAY = "* What runs by itself is ending, because you want to run. Yours begins as soon as it has."
WORK = reporting(*(ended(identity) for identity in IDS))


@pytest.mark.parametrize("action", ["import-payments", "changes", "reconcile"])
def test_what_runs_by_itself_is_asked_once_and_waited_for_and_the_run_begins_when_it_has_ended(
    action: str, runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, action, PROGRAM)
    asked: list[bool] = []
    clock.at(0.5, lambda: asked.append(other.asked))
    clock.at(2.5, other.leave)
    summary = task.run("export-payments", IDS, WORK)
    assert (asked, clock.slept) == ([True], [LOOK_EVERY] * 3)
    assert host.lines[0] == GIVES_WAY
    assert host.lines.count(GIVES_WAY) == 1
    assert (summary["counts"]["done"], summary["level"]) == (3, "info")


@pytest.mark.parametrize(("action", "user"), [(SETTLE, PROGRAM), ("export-payments", "Ana Ruiz"), (SETTLE, "Ana Ruiz")])
def test_settling_and_a_persons_run_are_not_asked_to_end(
    action: str, user: str, runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, action, user)
    asked: list[bool] = []
    clock.at(0.5, lambda: asked.append(other.asked))
    clock.at(1.5, other.leave)
    summary = task.run("export-payments", IDS, WORK)
    assert asked == [False]
    assert GIVES_WAY not in host.lines
    assert summary["counts"]["not_tried"] == 3


def test_what_runs_by_itself_asks_nobody_to_end(runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock) -> None:
    other = Colleague(runtime, host, clock, "import-payments", PROGRAM)
    asked: list[bool] = []
    clock.at(0.5, lambda: asked.append(other.asked))
    clock.at(1.5, other.leave)
    with runtime.acting(ProgramUser()):
        summary = task.run("changes", IDS, WORK)
    assert asked == [False]
    assert summary["counts"]["not_tried"] == 3


def test_who_cancels_while_it_gives_way_begins_nothing(
    runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, "import-payments", PROGRAM)
    clock.at(1.5, lambda: setattr(host, "cancelled", True))
    summary = task.run("export-payments", IDS, WORK)
    assert clock.slept == [LOOK_EVERY] * 2
    assert summary["text"].startswith(f"{PROGRAM.capitalize()} started a run for this company at {other.since} (0 of 70 done).")
    assert summary["counts"]["not_tried"] == 3
    other.leave()


def test_it_may_end_in_the_moment_in_which_the_person_cancels(
    runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, "import-payments", PROGRAM)
    clock.at(0.5, other.leave)
    clock.at(0.5, lambda: setattr(host, "cancelled", True))
    summary = task.run("export-payments", IDS, WORK)
    assert (summary["counts"]["done"], summary["counts"]["not_tried"]) == (0, 3)


def test_a_persons_run_that_came_first_is_watched(runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock) -> None:
    other = Colleague(runtime, host, clock, "import-payments", PROGRAM)

    def hand_over() -> None:
        other.leave()
        clock.at(2.0, Colleague(runtime, host, clock).leave)

    clock.at(0.5, hand_over)
    summary = task.run("export-payments", IDS, WORK)
    assert host.lines[0] == GIVES_WAY
    assert host.lines[1].startswith("* Ana Ruiz started a run for this company")
    assert summary["counts"]["not_tried"] == 3


class WatchedLeases:
    """Leases that tell each look at who holds them."""

    def __init__(self, leases: Leases, looked: Callable[[], object]) -> None:
        self._leases, self._looked = leases, looked

    def __getattr__(self, name: str) -> object:
        return getattr(self._leases, name)

    def current(self, realm: str) -> Lease | None:
        """The lease that is held; then what happens at that moment."""
        lease = self._leases.current(realm)
        self._looked()
        return lease


def test_a_persons_run_that_ends_while_it_is_looked_at_is_over_and_nothing_begins_by_itself(
    runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    left = [Colleague(runtime, host, clock)]
    leases = WatchedLeases(runtime.run_ports.leases, lambda: left.pop().leave() if left else None)
    runtime.run_ports = replace(runtime.run_ports, leases=cast("Leases", leases))
    summary = task.run("export-payments", IDS, WORK)
    assert summary["text"].startswith("The run that Ana Ruiz started at")
    assert (summary["counts"]["done"], summary["counts"]["not_tried"]) == (0, 3)
