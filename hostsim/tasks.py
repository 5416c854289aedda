"""Tasks: runs in threads of their own, whose progress, rows and notices every page can read, also one that was closed."""

from __future__ import annotations

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, cast

from hostsim.addins.descriptions import Answer, Row, RowChange, RunSummary
from hostsim.exception_log import trace_of
from hostsim.row_ends import count_rows, end_of, is_open
from hostsim.task_events import Progress, Publish, TaskDescription, TaskSummary

FOR_PROGRAMS = frozenset({"quickbooks_id", "applied"})
"""Keys of a row that no grid shows."""
STOPPING = "Stopping: nothing new is sent. What is on its way is waited for."
CAPACITY = 50
"""Ended tasks that stay readable, so that a reopened page still finds the last runs."""

AnyRow = TypeVar("AnyRow", Row, RowChange)


def now() -> datetime:
    """This machine's local time, for people to read."""
    return datetime.now().astimezone()


class State(StrEnum):
    """State of a task."""

    RUNNING = "running"
    ENDED = "ended"
    BROKEN = "broken"


@dataclass(slots=True)
class Task:
    """One run, and the reporter that its form is given; every change goes to `publish` as a small event."""

    id: str
    form: str
    action: str
    publish: Publish
    snapshot: str = ""
    by: str = ""
    since: str = ""
    answer: Answer = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    state: State = State.RUNNING
    done: int = 0
    total: int = 0
    text: str = ""
    summary: TaskSummary = field(default_factory=TaskSummary)
    trace: list[str] = field(default_factory=list)
    _rows: dict[str, RowChange | str] = field(default_factory=dict)
    _cancel: threading.Event = field(default_factory=threading.Event)
    _hurry: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _started: float = field(init=False)
    _done_before: int | None = None
    _at_least: int = 0

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def cancelled(self) -> bool:
        """Whether a person asked to stop."""
        return self._cancel.is_set()

    @property
    def hasty(self) -> bool:
        """Whether the person does not want to wait for what is on its way either."""
        return self._hurry.is_set()

    @property
    def status_line(self) -> str:
        """User, start and progress: `Maria Ortiz started this at 18:40 (143 of 200)`."""
        far = f" ({self.done} of {self.total})" if self.total else ""
        return f"{self.by or 'Somebody'} started this at {self.since}{far}"

    def cancel(self, hasty: bool = False) -> None:
        """Ask the run to finish what is in flight, then stop; `hasty`: not even to wait for that."""
        if hasty:
            self._hurry.set()
        self._cancel.set()
        self.text = STOPPING
        self.publish({"task": self.id, "notice": STOPPING, "progress": self.measure()})

    def row(self, row: RowChange) -> None:
        """Lay a row's change over its earlier ones, and publish the row."""
        with self._lock:
            merged = merge_row(self._row(row["id"]), without_program_keys(row))
            self._rows[row["id"]] = compacted(merged)
        self.publish({"task": self.id, "row": merged})

    def amend(self, rows: Iterable[RowChange]) -> None:
        """Lay over the rows of this run what an act did about them since; the window that acted shows it already."""
        with self._lock:
            for row in rows:
                if row["id"] in self._rows:
                    self._rows[row["id"]] = compacted(merge_row(self._row(row["id"]), without_program_keys(row)))

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """Publish how many of how many rows have ended; more than one at the first report were ended by a run that is watched.
        `left`: seconds that the rest takes at least, as the run knows."""
        self._at_least = left or 0
        if self._done_before is None:
            self._done_before = done if done > 1 else 0
        self.done, self.total = done, total
        self.publish({"task": self.id, "progress": self.measure()})

    def notice(self, text: str) -> None:
        """Publish a sentence about the whole run; an empty one takes it away, or leaves that the run is stopping."""
        self.text = text or (STOPPING if self.cancelled else "")
        self.publish({"task": self.id, "notice": self.text})

    def patch(self, row: Row) -> Row:
        """The row as this run has left it so far."""
        with self._lock:
            return merge_row(row, self._row(row["id"]))

    @property
    def rows(self) -> list[RowChange]:
        """Every row that this run has changed, as it has left it so far."""
        with self._lock:
            return [self._row(id) for id in self._rows]

    def end_rows(self, ids: Sequence[str]) -> list[RowChange]:
        """These rows with their ends; one that has none, or of which nothing was told, gets its end now."""
        with self._lock:
            rows = [self._row(id) for id in ids]
        for row in rows:
            if is_open(row) or "outcome" not in row:
                self.row(end_of(row))
        with self._lock:
            return [self._row(id) for id in ids]

    def _row(self, id: str) -> RowChange:
        row = self._rows.get(id, RowChange(id=id))
        return ended_row(id, *row.split(" ", 1)) if isinstance(row, str) else row

    def measure(self) -> Progress:
        """Progress and time left; none once a person has cancelled, since the rest is not going to be done."""
        elapsed, here = self.clock() - self._started, self.done - (self._done_before or 0)
        if self.cancelled or not (here > 0 or self._at_least):
            return {"done": self.done, "total": self.total, "left": None}
        by_rate = round(elapsed * (self.total - self.done) / here) if here > 0 else 0
        return {"done": self.done, "total": self.total, "left": max(by_rate, self._at_least)}

    def describe(self) -> TaskDescription:
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
            "summary": self.summary,
        }

    def finish(self, state: State, summary: TaskSummary) -> None:
        """End the task and publish its summary."""
        self.summary = summary
        self.state = state  # last: who reads that it ended reads its summary and its rows too
        self.publish(
            {
                "task": self.id,
                "state": state.value,
                "summary": summary,
                "progress": self.measure(),
                "cancelled": self.cancelled,
            }
        )
        self._ended.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        return self._ended.wait(timeout)


def without_program_keys(row: RowChange) -> RowChange:
    """The row as a grid takes it."""
    return cast(RowChange, {key: value for key, value in row.items() if key not in FOR_PROGRAMS})


def ended_row(id: str, outcome: str, message: str = "") -> RowChange:
    """A row that has nothing to say but how it ended, and one sentence at most."""
    return {"id": id, "outcome": outcome, "message": message, "details": "", "fixes": []}


def compacted(row: RowChange) -> RowChange | str:
    """The row as it is stored: its outcome and sentence in one text if that is all of it, because a long run has very many."""
    outcome, message = row.get("outcome", ""), row.get("message", "")
    if " " in outcome or row != ended_row(row["id"], outcome, message):
        return row
    return f"{outcome} {message}" if message else outcome


def merge_row(row: AnyRow, change: RowChange) -> AnyRow:
    """The row with the change laid over it; single cells stay when the change does not name them."""
    merged: dict[str, object] = {**row, **change}
    if "message" in change and "reason" not in change:
        merged.pop("reason", None)  # it was another message's
    if "cells" in row or "cells" in change:
        merged["cells"] = {**row.get("cells", {}), **change.get("cells", {})}
    return cast(AnyRow, merged)


class AlreadyRunning(Exception):
    """Another task of the same form is running: `task`."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.status_line)
        self.task = task


class Tasks:
    """All tasks of this host, newest last; the oldest ended ones are dropped."""

    def __init__(self, publish: Publish, next_id: Callable[[], str], now: Callable[[], datetime] = now) -> None:
        self._publish, self._next_id, self._now = publish, next_id, now
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self,
        form: str,
        action: str,
        snapshot: str,
        work: Callable[[Task], RunSummary],
        *,
        by: str = "",
        answer: Answer | None = None,
        ids: Sequence[str] = (),
    ) -> Task:
        """Start `work` on the rows `ids` of `answer`, in a thread, for the user `by`; an exception ends it as broken, with a
        sentence. Rows that it leaves open get their ends here.

        AlreadyRunning while another task of this form runs: of two windows that start at once, the second is shown the first's.
        """
        since = f"{self._now():%H:%M}"
        task = Task(self._next_id(), form, action, self._publish, snapshot, by, since, answer or {})
        with self._lock:
            running = self._running(form)
            if running:
                raise AlreadyRunning(running)
            self._tasks[task.id] = task
            self._drop_oldest()
        threading.Thread(target=_run, args=(task, work, ids), name=f"task-{task.id}", daemon=True).start()
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
        """Every task that is held, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def _running(self, form: str) -> Task | None:
        return next((each for each in reversed(self._tasks.values()) if each.form == form and each.state is State.RUNNING), None)

    def _drop_oldest(self) -> None:
        ended = [each.id for each in self._tasks.values() if each.state is not State.RUNNING]
        for id in ended[: max(0, len(ended) - CAPACITY)]:
            del self._tasks[id]


def _run(task: Task, work: Callable[[Task], RunSummary], ids: Sequence[str]) -> None:
    try:
        summary = cast(TaskSummary, work(task))
    except Exception as problem:  # a run may raise anything; the page must say so
        text = f"The run stopped with an error: {type(problem).__name__}. Each row says how far it came."
        task.trace = trace_of(problem)
        counts = count_rows(task.end_rows(ids or [row["id"] for row in task.rows]))
        trace = "".join(traceback.format_exception(problem))
        task.finish(State.BROKEN, {"text": text, "level": "error", "details": trace, "counts": counts})
    else:
        task.finish(State.ENDED, _with_ends(task, summary, ids))


def _with_ends(task: Task, summary: TaskSummary, ids: Sequence[str]) -> TaskSummary:
    """The summary of a run that returned; if it has left a row open, that row is ended, and all of them are counted anew."""
    left = [row["id"] for row in task.rows if is_open(row)]
    if not left:
        return summary
    return {**summary, "counts": count_rows(task.end_rows(ids or [row["id"] for row in task.rows]))}
