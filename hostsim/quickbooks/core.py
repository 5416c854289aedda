"""The simulator itself: one synchronous function from request to response, behind one lock."""

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from threading import RLock
from typing import Any

from hostsim.quickbooks import gateway
from hostsim.quickbooks.api import respond
from hostsim.quickbooks.autoapply import apply_credits
from hostsim.quickbooks.company import Company
from hostsim.quickbooks.description import describe
from hostsim.quickbooks.limits import Meter
from hostsim.quickbooks.log import Log
from hostsim.quickbooks.mishaps import after, before
from hostsim.quickbooks.pieces import Call
from hostsim.quickbooks.replays import Replays
from hostsim.quickbooks.settings import Settings, changed
from hostsim.quickbooks.signin import ACCOUNTING, SignIn, bearer
from hostsim.quickbooks.state import StateFile
from hostsim.quickbooks.times import Clock
from hostsim.quickbooks.tokens import App, Vault
from hostsim.quickbooks.trouble import DURING, Trouble, read_trouble
from hostsim.quickbooks.wire import Lost, Request, Response

_SERVICE = "application/json;charset=utf-8"
_CLIENT = App("ABdemoSimulatorClient0123456789", "demoSimulatorSecret-9876543210")


class QuickBooks:
    """Several companies, one sign-in service, one clock; `handle` is the only way in for clients."""

    def __init__(self, clock: Clock | None = None, seed: int = 0, settings: Settings | None = None) -> None:
        self.clock = clock or Clock()
        self.settings = settings or Settings()
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose, nothing here is secret
        self.vault = Vault(lambda: self.settings, Random(seed + 1))  # noqa: S311
        self.signin = SignIn({_CLIENT.client_id: _CLIENT}, self.vault, lambda: self.settings)
        self.replays = Replays(lambda: self.settings)
        self.realms: dict[str, Company] = {}
        self.meters: dict[str, Meter] = {}
        self.troubles: list[Trouble] = []
        self.late: list[tuple[float, Request]] = []
        self.log = Log()
        self.lock = RLock()
        self.base = "http://127.0.0.1:8401"
        self.state: StateFile | None = None

    def open_realm(self, realm: str) -> Company:
        """The company of that id, made empty when it is new."""
        if realm not in self.realms:
            self.realms[realm] = Company(realm, lambda: self.settings, self._note)
            self.meters[realm] = Meter()
        return self.realms[realm]

    def _note(self, realm: str, kind: str, record: int) -> None:
        if self.state is not None:
            self.state.note(realm, kind, record)

    def handle(self, request: Request) -> Response | Lost:
        """Answer one call; everything that changes anything comes through here."""
        with self.lock:
            now = self.clock.now()
            self.run_due(now)
            parts = [part for part in request.path.split("/") if part]
            described = describe(request, parts)
            struck = {rule.kind: rule for rule in self.troubles if rule.strikes(described)}
            answered = self._answered(request, parts, struck, now)
            self.log.add(request, answered, now, list(struck))
            if self.state is not None:
                self.state.flush(self)
            return answered

    def _answered(self, request: Request, parts: list[str], struck: dict[str, Trouble], now: datetime) -> Response | Lost:
        early = before(self, request, struck, now)
        if early is not None:
            return early
        during = {kind: rule.seconds for kind, rule in struck.items() if kind in DURING}
        answer = self._finished(self._route(request, parts, during, now), now)
        return after(answer, struck)

    def _route(self, request: Request, parts: list[str], during: dict[str, float], now: datetime) -> Response:
        base = self.base_of(request)
        match (request.method, parts):
            case ("GET", [".well-known", "openid_sandbox_configuration" | "openid_configuration"]):
                return self.signin.discovery(base)
            case ("POST", ["oauth2", "v1", "tokens", "bearer"]):
                return self.signin.token(request, base, now)
            case ("POST", ["v2", "oauth2", "tokens", "revoke"]):
                return self.signin.revoke(request)
            case ("GET", ["v1", "openid_connect", "userinfo"]):
                return self.signin.user(request, now)
            case ("GET", ["op", "v1", "jwks"]):
                return self.signin.keys()
            case (_, ["v3", "company", realm, *rest]):
                return self._api(request, realm, rest, during, now)
        return Response(404, b'{"error":"not_found"}', (("Content-Type", "application/json"),))

    def base_of(self, request: Request) -> str:
        """The simulator's address as this client knows it."""
        host = request.headers.get("host")
        return f"http://{host}" if host else self.base

    def _api(self, request: Request, realm: str, rest: list[str], during: dict[str, float], now: datetime) -> Response:
        token = bearer(request)
        if token is None or not 10 < len(token) <= 4096:
            return gateway.unauthenticated("Malformed bearer token: too short or too long", now)
        grant = self.vault.holder(token, now.timestamp())
        if grant is None:
            return gateway.unauthenticated(f"Token expired: {token}", now)
        if ACCOUNTING not in grant.scope.split():
            return gateway.forbidden("AuthorizationFailed", now)
        if grant.realm != realm or realm not in self.realms or self.settings.disconnected:
            return gateway.forbidden("ApplicationAuthorizationFailed", now)
        if not self._admitted(request, realm, rest, now):
            return gateway.throttled(now, self.settings.throttle_json)
        in_flight = frozenset(late.parameter("requestid") for _, late in self.late)
        answer = respond(Call(request, self.realms[realm], self.replays, now, during, in_flight), rest)
        return replace(answer, delay=self._service_time(request, rest))

    def _admitted(self, request: Request, realm: str, rest: list[str], now: datetime) -> bool:
        batch, sending = rest == ["batch"], rest[-1:] == ["send"]
        weight = max(1, request.body.count(b'"bId"')) if batch and self.settings.batch_items_count else 1
        meter, moment = self.meters[realm], now.timestamp()
        admitted = meter.admits(self.settings, moment, batch, weight, self._service_time(request, rest))
        return admitted and not (sending and not meter.admits_email(self.settings, moment))

    def _service_time(self, request: Request, rest: list[str]) -> float:
        items = request.body.count(b'"bId"') if rest == ["batch"] and self.settings.batch_item_seconds else 0
        return self.settings.service_seconds + items * self.settings.batch_item_seconds

    def _finished(self, answer: Response, now: datetime) -> Response:
        tid = f"1-{int(now.timestamp()):08x}-{self.random.getrandbits(96):024x}"
        named = {name.lower() for name, _ in answer.headers}
        typed = "application/json" if answer.status != 200 else _SERVICE
        headers = [("Date", format_datetime(now.astimezone(UTC), usegmt=True)), *answer.headers]
        if "content-type" not in named:
            headers.append(("Content-Type", typed))
        headers += [("intuit_tid", tid), ("X-Amzn-Trace-Id", f"Root={tid}"), ("x-request-id", tid), ("Server", "istio-envoy")]
        if answer.status == 200 and "cache-control" not in named:
            headers += [
                ("QBO-Version", "2040.100"),
                ("Service-Time", "total=85, db=77"),
                ("Expires", "0"),
                ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"),
            ]
        return replace(answer, headers=tuple(headers))

    def run_due(self, now: datetime) -> None:
        """Let happen what was to happen by now: late commits, credits applied by QuickBooks itself."""
        late, self.late = self.late, []
        for at, request in sorted(late, key=lambda each: each[0]):
            if at > now.timestamp():
                self.late.append((at, request))
            else:
                self.commit(request, datetime.fromtimestamp(at, UTC))
        for company in self.realms.values():
            apply_credits(company, now)

    def commit(self, request: Request, at: datetime) -> None:
        """Carry out a call whose answer nobody waits for."""
        parts = [part for part in request.path.split("/") if part]
        self._route(request, parts, {}, at)

    def add_trouble(self, **given: Any) -> Trouble:
        """A new rule; the keys are those of the control endpoint."""
        rule = read_trouble(given)
        with self.lock:
            self.troubles.append(rule)
        return rule

    def clear_trouble(self) -> None:
        """No more rules."""
        with self.lock:
            self.troubles.clear()

    def change_settings(self, **changes: Any) -> Settings:
        """Set some switches."""
        with self.lock:
            self.settings = changed(self.settings, changes)
            if self.state is not None:
                self.state.flush(self)
        return self.settings

    def credentials(self, base: str | None = None, realm: str | None = None) -> dict[str, str]:
        """What a client needs to begin: id, secret, realm, a current refresh token, and the address."""
        with self.lock:
            wanted = realm or next(iter(self.realms))
            grants = [grant for grant in self.vault.grants.values() if grant.realm == wanted and not grant.revoked]
            grant = grants[0] if grants else self.vault.grant(_CLIENT.client_id, wanted, ACCOUNTING, self.clock.now().timestamp())
            if self.state is not None:
                self.state.flush(self)
            return {
                "client_id": _CLIENT.client_id,
                "client_secret": _CLIENT.client_secret,
                "realm": wanted,
                "refresh_token": grant.refresh,
                "base": base or self.base,
            }
