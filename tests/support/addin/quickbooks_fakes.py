"""What the tests of the QuickBooks side share: a clock that only moves when told, tokens in memory, scripted answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Lock, RLock
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.model import Batch, Connection, ConnectionState, Entity, Intent, Kind, Line, Message, Operation, PaymentDraft, Ref
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.factory import QuickBooks, build_quickbooks
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.drafts import write_draft
from tests.support.virtual_clock import VirtualClock

# The simulator's small sample company, which is there in a moment; the demo company is built by the tests that need it.
REALM = "9130347798120206"
COMPANY = "Greenbriar Gardens & Design"
TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 20, tzinfo=UTC)
ADDRESS = "https://quickbooks.test"
# The in-process simulator names its own addresses by http, which is trusted on this machine only.
NO_NETWORK = "http://localhost:8401"
KEY = bytes(range(32))
REDIRECT = "http://127.0.0.1:8400/callback"
REQUEST_ID = "0123456789abcdef0123456789abcdef"
MOST_REQUESTS = 500  # of one test: whoever asks more asks without end


class StoppedClock(VirtualClock):
    """Our clock, which stands at noon in California."""

    def __init__(self, start: datetime = NOON) -> None:
        super().__init__(start)


class MemoryTokens:
    """Sealed tokens in memory; `saves` counts how often a pair was kept, `loads` is read first while there is any."""

    def __init__(self) -> None:
        self.sealed: dict[str, bytes] = {}
        self.saves = 0
        self.save_fails = False
        self.loads: list[bytes] = []
        self.clock = StoppedClock()
        self._states: dict[str, datetime] = {}
        self._connection = Connection(ConnectionState.NONE)
        self._lock = RLock()

    def load(self, realm: str) -> bytes | None:
        return self.loads.pop(0) if self.loads else self.sealed.get(realm)

    def save(self, realm: str, sealed: bytes) -> None:
        if self.save_fails:
            raise OSError("disk full")
        self.saves += 1
        self.sealed[realm] = sealed

    def delete(self, realm: str) -> None:
        self.sealed.pop(realm, None)

    def connection(self) -> Connection:
        return self._connection

    def save_connection(self, new: Connection) -> None:
        self._connection = new

    def add_state(self, digest: str) -> None:
        self._states[digest] = self.clock.now() + timedelta(minutes=10)

    def take_state(self, digest: str) -> bool:
        return self._states.pop(digest, NOON) > self.clock.now()

    def take_all_states(self) -> bool:
        taken = [self.take_state(digest) for digest in list(self._states)]
        return any(taken)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield


@dataclass(slots=True)
class Side:
    """QuickBooks' side put together for a test, with its parts in reach."""

    quickbooks: QuickBooks
    tokens: MemoryTokens
    clock: StoppedClock
    told: list[Message] = field(default_factory=list)


def connect(
    address: str,
    adapter: BaseAdapter | None,
    *,
    app: App | None = None,
    limits: Limits | None = None,
    tokens: MemoryTokens | None = None,
    clock: StoppedClock | None = None,
) -> Side:
    """Everything on QuickBooks' side, unconnected."""
    kept, time, told = tokens or MemoryTokens(), clock or StoppedClock(), list[Message]()
    kept.clock = time
    quickbooks = build_quickbooks(
        environment=address,
        app=app or App("client", "secret"),
        redirect_uri=REDIRECT,
        tokens=kept,
        data_key=lambda: KEY,
        clock=time,
        publish=told.append,
        limits=limits,
        adapter=adapter,
        jitter=lambda: 0.0,
    )
    return Side(quickbooks, kept, time, told)


def simulated(limits: Limits | None = None, company: str = "sample") -> tuple[Side, Simulator]:
    """Connected to a simulator without a network, whose clock is stopped at noon."""
    core = new_quickbooks(company, today=TODAY)
    given = core.credentials(NO_NETWORK)
    app = App(given["client_id"], given["client_secret"])
    side = connect(NO_NETWORK, InProcessAdapter(core), app=app, limits=limits)
    side.quickbooks.accept_refresh_token(given["realm"], given["refresh_token"])
    return side, core


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer; a `problem` is raised in its place."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    problem: Exception | None = None


DISCOVERY = (
    b'{"authorization_endpoint":"https://quickbooks.test/authorize","token_endpoint":"https://quickbooks.test/token",'
    b'"revocation_endpoint":"https://quickbooks.test/revoke","issuer":"i","jwks_uri":"j","userinfo_endpoint":"u"}'
)


def token_answer(access: str = "ACCESS-1", refresh: str = "REFRESH-1") -> bytes:
    """A good answer of the token endpoint."""
    return (
        f'{{"token_type":"bearer","access_token":"{access}","refresh_token":"{refresh}",'
        '"expires_in":3600,"x_refresh_token_expires_in":8726400}'
    ).encode()


class ScriptedAdapter(BaseAdapter):
    """Answers as `script` says, one function for all requests; `asked` keeps them."""

    def __init__(self, script: Callable[[requests.PreparedRequest], Scripted]) -> None:
        super().__init__()
        self._script = script
        self._builder = HTTPAdapter()
        self._lock = Lock()
        self.asked: list[requests.PreparedRequest] = []
        self.options: list[Mapping[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        with self._lock:
            assert len(self.asked) < MOST_REQUESTS, "asked without end"
            self.asked.append(request)
            self.options.append(options)
            answer = self._script(request)
        if answer.problem:
            raise answer.problem
        raw = HTTPResponse(body=io.BytesIO(answer.body), headers=dict(answer.headers), status=answer.status, preload_content=False)
        return self._builder.build_response(request, raw)

    def close(self) -> None:
        """Nothing is held."""

    def bodies(self, path: str) -> list[bytes]:
        """The bodies sent to addresses that hold `path`."""
        return [as_bytes(request.body) for request in self.asked if path in str(request.url)]


def as_bytes(body: object) -> bytes:
    """A request's body, however requests holds it."""
    return body if isinstance(body, bytes) else str(body or "").encode()


def scripted(answers: Callable[[requests.PreparedRequest], Scripted], limits: Limits | None = None) -> tuple[Side, ScriptedAdapter]:
    """Connected to scripted answers: the sign-in works, everything else is as `answers` says."""

    def script(request: requests.PreparedRequest) -> Scripted:
        url = str(request.url)
        if "/.well-known/" in url:
            return Scripted(DISCOVERY)
        if url.endswith("/token"):
            return Scripted(token_answer())
        return answers(request)

    adapter = ScriptedAdapter(script)
    side = connect(ADDRESS, adapter, limits=limits)
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    return side, adapter


def one_after_another(*answers: Scripted) -> Callable[[requests.PreparedRequest], Scripted]:
    """These answers in turn, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def payment_intent(
    number: int, customer_id: str = "1", amount: str = "10.00", operation: Operation = Operation.CREATE, **draft: Any
) -> Intent:
    """An intent to create a payment, its bId being its number."""
    entity, payload = write_draft(
        PaymentDraft(customer_id=customer_id, date=TODAY, total=Decimal(amount), note=f"[WS alder-payment-{number}]", **draft)
    )
    return intent(number, entity, payload, operation)


def intent(number: int, entity: str, payload: str, operation: Operation) -> Intent:
    """Any intent."""
    return Intent(
        id=f"intent-{number}",
        realm=REALM,
        run_id="run",
        source=Ref(Kind.PAYMENT, str(number)),
        operation=operation,
        version="0",
        entity=Entity(entity),
        payload=payload,
        requestid=REQUEST_ID,
        bid=str(number),
        quickbooks_time=NOON,
    )


def batch_of(*intents: Intent, resend: bool = False) -> Batch:
    """A batch under the requestid of the tests."""
    return Batch(REQUEST_ID, intents, resend)


def line(invoice: str, amount: str) -> Line:
    """A line to an invoice."""
    return Line("Invoice", invoice, Decimal(amount))


def stub_body(identity: str, sync_token: str, sparse: bool) -> str:
    """The JSON text that names a record and its version: all that a delete or a void needs."""
    body: dict[str, object] = {"Id": identity, "SyncToken": sync_token}
    return json.dumps({**body, "sparse": True} if sparse else body, separators=(",", ":"))
