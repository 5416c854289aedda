"""The feed of events: small numbered changes, which a reader can resume after the last one it saw."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypeAlias, TypedDict, cast

from hostsim.addins.descriptions import RowChange
from hostsim.task_events import Progress, TaskEvent, TaskSummary

CAPACITY = 10_000
"""Events held (some 7 MB at most) for a browser that comes back; one that was away longer reads everything again."""


class AddInsChanged(TypedDict):
    """An add-in's state changed, such as its connection."""

    addins: Literal["changed"]


class Waiting(TypedDict):
    """Why calls of forms that are under way take longer."""

    waiting: str


Event: TypeAlias = TaskEvent | AddInsChanged | Waiting


class TaskChanges(TypedDict):
    """All that changed in one task: its rows as they are last, its last progress, notice, state and summary."""

    task: str
    rows: list[RowChange]
    progress: NotRequired[Progress]
    notice: NotRequired[str]
    state: NotRequired[str]
    summary: NotRequired[TaskSummary]
    cancelled: NotRequired[bool]


class Changes(TypedDict):
    """The content of one message of the stream."""

    tasks: list[TaskChanges]
    others: list[AddInsChanged]
    waiting: NotRequired[str]


@dataclass(slots=True)
class Feed:
    """Numbered events; `boot` is the id of this start of the host."""

    boot: str
    _events: deque[tuple[int, Event]] = field(default_factory=lambda: deque(maxlen=CAPACITY))
    _last: int = 0
    _interruptions: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=set)

    def publish(self, event: Event) -> None:
        """Add an event and wake the streams; from any thread."""
        with self._lock:
            self._last += 1
            self._events.append((self._last, event))
            waiting = list(self._waiting)
        _wake(waiting)

    @property
    def interruptions(self) -> int:
        """How often streams were broken off."""
        return self._interruptions

    def interrupt(self) -> None:
        """Break off every stream; browsers come back by themselves with the id of the last event they saw."""
        self._interruptions += 1
        with self._lock:
            waiting = list(self._waiting)
        _wake(waiting)

    def position(self) -> str:
        """The id of the newest event."""
        return f"{self.boot}-{self._last}"

    def since(self, position: str) -> list[tuple[int, Event]] | None:
        """The events after this id; None when they are not all held any more."""
        boot, _, number = position.rpartition("-")
        if boot != self.boot or not number.isdigit():
            return None
        with self._lock:
            first = self._last - len(self._events)
            if not first <= int(number) <= self._last:
                return None
            missing = self._last - int(number)
            return [self._events[-n] for n in range(missing, 0, -1)]

    async def wait(self, timeout: float) -> None:
        """Wait until something was published, or the timeout passed."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(waiter)
        try:
            await asyncio.wait_for(waiter[1].wait(), timeout)
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(waiter)


def _wake(waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    for loop, event in waiting:
        if not loop.is_closed():
            loop.call_soon_threadsafe(event.set)


def coalesce(events: Sequence[Event]) -> Changes:
    """One message for many events, by task."""
    rows: dict[str, dict[str, RowChange]] = {}
    tasks: dict[str, TaskChanges] = {}
    others: list[AddInsChanged] = []
    waiting = ""
    for event in events:
        if "waiting" in event:
            waiting = cast(Waiting, event)["waiting"]
            continue
        if "task" not in event:
            others.append(event)
            continue
        changed = cast(TaskEvent, event)
        name = changed["task"]
        tasks.setdefault(name, {"task": name, "rows": []}).update(cast(TaskChanges, without_row(changed)))
        if "row" in changed:
            rows.setdefault(name, {})[changed["row"]["id"]] = changed["row"]
    for name, task in tasks.items():
        task["rows"] = list(rows.get(name, {}).values())
    changes: Changes = {"tasks": list(tasks.values()), "others": others}
    return {**changes, "waiting": waiting} if waiting else changes


def without_row(event: TaskEvent) -> Mapping[str, object]:
    """The event's other changes."""
    return {key: value for key, value in event.items() if key != "row"}
