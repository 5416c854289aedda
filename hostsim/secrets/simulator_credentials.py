"""Client id and secret of a QuickBooks simulator on this machine; real companies' keys come from settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS = 10
NAMES = ("client_id", "client_secret")


class SimulatorSilent(Exception):
    """No simulator answers at this address; the text is a sentence."""


def is_simulator(address: str) -> bool:
    """Whether this is an address on this machine: only then is it asked for keys, and consent given without a person."""
    return address.startswith("http://") and urlsplit(address).hostname in LOOPBACK


@dataclass(frozen=True, slots=True)
class SimulatorKeys:
    """The keys of the simulator at this address, asked each time, because it may have been restarted."""

    address: str

    def get(self, name: str) -> str | None:
        """`client_id` or `client_secret`; None for another name, another address, or a simulator that is silent."""
        if name not in NAMES or not is_simulator(self.address):
            return None
        try:
            return str(ask(self.address, "credentials")[name])
        except (SimulatorSilent, KeyError):
            return None


def ask(address: str, what: str, body: Mapping[str, str] | None = None) -> Mapping[str, object]:
    """`GET` (with a body: `POST`) `/_control/{what}`; SimulatorSilent when nothing sensible comes back."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                "POST" if body else "GET", f"{address.rstrip('/')}/_control/{what}", json=body, timeout=SECONDS
            )
            answer.raise_for_status()
            found: Mapping[str, object] = answer.json()
        except (requests.RequestException, ValueError) as problem:
            raise SimulatorSilent(f"No QuickBooks simulator answers at {address}. Start it with: hostsim quickbooks") from problem
    return found
