"""The event stream: one for each browser, of the feed's events, resumed where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import simplejson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from hostsim.event_feed import Feed, coalesce

PAUSE = 0.03
"""Seconds in which events are gathered into one message."""
SILENCE = 15.0
"""Seconds after which a comment is sent, so that a dead connection is noticed."""


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
    """Wait for the next event; look again after subscribing, because one may have come in between."""
    waiting = asyncio.ensure_future(feed.wait(SILENCE))
    await asyncio.sleep(0)
    if feed.since(position) or feed.interruptions != life:
        waiting.cancel()
        return
    await waiting


def message(kind: str, position: str, content: object) -> str:
    """One message of the stream."""
    return f"event: {kind}\nid: {position}\ndata: {simplejson.dumps(content)}\n\n"
