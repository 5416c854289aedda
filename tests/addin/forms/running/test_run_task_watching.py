"""Another workstation's run, watched in the host's task until it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from qb_plugin.errors import RunInProgress
from qb_plugin.forms.run_task import LOOK_EVERY, RunTask, progress_of
from qb_plugin.model import SETTLE, Lease, Message, RunInfo
from qb_plugin.runtime import Runtime
from qb_plugin.store.database import open_store
from qb_plugin.store.sql.tables import leases
from tests.support.addin.reported_rows import IDS, REALM, ended, reporting
from tests.support.hosts.text_host import TextHost
from tests.support.virtual_clock import VirtualClock


class Colleague:
    """A run at another workstation, one look further with each second that is waited."""

    def __init__(
        self, runtime: Runtime, host: TextHost, clock: VirtualClock, action: str = "export-payments", user: str = "Ana Ruiz"
    ) -> None:
        self._store = open_store(host.database_url)
        run = replace(runtime.new_run(action, 70), user=user, started=clock.now() - timedelta(minutes=3))
        self.since = f"{run.started.astimezone():%H:%M}"
        self._lease = self._store.leases.take(REALM, run)

    def beat(self, done: int) -> None:
        """Say how far the run is."""
        self._store.leases.beat(self._lease, done)

    @property
    def asked(self) -> bool:
        """Whether a person waits for its lease."""
        lease = self._store.leases.current(REALM)
        return lease is not None and lease.asked

    def leave(self) -> None:
        """End the run."""
        self._store.leases.release(self._lease)
        self.close()

    def sleep(self) -> None:
        """Be suspended for longer than the lease lasts."""
        with self._store.database.write() as connection:
            connection.execute(update(leases).values(heartbeat=datetime.now(UTC) - timedelta(hours=1)))

    def close(self) -> None:
        """Go away."""
        self._store.close()


@pytest.fixture
def colleague(runtime: Runtime, host: TextHost, clock: VirtualClock) -> Colleague:
    """Somebody who runs before we do."""
    return Colleague(runtime, host, clock)


def test_a_colleagues_run_is_looked_at_each_second_and_shown_when_it_is_further(
    task: RunTask, host: TextHost, clock: VirtualClock, colleague: Colleague
) -> None:
    clock.at(2.5, lambda: colleague.beat(30))
    clock.at(4.5, colleague.leave)
    summary = task.run("export-payments", IDS, reporting(*(ended(identity) for identity in IDS)))
    assert clock.slept == [LOOK_EVERY] * 5
    said = f"* Ana Ruiz started a run for this company at {colleague.since}"
    assert [line.partition(" (")[0] for line in host.lines[:4]] == [said, "0/70", said, "30/70"]
    assert summary["text"].startswith(f"The run that Ana Ruiz started at {colleague.since} is over.")
    assert (summary["level"], summary["counts"]["not_tried"]) == ("error", 3)
    assert {row["message"] for row in host.rows.values()} == {summary["text"]}
    assert host.marks.marks == {}


def test_who_cancels_while_a_colleague_runs_is_told_how_far_that_run_is(
    task: RunTask, host: TextHost, clock: VirtualClock, colleague: Colleague
) -> None:
    clock.at(0.5, lambda: colleague.beat(60))
    clock.at(1.5, lambda: setattr(host, "cancelled", True))
    summary = task.run("export-payments", IDS, reporting())
    assert summary["text"] == (
        f"Ana Ruiz started a run for this company at {colleague.since} (60 of 70 done). "
        "Nothing was sent. Try again when it has ended."
    )
    assert clock.slept == [LOOK_EVERY] * 2
    colleague.leave()


@pytest.mark.parametrize(
    ("action", "watched", "ended"),
    [
        ("export-payments", "Ana Ruiz started a run", "The run that Ana Ruiz started at"),
        ("import-payments", "Ana Ruiz started a run", "The run that Ana Ruiz started at"),
        (SETTLE, "Lost answers are being looked up in QuickBooks, since", "The looking up of lost answers that began at"),
    ],
)
@pytest.mark.parametrize("returned", [True, False])
def test_what_is_in_the_way_is_called_what_it_is_and_over_only_when_it_is(
    action: str, watched: str, ended: str, returned: bool, runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, action)
    clock.at(3.5, other.leave if returned else other.sleep)
    summary = task.run("export-payments", IDS, reporting())
    assert host.lines[0].startswith(f"* {watched}")
    assert summary["text"].startswith(ended)
    assert (" is over. " in summary["text"], " stands still at 0 of 70" in summary["text"]) == (returned, not returned)
    assert summary["counts"]["not_tried"] == 3
    other.close()


@pytest.mark.parametrize("action", ["export-payments", SETTLE])
def test_who_cancels_while_something_is_in_the_way_is_told_what_it_is(
    action: str, runtime: Runtime, task: RunTask, host: TextHost, clock: VirtualClock
) -> None:
    other = Colleague(runtime, host, clock, action)
    clock.at(1.5, lambda: setattr(host, "cancelled", True))
    summary = task.run("export-payments", IDS, reporting())
    assert ("Lost answers" in summary["text"], "Ana Ruiz" in summary["text"]) == (action == SETTLE, action != SETTLE)
    other.leave()


def test_a_database_that_fails_while_a_colleague_is_watched_ends_the_watching(
    runtime: Runtime, task: RunTask, clock: VirtualClock, colleague: Colleague
) -> None:
    def drop() -> None:
        with runtime.store.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE quickbooks_leases")

    clock.at(0.5, drop)
    summary = task.run("export-payments", IDS, reporting())
    assert (summary["level"], summary["counts"]["not_tried"]) == ("error", 3)
    assert "database" in summary["text"]
    colleague.close()


class GoneLeases:
    """Leases of which another run's is given back between our asking for it and our first look."""

    def __init__(self, key: str, values: Mapping[str, object]) -> None:
        self._refusal = Message(key, values)

    def take(self, realm: str, run: RunInfo) -> Lease:
        """Refuse."""
        raise RunInProgress(self._refusal)

    def current(self, realm: str) -> Lease | None:
        """Nobody runs any more."""
        return None

    def ask(self, realm: str) -> None:
        """Nobody waits."""

    def lapsed(self, realm: str) -> RunInfo | None:
        """It was given back."""
        return None

    def beat(self, lease: Lease, done: int) -> None:
        """Never asked for."""

    def release(self, lease: Lease) -> None:
        """Never asked for."""


@pytest.mark.parametrize(
    ("key", "over"),
    [
        ("run_in_progress", "The run that Ana Ruiz started at 09:30 is over."),
        ("settling_in_progress", "The looking up of lost answers that began at 09:30 is over."),
    ],
)
def test_what_is_over_before_the_first_look_is_named_too(
    key: str, over: str, runtime: Runtime, task: RunTask, clock: VirtualClock
) -> None:
    leases = GoneLeases(key, {"user": "Ana Ruiz", "time": "09:30", "done": 70, "total": 70})
    runtime.run_ports = replace(runtime.run_ports, leases=leases)
    summary = task.run("export-payments", IDS, reporting())
    assert summary["text"].startswith(over)
    assert clock.slept == []


def test_progress_tells_who_runs_since_when_and_how_far(clock: VirtualClock) -> None:
    run = RunInfo(id="r", realm=REALM, action="export", user="Ana Ruiz", started=clock.now(), total=7, done=3)
    assert progress_of(run) == {"user": "Ana Ruiz", "time": f"{clock.now().astimezone():%H:%M}", "done": 3, "total": 7}
