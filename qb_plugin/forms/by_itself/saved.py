"""The timetable of a company as its settings hold it, and what is remembered of each job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from qb_plugin.model import Message
from qb_plugin.sync.scheduling.timetable import HowOften, Job, JobState, QuietHours, Schedule, Timetable

OFTEN, AT = "by_itself_often", "by_itself_at"  # maps by job
QUIET_FROM, QUIET_TO = "quiet_from", "quiet_to"
SIX = "06:00"


def read_timetable(settings: Mapping[str, object]) -> Timetable:
    """The timetable; what was never saved is off."""
    often, at = map_of(settings, OFTEN), map_of(settings, AT)
    schedules = {job: Schedule(HowOften(often.get(job, "")), time.fromisoformat(at.get(job) or SIX)) for job in Job}
    start, end = str(settings.get(QUIET_FROM) or ""), str(settings.get(QUIET_TO) or "")
    quiet = QuietHours(time.fromisoformat(start), time.fromisoformat(end)) if start and end and start != end else None
    return Timetable(schedules, quiet)


def map_of(settings: Mapping[str, object], name: str) -> dict[str, str]:
    """One of the maps by job."""
    found = settings.get(name)
    return {str(job): str(value) for job, value in found.items()} if isinstance(found, Mapping) else {}


def read_state(settings: Mapping[str, object], job: Job) -> JobState:
    """What is remembered of the job."""
    found = settings.get(_state_name(job))
    moments = found if isinstance(found, Mapping) else {}
    since, slot, tried = (each if isinstance(each := moments.get(name), datetime) else None for name in ("since", "slot", "tried"))
    return JobState(since, slot, tried)


def state_values(job: Job, state: JobState) -> dict[str, object]:
    """The state as settings keep it."""
    return {_state_name(job): {"since": state.since, "slot": state.slot, "tried": state.tried}}


def _state_name(job: Job) -> str:
    return f"by_itself_state:{job.value}"


def read_found(settings: Mapping[str, object], job: Job) -> tuple[datetime | None, tuple[Message, ...]]:
    """When the job ended last, and what it found."""
    found = settings.get(_found_name(job))
    at, lines = (found.get("at"), found.get("lines")) if isinstance(found, Mapping) else (None, ())
    messages = tuple(line for line in lines if isinstance(line, Message)) if isinstance(lines, tuple) else ()
    return at if isinstance(at, datetime) else None, messages


def found_values(job: Job, at: datetime, lines: tuple[Message, ...]) -> dict[str, object]:
    """What the job found, as settings keep it."""
    return {_found_name(job): {"at": at, "lines": lines}}


def _found_name(job: Job) -> str:
    return f"by_itself_found:{job.value}"


def seen_name(topic: str) -> str:
    """Under which name it is kept what the last note of a topic was about, so that no note says the same again."""
    return f"by_itself_seen:{topic}"
