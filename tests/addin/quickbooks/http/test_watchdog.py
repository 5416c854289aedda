"""The one thread that watches the ends of calls: what is due is done, what was called off is not, and no call has a thread."""

from __future__ import annotations

import os
import threading
from functools import partial
from queue import Empty, Queue

import pytest

from qb_plugin.quickbooks.http.call_deadline import CallDeadline
from qb_plugin.quickbooks.http.watchdog import Watchdog

PATIENCE = 10.0
LONG = 3600.0


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "quickbooks-deadline"]


def test_what_is_due_is_done_in_the_order_of_its_time_whatever_is_watched_before() -> None:
    dog, done = Watchdog(), Queue[str]()
    dog.watch(1, LONG, lambda: done.put("late"))
    dog.watch(2, 0.2, lambda: done.put("second"))
    dog.watch(3, 0.05, lambda: done.put("first"))
    assert [done.get(timeout=PATIENCE), done.get(timeout=PATIENCE)] == ["first", "second"]
    dog.watch(4, 0.0, lambda: done.put("third"))
    assert done.get(timeout=PATIENCE) == "third"
    dog.call_off(1)
    assert done.empty()


def test_what_was_called_off_is_not_done() -> None:
    dog, done = Watchdog(), Queue[str]()
    dog.watch(1, 0.05, lambda: done.put("called off"))
    dog.call_off(1)
    dog.watch(2, 0.1, lambda: done.put("due"))
    assert done.get(timeout=PATIENCE) == "due"
    with pytest.raises(Empty):
        done.get(timeout=0.05)


def test_to_call_off_what_has_been_done_is_no_failure() -> None:
    dog, done = Watchdog(), Queue[str]()
    dog.watch(1, 0.0, lambda: done.put("due"))
    assert done.get(timeout=PATIENCE) == "due"
    dog.call_off(1)
    dog.call_off("never watched")


def test_acts_are_done_in_a_thread_that_has_a_name_and_keeps_no_process_from_ending() -> None:
    dog, done = Watchdog(), Queue[threading.Thread]()
    dog.watch(1, 0.0, lambda: done.put(threading.current_thread()))
    thread = done.get(timeout=PATIENCE)
    assert (thread.name, thread.daemon) == ("quickbooks-deadline", True)


def test_its_thread_ends_when_nothing_is_left_and_begins_again() -> None:
    dog, done = Watchdog(), Queue[int]()
    before = len(watching())
    for turn in range(3):
        dog.watch(turn, 0.01, partial(done.put, turn))
        assert done.get(timeout=PATIENCE) == turn
        for thread in watching()[before:]:
            thread.join(PATIENCE)
        assert len(watching()) == before


def test_many_calls_have_one_thread() -> None:
    before = set(threading.enumerate())
    clock = iter(range(10_000))
    for _ in range(100):
        with CallDeadline(LONG, lambda: float(next(clock))) as deadline:
            assert not deadline.passed
    assert len(set(threading.enumerate()) - before) <= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_process_watches_its_own_and_leaves_its_parents_alone() -> None:
    dog, done = Watchdog(), Queue[str]()
    reading, writing = os.pipe()
    dog.watch(1, LONG, lambda: done.put("the parent's"))
    child = os.fork()
    if not child:
        dog.after_fork()
        dog.watch(2, 0.0, lambda: done.put("the child's"))
        os.write(writing, done.get(timeout=PATIENCE).encode())
        os._exit(0)
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reading, 100) == b"the child's"
    os.close(reading)
    dog.call_off(1)
