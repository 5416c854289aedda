"""The timetable of what runs by itself: which jobs there are, when each is due, and the hours in which none begins.

What was done is remembered as slots: the moments at which a job was due, not those at which it ran. Slots are compared as moments,
so that a clock that was set, summer time, or a second workstation makes a job run once, or later, never twice for one slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Job(StrEnum):
    """What can run by itself, by the form that does the same at a press."""

    IMPORT = "import-payments"
    CHANGES = "changes"
    RECONCILE = "reconcile"


class HowOften(StrEnum):
    """How often a job runs."""

    NEVER = ""
    HOURLY = "hourly"
    DAILY = "daily"


#: How far apart two slots are at least. A day's may be nearer than a day: clocks are put forward, workstations lie in two zones.
APART: Mapping[HowOften, timedelta] = {HowOften.HOURLY: timedelta(hours=1), HowOften.DAILY: timedelta(hours=12)}
#: From one slot to the next. What was done further ahead than that was done by a clock that was wrong.
PERIOD: Mapping[HowOften, timedelta] = {HowOften.HOURLY: timedelta(hours=1), HowOften.DAILY: timedelta(days=1)}
RETRY = timedelta(minutes=15)  # after a failure; a sign-out is waited for


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a job runs, and of a daily one the time of day."""

    often: HowOften = HowOften.NEVER
    at: time = time(6)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, over midnight if need be; the last is outside."""

    start: time
    end: time

    def cover(self, moment: datetime, zone: tzinfo | None = None) -> bool:
        """Whether the moment lies in them, by the clock of the zone; without one, by this machine's."""
        now = moment.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class JobState:
    """What is known of a job: since when it is scheduled so, the slot that was done last, and when it was last tried in vain."""

    since: datetime | None = None
    slot: datetime | None = None
    tried: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The schedules of a company, and its quiet hours."""

    schedules: Mapping[Job, Schedule] = field(default_factory=dict)
    quiet: QuietHours | None = None

    def is_quiet(self, now: datetime, zone: tzinfo | None = None) -> bool:
        """Whether nothing may begin now."""
        return self.quiet is not None and self.quiet.cover(now, zone)

    def due_slot(self, job: Job, state: JobState, now: datetime, zone: tzinfo | None = None) -> datetime | None:
        """The slot that is to be done now; None when none is. Slots that were missed count as one: the latest."""
        schedule = self.schedules.get(job, Schedule())
        if schedule.often is HowOften.NEVER or self.is_quiet(now, zone):
            return None
        waits = state.tried is not None and timedelta(0) <= now - state.tried < RETRY
        slot = latest_slot(schedule, now, zone)
        return None if waits or not follows(slot, schedule.often, state, now) else slot

    def next_time(self, job: Job, state: JobState, now: datetime, zone: tzinfo | None = None) -> datetime | None:
        """When the job begins next at the earliest; None for one that is off."""
        schedule = self.schedules.get(job, Schedule())
        if schedule.often is HowOften.NEVER:
            return None
        moment = now if follows(latest_slot(schedule, now, zone), schedule.often, state, now) else next_slot(schedule, now, zone)
        if moment == now and state.tried and now < state.tried + RETRY:
            moment = state.tried + RETRY
        return self.after_quiet(moment, zone)

    def after_quiet(self, moment: datetime, zone: tzinfo | None = None) -> datetime:
        """The moment, or the end of the quiet hours that it lies in."""
        if self.quiet is None or not self.quiet.cover(moment, zone):
            return moment
        day = moment.astimezone(zone).date()
        return next(end for end in (moment_of(day + timedelta(days=n), self.quiet.end, zone) for n in range(3)) if end > moment)


def follows(slot: datetime, often: HowOften, state: JobState, now: datetime) -> bool:
    """Whether the slot comes after what was done; one that came before the schedule was set is none of it."""
    since, done = (each if each and each - now <= PERIOD[often] else None for each in (state.since, state.slot))
    return not (since and slot <= since) and not (done and slot - done < APART[often])


def latest_slot(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The last slot that is not after now."""
    if schedule.often is HowOften.HOURLY:
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    today = now.astimezone(zone).date()
    slot = moment_of(today, schedule.at, zone)
    return slot if slot <= now else moment_of(today - timedelta(days=1), schedule.at, zone)


def next_slot(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The first slot after now."""
    if schedule.often is HowOften.HOURLY:
        return latest_slot(schedule, now, zone) + PERIOD[HowOften.HOURLY]
    today = now.astimezone(zone).date()
    slot = moment_of(today, schedule.at, zone)
    return slot if slot > now else moment_of(today + timedelta(days=1), schedule.at, zone)


def moment_of(day: date, at: time, zone: tzinfo | None = None) -> datetime:
    """The moment of a time of day; where clocks are put back, the first of the two."""
    there = datetime.combine(day, at)
    return (there.replace(tzinfo=zone) if zone else there.astimezone()).astimezone(UTC)
