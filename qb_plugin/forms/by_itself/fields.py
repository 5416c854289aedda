"""The group *By itself* of the Settings form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from marshmallow import fields
from marshmallow.validate import OneOf

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.by_itself.saved import AT, OFTEN, QUIET_FROM, QUIET_TO, SIX, map_of, read_state, read_timetable, state_values
from qb_plugin.forms.descriptions import Option
from qb_plugin.model import Message
from qb_plugin.sync.scheduling.timetable import HowOften, Job, JobState

GROUP = "By itself"
LABELS: Mapping[Job, str] = {
    Job.IMPORT: "Import payments",
    Job.CHANGES: "Check for changes",
    Job.RECONCILE: "Reconcile",
}
HELP: Mapping[Job, str] = {
    Job.IMPORT: "The last 30 days; what needs a decision waits for a person",
    Job.CHANGES: "One read of QuickBooks when nothing has changed",
    Job.RECONCILE: "This month and the one before",
}
CHOICES: Sequence[Option] = [
    {"value": HowOften.NEVER.value, "label": "Off"},
    {"value": HowOften.HOURLY.value, "label": "Every hour"},
    {"value": HowOften.DAILY.value, "label": "Every day"},
]
TIMES = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]
AT_TIMES: Sequence[Option] = [{"value": each, "label": each} for each in TIMES]
QUIET_TIMES: Sequence[Option] = [{"value": "", "label": "None"}, *AT_TIMES]


class Cell(TypedDict, total=False):
    """Where a field stands in the table of its group."""

    row: str
    column: str
    row_head: str
    help: str


def build_by_itself_fields() -> dict[str, fields.Field[str]]:
    """For each job how often and when, as a table; below it the quiet hours."""
    found = dict[str, fields.Field[str]]()
    for job, label in LABELS.items():
        cell: Cell = {"row": label, "column": "How often", "row_head": "What", "help": HELP[job]}
        found[f"{OFTEN}:{job}"] = build_list(f"{label}: how often", CHOICES, HowOften.NEVER.value, cell)
        found[f"{AT}:{job}"] = build_list(f"{label}: every day at", AT_TIMES, SIX, {"row": label, "column": "Every day at"})
    found[QUIET_FROM] = build_list("Quiet hours from", QUIET_TIMES, "", {"help": "Nothing begins by itself in them"})
    found[QUIET_TO] = build_list("Quiet hours to", QUIET_TIMES, "", {})
    return found


def build_list(label: str, entries: Sequence[Option], default: str, cell: Cell) -> fields.String:
    """A field of the group, with a list to choose from."""
    metadata = {"label": label, "type": "choice", "group": GROUP, "choices": list(entries), **cell}
    return fields.String(load_default=default, validate=OneOf([entry["value"] for entry in entries]), metadata=metadata)


def flatten_timetable(settings: Mapping[str, object]) -> dict[str, str]:
    """The saved timetable by field name."""
    often, at = map_of(settings, OFTEN), map_of(settings, AT)
    found = {f"{OFTEN}:{job}": often.get(job, "") for job in Job} | {f"{AT}:{job}": at.get(job) or SIX for job in Job}
    return found | {name: str(settings.get(name) or "") for name in (QUIET_FROM, QUIET_TO)}


def check_timetable(before: Mapping[str, str], values: Mapping[str, str], may_import: bool) -> None:
    """Refuse quiet hours of one end or of no length, and an import switched on by somebody who may not import."""
    start, end = values[QUIET_FROM], values[QUIET_TO]
    if bool(start) != bool(end) or (start and start == end):
        raise AnswerRejected(Message("answer_rejected"), {QUIET_TO: Message("field_quiet_hours")})
    name = f"{OFTEN}:{Job.IMPORT}"
    if values[name] and values[name] != before.get(name, "") and not may_import:
        raise AnswerRejected(Message("answer_rejected"), {name: Message("field_import_right")})


def restart_changed(before: Mapping[str, str], values: Mapping[str, str], now: datetime) -> dict[str, object]:
    """The states of jobs whose schedule was changed: they count from now on."""
    changed = [job for job in Job if any(before.get(f"{name}:{job}") != values[f"{name}:{job}"] for name in (OFTEN, AT))]
    return {name: value for job in changed for name, value in state_values(job, JobState(since=now)).items()}


def describe_timetable(settings: Mapping[str, object], now: datetime) -> list[Message]:
    """When each job begins next, for what is said after saving."""
    timetable = read_timetable(settings)
    times = {job: timetable.next_time(job, read_state(settings, job), now) for job in Job}
    return [
        Message("by_itself_next", {"what": LABELS[job], "when": f"{at.astimezone():%Y-%m-%d %H:%M}"})
        if at
        else Message("by_itself_off", {"what": LABELS[job]})
        for job, at in times.items()
    ]
