"""Bytes that wait for their turn longer than the lease lasts leave only when it is still ours (docs/architecture.md rule 8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event

from qb_plugin.model import Outcome
from tests.faults.cases.controls import PLAIN, Control, unguarded
from tests.faults.cases.run_case import NAME, company, options_of, prepare
from tests.faults.cases.scenarios import SCENARIOS
from tests.faults.cases.verdict import judge_end, read_truth
from tests.faults.harness.databases import Files, sqlite_files
from tests.faults.harness.process import Desk, Ended, Site, kept_engine
from tests.faults.harness.server import FaultyQuickBooks, add_strike, new_server
from tests.faults.harness.shared_time import SharedTime

SCENARIO = SCENARIOS["payments"]
UNGUARDED = Control("no look at the heartbeat", unguarded)


@pytest.fixture
def files() -> Iterator[Files]:
    with sqlite_files() as found:
        yield found


@dataclass(slots=True)
class Place:
    """A desk whose first batch is answered 429, and must wait for 230 s because a form's call was told so meanwhile."""

    files: Files
    control: Control = PLAIN
    time: SharedTime = field(default_factory=SharedTime)
    core: FaultyQuickBooks = field(init=False)
    site: Site = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        prepare(self.files)
        self.core = new_server(company(), self.time, "forgets")
        add_strike(self.core, "throttled", "1")
        self.site = Site(self.files.fresh(NAME), self.core, self.time, control=self.control)
        self.desk = Desk(self.site)
        self.time.at(30, lambda: self.desk.quickbooks.rate_limiter.throttled(200.0))

    def press(self) -> Ended:
        return self.desk.press(SCENARIO.records, options_of(SCENARIO))

    def stands(self) -> list[int]:
        """How often each record stands in QuickBooks."""
        return [len(read_truth(self.core).of(record.ref)) for record in SCENARIO.records]


@contextmanager
def lost_database(place: Place) -> Iterator[Callable[[], object]]:
    """From the fortieth second on nobody can write to the database, until what is yielded is called."""
    engine = kept_engine(place.site.url)

    def hurry(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20").fetchall()

    event.listen(engine, "checkout", hurry)
    address = place.site.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(address, isolation_level=None, check_same_thread=False)) as other:
        place.time.at(40, lambda: other.execute("BEGIN IMMEDIATE"))
        yield lambda: other.execute("COMMIT")
    event.remove(engine, "checkout", hurry)


def outcomes(ended: Ended) -> set[Outcome]:
    return {result.outcome for result in ended.rows.values()}


def said(ended: Ended) -> set[str]:
    return {result.message.key for result in ended.rows.values() if result.message}


def test_a_queue_longer_than_the_lease_is_no_harm_while_the_database_answers(files: Files) -> None:
    place = Place(files)
    assert outcomes(place.press()) == {Outcome.SYNCHRONIZED}
    assert judge_end(SCENARIO, place.core, place.desk.store, "none", {}) == []
    assert place.time.monotonic() >= 230
    place.desk.close()


def test_what_waited_while_another_desk_took_the_lease_never_leaves(files: Files) -> None:
    place, others = Place(files), list[Ended]()
    place.time.at(100, lambda: others.append(Desk(place.site, 2).press(SCENARIO.records, options_of(SCENARIO))))
    ended = place.press()
    assert outcomes(others[0]) == {Outcome.SYNCHRONIZED}
    assert Outcome.FAILED not in outcomes(ended)
    assert place.stands() == [1, 1, 1]
    assert judge_end(SCENARIO, place.core, place.desk.store, "none", {}) == []
    place.desk.close()


def test_without_that_look_it_would_stand_there_twice(files: Files) -> None:
    place = Place(files, UNGUARDED)
    place.time.at(100, lambda: Desk(place.site, 2).press(SCENARIO.records, options_of(SCENARIO)) and None)
    place.press()
    assert place.stands() == [2, 2, 2]
    place.desk.close()


@pytest.mark.parametrize("control", [PLAIN, UNGUARDED], ids=["as built", "unguarded"])
def test_nothing_leaves_while_the_database_is_away_and_the_internet_is_not(files: Files, control: Control) -> None:
    place = Place(files, control)
    with lost_database(place) as come_back:
        ended = place.press()
        assert place.stands() == ([0, 0, 0] if control is PLAIN else [1, 1, 1])
        assert said(ended) <= {"lease_unproved", "not_confirmed"} or control is not PLAIN
        come_back()
    place.time.sleep(4000)
    assert outcomes(place.press()) == {Outcome.SYNCHRONIZED}
    assert place.stands() == [1, 1, 1]
    place.desk.close()
