"""A small add-in without QuickBooks, to test the host alone: one form with fields, a grid, actions and a run it waits in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import (
    Action,
    ActResult,
    Answer,
    Column,
    Edits,
    EmptyGrid,
    Field,
    Fix,
    FormDescription,
    FormRequest,
    Notice,
    Option,
    Rejected,
    Row,
    RowChange,
    RunCounts,
    RunSummary,
    Sort,
)
from hostsim.addins.form_protocol import RowReporter, Rows
from hostsim.addins.host_services import CallbackAnswer
from hostsim.addins.loader import Source
from hostsim.testing import source_of

hookimpl = pluggy.HookimplMarker("workspace")
ENTRY_POINT = "tests.support.hosts.fake_addin:create"
MANIFEST = """
id = "parcel"
name = "Parcel post"
short_name = "Parcel"
version = "1.0"
api = "1"
entry_point = "tests.support.hosts.fake_addin:create"
hooks = ["workspace_start", "workspace_menu", "workspace_forms", "workspace_context_actions", "workspace_jobs", "workspace_stop"]
forms = ["send", "address", "connection"]
commands = ["send", "connect"]
"""
ANSWER = {"from": "2026-11-01", "source": "letters", "hide_gone": True, "insured": False}
CHOICES: list[Option] = [{"value": "slow", "label": "Slow boat"}, {"value": "fast", "label": "Fast plane"}]


@dataclass(slots=True)
class Parcels:
    """Rows that count from 0; `fixed` is the ids of a selection."""

    fixed: Sequence[str] | None
    size: int
    descending: bool = False

    @property
    def count(self) -> int:
        return len(self.fixed) if self.fixed is not None else self.size

    @property
    def total(self) -> str:
        return f"{self.count * 10}.00"

    @property
    def empty(self) -> EmptyGrid:
        return {"text": "No parcel waits.", "link": {"label": "Show parcels ›", "answer": {"search": ""}}}

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def notice(self) -> None:
        return None

    def ids(self, start: int, stop: int) -> list[str]:
        if self.fixed is not None:
            return list(self.fixed[start:stop])
        places = range(self.size - 1 - start, self.size - 1 - stop, -1) if self.descending else range(start, stop)
        return [f"parcel:{n}" for n in places]

    def page(self, start: int, stop: int) -> list[Row]:
        return [show_parcel(id) for id in self.ids(start, stop)]

    def total_of(self, ids: Sequence[str]) -> str:
        return f"{len(ids) * 10}.00"


def show_parcel(id: str) -> Row:
    """A parcel; every hundredth has gone already and cannot be selected."""
    number = int(id.partition(":")[2])
    gone = number % 100 == 99
    cells: dict[str, str | Option] = {
        "name": f"Parcel {number}",
        "amount": "-10.00" if number == 3 else "10.00",
        "way": CHOICES[0],
        "to": {"value": "", "label": ""},
    }
    if number == 4:
        cells["name"] = "=HYPERLINK(1) <b>bold</b> & a name far too long for the column it stands in, so that it is cut"
    outcome = "synchronized" if gone else "ready"
    return {"id": id, "cells": cells, "outcome": outcome, "message": "", "details": "", "fixes": [], "selectable": not gone,
            "title": f"P-{number} Parcel"}  # fmt: skip


@dataclass(slots=True)
class SendForm:
    """Sends parcels; the run waits at `gate` after each row while `gate` is set up, and raises while it `breaks`."""

    size: int = 12
    gate: threading.Semaphore | None = None
    breaks: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    acted: list[tuple[str, list[str]]] = field(default_factory=list)
    id: str = "send"

    def open(self, request: FormRequest, *, user: ActingUser | None = None) -> FormDescription:
        selection = request.get("selection")
        fields: list[Field] = [
            {"name": "from", "label": "From", "type": "date", "refilters": True, "help": "First day"},
            {"name": "source", "label": "Source", "type": "choice", "style": "radio", "refilters": True,
             "choices": [{"value": "letters", "label": "Letters"}, {"value": "big_boxes", "label": "Big boxes"}]},
            {"name": "hide_gone", "label": "Hide Gone", "type": "boolean", "refilters": True},
            {"name": "insured", "label": "Insured", "type": "boolean"},
        ]  # fmt: skip
        columns: list[Column] = [
            {"key": "name", "label": "Name", "type": "text", "width": 240, "sortable": True},
            {"key": "amount", "label": "Amount", "type": "money", "width": 110, "sortable": True},
            {"key": "way", "label": "Way", "type": "choice", "width": 150, "choices": CHOICES},
            {"key": "to", "label": "Sent to", "type": "choice", "width": 200, "search": "towns"},
            {"key": "outcome", "label": "Outcome", "type": "outcome", "width": 150},
        ]
        notice: Notice = {
            "text": f"Showing {len(selection or [])} selected.",
            "level": "info",
            "link": {"label": "Show all ›", "request": {}},
        }
        mixed = selection and len({each.partition(":")[0] for each in selection}) > 1
        return {
            "id": "send", "title": "Send Parcels", "subtitle": "Post office", "fields": fields, "columns": columns, "search": True,
            "answer": {**ANSWER, **(request.get("answer") or {})},
            "actions": [{"id": "send", "label": "Send Selected", "kind": "run", "needs": "selection", "right": "export",
                         "primary": True, "tooltip": "Takes them to the post"}],
            "row_edits": [
                {"name": "shelf", "option": "shelf", "label": "Put the parcel on this shelf.", "takes": "text"},
                {"name": "skip", "option": "not-now", "label": "Leave the parcel out.", "takes": "switch"},
            ],
            "row_actions": [{"id": "hide", "label": "Hide", "kind": "act", "right": "hide"},
                            {"id": "undo", "label": "Undo", "kind": "act", "right": "undo"}],
            "notice": notice if selection else None,
            "warning": {"title": "One kind at a time", "text": "You picked two kinds."} if mixed else None,
            "token": "|".join(selection or []),
        }  # fmt: skip

    def rows(self, answer: Answer, sort: Sort | None, *, user: ActingUser | None = None) -> Rows | Rejected:
        if not str(answer.get("from", "")).startswith("20"):
            return {"rejected": {"from": "Enter the first day."}}
        if answer.get("search") == "crash":
            raise RuntimeError("the shelf broke")
        fixed = str(answer["token"]).split("|") if answer.get("token") else [] if answer.get("search") else None
        numbered = [f"parcel:{each.partition(':')[2]}" for each in fixed] if fixed is not None else None
        return Parcels(numbered, self.size, bool(sort and sort["descending"]))

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, *, user: ActingUser | None = None) -> ActResult:
        self.acted.append((action, list(ids)))
        return {"rows": [{"id": id, "outcome": "hidden"} for id in ids], "notice": f"{len(ids)} hidden", "level": "info"}

    def run(
        self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: RowReporter, *, user: ActingUser | None = None
    ) -> RunSummary:
        self.sent.append({"answer": dict(answer), "ids": list(ids), "edits": dict(edits)})
        if self.breaks:
            raise RuntimeError("the post is shut")
        rows: list[RowChange] = []
        for index, id in enumerate(ids):
            if self.gate is not None:
                self.gate.acquire(timeout=20)
            if task.cancelled:
                break
            rows.append(outcome_of(id))
            task.row(rows[-1])
            task.progress(index + 1, len(ids))
        done = sum(row.get("outcome") == "synchronized" for row in rows)
        failed = sum(row.get("outcome") == "failed" for row in rows)
        unsure = len(rows) - done - failed
        counts: RunCounts = {
            "tried": len(rows),
            "done": done,
            "changed": 0,
            "needs_decision": 0,
            "failed": failed,
            "not_confirmed": unsure,
            "skipped": 0,
            "not_tried": len(ids) - len(rows),
            "ready": 0,
            "not_ready": 0,
        }
        summary: list[RowChange] = [
            {"id": row["id"], "outcome": row["outcome"], "message": row["message"], "quickbooks_id": None, "applied": []}
            for row in rows
        ]
        return {"counts": counts, "text": f"{done} sent.", "level": "info", "run": "run-1", "rows": summary}

    def options(self, name: str, search: str, *, user: ActingUser | None = None) -> list[Option]:
        towns = ("Aachen", "Bergen", "Cork")
        return [{"value": town[0], "label": town} for town in towns if search.lower() in town.lower()]


def outcome_of(id: str) -> RowChange:
    """Parcel 1 fails, parcel 2 is in doubt, the others arrive."""
    number = int(id.partition(":")[2])
    if number == 1:
        fixes: list[Fix] = [{"label": "Change address…", "form": "address", "request": {}}]
        return {
            "id": id,
            "outcome": "failed",
            "message": "The address is wrong. Nothing was sent.",
            "details": "code 7",
            "fixes": fixes,
        }
    if number == 2:
        return {"id": id, "outcome": "not_confirmed", "message": "We are checking.", "details": "", "fixes": []}
    return {"id": id, "outcome": "synchronized", "message": "", "details": "", "fixes": []}


@dataclass(slots=True)
class PlainForm:
    """A form without a grid; `connect` opens an address, `save` rejects an empty town."""

    id: str
    title: str
    sign_in: str = ""

    def open(self, request: FormRequest, *, user: ActingUser | None = None) -> FormDescription:
        town: Field = {"name": "town", "label": "Town", "type": "text", "help": "Where it goes", "group": "Address"}
        key: Field = {"name": "key", "label": "Key", "type": "secret", "group": "Lock"}
        actions: list[Action] = [
            {"id": "save", "label": "Save", "kind": "act", "needs": "nothing", "right": "configure", "primary": True},
            {"id": "connect", "label": "Connect…", "kind": "act", "needs": "nothing", "right": "configure"},
        ]
        return {"id": self.id, "title": self.title, "subtitle": "", "fields": [town, key], "answer": {"town": "", "key": ""},
                "columns": None, "actions": actions, "row_actions": [], "notice": None, "token": ""}  # fmt: skip

    def rows(self, answer: Answer, sort: Sort | None, *, user: ActingUser | None = None) -> Rows | Rejected:
        return {}

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, *, user: ActingUser | None = None) -> ActResult:
        if action == "connect":
            return {"open_url": self.sign_in}
        return {"notice": "Saved."} if answer.get("town") else {"rejected": {"town": "Enter a town."}}

    def run(
        self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: RowReporter, *, user: ActingUser | None = None
    ) -> RunSummary:
        return {}

    def options(self, name: str, search: str, *, user: ActingUser | None = None) -> list[Option]:
        return []


class ParcelAddIn:
    """The plugin object."""

    def __init__(self, form: SendForm | None = None) -> None:
        self.form = form or SendForm()
        self.host: Any = None
        self.called: list[list[str]] = []
        self.stopped = False
        self.state = "state-1"
        self.seen: list[Mapping[str, str]] = []

    @hookimpl
    def workspace_start(self, host: Any) -> None:
        self.host = host
        host.on_callback(self.receive)

    def receive(self, query: Mapping[str, str]) -> CallbackAnswer:
        if query.get("state") != self.state:
            return {"ok": False, "text": "That answer was not asked for."}
        self.state = ""
        self.seen.append(query)
        return {"ok": True, "text": "Connected to Post office."}

    @hookimpl
    def workspace_menu(self, menu: Any) -> None:
        menu.add(path=("Setup", "Parcel", "Connection…"), form="connection", right="configure")
        menu.add(path=("Setup", "Parcel", "Post", "Send Parcels"), form="send", right="export")

    @hookimpl
    def workspace_forms(self, forms: Any) -> None:
        forms.add(self.form)
        forms.add(PlainForm("address", "Address"))
        forms.add(PlainForm("connection", "Connection", "http://127.0.0.1:9/consent?state=state-1"))

    @hookimpl
    def workspace_context_actions(self, actions: Any) -> None:
        actions.add(grid="billing.payments", path=("Send To…", "Parcel"), form="send", right="export")
        actions.add(grid="billing.payments", path=("Hide from Parcel",), call=self.call, right="hide")

    def call(self, refs: Sequence[str], *, user: ActingUser | None = None) -> ActResult:
        self.called.append(list(refs))
        return {}

    @hookimpl
    def workspace_jobs(self, jobs: Any) -> None:
        jobs.add(id="tidy", every=3600.0, call=lambda: None)

    @hookimpl
    def workspace_stop(self) -> None:
        self.stopped = True


def parcel_source(folder: Path, make: Callable[[], object], manifest: str = MANIFEST) -> Source:
    """The add-in as if it were installed, with this manifest."""
    file = folder / "manifest.toml"
    file.write_text(manifest, "utf-8")
    return source_of(make, file, ENTRY_POINT)
