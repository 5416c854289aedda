"""Where QuickBooks is: production, sandbox, or the address of a simulator."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from qb_plugin.errors import NotConnected
from qb_plugin.model import Message

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DISCOVERY = "/.well-known/openid_sandbox_configuration/"


@dataclass(frozen=True, slots=True)
class Environment:
    """`name` as a person sees it, the address of the accounting API, and the discovery document of the sign-in."""

    name: str
    api: str
    discovery: str

    def trusts(self, address: str) -> bool:
        """Whether a sign-in address out of the discovery document belongs to Intuit, or to the simulator itself."""
        target = urlsplit(address)
        if self.name == "simulator":
            home = urlsplit(self.api)
            return (target.scheme, target.netloc) == (home.scheme, home.netloc)
        host = target.hostname or ""
        return target.scheme == "https" and (host == "intuit.com" or host.endswith(".intuit.com"))


PRODUCTION = Environment("production", "https://quickbooks.api.intuit.com", "production")
SANDBOX = Environment("sandbox", "https://sandbox-quickbooks.api.intuit.com", "sandbox")


def find_environment(text: str) -> Environment:
    """`production`, `sandbox`, or a simulator's address; plain http only on this machine. NotConnected for anything else."""
    named = {"production": PRODUCTION, "sandbox": SANDBOX}.get(text.strip().lower())
    if named:
        return named
    address = text.strip().rstrip("/")
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return Environment("simulator", address, address + _DISCOVERY)
    raise NotConnected(Message("quickbooks_bad_address", {"address": text}))
