"""Steps of a person who undoes: the form's rows, the press, and the newest run of the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

from tests.support.hosts.both_sides import BothSides, Json


def last_run(sides: BothSides) -> str:
    """The newest run that the history lists."""
    rows = sides.form("history").rows({}, None)
    return str(rows.ids(0, 1)[0]).partition(":")[2]


def list_undo(sides: BothSides, **answer: Any) -> dict[str, Json]:
    """The rows of the Undo form by id."""
    rows = sides.form("undo").rows({**sides.opened("undo"), **answer}, None)
    return {row["id"]: row for row in rows.page(0, rows.count)}


def press_undo(sides: BothSides, ids: Sequence[str], **answer: Any) -> Json:
    """Press Undo Selected: the summary, and under `rows` each row as it was told last."""
    sides.host.rows.clear()
    summary = sides.form("undo").run("undo", {**sides.opened("undo"), **answer}, list(ids), {}, sides.host)
    return {**summary, "rows": dict(sides.host.rows)}


def trouble(sides: BothSides, kind: str, **more: Any) -> None:
    """Let trouble happen in QuickBooks, as docs/simulator.md describes."""
    reply = requests.post(f"{sides.simulator.base_url}/_control/trouble", json={"kind": kind, **more}, timeout=10)
    assert reply.status_code == 200, reply.text


def control(sides: BothSides, call: str, body: Json) -> Json:
    """A control call of the simulator."""
    reply = requests.post(f"{sides.simulator.base_url}/_control/{call}", json=body, timeout=10)
    assert reply.status_code == 200, reply.text
    found: Json = reply.json()
    return found


def change(sides: BothSides, kind: str, identity: str, operation: str = "", **values: Any) -> Json:
    """Somebody changes a record in QuickBooks: a sparse update, or the operation that is named."""
    now = sides.read(kind, identity)
    body = {"Id": identity, "SyncToken": now["SyncToken"], **values}
    if operation:
        found: Json = sides.entries.post(kind, body, operation=operation)
        return found
    found = sides.entries.post(kind, {**body, "sparse": True})
    return found
