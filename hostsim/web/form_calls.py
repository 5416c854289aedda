"""Calls of forms: a request's values read strictly, and an add-in's exceptions turned into sentences."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Literal, ParamSpec, TypeAlias, TypeVar, cast

import simplejson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hostsim.addins.descriptions import Answer, Column, Edits, FormRequest, Row, Sort
from hostsim.addins.form_protocol import Form
from hostsim.addins.offered_actions import ActionRequest, check_action
from hostsim.grid_snapshots import read_ranges
from hostsim.refusals import Refused, Unfit
from hostsim.web.errors import RequestRefused
from hostsim.workspace import Workspace

Params = ParamSpec("Params")
Result = TypeVar("Result")

Body: TypeAlias = Mapping[str, object]
"""The JSON object of a request; nothing in it is checked."""


FIXED_AT_ONCE = 50
"""Rows that a fix may be asked for at once: it is offered on single rows."""


async def in_thread(call: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """Call in a thread: forms read databases and may speak to a network."""
    return await run_in_threadpool(call, *args, **kwargs)


async def read_body(request: Request) -> Body:
    """Read the JSON object of a request; Unfit for anything else."""
    try:
        body = simplejson.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise Unfit("That is not JSON.") from None
    if not isinstance(body, dict):
        raise Unfit("That is not a JSON object.")
    return body


def read_map(body: Body, name: str) -> Body:
    """Read an object out of the body; empty when it is not there."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit(f"{name} must be an object.")
    return value


def read_answer(body: Body) -> Answer:
    """Read the fields' values and the form's token."""
    return read_map(body, "answer")


def read_edits(body: Body) -> Edits:
    """Read the edits of rows; Unfit unless each row's are an object."""
    edits = read_map(body, "edits")
    if not all(isinstance(edit, dict) for edit in edits.values()):
        raise Unfit("edits must be an object of objects.")
    return cast(Edits, edits)


def read_sort(body: Body) -> Sort | None:
    """Read the order of rows, if any."""
    return cast(Sort, read_map(body, "sort")) if body.get("sort") else None


def read_columns(body: Body) -> list[Column]:
    """Read the columns that are shown, for the CSV."""
    columns = body.get("columns")
    return [cast(Column, each) for each in columns if isinstance(each, dict)] if isinstance(columns, list) else []


def allowed_action(workspace: Workspace, form: Form, body: Body, kind: Literal["run", "act"]) -> str:
    """The action's id; Unfit when neither form nor rows offer it, RightMissing when the user may not take it."""
    name = str(body.get("action"))
    if not workspace.offered_actions.opened(form.id):
        request: FormRequest = {"selection": None, "answer": read_answer(body)}
        workspace.offered_actions.record(form.id, call_form(workspace, form.id, lambda: form.open(request, user=workspace.user)))
    wanted = ActionRequest(form.id, name, kind, lambda: rows_to_fix(workspace, body))
    check_action(wanted, workspace.offered_actions, workspace.user)
    return name


def rows_to_fix(workspace: Workspace, body: Body) -> list[Row]:
    """The selected rows as the runs over them have left them; none without a selection, or when they are too many for a fix."""
    if not body.get("snapshot"):
        return []
    snapshot = workspace.snapshots.get(str(body.get("snapshot")))
    ranges = read_ranges(body.get("ranges"), snapshot.rows.count)
    if sum(stop - start for start, stop in ranges) > FIXED_AT_ONCE:
        return []
    tasks = workspace.tasks.of_snapshot(snapshot.whole)
    rows = [row for start, stop in ranges for row in snapshot.rows.page(start, stop)]
    for task in tasks:
        rows = [task.patch(row) for row in rows]
    return rows


def call_form(workspace: Workspace, form: str, call: Callable[[], Result]) -> Result:
    """Call a form; an exception becomes a sentence that names whose form it is, with the trace under Details."""
    try:
        return call()
    except Refused:
        raise
    except Exception as problem:  # an add-in may raise anything
        workspace.exceptions.add(form, problem)
        text = f"{workspace.owner(form)} stopped with an error: {type(problem).__name__}. Nothing else is affected."
        raise RequestRefused(500, text, details="".join(traceback.format_exception(problem))) from problem
