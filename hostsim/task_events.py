"""Shapes of what a task publishes: its changes, its progress, its summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import NotRequired, TypedDict

from hostsim.addins.descriptions import RowChange, RunSummary


class Progress(TypedDict):
    """How far a run is."""

    done: int
    total: int
    left: int | None  # seconds still to go at the pace so far; None before it is known


class TaskSummary(RunSummary, total=False):
    """The end of a task; `details` is the trace of one that broke."""

    details: str


class TaskEvent(TypedDict):
    """A change of a task, for the pages that watch it."""

    task: str
    row: NotRequired[RowChange]
    progress: NotRequired[Progress]
    notice: NotRequired[str]
    state: NotRequired[str]
    summary: NotRequired[TaskSummary]
    cancelled: NotRequired[bool]


class TaskDescription(TypedDict):
    """A task as a page needs it when it opens."""

    task: str
    form: str
    action: str
    snapshot: str  # token of the rows it was started from
    state: str
    progress: Progress
    notice: str
    cancelled: bool
    summary: TaskSummary


Publish = Callable[[TaskEvent], None]
