"""Guard of the host: it admits the person at this machine, through the page that this host served, and no one else.

A page of another site can make this browser send requests here (cross-site POST), and can even make its own name point here
(DNS rebinding). So the Host header must be ours, writes must come from our own origin, and all but the OAuth callback
and the static files need the cookie that only the address printed at start can set.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hostsim.web.errors import RequestRefused, error_for
from hostsim.web.start_tokens import StartTokens

LIMIT = 1_000_000
"""Bytes that a body may have."""
TOO_MUCH = "That is more than this host takes in at once."
USED = "That address has been opened already, and it lets in one browser once. Start hostsim again for a new one."
EARLIER = "That address is of an earlier start. Open the one that hostsim printed last."
LINE = 8_000
"""Characters that path and query together may have."""
CALLBACK = "/addins/callback"
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("forwarded", "x-forwarded-host", "x-forwarded-for", "x-forwarded-proto", "x-original-url", "x-rewrite-url")
HEADERS = {
    "content-security-policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in."""

    status: int
    text: str


class Guard:
    """ASGI middleware around the whole host; the tokens are new at each start, and each lets in one browser."""

    def __init__(self, app: ASGIApp, tokens: StartTokens) -> None:
        self._app, self._tokens = app, tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._admit(scope, headers)
        if answer is not None:
            await answer(scope, receive, _with_headers(send, scope["path"]))
            return
        await self._app(scope, _limited(receive), _with_headers(send, scope["path"]))

    def _admit(self, scope: Scope, headers: Headers) -> Response | None:
        """None lets the request in; a response ends it."""
        refusal = refuse_wire(scope, headers) or refuse_origin(scope["method"], headers)
        if refusal:
            return error_for(headers, refusal.status, refusal.text)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["method"] == "GET" and "token" in query and scope["path"] != CALLBACK:
            return self._sign_in(scope, headers, query)
        if is_open(scope["method"], scope["path"]) or self._knows(scope, headers):
            return None
        return error_for(headers, 401, "Open the address that hostsim printed when it started; it carries the key to this page.")

    def _sign_in(self, scope: Scope, headers: Headers, query: Mapping[str, list[str]]) -> Response:
        """Let in who brings an unused token, once; a browser that is in already keeps its cookie and spends none."""
        token = query["token"][0]
        again = self._tokens.is_used(token) and self._knows(scope, headers)
        if len(query["token"]) != 1 or not (again or self._tokens.spend(token)):
            return error_for(headers, 401, USED if self._tokens.is_used(token) else EARLIER)
        rest = urlencode({name: values for name, values in query.items() if name != "token"}, doseq=True)
        answer = RedirectResponse("/" + scope["path"].strip("/") + (f"?{rest}" if rest else ""), status_code=303)
        answer.set_cookie(cookie_name(scope), self._tokens.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def _knows(self, scope: Scope, headers: Headers) -> bool:
        sent = [cookie_parser(line).get(cookie_name(scope), "") for line in headers.getlist("cookie")]
        return any(hmac.compare_digest(value.encode(), self._tokens.cookie.encode()) for value in sent)


def cookie_name(scope: Scope) -> str:
    """Cookies ignore ports, so the name carries ours: two hosts side by side stay apart."""
    return f"workspace_{scope['server'][1]}"


def is_open(method: str, path: str) -> bool:
    """What needs no cookie: static files, and the OAuth callback, which `state` alone recognises."""
    return method in ("GET", "HEAD") and (path == CALLBACK or path.startswith("/static/"))


def refuse_wire(scope: Scope, headers: Headers) -> Refusal | None:
    """Judge what every request must satisfy: from this machine, to our own name, straight, and of a sane size."""
    if not scope.get("client") or scope["client"][0] not in LOOPBACK:
        return Refusal(403, "This host answers to its own machine only.")
    names = headers.getlist("host")
    if len(names) != 1 or names[0].lower() not in _own_names(scope):
        return Refusal(421, "This host does not go by that name.")
    if any(name in headers for name in FORWARDED):
        return Refusal(400, "This host takes no forwarded requests.")
    raw = scope.get("raw_path") or b""
    if len(raw) + len(scope["query_string"]) > LINE or not raw.startswith(b"/") or b"\\" in raw or b"//" in raw or b"\x00" in raw:
        return Refusal(400, "That address does not fit.")
    if headers.get("content-length", "0").isdigit() is False or int(headers.get("content-length", "0")) > LIMIT:
        return Refusal(413, TOO_MUCH)
    return None


def refuse_origin(method: str, headers: Headers) -> Refusal | None:
    """Judge where a request comes from: writes from our own pages only, reads not from another site's page."""
    site = headers.get("sec-fetch-site", "same-origin")
    if method in ("GET", "HEAD"):
        navigation = (
            headers.get("sec-fetch-mode", "navigate") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
        )
        return None if site in ("same-origin", "none") or navigation else Refusal(403, "Another site's page may not read this.")
    if method != "POST":
        return Refusal(405, "That cannot be done here.")
    if site != "same-origin" or headers.getlist("origin") != [f"http://{headers['host'].lower()}"]:
        return Refusal(403, "Changes are taken from this host's own pages only.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "Changes are taken as JSON only.")
    return None


def _own_names(scope: Scope) -> tuple[str, str]:
    port = scope["server"][1]
    return (f"127.0.0.1:{port}", f"localhost:{port}")


def _limited(receive: Receive) -> Receive:
    """Count the bytes as they come: a chunked body states no length."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        part = await receive()
        seen += len(part.get("body", b""))
        if seen > LIMIT:
            raise RequestRefused(413, TOO_MUCH)
        return part

    return counted


def _with_headers(send: Send, path: str) -> Send:
    async def dressed(part: Message) -> None:
        if part["type"] == "http.response.start":
            headers = MutableHeaders(scope=part)
            headers.update(HEADERS)
            headers.setdefault("cache-control", "no-cache" if path.startswith("/static/") else "no-store")
        await send(part)

    return dressed
