"""The server of the host: it stops at once, open event streams included."""

from __future__ import annotations

import socket

import uvicorn

from hostsim.event_feed import Feed
from hostsim.web.app import create_app
from hostsim.web.start_tokens import StartTokens
from hostsim.workspace import Workspace


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
    """The server for this workspace; run it with a socket of `hostsim.loopback.listen`."""
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
