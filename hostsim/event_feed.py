"""The event stream: one numbered feed of small changes, sent to each browser once and resumed where it broke off."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import simplejson
from starlette.requests import Request
from starlette.responses import StreamingResponse

KEPT = 10_000
"""Events kept (some 7 MB at most) for a browser that comes back; one that was away longer is told to read everything again."""
PAUSE = 0.03
"""Seconds in which events are gathered into one message."""
SILENCE = 15.0
"""Seconds after which a comment is sent, so that a dead connection is noticed."""


@dataclass(slots=True)
class Feed:
    """Numbered events; `boot` tells one life of the host from the next."""

    boot: str
    _events: deque[tuple[int, Mapping[str, Any]]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _last: int = 0
    _interruptions: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=set)

    def publish(self, event: Mapping[str, Any]) -> None:
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

    def since(self, position: str) -> list[tuple[int, Mapping[str, Any]]] | None:
        """The events after this id; None when they are not all known any more."""
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


async def stream(request: Request) -> StreamingResponse:
    """`GET /events`: events after `Last-Event-ID` (or `?after=`), else from now on."""
    feed: Feed = request.app.state.workspace.feed
    position = request.headers.get("last-event-id") or request.query_params.get("after") or feed.position()
    return StreamingResponse(_messages(feed, position), media_type="text/event-stream")


async def _messages(feed: Feed, position: str) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    if feed.since(position) is None:
        position = feed.position()
        yield message("reset", position, {})
    life = feed.interruptions
    while feed.interruptions == life:
        events = feed.since(position)
        if events is None:
            position = feed.position()
            yield message("reset", position, {})
        elif events:
            position = f"{feed.boot}-{events[-1][0]}"
            yield message("changes", position, coalesce([event for _, event in events]))
            await asyncio.sleep(PAUSE)
        else:
            await _wait(feed, position, life)
            if not feed.since(position):
                yield ": still here\n\n"


async def _wait(feed: Feed, position: str, life: int) -> None:
    """Wait for the next event; look once more after subscribing, lest one slip in between."""
    waiting = asyncio.ensure_future(feed.wait(SILENCE))
    await asyncio.sleep(0)
    if feed.since(position) or feed.interruptions != life:
        waiting.cancel()
        return
    await waiting


def message(kind: str, position: str, content: object) -> str:
    """One message of the stream."""
    return f"event: {kind}\nid: {position}\ndata: {simplejson.dumps(content)}\n\n"


def coalesce(events: list[Mapping[str, Any]]) -> dict[str, Any]:
    """One message for many events: of each task its rows as they are last, its last progress, notice, state and summary."""
    tasks: dict[str, dict[str, Any]] = {}
    others: list[Mapping[str, Any]] = []
    for event in events:
        if "task" not in event:
            others.append(event)
            continue
        merged = tasks.setdefault(event["task"], {"task": event["task"], "rows": {}})
        merged.update({key: value for key, value in event.items() if key not in ("task", "row")})
        if "row" in event:
            merged["rows"][event["row"]["id"]] = event["row"]
    return {"tasks": [{**task, "rows": list(task["rows"].values())} for task in tasks.values()], "others": others}
