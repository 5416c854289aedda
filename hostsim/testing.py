"""A running host for tests: a real server on a free port of this machine, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import requests

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.host_services import Options
from hostsim.addins.loader import Source
from hostsim.loopback import ADDRESS, listen
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.firm import fill_demo_firm
from hostsim.web.server import make_server
from hostsim.web.start_tokens import StartTokens
from hostsim.workspace import Workspace, open_workspace

TOKEN = "token-of-this-test"  # the first that lets a browser in
KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host that answers; `address` is the one to open, with its token."""

    url: str
    workspace: Workspace
    tokens: StartTokens

    @property
    def address(self) -> str:
        """What `hostsim serve` would print; each time another one, as each lets in one browser."""
        return f"{self.url}/?token={self.tokens.issue()}"

    def session(self) -> Session:
        """A client that came in by the printed address."""
        session = Session(self.url)
        session.get(f"/?token={self.tokens.issue()}")
        return session


class Session:
    """An HTTP client that behaves like a browser: it stores the cookie and sends a page's headers."""

    def __init__(self, url: str) -> None:
        self.url, self.http = url, requests.Session()
        self.http.trust_env = False

    def get(self, path: str, **headers: str) -> requests.Response:
        """Read."""
        return self.http.get(f"{self.url}{path}", headers=headers, timeout=30)

    def post(self, path: str, body: Mapping[str, object] | None = None, **headers: str) -> requests.Response:
        """Write, as a page of the host does."""
        sent = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", **headers}
        return self.http.post(f"{self.url}{path}", json=body or {}, headers=sent, timeout=30)


@contextmanager
def running_host(
    practice: Practice,
    sources: Sequence[Source] = (),
    *,
    database: str = "",
    values: Mapping[str, str] | None = None,
    user: ActingUser | None = None,
    today: date | None = None,
) -> Iterator[RunningHost]:
    """Serve this practice with these add-ins until the block ends. The port is in `Options` before any add-in starts."""
    socket = listen(0)
    port = socket.getsockname()[1]
    options = Options(database, port, values or {}, today)
    workspace = open_workspace(practice, sources, options, lambda _: KEY, user=user)
    tokens = StartTokens(TOKEN)
    server = make_server(workspace, tokens)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    workspace.start_jobs()
    try:
        yield RunningHost(f"http://{ADDRESS}:{port}", workspace, tokens)
    finally:
        server.should_exit = True
        thread.join(10)
        workspace.close()


def demo_practice(folder: Path, today: date) -> tuple[Practice, str]:
    """The demo firm in a new database, and the database's address."""
    url = f"sqlite:///{folder / 'firm.db'}"
    practice = open_practice(url)
    fill_demo_firm(practice.database, today)
    return practice, url


def source_of(factory: Callable[[], object], manifest: Path, entry_point: str) -> Source:
    """An add-in given as an object, as if it were installed under this entry point."""
    return Source(entry_point, lambda: factory, lambda: manifest)
