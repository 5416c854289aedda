"""Shapes of the JSON that pages read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from hostsim.addins.descriptions import ActResult, EmptyGrid, FormDescription, Notice, Row
from hostsim.task_events import TaskDescription
from hostsim.web.menus import Node


class DatedResult(ActResult, total=False):
    """The result of an action that has changed how people write dates: pages are drawn so at once."""

    dates: str  # such as YYYY-MM-DD


class OpenForm(FormDescription):
    """A form as a page draws it."""

    help_url: str  # of the guide's page about the form; empty where there is none
    running: TaskDescription | None
    dates: str  # how people write dates, such as YYYY-MM-DD
    context: list[Node]  # context menu of the form's grid


class GridState(TypedDict):
    """The rows of a snapshot, with the first page."""

    token: str
    count: int
    total: str
    empty: EmptyGrid | None
    notice: Notice | None
    rows: list[Row]


class RejectedState(TypedDict):
    """Answer in the place of rows when a form rejects its fields."""

    rejected: Mapping[str, str]
    notice: Notice


class Page(TypedDict):
    """A page of rows."""

    start: int
    rows: list[Row]


class OpenGrid(TypedDict):
    """A form and its rows in one answer."""

    description: OpenForm
    state: GridState | RejectedState
