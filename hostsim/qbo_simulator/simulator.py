"""The simulator itself: one synchronous function from request to response, behind one lock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import RLock
from typing import Any

from hostsim.qbo_simulator.api.call_context import Call, Visit
from hostsim.qbo_simulator.api.idempotency import Replays
from hostsim.qbo_simulator.api.limits import Arrival, Meter
from hostsim.qbo_simulator.api.routes import respond
from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.base.headers import headed
from hostsim.qbo_simulator.base.http import Lost, Request, Response
from hostsim.qbo_simulator.base.settings import Settings, changed
from hostsim.qbo_simulator.books.auto_apply import apply_credits
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.fault_injection.description import describe
from hostsim.qbo_simulator.fault_injection.fault_effects import after, before
from hostsim.qbo_simulator.fault_injection.trouble import DURING, Trouble, read_trouble
from hostsim.qbo_simulator.oauth import gateway
from hostsim.qbo_simulator.oauth.sign_in import ACCOUNTING, SignIn, bearer
from hostsim.qbo_simulator.oauth.tokens import App, Vault
from hostsim.qbo_simulator.server.log import Log
from hostsim.qbo_simulator.state_file import StateFile

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
        self.late: list[tuple[float, Visit]] = []
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
            during = {kind: rule.seconds for kind, rule in struck.items() if kind in DURING}
            answered = self._answered(Visit(request, parts, now, during), struck)
            self.log.add(request, answered, now, list(struck))
            if self.state is not None:
                self.state.flush(self)
            return answered

    def _answered(self, visit: Visit, struck: dict[str, Trouble]) -> Response | Lost:
        early = before(self, visit, struck)
        if early is not None:
            return early
        tid = f"1-{int(visit.now.timestamp()):08x}-{self.random.getrandbits(96):024x}"
        return after(headed(self._route(visit), visit.now, tid), struck)

    def _route(self, visit: Visit) -> Response:
        if visit.parts[:2] == ["v3", "company"] and len(visit.parts) > 2:
            return self._refused(visit) or self._api(visit)
        request, base = visit.request, self.base_of(visit.request)
        answers: dict[str, Callable[[], Response]] = {
            "GET .well-known/openid_sandbox_configuration": lambda: self.signin.discovery(base),
            "GET .well-known/openid_configuration": lambda: self.signin.discovery(base),
            "POST oauth2/v1/tokens/bearer": lambda: self.signin.token(request, base, visit.now),
            "POST v2/oauth2/tokens/revoke": lambda: self.signin.revoke(request),
            "GET v1/openid_connect/userinfo": lambda: self.signin.user(request, visit.now),
            "GET op/v1/jwks": self.signin.keys,
        }
        return answers.get(f"{request.method} {'/'.join(visit.parts)}", _nowhere)()

    def base_of(self, request: Request) -> str:
        """The simulator's address as this client knows it."""
        host = request.headers.get("host")
        return f"http://{host}" if host else self.base

    def _refused(self, visit: Visit) -> Response | None:
        """What the gateway answers in place of the service: who are you, not here, too often."""
        token, now = bearer(visit.request), visit.now
        if token is None or not 10 < len(token) <= 4096:
            return gateway.unauthenticated("Malformed bearer token: too short or too long", now)
        grant = self.vault.holder(token, now.timestamp())
        if grant is None:
            return gateway.unauthenticated(f"Token expired: {token}", now)
        if ACCOUNTING not in grant.scope.split():
            return gateway.forbidden("AuthorizationFailed", now)
        if grant.realm != visit.realm or visit.realm not in self.realms or self.settings.disconnected:
            return gateway.forbidden("ApplicationAuthorizationFailed", now)
        return None if self._admitted(visit) else gateway.throttled(now, self.settings.throttle_json)

    def _api(self, visit: Visit) -> Response:
        in_flight = frozenset(late.request.parameter("requestid") for _, late in self.late)
        company = self.realms[visit.realm]
        answer = respond(Call(visit.request, company, self.replays, visit.now, visit.during, in_flight), visit.rest)
        return replace(answer, delay=self._service_time(visit))

    def _admitted(self, visit: Visit) -> bool:
        batch, sending = visit.rest == ["batch"], visit.rest[-1:] == ["send"]
        weight = max(1, visit.items) if batch and self.settings.batch_items_count else 1
        meter, moment = self.meters[visit.realm], visit.now.timestamp()
        admitted = meter.admits(self.settings, Arrival(moment, batch, weight, self._service_time(visit)))
        return admitted and not (sending and not meter.admits_email(self.settings, moment))

    def _service_time(self, visit: Visit) -> float:
        items = visit.items if visit.rest == ["batch"] and self.settings.batch_item_seconds else 0
        return self.settings.service_seconds + items * self.settings.batch_item_seconds

    def run_due(self, now: datetime) -> None:
        """Let happen what was to happen by now: late commits, credits applied by QuickBooks itself."""
        late, self.late = self.late, []
        for at, visit in sorted(late, key=lambda each: each[0]):
            if at > now.timestamp():
                self.late.append((at, visit))
            elif visit.realm in self.realms:
                self._api(replace(visit, now=datetime.fromtimestamp(at, UTC)))
        for company in self.realms.values():
            apply_credits(company, now)

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


def _nowhere() -> Response:
    return Response(404, b'{"error":"not_found"}', (("Content-Type", "application/json"),))
