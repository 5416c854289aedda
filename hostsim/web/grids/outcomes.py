"""Counts of a grid's rows by outcome, and the rows of one outcome as a snapshot of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import Response

from hostsim.addins.descriptions import Fix, Row
from hostsim.grid_snapshots import PAGE, Snapshot
from hostsim.refusals import Unfit
from hostsim.web.answers import GridState
from hostsim.web.api import page_of, reply, state_of, workspace_of
from hostsim.web.form_calls import Body, call_form, in_thread, read_body
from hostsim.web.grids.filtered_rows import FilteredRows
from hostsim.workspace import Workspace

COUNTED_ROWS = 5_000
"""Rows up to which outcomes are counted: each must be read for it."""


class Reason(TypedDict):
    """Rows that stand in the way of a run for one reason, and the form that all of them name for it."""

    text: str
    count: int
    fix: Fix | None


class Outcomes(TypedDict):
    """Rows by outcome, and by the reason that several share; `counts` is None where the rows are too many to be read for it."""

    counts: dict[str, int] | None
    reasons: list[Reason]


HELD = frozenset({"not_ready", "failed", "needs_decision"})
"""Outcomes of rows that need something."""


async def count_outcomes(request: Request) -> Response:
    """`GET /api/snapshots/{token}/outcomes` → `{counts: {outcome: number} | null, reasons: [{text, count, fix}]}`, of all rows."""
    return reply(await in_thread(_count, workspace_of(request), request.path_params["token"]))


def _count(workspace: Workspace, token: str) -> Outcomes:
    snapshot = workspace.snapshots.whole(token)
    if snapshot.rows.count > COUNTED_ROWS:
        return {"counts": None, "reasons": []}
    rows = call_form(workspace, snapshot.form, lambda: list(_rows(workspace, snapshot)))
    return {"counts": dict(Counter(row["outcome"] for row in rows)), "reasons": group_reasons(rows)}


def group_reasons(rows: Iterable[Row]) -> list[Reason]:
    """The reasons that more than one row has, the most frequent first."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["outcome"] in HELD and row.get("reason"):
            grouped[row["reason"]].append(row)
    found: list[Reason] = [
        {"text": reason, "count": len(held), "fix": shared_form(held)} for reason, held in grouped.items() if len(held) > 1
    ]
    return sorted(found, key=lambda each: (-each["count"], each["text"]))


def shared_form(rows: Sequence[Row]) -> Fix | None:
    """The first button that opens the same form from every row; it is opened for all of them, so without one row's request."""
    for fix in rows[0].get("fixes", ()):
        if "form" in fix and all(any(same_form(fix, other) for other in row.get("fixes", ())) for row in rows):
            return {"label": fix["label"], "form": fix["form"]}
    return None


def same_form(one: Fix, other: Fix) -> bool:
    """Whether two buttons are called the same and open the same form."""
    return (one["label"], one.get("form")) == (other["label"], other.get("form"))


async def filter_rows(request: Request) -> Response:
    """`POST /api/snapshots/{token}/filter` `{outcome, task?}` → as `rows`: the rows of this outcome, or those a run left so.

    An empty outcome gives the whole list again.
    """
    body = await read_body(request)
    return reply(await in_thread(_filter, workspace_of(request), request.path_params["token"], body))


def _filter(workspace: Workspace, token: str, body: Body) -> GridState:
    snapshot, outcome = workspace.snapshots.whole(token), str(body.get("outcome") or "")
    if not outcome:
        return state_of(workspace, snapshot)
    if snapshot.rows.count > COUNTED_ROWS:
        raise Unfit(f"A list of more than {COUNTED_ROWS:,} rows is not filtered by outcome. Narrow it first.")
    places = call_form(workspace, snapshot.form, lambda: list(_places(workspace, snapshot, outcome, str(body.get("task") or ""))))
    filtered = FilteredRows(snapshot.rows, places)
    part = workspace.snapshots.add(snapshot.form, snapshot.answer, snapshot.columns, filtered, part_of=snapshot.token)
    return state_of(workspace, part)


def _places(workspace: Workspace, snapshot: Snapshot, outcome: str, run: str) -> Iterator[int]:
    task = workspace.tasks.get(run) if run else None
    ids = {row["id"] for row in task.rows} if task else None
    for place, row in enumerate(_rows(workspace, snapshot)):
        if row["outcome"] == outcome and (ids is None or row["id"] in ids):
            yield place


def _rows(workspace: Workspace, snapshot: Snapshot) -> Iterator[Row]:
    for start in range(0, snapshot.rows.count, PAGE):
        yield from page_of(workspace, snapshot, start, min(start + PAGE, snapshot.rows.count))
