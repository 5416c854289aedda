"""The effects of trouble on a call: an answer instead of its execution, or a change of its answer."""

from dataclasses import replace

from hostsim.qbo_simulator.base.faults import system
from hostsim.qbo_simulator.base.http import LostAnswer, Response
from hostsim.qbo_simulator.base.incoming import IncomingCall
from hostsim.qbo_simulator.fault_injection.trouble import BEFORE, Trouble
from hostsim.qbo_simulator.oauth import gateway
from hostsim.qbo_simulator.oauth.sign_in import bearer
from hostsim.qbo_simulator.oauth.tokens import Vault

_PAGE = (
    b"<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n"
    b"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_REASONS = {500: b"Internal Server Error", 502: b"Bad Gateway", 503: b"Service Temporarily Unavailable"}
_HTML = (("Content-Type", "text/html"),)


def replace_answer(
    incoming: IncomingCall, struck: dict[str, Trouble], vault: Vault, throttle_json: bool
) -> Response | LostAnswer | None:
    """The answer instead of the call's execution, if any trouble has one."""
    kind = next((kind for kind in struck if kind in BEFORE), None)
    if kind in ("answer_lost_before", "reset_before"):
        return _lost(kind)
    if kind == "system_fault":
        return Response(500, system("java.lang.NullPointerException", 500).refusal.envelope(incoming.now))
    if kind == "throttled":
        return gateway.throttled(incoming.now, throttle_json)
    if kind in ("token_expired", "token_revoked"):
        return _unauthenticated(incoming, kind, vault)
    return page(int(kind.split("_")[1])) if kind else None


def _unauthenticated(incoming: IncomingCall, kind: str, vault: Vault) -> Response:
    token = bearer(incoming.request) or ""
    vault.expire(token)
    if kind == "token_revoked":
        vault.revoke(token)
    return gateway.unauthenticated(f"Token expired: {token}", incoming.now)


def change_answer(answer: Response, struck: dict[str, Trouble]) -> Response | LostAnswer:
    """The answer as it reaches the client, or its loss."""
    result: Response | LostAnswer = answer
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


def _lost(kind: str) -> LostAnswer:
    return LostAnswer("reset" if kind.startswith("reset") else "closed")


def page(status: int) -> Response:
    """The HTML error page of a proxy."""
    reason = _REASONS[status]
    return Response(status, _PAGE % (status, reason, status, reason), _HTML)
