"""Every row of a run ends with an outcome, in the host, in the counts and in the history, while a database is away."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.mark_sets import MarkSets
from hostsim.practice.marks import PracticeMarks, register_addin
from hostsim.practice.sql.connection import Database
from hostsim.testing import demo_practice
from qb_plugin.forms.run_marks import LAST_WAITS, LONGEST_PAUSE
from qb_plugin.forms.run_task import RunTask
from qb_plugin.model import Connection, ConnectionState, Outcome, RowResult
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.store.database import open_store
from qb_plugin.sync.lease import LeasedRun
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_marks import FakeMarks
from tests.support.virtual_clock import VirtualClock

TODAY = date(2026, 11, 20)
CONNECTED = Connection(ConnectionState.CONNECTED, "9130", "Alder & Finch", "simulator")
ROWS = [f"payment:{number}" for number in range(1, 1201)]
A_ROW = 0.005  # seconds a row takes: of 200 a second
ENDS = (Outcome.SYNCHRONIZED, Outcome.SYNCHRONIZED, Outcome.FAILED, Outcome.NOT_CONFIRMED)
MARKED = {Outcome.SYNCHRONIZED: "synchronized", Outcome.FAILED: "failed", Outcome.NOT_CONFIRMED: "not_confirmed"}
BRIEFLY = 0.02  # seconds that SQLite waits for a lock here


class AbsentMarks(FakeMarks):
    """Marks of a host whose database is away for so many calls."""

    def __init__(self) -> None:
        super().__init__()
        self.away, self.calls, self.lost = 0, 0, 0

    def put(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Fail, or change."""
        self.calls += 1
        if self.calls <= self.away:
            self.lost += len(changes)
            raise ConnectionError("the host's database is away")
        super().put(changes)


def end_of(identity: str) -> Outcome:
    """How this row ends."""
    return ENDS[int(identity.partition(":")[2]) % len(ENDS)]


def work(clock: VirtualClock, leased: LeasedRun) -> None:
    """Report every row twice, at some two hundred a second."""
    for identity in ROWS:
        leased.reporter.row(RowResult(id=identity, outcome=Outcome.RUNNING))
        clock.move(A_ROW)
        leased.reporter.row(RowResult(id=identity, outcome=end_of(identity)))


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when told to."""
    return VirtualClock()


@pytest.fixture
def host(tmp_path: Path) -> TextHost:
    """A host with a database of the add-in's own."""
    options = {"quickbooks": "http://127.0.0.1:8401", "client_id": "started", "client_secret": "with"}
    return TextHost(FakeLedger([], [], []), f"sqlite:///{tmp_path / 'addin.db'}", options, TODAY)


@contextmanager
def connected(host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in, connected; it does not wait long for a lock."""
    runtime = Runtime(host, Parts(clock=clock, open_store=partial(open_store, patience=BRIEFLY)))
    runtime.store.tokens.save_connection(CONNECTED)
    try:
        yield runtime
    finally:
        runtime.close()


@pytest.fixture
def marks(host: TextHost) -> AbsentMarks:
    """The host's marks, which are set before the add-in starts."""
    found = host.ledger.marks = AbsentMarks()
    return found


@pytest.fixture
def runtime(host: TextHost, clock: VirtualClock, marks: AbsentMarks) -> Iterator[Runtime]:
    """The add-in beside these marks."""
    with connected(host, clock) as found:
        yield found


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """The demo firm in a file of its own."""
    demo_practice(tmp_path, TODAY)[0].close()
    found = open_practice(f"sqlite:///{tmp_path / 'firm.db'}")
    yield found
    found.close()


def press(runtime: Runtime, host: TextHost, clock: VirtualClock) -> dict[str, Any]:
    """One run over every row: its summary. Counts, rows and history must agree, whatever else."""
    summary: dict[str, Any] = {**RunTask(runtime, host).run("export-payments", ROWS, partial(work, clock))}
    told = {identity: row["outcome"] for identity, row in host.rows.items()}
    history = {row.id: row.outcome.value for row in runtime.store.runs.results(summary["run"])}
    assert list(told) == ROWS
    assert history == told
    by = Counter(told.values())
    counts = {
        "done": by["synchronized"],
        "failed": by["failed"],
        "not_confirmed": by["not_confirmed"],
        "not_tried": by["not_tried"],
    }
    assert {name: summary["counts"][name] for name in counts} == counts
    assert by.total() == sum(counts.values())
    (run,) = runtime.store.runs.latest("9130", 1)
    assert (run.finished is not None, run.counts["done"]) == (True, counts["done"])
    assert runtime.store.leases.current("9130") is None
    return summary


def states(marks: FakeMarks) -> dict[str, str]:
    """The state of every mark."""
    return {ref: mark.state for ref, mark in marks.marks.items()}


EVERY = {identity: MARKED[end_of(identity)] for identity in ROWS}


@pytest.mark.parametrize("away", [0, 1, 2, 3])
def test_a_host_that_cannot_be_written_to_for_a_while_stops_no_run(
    runtime: Runtime, host: TextHost, clock: VirtualClock, marks: AbsentMarks, away: int
) -> None:
    marks.away = away
    summary = press(runtime, host, clock)
    assert (summary["level"], summary["counts"]["not_tried"]) == ("warning", 0)
    assert (marks.lost > 0) == (away > 0)
    assert states(marks) == EVERY


def test_marks_that_no_try_could_set_are_told_and_set_by_the_settle_job(
    runtime: Runtime, host: TextHost, clock: VirtualClock, marks: AbsentMarks
) -> None:
    marks.away = 99
    summary = press(runtime, host, clock)
    assert summary["level"] == "error"
    assert summary["text"].startswith("What is shown here is right")
    assert clock.slept == list(LAST_WAITS)
    assert marks.calls < len(LAST_WAITS) + 5  # not once a row
    marks.away = 0
    runtime.settle_job.run()
    # Nothing is linked in this test, so that the repair takes *synchronized* off again: the links have the last word.
    assert states(marks) == {ref: "" if state == "synchronized" else state for ref, state in EVERY.items()}
    assert clock.monotonic() < len(ROWS) * A_ROW + LONGEST_PAUSE


def test_marks_in_a_locked_sqlite_file_are_set_when_the_lock_is_gone(
    host: TextHost, clock: VirtualClock, practice: Practice, tmp_path: Path
) -> None:
    with practice.database.writing() as connection:
        addin = register_addin(connection, "quickbooks")
    hurried = Database(f"sqlite:///{tmp_path / 'firm.db'}", BRIEFLY)
    marks = PracticeMarks(hurried, MarkSets(hurried, addin))
    host.ledger.marks = marks  # type: ignore[assignment]
    locker = sqlite3.connect(tmp_path / "firm.db", isolation_level=None)
    with connected(host, clock) as runtime, closing(locker) as other:
        clock.at(1.5, lambda: other.execute("BEGIN IMMEDIATE"))
        clock.at(7.5, other.rollback)  # six seconds later: after the run's last row
        summary = press(runtime, host, clock)
    assert (summary["level"], clock.slept) == ("warning", list(LAST_WAITS[: len(clock.slept)]))
    assert clock.slept
    known = marks.get(ROWS)
    assert len(known) > 300
    assert {ref: mark.state for ref, mark in known.items()} == {ref: EVERY[ref] for ref in known}
    hurried.close()


def test_a_history_in_a_locked_sqlite_file_ends_the_run_and_every_row_is_written_when_the_lock_is_gone(
    runtime: Runtime, host: TextHost, clock: VirtualClock, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "addin.db", isolation_level=None)) as other:
        clock.at(1.5, lambda: other.execute("BEGIN IMMEDIATE"))
        clock.at(5, other.rollback)
        summary = press(runtime, host, clock)
    assert summary["level"] == "error"
    assert 0 < summary["counts"]["tried"] < len(ROWS)
    assert summary["counts"]["not_tried"] == len(ROWS) - summary["counts"]["tried"]
