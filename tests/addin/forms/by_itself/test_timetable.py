"""The timetable by itself: slots, quiet hours, clocks that are set, summer time, two zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.sync.scheduling.timetable import RETRY, HowOften, Job, JobState, QuietHours, Schedule, Timetable

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def daily(at: time, quiet: QuietHours | None = None) -> Timetable:
    """The import once a day."""
    return Timetable({Job.IMPORT: Schedule(HowOften.DAILY, at)}, quiet)


HOURLY = Timetable({Job.IMPORT: Schedule(HowOften.HOURLY)})


def days_done(timetable: Timetable, zone: ZoneInfo, first: datetime, days: int) -> list[datetime]:
    """When the job is done, in a host that looks every ten minutes."""
    state, done = JobState(since=first), list[datetime]()
    for tick in range(days * 144):
        now = first + tick * timedelta(minutes=10)
        if slot := timetable.due_slot(Job.IMPORT, state, now, zone):
            state = JobState(state.since, slot)
            done.append(now)
    return done


@pytest.mark.parametrize("at", [time(0), time(1, 30), time(2), time(2, 30), time(3), time(6), time(23, 30)])
@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN], ids=str)
@pytest.mark.parametrize("month", [3, 10], ids=["forward", "back"])
def test_a_daily_job_is_done_once_a_day_when_clocks_are_put_forward_and_back(at: time, zone: ZoneInfo, month: int) -> None:
    first = datetime(2026, month, 1, 12, tzinfo=UTC)
    done = days_done(daily(at), zone, first, 45)
    assert len(done) in {44, 45}
    assert len({moment.astimezone(zone).date() for moment in done}) == len(done)


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        (time(22), time(7), [time(22), time(23, 59), time(0), time(6, 59)], [time(7), time(12), time(21, 59)]),
        (time(9), time(17), [time(9), time(16, 59)], [time(8, 59), time(17), time(0)]),
        (time(0), time(6), [time(0), time(5, 59)], [time(6), time(23, 59)]),
        (time(18), time(0), [time(18), time(23, 59)], [time(0), time(17, 59)]),
    ],
)
def test_quiet_hours_have_a_first_minute_and_end_before_the_last(
    start: time, end: time, inside: list[time], outside: list[time]
) -> None:
    quiet, day = QuietHours(start, end), START.date()
    assert all(quiet.cover(datetime.combine(day, at, UTC), UTC) for at in inside)
    assert not any(quiet.cover(datetime.combine(day, at, UTC), UTC) for at in outside)


def test_a_slot_in_quiet_hours_is_done_when_they_end() -> None:
    timetable = daily(time(6), QuietHours(time(22), time(7)))
    done = days_done(timetable, NEW_YORK, datetime(2026, 6, 1, 16, tzinfo=UTC), 5)
    assert {moment.astimezone(NEW_YORK).time() for moment in done} == {time(7)}
    assert len(done) == 5


@pytest.mark.parametrize("timetable", [HOURLY, daily(time(6))], ids=["hourly", "daily"])
def test_what_it_says_comes_next_is_when_it_is_due(timetable: Timetable) -> None:
    state = JobState(since=START)
    soonest = timetable.next_time(Job.IMPORT, state, START, BERLIN)
    assert soonest is not None
    assert timetable.due_slot(Job.IMPORT, state, soonest - timedelta(seconds=1), BERLIN) is None
    assert timetable.due_slot(Job.IMPORT, state, soonest, BERLIN) == soonest


def test_two_workstations_in_two_zones_do_a_daily_job_once_a_day() -> None:
    timetable, state, done = daily(time(6)), JobState(since=START), 0
    for hour in range(24 * 10):
        for zone in (NEW_YORK, BERLIN):
            if slot := timetable.due_slot(Job.IMPORT, state, START + timedelta(hours=hour), zone):
                state, done = JobState(START, slot), done + 1
    assert done == 10


def test_a_failure_is_tried_again_a_quarter_of_an_hour_later_and_at_once_when_the_clock_was_put_back() -> None:
    state = JobState(since=START - timedelta(hours=3), tried=START)
    assert HOURLY.due_slot(Job.IMPORT, state, START + RETRY - timedelta(seconds=1)) is None
    assert HOURLY.due_slot(Job.IMPORT, state, START + RETRY) == START
    assert HOURLY.due_slot(Job.IMPORT, state, START - timedelta(minutes=1)) == START - timedelta(hours=1)


MOVES = st.lists(st.integers(-300, 1500), min_size=1, max_size=60)


@given(moves=MOVES, often=st.sampled_from([HowOften.HOURLY, HowOften.DAILY]))
def test_no_slot_is_done_twice_while_the_clock_is_put_back_by_less_than_a_period(moves: list[int], often: HowOften) -> None:
    timetable = Timetable({Job.IMPORT: Schedule(often, time(6))})
    state, now, latest, done = JobState(since=START), START, START, list[datetime]()
    for minutes in moves:
        now = max(now + timedelta(minutes=minutes), latest - timedelta(minutes=50))
        latest = max(latest, now)
        if slot := timetable.due_slot(Job.IMPORT, state, now, UTC):
            state = JobState(START, slot)
            done.append(slot)
    assert all(later > earlier for earlier, later in pairwise(done))
