"""JSON for the pages: forms, their rows by snapshot and page, actions, runs, totals and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import simplejson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from hostsim.addins.acting_user import may_not
from hostsim.addins.descriptions import (
    Action,
    ActResult,
    FormDescription,
    FormRequest,
    Row,
)
from hostsim.addins.form_protocol import Form
from hostsim.addins.offered_actions import check_right
from hostsim.grid_snapshots import PAGE, Selection, Snapshot, measure, read_ranges, selected_ids
from hostsim.refusals import Unfit
from hostsim.tasks import AlreadyRunning, Task
from hostsim.web.answers import DatedResult, GridState, OpenForm, OpenGrid, Page, RejectedState
from hostsim.web.csv_export import csv_lines
from hostsim.web.errors import RequestRefused
from hostsim.web.form_calls import (
    Body,
    allowed_action,
    call_form,
    in_thread,
    read_answer,
    read_body,
    read_columns,
    read_edits,
    read_map,
    read_sort,
)
from hostsim.web.grids.sorted_rows import sort_rows, unsorted_column
from hostsim.web.guide.guide_pages import help_address
from hostsim.web.menus import context_tree
from hostsim.workspace import Workspace

FIRST = 100
"""Rows that come along with a snapshot, so that a grid shows at once."""


def reply(content: object) -> Response:
    """JSON; Decimal is allowed."""
    return Response(simplejson.dumps(content), media_type="application/json")


async def open_form(request: Request) -> Response:
    """`POST /api/forms/{form}/open` `{selection?, answer?, snapshot?, ranges?}` → the form's description and its running task."""
    body = await read_body(request)
    return reply(await in_thread(_open, workspace_of(request), request.path_params["form"], body))


def open_with_rows(workspace: Workspace, id: str) -> OpenGrid:
    """A form's description and its first rows, as two requests would give them."""
    description = _open(workspace, id, {})
    answer = {**description["answer"], "token": description["token"]}
    return {
        "description": description,
        "state": _rows(workspace, id, {"answer": answer, "columns": description["columns"]}),
    }


def _open(workspace: Workspace, id: str, body: Body) -> OpenForm:
    form, wanted = _form(workspace, id), _form_request(workspace, body)
    running = workspace.tasks.running(id)
    description = (
        _watched(workspace, form, running, wanted)
        if running
        else call_form(workspace, id, lambda: form.open(wanted, user=workspace.user))
    )
    workspace.offered_actions.record(id, description)
    return {
        **description,
        "help_url": help_address(workspace, id, description.get("help", "")),
        "running": running.describe() if running else None,
        "dates": workspace.practice.firm.dates,
        "actions": [_with_right(workspace, each) for each in description.get("actions", ())],
        "row_actions": [_with_right(workspace, each) for each in description.get("row_actions", ())],
        "context": context_tree(workspace.actions(id), workspace.user),
    }


def _form_request(workspace: Workspace, body: Body) -> FormRequest:
    """The request that a link carries, else the selection and answer of the body."""
    asked: Body = {"selection": body.get("selection"), "answer": body.get("answer")}
    if body.get("snapshot"):
        asked = {**asked, "selection": _selection(workspace.snapshots.get(str(body["snapshot"])), body)}
    return cast(FormRequest, {**asked, **read_map(body, "request")} if body.get("request") else asked)


def _watched(workspace: Workspace, form: Form, running: Task, wanted: FormRequest) -> FormDescription:
    """The form as its run was started: with the run's fields, not those asked for now, since its rows are the run's."""
    answer = running.answer
    opened = call_form(workspace, form.id, lambda: form.open({"selection": None, "answer": answer}, user=workspace.user))
    description: FormDescription = {
        **opened,
        "answer": {**opened["answer"], **answer},
        "token": str(answer.get("token", opened["token"])),
    }
    if wanted.get("selection"):
        description["notice"] = {"text": f"{running.status_line}; watching it.", "level": "info"}
    return description


def _with_right(workspace: Workspace, action: Action) -> Action:
    right = action.get("right", "view")
    return {**action, "disabled": action.get("disabled") if workspace.may(right) else may_not(workspace.user.name, right)}


async def read_rows(request: Request) -> Response:
    """`POST /api/forms/{form}/rows` `{answer, sort?, columns}` → `{token, count, total, empty, notice, rows}` or `{rejected}`."""
    body = await read_body(request)
    return reply(await in_thread(_rows, workspace_of(request), request.path_params["form"], body))


def _rows(workspace: Workspace, id: str, body: Body) -> GridState | RejectedState:
    form, answer, sort = _form(workspace, id), read_answer(body), read_sort(body)
    column = unsorted_column(read_columns(body), sort)
    rows = call_form(workspace, id, lambda: form.rows(answer, None if column else sort, user=workspace.user))
    if isinstance(rows, dict):
        return {
            "rejected": rows.get("rejected", {}),
            "notice": {"text": rows.get("notice", ""), "level": rows.get("level", "warning")},
        }
    if column:
        rows = call_form(workspace, id, partial(sort_rows, rows, column, descending=bool(sort and sort.get("descending"))))
    snapshot = workspace.snapshots.add(id, answer, read_columns(body), rows)
    return call_form(workspace, id, lambda: state_of(workspace, snapshot))


def state_of(workspace: Workspace, snapshot: Snapshot) -> GridState:
    """The snapshot with its first page."""
    rows = snapshot.rows
    return {
        "token": snapshot.token,
        "count": rows.count,
        "total": rows.total,
        "empty": rows.empty,
        "notice": rows.notice,
        "rows": page_of(workspace, snapshot, 0, min(FIRST, rows.count)),
    }


async def read_snapshot(request: Request) -> Response:
    """`GET /api/snapshots/{token}` → as `rows`, for a page that comes back to a running task."""
    workspace = workspace_of(request)
    return reply(await in_thread(lambda: state_of(workspace, workspace.snapshots.get(request.path_params["token"]))))


async def read_page(request: Request) -> Response:
    """`GET /api/snapshots/{token}/page?start=&stop=` → `{start, rows}`; at most 500 rows."""
    start, stop = _number(request, "start"), _number(request, "stop")
    if not 0 <= start <= stop <= start + PAGE:
        raise Unfit(f"A page is at most {PAGE} rows.")
    return reply(await in_thread(_read_page, workspace_of(request), request.path_params["token"], start, stop))


def _read_page(workspace: Workspace, token: str, start: int, stop: int) -> Page:
    snapshot = workspace.snapshots.get(token)
    return {"start": start, "rows": call_form(workspace, snapshot.form, lambda: page_of(workspace, snapshot, start, stop))}


def page_of(workspace: Workspace, snapshot: Snapshot, start: int, stop: int) -> list[Row]:
    """The rows as the runs over this snapshot have left them."""
    rows: Sequence[Row] = snapshot.rows.page(start, stop)
    for task in workspace.tasks.of_snapshot(snapshot.whole):
        rows = [task.patch(row) for row in rows]
    return list(rows)


async def measure_selection(request: Request) -> Response:
    """`POST /api/snapshots/{token}/selection` `{ranges}` → `{count, total}`."""
    body = await read_body(request)
    return reply(await in_thread(_measure, workspace_of(request), request.path_params["token"], body))


def _measure(workspace: Workspace, token: str, body: Body) -> Selection:
    snapshot = workspace.snapshots.get(token)
    return call_form(workspace, snapshot.form, lambda: measure(snapshot.rows, read_ranges(body.get("ranges"), snapshot.rows.count)))


async def act(request: Request) -> Response:
    """`POST /api/forms/{form}/act` `{action, answer, snapshot?, ranges?, edits?}` → the form's result."""
    body = await read_body(request)
    return reply(await in_thread(_act, workspace_of(request), request.path_params["form"], body))


def _act(workspace: Workspace, id: str, body: Body) -> ActResult:
    form, ids = _form(workspace, id), _ids(workspace, body)
    action = allowed_action(workspace, form, body, "act")
    dates = workspace.practice.firm.dates
    result = call_form(workspace, id, lambda: form.act(action, read_answer(body), ids, read_edits(body), user=workspace.user))
    if result.get("rows") and body.get("snapshot"):
        for task in workspace.tasks.of_snapshot(workspace.snapshots.get(str(body["snapshot"])).whole):
            task.amend(result["rows"])
    written = workspace.practice.firm.dates
    return result if written == dates else DatedResult(**result, dates=written)


async def run(request: Request) -> Response:
    """`POST /api/forms/{form}/run`, as `act` → `{task…}`; the rest comes by the event stream."""
    body = await read_body(request)
    return reply((await in_thread(_run, workspace_of(request), request.path_params["form"], body)).describe())


def _run(workspace: Workspace, id: str, body: Body) -> Task:
    form = _form(workspace, id)
    action = allowed_action(workspace, form, body, "run")
    ids, answer, edits = _ids(workspace, body), read_answer(body), read_edits(body)
    snapshot = workspace.snapshots.get(str(body["snapshot"])).whole if body.get("snapshot") else ""
    start = partial(workspace.tasks.start, by=workspace.user.name, answer=answer, ids=ids)
    try:
        return start(id, action, snapshot, lambda task: form.run(action, answer, ids, edits, task, user=workspace.user))
    except AlreadyRunning as problem:
        raise RequestRefused(409, f"{problem.task.status_line}; watching it.", running=problem.task.describe()) from None


async def options(request: Request) -> Response:
    """`GET /api/forms/{form}/options?name=&search=` → `[{value, label}]`."""
    workspace, id = workspace_of(request), request.path_params["form"]
    form = _form(workspace, id)
    name, search = request.query_params.get("name", ""), request.query_params.get("search", "")
    return reply(list(await in_thread(lambda: call_form(workspace, id, lambda: form.options(name, search, user=workspace.user)))))


async def call_action(request: Request) -> Response:
    """`POST /api/context/{grid}/{index}` `{snapshot, ranges}` → the result of the context action's function."""
    body = await read_body(request)
    return reply(await in_thread(_call, workspace_of(request), request.path_params["grid"], request.path_params["index"], body))


def _call(workspace: Workspace, grid: str, index: int, body: Body) -> ActResult:
    actions = workspace.actions(grid)
    action = actions[index] if 0 <= index < len(actions) else None
    if action is None or action.call is None:
        raise RequestRefused(404, "There is no such entry.")
    check_right(action.right, workspace.user)
    call, ids = action.call, _ids(workspace, body)
    return call_form(workspace, grid, lambda: call(ids, user=workspace.user))


async def list_tasks(request: Request) -> Response:
    """`GET /api/tasks` → every task that is held."""
    return reply([task.describe() for task in workspace_of(request).tasks.all()])


async def read_task(request: Request) -> Response:
    """`GET /api/tasks/{task}` → one task with its rows, for a page that has missed events."""
    task = _task(request)
    return reply({**task.describe(), "rows": task.rows})


async def cancel_task(request: Request) -> Response:
    """`POST /api/tasks/{task}/cancel` `{hasty?}`: what is in flight is finished first, with `hasty` given up."""
    hasty = (await read_body(request)).get("hasty") is True
    task, workspace = _task(request), workspace_of(request)
    check_right(workspace.right_to_open(task.form), workspace.user)
    task.cancel(hasty)
    return JSONResponse({})


async def download(request: Request) -> Response:
    """`GET /api/snapshots/{token}/csv` → the rows that are shown."""
    snapshot = workspace_of(request).snapshots.get(request.path_params["token"])
    headers = {"content-disposition": f'attachment; filename="{snapshot.form.replace(".", "-")}.csv"'}
    return StreamingResponse(csv_lines(snapshot.rows, snapshot.columns), media_type="text/csv; charset=utf-8", headers=headers)


def workspace_of(request: Request) -> Workspace:
    """The workspace that answers."""
    found: Workspace = request.app.state.workspace
    return found


def _form(workspace: Workspace, id: str) -> Form:
    """The form; RightMissing for a user who may follow none of the entries that lead to it."""
    form = workspace.form(id)
    if form is None:
        raise RequestRefused(404, f"There is no form {id}.")
    check_right(workspace.right_to_open(id), workspace.user)
    return form


def _task(request: Request) -> Task:
    task = workspace_of(request).tasks.get(request.path_params["task"])
    if task is None:
        raise RequestRefused(404, "This run is no longer known.")
    return task


def _selection(snapshot: Snapshot, body: Body) -> list[str]:
    return selected_ids(snapshot.rows, read_ranges(body.get("ranges"), snapshot.rows.count))


def _ids(workspace: Workspace, body: Body) -> list[str]:
    return _selection(workspace.snapshots.get(str(body["snapshot"])), body) if body.get("snapshot") else []


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not text.isascii() or not text.isdigit():
        raise Unfit(f"{name} must be a number.")
    return int(text)
