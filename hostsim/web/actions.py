"""Which action a request may take: one the form offers, or a row's own fix, within the person's rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hostsim.addins.form_protocol import Form
from hostsim.grid_snapshots import read_ranges
from hostsim.web.errors import RequestRefused
from hostsim.web.form_calls import answer_of, call_form
from hostsim.workspace import Workspace

FIXED_AT_ONCE = 50
"""Rows that a fix may be asked for at once: it is offered on single rows."""


def allowed_action(workspace: Workspace, form: Form, body: Mapping[str, Any], kind: str) -> str:
    """The action's id; RequestRefused when the form does not offer it or the person may not take it."""
    name = str(body.get("action"))
    if not workspace.actions_seen.knows(form.id):
        description = call_form(workspace, form.id, lambda: form.open({"selection": None, "answer": answer_of(body)}))
        workspace.actions_seen.note(form.id, description)
    action = workspace.actions_seen.get(form.id, name)
    if action is not None and action.get("kind", "act") == kind:
        _check_right(workspace, str(action.get("right", "view")))
    elif not _is_fix(workspace, body, kind, name):
        raise RequestRefused(400, f"This form has no such action: {name}.")
    return name


def _check_right(workspace: Workspace, right: str) -> None:
    if not workspace.may(right):
        raise RequestRefused(403, f"You may not {right} here.")


def _is_fix(workspace: Workspace, body: Mapping[str, Any], kind: str, name: str) -> bool:
    """Whether every row named offers this action as a fix; it then needs the right to match, as all fixes change links."""
    snapshot = workspace.snapshots.get(str(body.get("snapshot")))
    ranges = read_ranges(body.get("ranges"), snapshot.rows.count)
    if not 0 < sum(stop - start for start, stop in ranges) <= FIXED_AT_ONCE:
        return False
    _check_right(workspace, "match")
    tasks = workspace.tasks.of_snapshot(snapshot.token)
    rows = [row for start, stop in ranges for row in snapshot.rows.page(start, stop)]
    for task in tasks:
        rows = [task.patch(row) for row in rows]
    return all(any(fix.get(kind) == name for fix in row.get("fixes") or ()) for row in rows)
