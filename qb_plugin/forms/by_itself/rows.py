"""Rows of the By Itself form: the jobs with their schedules, and the last notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qb_plugin.forms.by_itself.fields import CHOICES, LABELS
from qb_plugin.forms.by_itself.notes import FORMS, KIND, links_of, text_of, title_of
from qb_plugin.forms.by_itself.saved import read_found, read_state, read_timetable
from qb_plugin.forms.descriptions import EmptyGrid, Fix, FormLink, Row
from qb_plugin.forms.lists.listed_rows import ListedRows
from qb_plugin.forms.services import FormServices
from qb_plugin.model import JobNote, Message, Outcome
from qb_plugin.sync.scheduling.timetable import HowOften, Job

JOB = "job"
SHOW_JOBS, SHOW_NOTES = "jobs", "notes"
NOTES = 50  # the newest; what was recorded stands in the history
OFTEN = {choice["value"]: choice["label"] for choice in CHOICES}


@dataclass(frozen=True, slots=True)
class Listed:
    """A row: a job, or a note."""

    job: Job | None = None
    note: JobNote | None = None


class ByItselfRows(ListedRows[Listed]):
    """The jobs in their order, or the notes, newest first."""

    counts_money = False

    def __init__(self, services: FormServices, realm: str, now: datetime, show: str) -> None:
        self._services, self._now, self._settings = services, now, services.settings(realm)
        notes = services.notes.latest(realm, NOTES) if realm and show == SHOW_NOTES else ()
        jobs = [Listed(job=job) for job in Job] if show != SHOW_NOTES else []
        super().__init__([*jobs, *(Listed(note=note) for note in notes)])

    @property
    def empty(self) -> EmptyGrid | None:
        """The text of an empty list of notes; there is always a row for each job."""
        return {"text": self._services.sentences.text(Message("empty_notes")), "link": None}

    def id_of(self, item: Listed) -> str:
        """The row's id in the grid."""
        return f"{KIND}:{item.note.number}" if item.note else f"{JOB}:{item.job}"

    def present(self, item: Listed) -> Row:
        """The row for the grid."""
        return self._present_note(item.note) if item.note else self._present_job(item.job or Job.IMPORT)

    def _present_job(self, job: Job) -> Row:
        timetable, state = read_timetable(self._settings), read_state(self._settings, job)
        schedule, (at, lines) = timetable.schedules[job], read_found(self._settings, job)
        soonest = timetable.next_time(job, state, self._now)
        often = OFTEN[schedule.often] + (f" at {schedule.at:%H:%M}" if schedule.often is HowOften.DAILY else "")
        said = text_of(self._services, lines) if lines else self._services.sentences.text(Message("by_itself_never"))
        return {
            "id": f"{JOB}:{job}",
            "cells": {
                "what": LABELS[job],
                "often": often,
                "last": self._written(at),
                "next": self._written(soonest),
                "found": said,
            },
            "outcome": "",
            "message": said,
            "details": "",
            "fixes": [as_fix(FORMS[job])],
            "selectable": True,
            "title": LABELS[job],
        }

    def _written(self, moment: datetime | None) -> str:
        return self._services.sentences.dates(show_minute(moment))

    def _present_note(self, note: JobNote) -> Row:
        text = text_of(self._services, note.lines)
        read = f"Put away by {note.read_by}" if note.read_by else ""
        outcome = Outcome.NEEDS_DECISION if note.warns and not note.read_by else Outcome.SYNCHRONIZED
        return {
            "id": f"{KIND}:{note.number}",
            "cells": {
                "what": title_of(note).partition(",")[0],
                "often": "",
                "last": self._written(note.at),
                "next": "",
                "found": text,
            },
            "outcome": outcome.value,
            "message": text,
            "details": read,
            "fixes": [as_fix(link) for link in links_of(note)],
            "selectable": False,
            "title": self._services.sentences.dates(title_of(note)),
        }


def as_fix(link: FormLink) -> Fix:
    """The button under the grid that opens what the link opens."""
    found: Fix = {"label": link["label"], "form": link.get("form", "")}
    return {**found, "request": link["request"]} if "request" in link else found


def show_minute(moment: datetime | None) -> str:
    """`2026-11-26 06:00`, by this machine's time zone; empty for none."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""
