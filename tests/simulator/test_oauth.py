"""Signing in: the whole of OAuth 2 as Intuit's own library and others use it."""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.base.http import Request, Response, load
from hostsim.qbo_simulator.oauth.sign_in import ConsentError
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from tests.support.simulator.simulator_calls import Books, new_books, token_request

BACK = "http://localhost:9999/callback"


def _basic(books: Books) -> str:
    told = books.core.credentials()
    return "Basic " + base64.b64encode(f"{told['client_id']}:{told['client_secret']}".encode()).decode()


def _token(books: Books, form: dict[str, str], **headers: str) -> tuple[int, dict[str, object]]:
    answer = books.core.handle(token_request(form, **{"authorization": _basic(books), **headers}))
    assert isinstance(answer, Response)
    return answer.status, load(answer.body)


def _refresh(books: Books, token: object, **headers: str) -> tuple[int, dict[str, object]]:
    return _token(books, {"grant_type": "refresh_token", "refresh_token": str(token)}, **headers)


def _code(books: Books, scope: str = "com.intuit.quickbooks.accounting") -> str:
    asked = {
        "client_id": books.core.credentials()["client_id"],
        "response_type": "code",
        "scope": scope,
        "redirect_uri": BACK,
        "state": "s1",
    }
    consent = books.core.signin.consent(asked)
    back = books.core.signin.approve(consent, books.realm, books.core.clock.now().timestamp())
    answer = dict(parse_qsl(urlsplit(back).query))
    assert (answer["state"], answer["realmId"]) == ("s1", books.realm)
    return answer["code"]


def test_code_is_exchanged_once() -> None:
    books = new_books()
    form = {"grant_type": "authorization_code", "code": _code(books), "redirect_uri": BACK}
    status, told = _token(books, form)
    assert (status, list(told)) == (
        200,
        ["x_refresh_token_expires_in", "refresh_token", "access_token", "token_type", "expires_in"],
    )
    assert (told["x_refresh_token_expires_in"], told["token_type"], told["expires_in"]) == (8726400, "bearer", 3600)
    assert (len(str(told["refresh_token"])), len(str(told["access_token"]))) == (50, 800)
    assert _token(books, form)[0] == 400


def test_code_grows_old() -> None:
    books = new_books()
    form = {"grant_type": "authorization_code", "code": _code(books), "redirect_uri": BACK}
    books.core.clock.advance(601)
    assert _token(books, form) == (400, {"error_description": "Invalid authorization code", "error": "invalid_grant"})


def test_refresh_token_stays_for_a_day_and_then_changes() -> None:
    books = new_books()
    first = books.core.credentials()["refresh_token"]
    assert _refresh(books, first)[1]["refresh_token"] == first
    books.core.clock.advance(86_400)
    status, told = _refresh(books, first)
    second = told["refresh_token"]
    assert (status, second != first) == (200, True)
    assert books.core.credentials()["refresh_token"] == second
    assert _refresh(books, first)[1]["refresh_token"] == second
    books.core.clock.advance(86_401)
    assert _refresh(books, first) == (
        400,
        {"error_description": "Incorrect or invalid refresh token", "error": "invalid_grant"},
    )


def test_every_refresh_may_rotate_and_without_grace() -> None:
    books = new_books(rotate_after=0.0, rotation_grace=0.0)
    first = books.core.credentials()["refresh_token"]
    second = _refresh(books, first)[1]["refresh_token"]
    assert _refresh(books, first)[0] == 400
    assert _refresh(books, second)[0] == 200


def test_refresh_token_dies_of_idleness_and_of_old_age() -> None:
    books = new_books()
    first = books.core.credentials()["refresh_token"]
    books.core.clock.advance(8_726_400)
    assert _refresh(books, first)[0] == 400
    books = new_books(hard_expiry_seconds=100_000)
    told = _refresh(books, books.core.credentials()["refresh_token"], **{"x-include-refresh-token-hard-expires-in": "true"})[1]
    assert told["x_refresh_token_hard_expires_in"] == 100_000
    books.core.clock.advance(100_001)
    assert _refresh(books, told["refresh_token"])[0] == 400


def test_remaining_life_is_told() -> None:
    books = new_books()
    books.core.credentials()
    books.core.clock.advance(1000)
    assert _refresh(books, books.core.credentials()["refresh_token"])[1]["x_refresh_token_expires_in"] == 8_725_400


def test_credentials_may_stand_in_the_body() -> None:
    books = new_books()
    told = books.core.credentials()
    form = {name: told[name] for name in ("client_id", "client_secret", "refresh_token")}
    answer = books.core.handle(token_request({**form, "grant_type": "refresh_token"}))
    assert isinstance(answer, Response)
    assert answer.status == 200


def test_wrong_client_is_told_so() -> None:
    books = new_books()
    for header in ("", "Basic !!!", "Basic " + base64.b64encode(b"a:b").decode()):
        answer = books.core.handle(token_request({"grant_type": "refresh_token"}, authorization=header))
        assert isinstance(answer, Response)
        assert (answer.status, answer.body) == (401, b'{"error":"invalid_client"}')
        assert dict(answer.headers)["WWW-Authenticate"] == 'Basic realm="Intuit"'


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
    ],
)
def test_token_errors(form: dict[str, str], error: str) -> None:
    status, told = _token(new_books(), form)
    assert (status, told["error"]) == (400, error)


def test_access_token_expires_after_an_hour() -> None:
    books = new_books()
    assert books.call("GET", "preferences")[0] == 200
    books.core.clock.advance(3600)
    assert books.call("GET", "preferences")[0] == 401


def test_revoking_ends_both_tokens() -> None:
    books = new_books()
    refresh = books.core.credentials()["refresh_token"]
    request = Request("POST", "/v2/oauth2/tokens/revoke", headers={"authorization": _basic(books)})
    answer = books.core.handle(
        Request(request.method, request.path, (), request.headers, json.dumps({"token": books.token}).encode())
    )
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, b"")
    assert _refresh(books, refresh)[0] == 400
    assert books.call("GET", "preferences")[0] == 401


@pytest.mark.parametrize(
    ("changes", "text", "returns"),
    [
        ({"state": ""}, "state", False),
        ({"client_id": "x"}, "client_id", False),
        ({"redirect_uri": "https://elsewhere.example/back"}, "redirect_uri", False),
        ({"redirect_uri": "http://[::bad"}, "redirect_uri", False),
        ({"scope": "everything"}, "invalid_scope", True),
        ({"response_type": "token"}, "unsupported_response_type", True),
    ],
)
def test_requests_for_consent_are_checked(changes: dict[str, str], text: str, returns: bool) -> None:
    books = new_books()
    asked = {
        "client_id": books.core.credentials()["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": BACK,
        "state": "s",
        **changes,
    }
    with pytest.raises(ConsentError, match=text) as caught:
        books.core.signin.consent(asked)
    assert (caught.value.redirect is not None) is returns


@pytest.fixture(scope="module")
def running() -> object:
    with running_simulator("empty", clock=Clock()) as sim:
        yield sim


def _client(sim: RunningSimulator) -> AuthClient:
    told = sim.credentials()
    return AuthClient(told["client_id"], told["client_secret"], BACK, sim.discovery_url, state_token="s2")


def test_intuits_own_library_signs_in_and_validates_the_id_token(running: RunningSimulator) -> None:
    client = _client(running)
    address = client.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID])
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(address, timeout=10)
        assert "wants to connect" in page.text
        answer = session.post(
            address, data={"realm": running.company.realm, "choice": "connect"}, allow_redirects=False, timeout=10
        )
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (answer.status_code, back["state"]) == (303, ["s2"])
    client.get_bearer_token(back["code"][0], realm_id=back["realmId"][0])
    assert client.id_token
    client.get_user_info()
    assert client.email == "robin.finch@example.com"
    client.refresh()
    client.revoke()
    with pytest.raises(AuthClientError) as caught:
        client.refresh()
    assert caught.value.status_code == 400
    client.close()


def test_consent_can_be_refused_in_the_browser(running: RunningSimulator) -> None:
    client = _client(running)
    address = client.get_authorization_url([Scopes.ACCOUNTING])
    answer = requests.post(address, data={"choice": "cancel"}, allow_redirects=False, timeout=10)
    assert answer.headers["location"] == f"{BACK}?error=access_denied&state=s2"
    client.close()


def test_consent_can_be_given_without_a_person(running: RunningSimulator) -> None:
    client = _client(running)
    address = client.get_authorization_url([Scopes.ACCOUNTING])
    told = requests.post(f"{running.base_url}/_control/consent", json={"url": address}, timeout=10).json()
    back = dict(parse_qsl(urlsplit(told["redirect"]).query))
    client.get_bearer_token(back["code"], realm_id=back["realmId"])
    assert client.access_token
    client.close()


def test_broken_request_for_consent_shows_a_page(running: RunningSimulator) -> None:
    page = requests.get(f"{running.base_url}/connect/oauth2?{urlencode({'client_id': '<b>'})}", timeout=10)
    assert (page.status_code, "client_id is not known" in page.text) == (400, True)


def test_clock_may_run_or_stand_still() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    still = Clock(noon)
    still.advance(5)
    assert (still.now() - noon).total_seconds() == 5
    running = Clock(source=lambda: noon)
    running.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert running.now().year == 2030
    assert (still.frozen, running.frozen, running.ahead > 0) == (True, False, True)
