"""The control endpoint of testers, for callers on this machine only."""

import json
from collections.abc import Callable
from datetime import UTC
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hostsim.qbo_simulator.base.clock import parse_time
from hostsim.qbo_simulator.base.coverage import coverage
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Request, Response, dump
from hostsim.qbo_simulator.base.settings import CHOICES
from hostsim.qbo_simulator.oauth.sign_in import ConsentError
from hostsim.qbo_simulator.server import control_books
from hostsim.qbo_simulator.simulator import QuickBooks

_JSON = (("Content-Type", "application/json;charset=utf-8"),)


class ControlError(Exception):
    """A control call that is refused, with its HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def allowed(peer: str, headers: dict[str, str]) -> bool:
    """Whether the caller is on this machine and not a page of another site."""
    try:
        local = ip_address(peer.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        local = False
    host, origin = headers.get("host", ""), headers.get("origin")
    named = urlsplit(f"//{host}").hostname in ("localhost", "127.0.0.1", "::1")
    site = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return local and named and site and (origin is None or origin == f"http://{host}")


def answer_control(core: QuickBooks, request: Request, reset: Callable[[], None]) -> Response:
    """The answer to one control call; `reset` puts the companies back to their beginning."""
    name = request.path.removeprefix("/_control/").strip("/")
    try:
        if (request.method, name) == ("POST", "reset"):
            reset()
            return Response(200, dump({"status": "ok"}), _JSON)
        told = _CONTROLS[request.method, name](core, request)
        core.flush()
    except ControlError as error:
        return Response(error.status, dump({"error": str(error)}), _JSON)
    except KeyError as error:
        return Response(404, dump({"error": f"there is no {error}"}), _JSON)
    except (ValueError, TypeError, OverflowError, RefusedError) as error:
        return Response(400, dump({"error": str(error)}), _JSON)
    return Response(200, dump(told), _JSON)


def _health(core: QuickBooks, _request: Request) -> Any:
    return {"status": "ok", "realms": list(core.realms)}


def _coverage(_core: QuickBooks, _request: Request) -> Any:
    return coverage()


def _credentials(core: QuickBooks, request: Request) -> Any:
    return core.credentials(core.base_of(request), request.parameter("realm"))


def _troubles(core: QuickBooks, _request: Request) -> Any:
    return [rule.as_json() for rule in core.troubles]


def _add_trouble(core: QuickBooks, request: Request) -> Any:
    return core.add_trouble(**_body(request)).as_json()


def _clear_troubles(core: QuickBooks, _request: Request) -> Any:
    core.clear_trouble()
    return []


def _log(core: QuickBooks, _request: Request) -> Any:
    return [entry.as_json() for entry in core.log.entries]


def _approve(core: QuickBooks, request: Request) -> Any:
    return {"redirect": _consent(core, _body(request))}


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise ControlError(400, "an object is expected")
    return body


def _clock(core: QuickBooks, request: Request) -> dict[str, Any]:
    body = _body(request) if request.method == "POST" else {}
    with core.lock:
        if "set" in body:
            core.clock.set(parse_time(str(body["set"])))
        if "advance" in body:
            core.clock.advance(float(body["advance"]))
        now = core.clock.now()
        core.run_due(now)
    return {"now": now.astimezone(UTC).isoformat(), "frozen": core.clock.frozen}


def _settings(core: QuickBooks, request: Request) -> dict[str, Any]:
    if request.method == "POST":
        core.change_settings(**_body(request))
    names = core.settings.__dataclass_fields__
    return {**{name: getattr(core.settings, name) for name in names}, "choices": CHOICES}


def _consent(core: QuickBooks, body: dict[str, Any]) -> str:
    """Approve (or, with "refuse", decline) an authorize address; the redirect address."""
    asked = dict(parse_qsl(urlsplit(str(body["url"])).query, keep_blank_values=True))
    try:
        consent = core.signin.consent(asked)
    except ConsentError as error:
        if error.redirect:
            return error.redirect
        raise ControlError(400, str(error)) from None
    if body.get("refuse"):
        return core.signin.decline(consent)
    realm = str(body.get("realm") or next(iter(core.realms)))
    if realm not in core.realms:
        raise ControlError(404, "there is no such realm")
    with core.lock:
        return core.signin.approve(consent, realm, core.clock.now().timestamp())


_CONTROLS: dict[tuple[str, str], Callable[[QuickBooks, Request], Any]] = {
    ("GET", "healthz"): _health,
    ("GET", "coverage"): _coverage,
    ("GET", "credentials"): _credentials,
    ("GET", "trouble"): _troubles,
    ("POST", "trouble"): _add_trouble,
    ("DELETE", "trouble"): _clear_troubles,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _settings,
    ("GET", "log"): _log,
    ("POST", "consent"): _approve,
    ("POST", "deposit"): control_books.deposit,
    ("POST", "books"): control_books.build,
    ("POST", "merge"): control_books.merge,
    ("POST", "record"): control_books.alter,
    ("POST", "bank-match"): control_books.match_bank,
    ("GET", "trial-balance"): control_books.tell_trial_balance,
}
