"""Runs in threads of their own: progress, rows, notices and cancel, kept for every page that watches, closed ones too."""

from __future__ import annotations

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hostsim.exception_log import trace_of

Publish = Callable[[Mapping[str, Any]], None]
QUIET: Mapping[str, Any] = {"message": "", "details": "", "fixes": []}
"""What a row says that went well."""
FOR_PROGRAMS = frozenset({"quickbooks_id", "applied"})
"""What an add-in tells of a row that no grid shows."""
KEPT = 50
"""How many ended tasks stay readable, so that a reopened page still finds the last runs."""


def now() -> datetime:
    """The time on this machine's wall, for people to read."""
    return datetime.now().astimezone()


class State(StrEnum):
    """How far a task is."""

    RUNNING = "running"
    ENDED = "ended"
    BROKEN = "broken"


@dataclass(slots=True)
class Task:
    """One run. It fits the add-in's `Task` port; every change goes to `publish` as a small event."""

    id: str
    form: str
    action: str
    publish: Publish
    snapshot: str = ""
    by: str = ""
    since: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    state: State = State.RUNNING
    done: int = 0
    total: int = 0
    text: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    _rows: dict[str, dict[str, Any] | str] = field(default_factory=dict)
    _cancel: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _started: float = field(init=False)
    _found: int | None = None

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def cancelled(self) -> bool:
        """Whether a person asked to stop."""
        return self._cancel.is_set()

    @property
    def told(self) -> str:
        """Who runs this, since when, and how far it is: `Maria Ortiz started this at 18:40 (143 of 200)`."""
        far = f" ({self.done} of {self.total})" if self.total else ""
        return f"{self.by or 'Somebody'} started this at {self.since}{far}"

    def cancel(self) -> None:
        """Ask the run to finish what is in flight, then stop."""
        self._cancel.set()
        self.notice("Stopping after what is in flight…")

    def row(self, row: Mapping[str, Any]) -> None:
        """Keep a row's change, on top of earlier ones, and tell the watchers."""
        shown = {key: value for key, value in row.items() if key not in FOR_PROGRAMS}
        with self._lock:
            merged = merge_row(self._row(row["id"]), shown)
            self._rows[row["id"]] = folded(merged)
        self.publish({"task": self.id, "row": merged})

    def progress(self, done: int, total: int) -> None:
        """Say how many of how many rows are through; several at the first telling were done by somebody else, who is watched."""
        if self._found is None:
            self._found = done if done > 1 else 0
        self.done, self.total = done, total
        self.publish({"task": self.id, "progress": self.measure()})

    def notice(self, text: str) -> None:
        """Say something about the whole run."""
        self.text = text
        self.publish({"task": self.id, "notice": text})

    def patch(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as this run has left it so far."""
        with self._lock:
            return merge_row(row, self._row(row["id"]))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every row that this run has changed, as it has left it so far."""
        with self._lock:
            return [self._row(id) for id in self._rows]

    def _row(self, id: str) -> dict[str, Any]:
        kept = self._rows.get(id, {})
        return {"id": id, "outcome": kept, **QUIET} if isinstance(kept, str) else kept

    def measure(self) -> dict[str, Any]:
        """`done`, `total` and `left`: seconds still to go at the pace so far, None before anything is known."""
        elapsed, here = self.clock() - self._started, self.done - (self._found or 0)
        left = round(elapsed * (self.total - self.done) / here) if here > 0 else None
        return {"done": self.done, "total": self.total, "left": left}

    def describe(self) -> dict[str, Any]:
        """The task as a page needs it on opening."""
        return {
            "task": self.id,
            "form": self.form,
            "action": self.action,
            "snapshot": self.snapshot,
            "state": self.state.value,
            "progress": self.measure(),
            "notice": self.text,
            "cancelled": self.cancelled,
            "summary": dict(self.summary),
        }

    def finish(self, state: State, summary: Mapping[str, Any]) -> None:
        """End the task and tell the watchers."""
        self.summary = summary
        self.state = state  # last: who reads that it ended reads its summary and its rows too
        self.publish(
            {
                "task": self.id,
                "state": state.value,
                "summary": dict(summary),
                "progress": self.measure(),
                "cancelled": self.cancelled,
            }
        )
        self._ended.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        return self._ended.wait(timeout)


def folded(row: dict[str, Any]) -> dict[str, Any] | str:
    """The row as it is kept; of one that says nothing but how it ended, the word alone: a long run has very many of them."""
    return str(row["outcome"]) if row == {"id": row["id"], "outcome": row.get("outcome"), **QUIET} else row


def merge_row(row: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the change laid over it; single cells stay when the change does not name them."""
    merged = {**row, **change}
    if "cells" in row or "cells" in change:
        merged["cells"] = {**row.get("cells", {}), **change.get("cells", {})}
    return merged


class AlreadyRunning(Exception):
    """A task of this form goes on already: `task`."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.told)
        self.task = task


class Tasks:
    """All tasks of this host, newest last; the oldest ended ones are forgotten."""

    def __init__(self, publish: Publish, next_id: Callable[[], str], now: Callable[[], datetime] = now) -> None:
        self._publish, self._next_id, self._now = publish, next_id, now
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self,
        form: str,
        action: str,
        snapshot: str,
        work: Callable[[Task], Mapping[str, Any]],
        *,
        by: str = "",
        answer: Mapping[str, Any] | None = None,
    ) -> Task:
        """Run `work` in a thread, for `by`, on the rows of `answer`; what it raises ends the task as broken, with a sentence.

        AlreadyRunning while another task of this form goes on: of two windows that start at once, the second one gets the first's.
        """
        since = f"{self._now():%H:%M}"
        task = Task(self._next_id(), form, action, self._publish, snapshot, by, since, answer or {})
        with self._lock:
            going = self._running(form)
            if going:
                raise AlreadyRunning(going)
            self._tasks[task.id] = task
            self._forget()
        threading.Thread(target=_carry_out, args=(task, work), name=f"task-{task.id}", daemon=True).start()
        return task

    def get(self, id: str) -> Task | None:
        """The task of this id."""
        return self._tasks.get(id)

    def running(self, form: str) -> Task | None:
        """The task that is running for this form, if any."""
        with self._lock:
            return self._running(form)

    def of_snapshot(self, snapshot: str) -> list[Task]:
        """The tasks started from this snapshot, oldest first."""
        with self._lock:
            return [each for each in self._tasks.values() if each.snapshot == snapshot]

    def all(self) -> list[Task]:
        """Every task still known, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def _running(self, form: str) -> Task | None:
        return next((each for each in reversed(self._tasks.values()) if each.form == form and each.state is State.RUNNING), None)

    def _forget(self) -> None:
        ended = [each.id for each in self._tasks.values() if each.state is not State.RUNNING]
        for id in ended[: max(0, len(ended) - KEPT)]:
            del self._tasks[id]


def _carry_out(task: Task, work: Callable[[Task], Mapping[str, Any]]) -> None:
    try:
        task.finish(State.ENDED, work(task))
    except Exception as problem:  # a run may raise anything; the page must say so
        text = f"The run stopped with an error: {type(problem).__name__}. Rows without an outcome may not have been tried."
        task.trace = trace_of(problem)
        task.finish(State.BROKEN, {"text": text, "level": "error", "details": "".join(traceback.format_exception(problem))})
