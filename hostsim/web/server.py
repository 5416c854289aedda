"""Runs the host on 127.0.0.1 and stops it at once, open event streams included."""

from __future__ import annotations

import errno
import socket

import uvicorn

from hostsim.event_feed import Feed
from hostsim.web.app import create_app
from hostsim.web.start_tokens import StartTokens
from hostsim.workspace import Workspace

ADDRESS = "127.0.0.1"
PORT_REASONS = {
    errno.EADDRINUSE: "Port {port} is taken, perhaps by another hostsim.",
    errno.EACCES: "Port {port} may not be used by this user; ports below 1024 are for the system.",
}
PORT_REFUSED = "Port {port} cannot be used: {reason}."


class PortRefused(Exception):
    """The port cannot be had; the text is a sentence for people."""


def listen(port: int) -> socket.socket:
    """Take the port (0: any free one); PortRefused, with a sentence, when it cannot be had."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it on, answers wait 40 ms.
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((ADDRESS, port))
        taken.listen(128)
    except OSError as problem:
        taken.close()
        raise PortRefused(
            PORT_REASONS.get(problem.errno or 0, PORT_REFUSED).format(port=port, reason=problem.strerror)
        ) from problem
    return taken


class HostServer(uvicorn.Server):
    """A server that ends its event streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop."""
        self._feed.interrupt()
        await super().shutdown(sockets)


def make_server(workspace: Workspace, tokens: StartTokens) -> HostServer:
    """The server for this workspace; run it with the socket of `listen`."""
    config = uvicorn.Config(
        create_app(workspace, tokens),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    return HostServer(config, workspace.feed)
