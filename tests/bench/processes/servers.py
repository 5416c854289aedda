"""Servers in processes of their own: the simulator as it comes, and a stub that answers everything at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
PATIENCE = 120


class Server:
    """A server that answers at `address`, and its control endpoint."""

    def __init__(self, address: str, process: subprocess.Popen[str] | None = None) -> None:
        self.address = address
        self._process = process
        self._http = requests.Session()
        self._http.trust_env = False

    def ask(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """`GET` (with a body: `POST`) `/_control/{what}`."""
        method = "GET" if body is None else "POST"
        reply = self._http.request(method, f"{self.address}/_control/{what}", json=body, timeout=PATIENCE)
        reply.raise_for_status()
        return reply.json()

    def access(self) -> tuple[str, str, Mapping[str, str]]:
        """The company's address, an access token, and the credentials."""
        keys = self.ask("credentials")
        reply = self._http.post(
            f"{self.address}/oauth2/v1/tokens/bearer",
            data={"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]},
            auth=(keys["client_id"], keys["client_secret"]),
            timeout=PATIENCE,
        )
        return f"{self.address}/v3/company/{keys['realm']}", reply.json()["access_token"], keys

    def stop(self) -> None:
        """End the process, if it is one of its own."""
        self._http.close()
        if self._process:
            self._process.terminate()
            self._process.wait(30)


@contextmanager
def running(command: Sequence[str]) -> Iterator[Server]:
    """A server started by this command; it prints its address as its first line."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = ADDRESS.search(process.stdout.readline())
    if found is None:
        process.kill()
        raise SystemExit(f"{' '.join(command)} did not start.")
    server = Server(found[0], process)
    try:
        yield server
    finally:
        server.stop()


def running_simulator() -> Any:
    """The simulator with an empty company, without limits and latency until `slow_down`."""
    return running(["-m", "hostsim", "quickbooks", "--port", "0", "--company", "empty", "--no-limits"])


def running_stub(customers: int, invoices: int, payments: int = 0) -> Any:
    """The stub with so many customers, open invoices and payments."""
    shape = ["--customers", str(customers), "--invoices", str(invoices), "--payments", str(payments)]
    return running(["-m", "tests.bench.processes.stub", *shape])


def slow_down(server: Server, *, limits: bool, call: float, item: float) -> None:
    """Let each call take `call` seconds and each transaction in it `item` seconds more, alone or in a batch."""
    server.ask("settings", {"limits": limits, "service_seconds": call, "batch_item_seconds": item})
    if item:
        server.ask("trouble", {"kind": "slow", "seconds": item, "match": {"method": "POST", "path": "payment"}, "times": 0})
