"""The ASGI application over the simulator, and a protocol whose connections can be cut."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hostsim.qbo_simulator.base.encoding import MOST_BYTES, encoded
from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response
from hostsim.qbo_simulator.server.control import allowed, answer_control
from hostsim.qbo_simulator.simulator import QuickBooks

_API = ("/v3/", "/oauth2/", "/v2/", "/v1/", "/op/", "/.well-known/")
_FORBIDDEN = Response(403, b'{"error":"only from this machine"}', (("Content-Type", "application/json"),))


class Connections:
    """Open connections by peer address, so that one can be cut."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, int], asyncio.Transport] = {}

    def cut(self, client: tuple[str, int], reset: bool) -> None:
        """Close a connection at once; with `reset`, the peer gets a TCP reset."""
        transport = self.open.get(client)
        if transport is None:
            return
        if reset:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    def end(self, client: tuple[str, int]) -> None:
        """Close a connection after everything written was sent."""
        transport = self.open.get(client)
        if transport is not None:
            transport.close()


def protocol(lines: Connections) -> type[H11Protocol]:
    """uvicorn's HTTP/1.1 protocol, its connections noted in `lines`."""

    class NotedProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                lines.open[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self.client is not None:
                lines.open.pop(self.client, None)

    return NotedProtocol


def asgi(core: QuickBooks, lines: Connections, pages: ASGIApp, reset: Callable[[], None]) -> ASGIApp:
    """The application: API and OAuth calls, control calls, and the web pages for all other paths."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path.startswith("/_control/"):
            request = await _read(scope, receive)
            fine = allowed(scope["client"][0], dict(request.headers))
            await _answer(answer_control(core, request, reset) if fine else _FORBIDDEN, send, lines, scope["client"])
        elif path.startswith(_API):
            request = await _read(scope, receive)
            await _answer(encoded(core.handle(request), request), send, lines, scope["client"])
        else:
            await pages(scope, receive, send)

    return app


async def _read(scope: Scope, receive: Receive) -> Request:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if len(body) <= MOST_BYTES:  # the rest of a body that is too long is read, but not kept
            body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(scope["method"], scope["path"], tuple(query), headers, bytes(body))


async def _answer(answer: Response | LostAnswer, send: Send, lines: Connections, client: tuple[str, int]) -> None:
    if answer.delay:
        await asyncio.sleep(answer.delay)
    if isinstance(answer, LostAnswer):
        lines.cut(client, answer.how == "reset")
        return
    headers: list[tuple[bytes, bytes]] = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    if answer.cut is None:
        await send({"type": "http.response.body", "body": answer.body})
        return
    await send({"type": "http.response.body", "body": answer.body[: answer.cut], "more_body": True})
    lines.end(client)
