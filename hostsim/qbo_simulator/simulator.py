"""The simulator itself: one synchronous function from request to response, behind one lock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import RLock
from typing import Any

from hostsim.qbo_simulator.api.call_context import Call
from hostsim.qbo_simulator.api.failures import failure
from hostsim.qbo_simulator.api.idempotency import IdempotencyStore
from hostsim.qbo_simulator.api.limits import Arrival, Meter
from hostsim.qbo_simulator.api.routes import respond
from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.base.encoding import decoded
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.headers import headed
from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response
from hostsim.qbo_simulator.base.incoming import IncomingCall
from hostsim.qbo_simulator.base.request_log import RequestLog
from hostsim.qbo_simulator.base.settings import Settings, changed
from hostsim.qbo_simulator.books.atomic import atomic
from hostsim.qbo_simulator.books.auto_apply import apply_credits
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.fault_injection.description import describe
from hostsim.qbo_simulator.fault_injection.fault_effects import change_answer, replace_answer
from hostsim.qbo_simulator.fault_injection.trouble import DURING, OF_PARTS, Trouble, read_trouble
from hostsim.qbo_simulator.oauth import gateway
from hostsim.qbo_simulator.oauth.sign_in import ACCOUNTING, SignIn, bearer
from hostsim.qbo_simulator.oauth.tokens import App, Vault
from hostsim.qbo_simulator.state_file import StateFile

_CLIENT = App("ABdemoSimulatorClient0123456789", "demoSimulatorSecret-9876543210")


class QuickBooks:
    """Several companies, one sign-in service, one clock; `handle` is the only entry point for clients."""

    def __init__(self, clock: Clock | None = None, seed: int = 0, settings: Settings | None = None) -> None:
        self.clock = clock or Clock()
        self.settings = settings or Settings()
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose, nothing here is secret
        self.vault = Vault(lambda: self.settings, Random(seed + 1))  # noqa: S311
        self.signin = SignIn({_CLIENT.client_id: _CLIENT}, self.vault, lambda: self.settings)
        self.idempotency = IdempotencyStore(lambda: self.settings)
        self.realms: dict[str, Company] = {}
        self.meters: dict[str, Meter] = {}
        self.troubles: list[Trouble] = []
        self.late: list[tuple[float, IncomingCall]] = []
        self.log = RequestLog()
        self.lock = RLock()
        self.base = "http://127.0.0.1:8401"
        self.state: StateFile | None = None

    def open_realm(self, realm: str) -> Company:
        """The company of that id; an empty one is made when there is none."""
        if realm not in self.realms:
            self.realms[realm] = Company(realm, lambda: self.settings, self._note)
            self.meters[realm] = Meter()
        return self.realms[realm]

    def _note(self, realm: str, kind: str, record: int) -> None:
        if self.state is not None:
            self.state.note(realm, kind, record)

    def handle(self, request: Request) -> Response | LostAnswer:
        """The answer to one call; every change of the books that a client makes passes here."""
        with self.lock:
            now = self.clock.now()
            self.run_due(now)
            request, unreadable = _unpacked(request)
            parts = [part for part in request.path.split("/") if part]
            described = describe(request, parts)
            rules = [rule for rule in self.troubles if rule.strikes(described)]
            struck = {rule.kind: rule for rule in rules}
            item_faults = tuple(rule.fault_of for rule in rules if rule.kind in OF_PARTS)
            during = {kind: rule.seconds for kind, rule in struck.items() if kind in DURING}
            incoming = IncomingCall(request, parts, now, during, unreadable, item_faults)
            answered = self._answered(incoming, struck)
            self.log.add(request, answered, now, list(struck), incoming.tracebacks)
            self.flush()
            return answered

    def flush(self) -> None:
        """Write what changed to the state file, if there is one."""
        with self.lock:
            if self.state is not None:
                self.state.flush(self)

    def _answered(self, incoming: IncomingCall, struck: dict[str, Trouble]) -> Response | LostAnswer:
        if "late_commit" in struck:
            self.late.append((incoming.now.timestamp() + struck["late_commit"].seconds, incoming))
            return LostAnswer()
        replaced = replace_answer(incoming, struck, self.vault, self.settings.throttle_json)
        if replaced is not None:
            return replaced
        tid = f"1-{int(incoming.now.timestamp()):08x}-{self.random.getrandbits(96):024x}"
        return change_answer(headed(self._routed_safely(incoming), incoming.now, tid), struck)

    def _routed_safely(self, incoming: IncomingCall) -> Response:
        try:
            return self._route(incoming)
        except Exception as error:  # a client never sees anything but a fault
            refusal = failure(error, incoming.tracebacks).refusal
            return Response(refusal.status, refusal.envelope(incoming.now))

    def _route(self, incoming: IncomingCall) -> Response:
        if incoming.parts[:2] == ["v3", "company"] and len(incoming.parts) > 2:
            return self._gateway_refusal(incoming) or self._api(incoming)
        request, base = incoming.request, self.base_of(incoming.request)
        answers: dict[str, Callable[[], Response]] = {
            "GET .well-known/openid_sandbox_configuration": lambda: self.signin.discovery(base),
            "GET .well-known/openid_configuration": lambda: self.signin.discovery(base),
            "POST oauth2/v1/tokens/bearer": lambda: self.signin.token(request, base, incoming.now),
            "POST v2/oauth2/tokens/revoke": lambda: self.signin.revoke(request),
            "GET v1/openid_connect/userinfo": lambda: self.signin.user(request, incoming.now),
            "GET op/v1/jwks": self.signin.keys,
        }
        return answers.get(f"{request.method} {'/'.join(incoming.parts)}", _not_found)()

    def base_of(self, request: Request) -> str:
        """The simulator's address as this client knows it."""
        host = request.headers.get("host")
        return f"http://{host}" if host else self.base

    def _gateway_refusal(self, incoming: IncomingCall) -> Response | None:
        """The refusal of the gateway: no valid token, no access to the company, or over a limit."""
        token, now = bearer(incoming.request), incoming.now
        if token is None or not 10 < len(token) <= 4096:
            return gateway.unauthenticated("Malformed bearer token: too short or too long", now)
        grant = self.vault.holder(token, now.timestamp())
        if grant is None:
            return gateway.unauthenticated(f"Token expired: {token}", now)
        if ACCOUNTING not in grant.scope.split():
            return gateway.forbidden("AuthorizationFailed", now)
        if grant.realm != incoming.realm or incoming.realm not in self.realms or self.settings.disconnected:
            return gateway.forbidden("ApplicationAuthorizationFailed", now)
        return None if self._admitted(incoming) else gateway.throttled(now, self.settings.throttle_json)

    def _api(self, incoming: IncomingCall) -> Response:
        if incoming.unreadable is not None:
            return Response(400, incoming.unreadable.refusal.envelope(incoming.now))
        call = Call(
            request=incoming.request,
            company=self.realms[incoming.realm],
            idempotency=self.idempotency,
            now=incoming.now,
            troubles=incoming.during,
            in_flight=frozenset(late.request.parameter("requestid") for _, late in self.late),
            tracebacks=incoming.tracebacks,
            item_faults=incoming.item_faults,
        )
        answer = respond(call, incoming.rest)
        return replace(answer, delay=self._service_time(incoming))

    def _admitted(self, incoming: IncomingCall) -> bool:
        batch, sending = incoming.rest == ["batch"], incoming.rest[-1:] == ["send"]
        weight = max(1, incoming.items) if batch and self.settings.batch_items_count else 1
        meter, moment = self.meters[incoming.realm], incoming.now.timestamp()
        admitted = meter.admits(self.settings, Arrival(moment, batch, weight, self._service_time(incoming)))
        return admitted and not (sending and not meter.admits_email(self.settings, moment))

    def _service_time(self, incoming: IncomingCall) -> float:
        settings = self.settings
        if incoming.rest != ["batch"] or not settings.batch_item_seconds:
            return settings.service_seconds
        items = incoming.items * settings.batch_item_seconds
        return max(settings.batch_seconds, items) if settings.batch_seconds else settings.service_seconds + items

    def run_due(self, now: datetime) -> None:
        """Execute what is due: late commits, and credits that QuickBooks applies by itself."""
        late, self.late = self.late, []
        for at, incoming in sorted(late, key=lambda each: each[0]):
            if at > now.timestamp():
                self.late.append((at, incoming))
            elif incoming.realm in self.realms:
                self._api(replace(incoming, now=datetime.fromtimestamp(at, UTC)))
        for company in self.realms.values():
            self._apply_credits(company, now)

    def _apply_credits(self, company: Company, now: datetime) -> None:
        if not company.due:
            return
        try:
            with atomic(company):
                apply_credits(company, now)
        except Exception as error:  # the client's call goes on; the failed attempt is not repeated
            failure(error, [])
            company.due = [each for each in company.due if each[0] > now.timestamp()]

    def add_trouble(self, **given: Any) -> Trouble:
        """Add a rule of trouble; the keys are those of the control endpoint."""
        rule = read_trouble(given)
        with self.lock:
            self.troubles.append(rule)
        return rule

    def clear_trouble(self) -> None:
        """Remove all rules of trouble."""
        with self.lock:
            self.troubles.clear()

    def change_settings(self, **changes: Any) -> Settings:
        """Change some switches."""
        with self.lock:
            self.settings = changed(self.settings, changes)
            self.flush()
        return self.settings

    def credentials(self, base: str | None = None, realm: str | None = None) -> dict[str, str]:
        """Client id and secret, realm, a current refresh token, and the base address."""
        with self.lock:
            wanted = realm or next(iter(self.realms))
            grants = [grant for grant in self.vault.grants.values() if grant.realm == wanted and not grant.revoked]
            grant = grants[0] if grants else self.vault.grant(_CLIENT.client_id, wanted, ACCOUNTING, self.clock.now().timestamp())
            self.flush()
            return {
                "client_id": _CLIENT.client_id,
                "client_secret": _CLIENT.client_secret,
                "realm": wanted,
                "refresh_token": grant.refresh,
                "base": base or self.base,
            }


def _unpacked(request: Request) -> tuple[Request, RefusedError | None]:
    """The request with its body as it was before gzip; an empty body and the refusal when that cannot be had."""
    try:
        return decoded(request), None
    except RefusedError as error:
        return replace(request, body=b""), error


def _not_found() -> Response:
    return Response(404, b'{"error":"not_found"}', (("Content-Type", "application/json"),))
