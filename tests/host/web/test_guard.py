"""Hostile requests: none of them is let in, and each gets the one shape of error."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import date
from html import escape

import pytest
import requests

from hostsim.testing import TOKEN, RunningHost, demo_practice, running_host
from hostsim.web.guard import LIMIT
from tests.support.hosts.fake_addin import ParcelAddIn, SendForm, parcel_source

DAY = date(2026, 11, 22)
OPEN = "/api/forms/send/open"


@pytest.fixture(scope="module")
def addin() -> ParcelAddIn:
    """The add-in whose calls show what got through."""
    return ParcelAddIn(SendForm())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, addin: ParcelAddIn) -> Iterator[RunningHost]:
    """A running host."""
    folder = tmp_path_factory.mktemp("guard")
    practice, url = demo_practice(folder, DAY)
    with running_host(practice, [parcel_source(folder, lambda: addin)], database=url) as running:
        yield running


@pytest.fixture(scope="module")
def cookie(host: RunningHost) -> str:
    """The cookie of the person at this machine."""
    session = host.session()
    return "; ".join(f"{each.name}={each.value}" for each in session.http.cookies)


def send(host: RunningHost, lines: list[str], body: bytes = b"") -> tuple[int, str]:
    """Send a request byte by byte as given, and read the answer to its end."""
    port = int(host.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        answer = b""
        while part := wire.recv(65536):
            answer += part
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), content.decode("utf-8", "replace")


def request(
    host: RunningHost, cookie: str, method: str, path: str, changes: dict[str, str | None], body: bytes = b"{}"
) -> tuple[int, str]:
    """A request as our own page sends it, with changes; None takes a header away."""
    name = host.url.removeprefix("http://")
    headers: dict[str, str | None] = {"Host": name, "Cookie": cookie}
    if method == "POST":
        headers |= {
            "Origin": host.url,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
    headers |= {key: value.replace("HOST", name) if value else value for key, value in changes.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items() if value is not None)]
    return send(host, lines, body if method == "POST" else b"")


CROSS: dict[str, str | None] = {"Sec-Fetch-Site": "cross-site"}
HOSTILE: list[tuple[str, str, str, dict[str, str | None]]] = [
    ("name of another site points here", "GET", "/billing/payments", {"Host": "evil.example"}),
    ("that, with our port", "GET", "/billing/payments", {"Host": "evil.example:8400"}),
    ("that, when writing", "POST", OPEN, {"Host": "evil.example", "Origin": "http://evil.example"}),
    ("our name as a subdomain", "GET", "/billing/payments", {"Host": "127.0.0.1.evil.example"}),
    ("our name without port", "GET", "/billing/payments", {"Host": "127.0.0.1"}),
    ("our name with another port", "GET", "/billing/payments", {"Host": "127.0.0.1:1"}),
    ("any address", "GET", "/billing/payments", {"Host": "0.0.0.0"}),
    ("another loopback address", "GET", "/billing/payments", {"Host": "127.0.0.2:8400"}),
    ("number for a name", "GET", "/billing/payments", {"Host": "2130706433"}),
    ("user before the name", "GET", "/billing/payments", {"Host": "evil@HOST"}),
    ("no name", "GET", "/billing/payments", {"Host": None}),
    ("two names", "GET", "/billing/payments", {"Host": "HOST\r\nHost: evil.example"}),
    ("another site's write", "POST", OPEN, {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}),
    ("another site's write from an old browser", "POST", OPEN, {"Origin": "http://evil.example", "Sec-Fetch-Site": None}),
    ("nobody's write", "POST", OPEN, {"Origin": "null"}),
    ("write without origin", "POST", OPEN, {"Origin": None}),
    ("write without origin, same site", "POST", OPEN, {"Origin": None, "Sec-Fetch-Site": "same-site"}),
    ("another port's write", "POST", OPEN, {"Origin": "http://127.0.0.1:1"}),
    ("our port under another loopback name", "POST", OPEN, {"Origin": "http://localhost.evil.example"}),
    ("localhost's page writing to 127.0.0.1", "POST", OPEN, {"Origin": "http://localhost:8400"}),
    ("encrypted origin", "POST", OPEN, {"Origin": "https://HOST"}),
    ("origin in upper case with path", "POST", OPEN, {"Origin": "http://HOST/"}),
    ("two origins", "POST", OPEN, {"Origin": "http://HOST\r\nOrigin: http://evil.example"}),
    ("same site, not same origin", "POST", OPEN, {"Sec-Fetch-Site": "same-site"}),
    ("write of a navigation", "POST", OPEN, {"Sec-Fetch-Site": "none"}),
    ("a form's content type", "POST", OPEN, {"Content-Type": "application/x-www-form-urlencoded"}),
    ("plain text, which needs no preflight", "POST", OPEN, {"Content-Type": "text/plain"}),
    ("multipart", "POST", OPEN, {"Content-Type": "multipart/form-data; boundary=x"}),
    ("no content type", "POST", OPEN, {"Content-Type": None}),
    ("forwarded host", "GET", "/billing/payments", {"X-Forwarded-Host": "evil.example"}),
    ("forwarded host, ours", "GET", "/billing/payments", {"X-Forwarded-Host": "HOST"}),
    ("forwarded for", "GET", "/billing/payments", {"X-Forwarded-For": "127.0.0.1"}),
    ("forwarded", "GET", "/billing/payments", {"Forwarded": "host=evil.example"}),
    ("rewritten address", "GET", "/", {"X-Rewrite-URL": "/billing/payments"}),
    ("no cookie", "GET", "/billing/payments", {"Cookie": None}),
    ("no cookie, reading the interface", "GET", "/api/tasks", {"Cookie": None}),
    ("no cookie, event stream", "GET", "/events", {"Cookie": None}),
    ("guessed cookie", "GET", "/billing/payments", {"Cookie": "workspace_8400=1"}),
    ("no cookie, writing", "POST", OPEN, {"Cookie": None}),
    ("the token itself as cookie", "GET", "/billing/payments", {"Cookie": f"workspace={TOKEN}"}),
    ("guessed token", "GET", "/?token=guess", {}),
    ("empty token", "GET", "/?token=", {}),
    ("token twice", "GET", f"/?token={TOKEN}&token=x", {}),
    ("token with a character too many", "GET", f"/?token={TOKEN}0", {}),
    ("read by another site's script", "GET", "/api/tasks", {**CROSS, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}),
    ("framed by another site", "GET", "/", {**CROSS, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}),
    ("loaded as another site's script", "GET", "/api/tasks", {**CROSS, "Sec-Fetch-Mode": "no-cors"}),
    ("unknown method", "PUT", OPEN, {}),
    ("method that deletes", "DELETE", "/api/tasks", {}),
    ("preflight", "OPTIONS", OPEN, {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}),
    ("length that is too large", "POST", OPEN, {"Content-Length": str(LIMIT + 1)}),
    ("length that is no number", "POST", OPEN, {"Content-Length": "many"}),
    ("up out of the static files", "GET", "/static/../app.py", {}),
    ("up, encoded", "GET", "/static/%2e%2e/app.py", {}),
    ("up, with encoded slash", "GET", "/static/..%2fapp.py", {}),
    ("up, with backslash", "GET", "/static/..\\app.py", {}),
    ("up, with encoded backslash", "GET", "/static/..%5capp.py", {}),
    ("another server's address in a path", "GET", "//evil.example/", {}),
    ("whole address as path", "GET", "http://evil.example/billing/payments", {}),
    ("zero byte", "GET", "/static/icon.svg%00.html", {}),
    ("absolute file", "GET", "/static//etc/passwd", {}),
    ("very long address", "GET", "/" + "a" * 9000, {}),
    ("callback without state", "GET", "/addins/callback?code=1", {"Cookie": None}),
    ("callback with guessed state", "GET", "/addins/callback?code=1&state=guess&realmId=1", {"Cookie": None}),
    ("callback with two states", "GET", "/addins/callback?code=1&state=state-1&state=x", {"Cookie": None}),
    ("callback by post", "POST", "/addins/callback", {"Cookie": None}),
    ("our name with a dot after it", "GET", "/billing/payments", {"Host": "127.0.0.1.:8400"}),
    ("our name in IPv6", "GET", "/billing/payments", {"Host": "[::1]:8400"}),
    ("our name in hexadecimal", "GET", "/billing/payments", {"Host": "0x7f.1:8400"}),
    ("our name, mapped", "GET", "/billing/payments", {"Host": "[::ffff:127.0.0.1]:8400"}),
    ("our name behind a blank", "GET", "/billing/payments", {"Host": "evil.example HOST"}),
    ("name of another site, callback", "GET", "/addins/callback?code=1&state=state-1", {"Host": "evil.example:8400"}),
    ("name of another site, static file", "GET", "/static/look.css", {"Host": "evil.example"}),
    ("name of another site, key in hand", "GET", f"/?token={TOKEN}", {"Host": "evil.example"}),
    ("forwarded host, callback", "GET", "/addins/callback?code=1&state=state-1", {"X-Forwarded-Host": "evil.example"}),
    ("forwarded protocol", "GET", "/billing/payments", {"X-Forwarded-Proto": "https"}),
    ("original address", "GET", "/", {"X-Original-URL": "/billing/payments"}),
    ("another site's write, ours as its referrer", "POST", OPEN, {"Origin": "http://evil.example", "Referer": "http://HOST/"}),
    ("a browser extension's write", "POST", OPEN, {"Origin": "chrome-extension://abcdefgh"}),
    ("a file's write", "POST", OPEN, {"Origin": "file://"}),
    ("our origin with a user", "POST", OPEN, {"Origin": "http://evil@HOST"}),
    ("JSON in name only", "POST", OPEN, {"Content-Type": "text/plain; application/json"}),
    ("another method in a header", "GET", OPEN, {"X-HTTP-Method-Override": "POST"}),
    ("echo", "TRACE", "/billing/payments", {}),
    ("tunnel", "CONNECT", "/billing/payments", {}),
    ("length below nothing", "POST", OPEN, {"Content-Length": "-1"}),
    ("two lengths", "POST", OPEN, {"Content-Length": "2\r\nContent-Length: 3"}),
    ("length and pieces at once", "POST", OPEN, {"Content-Length": "2", "Transfer-Encoding": "chunked, identity"}),
    ("up, encoded twice", "GET", "/static/%252e%252e/app.py", {}),
    ("up, overlong", "GET", "/static/%c0%ae%c0%ae/app.py", {}),
    ("up from the interface", "GET", "/static/../api/tasks", {"Cookie": None}),
    ("interface as a static file", "GET", "/static/..%2fapi%2ftasks", {"Cookie": None}),
    ("a drive", "GET", "/static/C:/Windows/win.ini", {}),
    ("support bundle without a cookie", "GET", "/api/support-bundle", {"Cookie": None}),
    ("support bundle by another site's script", "GET", "/api/support-bundle", {**CROSS, "Sec-Fetch-Mode": "no-cors"}),
    ("callback with an empty state", "GET", "/addins/callback?code=1&state=", {"Cookie": None}),
    ("callback with a state in a list", "GET", "/addins/callback?code=1&state[]=state-1", {"Cookie": None}),
    ("callback with a very long state", "GET", "/addins/callback?code=1&state=" + "x" * 7000, {"Cookie": None}),
    ("callback with a refusal and a guessed state", "GET", "/addins/callback?error=access_denied&state=guess", {"Cookie": None}),
    ("callback under another name", "GET", "/addins/callback?code=1&state=state-1", {"Host": "evil.example"}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "method", "path", "changes"), HOSTILE, ids=[case[0] for case in HOSTILE])
def test_hostile_request_is_refused(
    host: RunningHost, cookie: str, addin: ParcelAddIn, case: str, method: str, path: str, changes: dict[str, str | None]
) -> None:
    status, text = request(host, cookie, method, path, changes)
    assert status >= 400, f"{case}: let in"
    assert "Alder" not in text
    assert not addin.seen


def test_there_are_a_hundred_different_hostile_requests() -> None:
    assert len({(method, path, *sorted(changes.items(), key=str)) for _, method, path, changes in HOSTILE}) == len(HOSTILE)
    assert len(HOSTILE) >= 100


def test_each_refusal_has_the_one_shape(host: RunningHost, cookie: str) -> None:
    for method, path, changes in (
        ("GET", "/billing/payments", {"Host": "evil.example"}),
        ("POST", OPEN, {"Origin": "null"}),
        ("GET", "/api/tasks", {"Cookie": None}),
        ("GET", "/nowhere", {}),
    ):
        _, text = request(host, cookie, method, path, dict(changes))
        assert json.loads(text)["error"]["text"].endswith(".")


def test_oversized_body_without_a_length_is_cut_off(host: RunningHost, cookie: str) -> None:
    body = f"{LIMIT + 1:x}\r\n".encode() + b"x" * (LIMIT + 1)
    lines = [f"POST {OPEN} HTTP/1.1", f"Host: {host.url.removeprefix('http://')}", f"Cookie: {cookie}", f"Origin: {host.url}"]
    lines += ["Sec-Fetch-Site: same-origin", "Content-Type: application/json", "Transfer-Encoding: chunked"]
    status, _ = send(host, lines, body)
    assert status == 413


def test_our_own_page_is_let_in(host: RunningHost, cookie: str) -> None:
    assert request(host, cookie, "GET", "/billing/payments", {})[0] == 200
    assert request(host, cookie, "POST", OPEN, {})[0] == 200


def test_every_answer_carries_the_safety_headers(host: RunningHost) -> None:
    for path in ("/billing/payments", "/static/look.css", "/nowhere"):
        headers = host.session().get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_cookie_is_for_this_host_alone(host: RunningHost) -> None:
    session = host.session()
    answer = session.http.get(host.address, allow_redirects=False, timeout=10)
    sent = answer.headers["set-cookie"].lower()
    assert "httponly" in sent
    assert "samesite=strict" in sent
    assert TOKEN not in sent
    assert answer.headers["location"] == "/"


def test_the_printed_address_lets_in_one_browser_once(host: RunningHost) -> None:
    address, first, second = host.address, host.session(), requests.Session()
    assert first.http.get(address, timeout=10).status_code == 200
    assert first.http.get(address, timeout=10).status_code == 200  # it is in already, and may follow its bookmark
    second.trust_env = False
    refused = second.get(address, timeout=10)
    assert (refused.status_code, "opened already" in refused.text) == (401, True)
    assert "set-cookie" not in refused.headers


ADDRESSES = ["/", "/billing/payments", "/?token=of-an-earlier-start", "/nowhere", "/api/forms/nothing", "/events", "/guide/x"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_who_opens_an_address_that_is_not_answered_reads_a_sentence(host: RunningHost, path: str) -> None:
    """A browser that shows the answer gets a page; what a script asks gets the one shape."""
    with requests.Session() as stranger:
        stranger.trust_env = False
        page = stranger.get(f"{host.url}{path}", headers={"Accept": "text/html,*/*"}, timeout=10)
        data = stranger.get(f"{host.url}{path}", timeout=10)
    assert (page.status_code, data.status_code) == (401, 401)
    text = data.json()["error"]["text"]
    assert page.headers["content-type"].startswith("text/html")
    assert f'<p role="alert">{escape(text)}</p>' in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_a_page_that_is_not_there_says_so_to_who_is_in(host: RunningHost) -> None:
    session = host.session()
    page = session.http.get(f"{host.url}/nowhere/<b>", headers={"Accept": "text/html"}, timeout=10)
    assert (page.status_code, '<p role="alert">There is no such page.</p>' in page.text) == (404, True)


def test_callback_takes_its_state_once_and_without_cookie(host: RunningHost, cookie: str, addin: ParcelAddIn) -> None:
    addin.state, path = "state-2", "/addins/callback?code=c&state=state-2&realmId=9"
    cross = {"Cookie": None, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    status, text = request(host, cookie, "GET", path, dict(cross))
    assert status == 200
    assert "Connected to Post office." in text
    assert addin.seen == [{"code": "c", "state": "state-2", "realmId": "9"}]
    replayed, _ = request(host, cookie, "GET", path, dict(cross))
    assert replayed == 400
    assert len(addin.seen) == 1
    addin.seen.clear()
