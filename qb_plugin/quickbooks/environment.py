"""Environments of QuickBooks: production, sandbox, or a simulator at its address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from qb_plugin.errors import NotConnected
from qb_plugin.model import Message

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Names in the addresses of its pages.
_PAGES = {"Payment": "recvpayment", "CreditMemo": "creditmemo", "Invoice": "invoice", "Customer": "customerdetail"}
_DISCOVERY = "/.well-known/openid_sandbox_configuration/"


@dataclass(frozen=True, slots=True)
class Environment:
    """The servers of one environment."""

    #: `production`, `sandbox` or `simulator`, as a person sees it
    name: str
    #: the address of the accounting API
    api: str
    #: what intuit-oauth takes for its environment: a name, or the address of a discovery document
    discovery: str

    def trusts(self, address: str) -> bool:
        """Whether an address in the discovery document belongs to Intuit, or to this simulator: a key must go nowhere else."""
        target = urlsplit(address)
        if self.name == "simulator":
            home = urlsplit(self.api)
            return (target.scheme, target.netloc) == (home.scheme, home.netloc)
        host = target.hostname or ""
        return target.scheme == "https" and (host == "intuit.com" or host.endswith(".intuit.com"))

    def record_page(self, realm: str, entity: str, identity: str) -> str:
        """The address of a record's page, for a browser: QuickBooks' own, which switches to the company, or the simulator's."""
        if self.name == "simulator":
            return f"{self.api}/books/{quote(realm, safe='')}/{quote(entity, safe='')}/{quote(identity, safe='')}"
        site = "app.sandbox.qbo.intuit.com" if self.name == "sandbox" else "app.qbo.intuit.com"
        page = _PAGES.get(entity, entity.lower())
        name = "nameId" if entity == "Customer" else "txnId"
        return f"https://{site}/app/{page}?{urlencode({name: identity, 'deeplinkcompanyid': realm})}"


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
