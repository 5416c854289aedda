"""A run goes on in a thread of its own, is watched by whoever looks, and ends with words whatever happens."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from hostsim.addins.descriptions import RowChange, RunSummary
from hostsim.builtin.grid_description import plain_row
from hostsim.task_events import TaskEvent
from hostsim.tasks import CAPACITY, AlreadyRunning, State, Task, Tasks, merge_row
from hostsim.terminal.output import NO_COUNTS


def new_tasks(events: list[TaskEvent]) -> Tasks:
    """A registry that counts its ids and keeps what it publishes."""
    numbers = itertools.count(1)
    return Tasks(events.append, lambda: f"t{next(numbers)}")


def test_a_run_publishes_rows_progress_and_its_end() -> None:
    events: list[TaskEvent] = []

    def work(task: Task) -> RunSummary:
        task.row({"id": "a", "outcome": "synchronized"})
        task.progress(1, 1)
        task.notice("nearly there")
        return {"counts": {**NO_COUNTS, "done": 1}}

    task = new_tasks(events).start("send", "go", "s1", work)
    assert task.wait(10)
    assert [next(key for key in ("row", "progress", "notice") if key in event) for event in events[:3]] == [
        "row",
        "progress",
        "notice",
    ]
    assert events[3]["state"] == "ended"
    assert events[3]["summary"] == {"counts": {**NO_COUNTS, "done": 1}}
    assert task.describe()["snapshot"] == "s1"


def test_a_run_that_raises_ends_as_broken_with_a_sentence() -> None:
    def work(_: Task) -> RunSummary:
        raise ZeroDivisionError

    task = new_tasks([]).start("send", "go", "", work)
    assert task.wait(10)
    assert task.state is State.BROKEN
    assert task.summary["text"].startswith("The run stopped with an error: ZeroDivisionError.")
    assert task.summary["level"] == "error"


def test_a_run_sees_that_it_was_cancelled() -> None:
    seen = threading.Event()

    def work(task: Task) -> RunSummary:
        seen.wait(10)
        return {"counts": {**NO_COUNTS, "not_tried": int(task.cancelled)}}

    task = new_tasks([]).start("send", "go", "", work)
    task.cancel()
    seen.set()
    assert task.wait(10)
    assert task.summary["counts"] == {**NO_COUNTS, "not_tried": 1}


def test_a_run_that_is_cancelled_promises_no_time_and_says_that_it_stops_until_its_end() -> None:
    events: list[TaskEvent] = []
    task = Task("t", "send", "go", events.append, clock=itertools.count(0.0, 4.0).__next__)
    task.progress(40, 60)
    task.done = 50
    assert task.measure()["left"] is not None
    task.cancel()
    assert events[-1].get("progress") == {"done": 50, "total": 60, "left": None}
    assert task.describe()["notice"].startswith("Stopping: nothing new is sent.")
    task.notice("QuickBooks asked us to slow down.")
    task.notice("")
    assert events[-1].get("notice", "").startswith("Stopping: nothing new is sent.")


def test_a_running_form_is_found_again_and_an_ended_one_is_not() -> None:
    gate, tasks = threading.Event(), new_tasks([])
    task = tasks.start("send", "go", "s1", lambda _: {"reload": gate.wait(10)})
    assert tasks.running("send") is task
    assert tasks.running("other") is None
    gate.set()
    assert task.wait(10)
    assert tasks.running("send") is None
    assert tasks.of_snapshot("s1") == [task]


def test_of_two_windows_that_start_in_the_same_instant_one_gets_the_others_run() -> None:
    both, gate, numbers = threading.Barrier(2), threading.Event(), itertools.count(1)

    def id_when_both_are_here() -> str:
        both.wait(10)
        return f"t{next(numbers)}"

    tasks = Tasks(lambda _: None, id_when_both_are_here)

    def press() -> Task | AlreadyRunning:
        try:
            return tasks.start("send", "go", "", lambda _: {"reload": gate.wait(10)}, by="Maria Ortiz")
        except AlreadyRunning as problem:
            return problem

    with ThreadPoolExecutor(2) as windows:
        ends = [each.result(10) for each in [windows.submit(press), windows.submit(press)]]
    (started,) = [end for end in ends if isinstance(end, Task)]
    (refused,) = [end for end in ends if isinstance(end, AlreadyRunning)]
    assert refused.task is started
    assert str(refused).startswith("Maria Ortiz started this at ")
    assert tasks.all() == [started]
    gate.set()
    assert started.wait(10)


def test_another_form_starts_while_one_runs_and_the_same_one_when_it_has_ended() -> None:
    gate, tasks = threading.Event(), new_tasks([])
    task = tasks.start("send", "go", "", lambda _: {"reload": gate.wait(10)})
    assert tasks.start("fetch", "go", "", lambda _: {}).wait(10)
    gate.set()
    assert task.wait(10)
    assert tasks.start("send", "go", "", lambda _: {}).wait(10)


def test_rows_stay_as_the_run_left_them() -> None:
    task = Task("t", "send", "go", lambda _: None)
    task.row({"id": "a", "outcome": "running", "cells": {"to": "Cork"}})
    task.row({"id": "a", "outcome": "failed", "message": "No."})
    row = task.patch(plain_row("a", {"name": "A", "to": ""}, "Parcel A"))
    assert row == plain_row("a", {"name": "A", "to": "Cork"}, "Parcel A", "failed", "No.")
    assert task.patch(plain_row("b", {}, "Parcel B")) == plain_row("b", {}, "Parcel B")


@pytest.mark.parametrize(
    "end",
    [
        {"outcome": "synchronized", "message": ""},
        {"outcome": "synchronized", "message": "Saved as 31. Applied: 1 100.00."},
        {"outcome": "failed", "message": " A blank before it."},
        {"outcome": "two words", "message": "No."},
        {"outcome": "two words", "message": ""},
        {"outcome": "", "message": "Nothing yet."},
        {"outcome": "failed", "message": "No.", "details": "raw"},
        {"outcome": "failed", "message": "No.", "fixes": [{"label": "Mend", "act": "mend"}]},
        {"outcome": "failed", "message": "No.", "reason": "Short"},
        {"outcome": "failed", "message": "No.", "cells": {"to": "Cork"}},
    ],
    ids=lambda end: " ".join(f"{name}={value!r}" for name, value in end.items()),
)
def test_a_row_is_told_as_it_ended_however_it_is_kept(end: dict[str, Any]) -> None:
    task = Task("t", "send", "go", lambda _: None)
    row = {"id": "a", "details": "", "fixes": [], **end}
    task.row(cast(RowChange, row))
    assert task.rows == [row]
    assert task.end_rows(["a"]) == [row]


def test_time_left_follows_the_pace_so_far() -> None:
    clock = iter([0.0, 8.0]).__next__
    task = Task("t", "send", "go", lambda _: None, clock=clock)
    task.done, task.total = 40, 60
    assert task.measure() == {"done": 40, "total": 60, "left": 4}


def test_time_left_of_a_run_that_is_watched_counts_from_where_it_was_found() -> None:
    clock = iter([0.0, 0.0, 8.0, 9.0]).__next__
    task = Task("t", "send", "go", lambda _: None, clock=clock)
    task.progress(40, 60)
    assert task.measure() == {"done": 40, "total": 60, "left": None}
    task.done = 50
    assert task.measure() == {"done": 50, "total": 60, "left": 9}


def test_time_left_is_not_claimed_before_anything_is_done() -> None:
    assert Task("t", "send", "go", lambda _: None).measure()["left"] is None


def test_only_so_many_ended_runs_are_kept() -> None:
    tasks = new_tasks([])
    for _ in range(CAPACITY + 5):
        assert tasks.start("send", "go", "", lambda _: {}).wait(10)
    tasks.start("send", "go", "", lambda _: {})
    assert tasks.get("t1") is None
    assert len(tasks.all()) == CAPACITY + 1


def test_a_change_without_cells_leaves_the_row_without_them() -> None:
    row: RowChange = {"id": "a"}
    assert merge_row(row, {"id": "a", "outcome": "done"}) == {"id": "a", "outcome": "done"}


FIVE = ["done", "sent", "queued", "untold", "moved"]


def leave_open(task: Task) -> None:
    """One row ends, one is on its way, one waits, one is never told, and of one only a cell changes."""
    task.row({"id": "done", "outcome": "running"})
    task.row({"id": "done", "outcome": "synchronized"})
    task.row({"id": "sent", "outcome": "running", "cells": {"to": "Cork"}})
    task.row({"id": "queued", "outcome": "waiting"})
    task.row({"id": "moved", "cells": {"to": "Kerry"}})


def test_a_run_that_raises_leaves_no_row_running_and_its_counts_equal_the_rows() -> None:
    events: list[TaskEvent] = []

    def work(task: Task) -> RunSummary:
        leave_open(task)
        raise ZeroDivisionError

    task = new_tasks(events).start("send", "go", "", work, ids=FIVE)
    assert task.wait(10)
    rows = {row["id"]: row for row in task.rows}
    outcomes = {id: row.get("outcome") for id, row in rows.items()}
    not_tried = dict.fromkeys(("queued", "untold", "moved"), "not_tried")
    assert outcomes == {"done": "synchronized", "sent": "not_confirmed", **not_tried}
    assert task.summary["counts"] == {**NO_COUNTS, "tried": 2, "done": 1, "not_confirmed": 1, "not_tried": 3}
    assert (rows["sent"].get("cells"), rows["sent"].get("message", "")[:14]) == ({"to": "Cork"}, "Not confirmed:")
    last = {event["row"]["id"]: event["row"].get("outcome") for event in events if "row" in event}
    assert last == outcomes
    assert events[-1]["state"] == "broken"


def test_a_run_that_returns_with_a_row_left_open_is_counted_anew() -> None:
    def work(task: Task) -> RunSummary:
        leave_open(task)
        return {"counts": {**NO_COUNTS, "tried": 5, "done": 5}, "text": "5 done."}

    task = new_tasks([]).start("send", "go", "", work, ids=FIVE)
    assert task.wait(10)
    assert (task.state, task.summary["text"]) == (State.ENDED, "5 done.")
    assert task.summary["counts"] == {**NO_COUNTS, "tried": 2, "done": 1, "not_confirmed": 1, "not_tried": 3}


def test_rows_of_a_run_that_did_not_start_stay_as_they_were() -> None:
    task = new_tasks([]).start("send", "go", "", lambda _: {"rejected": {"to": "No."}}, ids=FIVE)
    assert task.wait(10)
    assert (task.rows, task.summary) == ([], {"rejected": {"to": "No."}})


@pytest.mark.parametrize(("done", "known", "left"), [(0, None, None), (0, 30, 30), (40, None, 4), (40, 57, 57), (40, 2, 4)])
def test_time_left_is_at_least_what_the_run_knows(done: int, known: int | None, left: int | None) -> None:
    moments = iter([0.0, *[8.0] * 9])
    task = Task("t", "send", "go", lambda _: None, clock=lambda: next(moments))
    task.progress(0, 60)
    task.progress(done, 60, known)
    assert task.measure()["left"] == left


def test_who_cancels_twice_does_not_wait() -> None:
    task = Task("t", "send", "go", lambda _: None)
    task.cancel()
    assert (task.cancelled, task.hasty) == (True, False)
    task.cancel(hasty=True)
    assert task.hasty
