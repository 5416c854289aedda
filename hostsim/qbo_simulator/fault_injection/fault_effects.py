"""What struck trouble does to a call: instead of carrying it out, or to its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from hostsim.qbo_simulator.api.call_context import Visit
from hostsim.qbo_simulator.base.http import Lost, Request, Response
from hostsim.qbo_simulator.fault_injection.trouble import BEFORE, Trouble
from hostsim.qbo_simulator.oauth import gateway
from hostsim.qbo_simulator.oauth.sign_in import bearer

if TYPE_CHECKING:
    from hostsim.qbo_simulator.simulator import QuickBooks

_PAGE = (
    b"<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n"
    b"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_REASONS = {500: b"Internal Server Error", 502: b"Bad Gateway", 503: b"Service Temporarily Unavailable"}
_HTML = (("Content-Type", "text/html"),)


def before(core: QuickBooks, visit: Visit, struck: dict[str, Trouble]) -> Response | Lost | None:
    """The answer instead of carrying the call out, if trouble has one."""
    if "late_commit" in struck:
        core.late.append((visit.now.timestamp() + struck["late_commit"].seconds, visit))
        return Lost()
    kind = next((kind for kind in struck if kind in BEFORE), None)
    if kind in ("answer_lost_before", "reset_before"):
        return _lost(kind)
    if kind == "throttled":
        return gateway.throttled(visit.now, core.settings.throttle_json)
    if kind in ("token_expired", "token_revoked"):
        return _unsigned(core, visit.request, kind, visit.now)
    return page(int(kind.split("_")[1])) if kind else None


def _unsigned(core: QuickBooks, request: Request, kind: str, now: datetime) -> Response:
    token = bearer(request) or ""
    core.vault.expire(token)
    if kind == "token_revoked":
        core.vault.revoke(token)
    return gateway.unauthenticated(f"Token expired: {token}", now)


def after(answer: Response, struck: dict[str, Trouble]) -> Response | Lost:
    """The answer, or what is left of it."""
    result: Response | Lost = answer
    for kind, rule in struck.items():
        if kind in ("answer_lost_after", "reset_after", "batch_half"):
            return _lost(kind)
        if kind.startswith("status_") and kind.endswith("_after"):
            result = page(int(kind.split("_")[1]))
        elif kind == "html":
            result = replace(page(502), status=200)
        elif kind == "truncated":
            result = replace(answer, cut=len(answer.body) // 2)
        elif kind == "slow":
            result = replace(answer, delay=answer.delay + rule.seconds)
    return result


def _lost(kind: str) -> Lost:
    return Lost("reset" if kind.startswith("reset") else "closed")


def page(status: int) -> Response:
    """A proxy's error page."""
    reason = _REASONS[status]
    return Response(status, _PAGE % (status, reason, status, reason), _HTML)
