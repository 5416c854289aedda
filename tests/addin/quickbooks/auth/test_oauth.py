"""Intuit's client with its gaps closed."""

from __future__ import annotations

import pytest
import requests

from qb_plugin.errors import Fatal, ReconnectNeeded, Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.auth.oauth import App, GrantRefused, OAuth
from qb_plugin.quickbooks.environment import Environment, find_environment
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.text import read_json, write_json
from tests.support.addin.quickbooks_fakes import ADDRESS, DISCOVERY, REDIRECT, Scripted, ScriptedAdapter, as_bytes, token_answer

HERE = find_environment(ADDRESS)


def oauth(*answers: Scripted, discovery: bytes = DISCOVERY, environment: Environment = HERE) -> tuple[OAuth, ScriptedAdapter]:
    left = list(answers)

    def script(request: requests.PreparedRequest) -> Scripted:
        if "/.well-known/" in str(request.url):
            return Scripted(discovery)
        return left.pop(0)

    adapter = ScriptedAdapter(script)
    return OAuth(App("client", "secret"), REDIRECT, environment, Limits(), adapter), adapter


def test_nothing_is_asked_before_it_is_needed_and_discovery_once() -> None:
    client, adapter = oauth(Scripted(token_answer()), Scripted(token_answer()))
    assert adapter.asked == []
    client.refresh("R")
    client.refresh("R")
    assert sum("/.well-known/" in str(asked.url) for asked in adapter.asked) == 1


def test_every_call_has_both_timeouts_and_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client, adapter = oauth(Scripted(token_answer()), Scripted(b""))
    client.refresh("R")
    client.revoke("R")
    assert len(adapter.options) == 3
    for options in adapter.options:
        assert options["timeout"] == (10.0, 10.0)
        assert not options["proxies"]


def test_a_code_is_exchanged_with_basic_authentication_and_our_redirect() -> None:
    client, adapter = oauth(Scripted(token_answer()))
    assert client.exchange_code("C/+=") == {
        "access": "ACCESS-1",
        "refresh": "REFRESH-1",
        "expires_in": 3600,
        "refresh_expires_in": 8726400,
        "hard_expires_in": None,
    }
    asked = adapter.asked[-1]
    assert asked.headers["Authorization"] == "Basic Y2xpZW50OnNlY3JldA=="
    body = as_bytes(asked.body)
    assert b"grant_type=authorization_code&code=C%2F%2B%3D&redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fcallback" in body


def test_every_token_call_asks_when_the_grant_ends_for_good_and_takes_the_answer() -> None:
    told = Scripted(token_answer()[:-1] + b',"x_refresh_token_hard_expires_in":157680000}')
    client, adapter = oauth(told, told)
    assert client.exchange_code("C")["hard_expires_in"] == 157680000
    assert client.refresh("R")["hard_expires_in"] == 157680000
    asked = [request for request in adapter.asked if str(request.url).endswith("/token")]
    assert [request.headers["x-include-refresh-token-hard-expires-in"] for request in asked] == ["true", "true"]


def test_a_revocation_names_the_token_as_json() -> None:
    client, adapter = oauth(Scripted(b""))
    client.revoke("R")
    assert read_json(as_bytes(adapter.asked[-1].body)) == {"token": "R"}


def test_a_reply_cannot_set_anything_but_tokens_on_the_library() -> None:
    hostile = token_answer()[:-1] + b',"token_endpoint":"https://evil.test/","request":1,"id_token":"a.b.c","adapters":{}}'
    client, adapter = oauth(Scripted(hostile), Scripted(token_answer("ACCESS-2")))
    client.refresh("R")
    assert client.refresh("R")["access"] == "ACCESS-2"
    assert not any("evil" in str(asked.url) for asked in adapter.asked)


def test_the_tokens_of_an_earlier_answer_are_never_taken_for_those_of_a_later_one() -> None:
    client, _ = oauth(Scripted(token_answer()), Scripted(b"{}"))
    client.refresh("R")
    with pytest.raises(Unreachable) as caught:
        client.refresh("R")
    assert caught.value.message.key == "quickbooks_sign_in_unreadable"


@pytest.mark.parametrize(
    "discovery",
    [
        DISCOVERY.replace(b"https://quickbooks.test/token", b"https://evil.test/token"),
        DISCOVERY.replace(b"https://quickbooks.test/token", b"http://quickbooks.test/token"),
        DISCOVERY.replace(b'"token_endpoint"', b'"other"'),
        DISCOVERY.replace(b'"issuer"', b'"other"'),
        DISCOVERY.replace(b'"https://quickbooks.test/revoke"', b"7"),
        b"[]",
        b"<html>",
        b"{}",
    ],
)
def test_a_discovery_document_that_points_elsewhere_is_not_believed(discovery: bytes) -> None:
    client, adapter = oauth(Scripted(token_answer()), discovery=discovery)
    with pytest.raises(Unreachable) as caught:
        client.refresh("R")
    assert caught.value.message.key == "quickbooks_sign_in_unreadable"
    assert adapter.bodies("/token") == []


def test_discovery_is_asked_again_after_it_failed() -> None:
    answers = [Scripted(b"", 503), Scripted(DISCOVERY), Scripted(token_answer())]
    adapter = ScriptedAdapter(lambda _: answers.pop(0))
    client = OAuth(App("client", "secret"), REDIRECT, HERE, Limits(), adapter)
    with pytest.raises(Unreachable):
        client.refresh("R")
    assert client.refresh("R")["access"] == "ACCESS-1"


def test_a_redirect_of_the_token_endpoint_is_not_followed() -> None:
    client, adapter = oauth(Scripted(b"", 302, {"Location": "https://evil.test/"}))
    with pytest.raises(Exception, match="quickbooks_sign_in_failed"):
        client.refresh("R")
    assert not any("evil" in str(asked.url) for asked in adapter.asked)


def test_invalid_grant_is_told_apart_from_a_wrong_client() -> None:
    refused, wrong = write_json({"error": "invalid_grant"}).encode(), write_json({"error": "invalid_client"}).encode()
    client, _ = oauth(Scripted(refused, 400), Scripted(wrong, 401))
    with pytest.raises(GrantRefused):
        client.refresh("R")
    with pytest.raises(ReconnectNeeded) as caught:
        client.refresh("R")
    assert not isinstance(caught.value, GrantRefused)


@pytest.mark.parametrize(
    ("status", "body", "failure", "key"),
    [
        (400, b'{"error":"invalid_grant"}', GrantRefused, "quickbooks_signed_out"),
        (400, b'{"error":"invalid_client"}', ReconnectNeeded, "quickbooks_app_refused"),
        (400, b'{"error":"unauthorized_client"}', ReconnectNeeded, "quickbooks_app_refused"),
        (401, b'{"error":"other"}', ReconnectNeeded, "quickbooks_app_refused"),
        (401, b"", ReconnectNeeded, "quickbooks_app_refused"),
        (402, b"", Fatal, "quickbooks_sign_in_failed"),
        (400, b'{"error":"invalid_scope"}', Fatal, "quickbooks_sign_in_failed"),
        (429, b"", Unreachable, "quickbooks_sign_in_unreachable"),
        (499, b"", Fatal, "quickbooks_sign_in_failed"),
        (500, b"", Unreachable, "quickbooks_sign_in_unreachable"),
        (503, b"<html>", Unreachable, "quickbooks_sign_in_unreachable"),
    ],
)
@pytest.mark.parametrize("tid", ["", "1-65a0-1"])
def test_each_refusal_is_told_with_its_status_its_code_and_its_trace(
    status: int, body: bytes, failure: type[Fatal], key: str, tid: str
) -> None:
    client, _ = oauth(Scripted(body, status, {"intuit_tid": tid} if tid else {}))
    with pytest.raises(failure) as caught:
        client.refresh("R")
    code = body.decode().partition(':"')[2].partition('"')[0]
    assert type(caught.value) is failure
    assert caught.value.message == Message(key, details=f"HTTP {status} {code} {tid}".strip())


@pytest.mark.parametrize(
    ("answer", "key", "details"),
    [
        (Scripted(problem=requests.ReadTimeout("Basic Y2xpZW50")), "quickbooks_sign_in_unreachable", "ReadTimeout"),
        (Scripted(b"[]"), "quickbooks_sign_in_unreadable", "the token answer is not an object"),
    ],
)
def test_an_answer_that_is_none_is_told_by_its_kind(answer: Scripted, key: str, details: str) -> None:
    client, _ = oauth(answer)
    with pytest.raises(Unreachable) as caught:
        client.refresh("R")
    assert caught.value.message == Message(key, details=details)
    assert caught.value.__context__ is None


def test_a_discovery_document_that_lacks_what_the_library_wants_is_told_by_the_kind_of_failure() -> None:
    client, _ = oauth(discovery=DISCOVERY.replace(b'"issuer"', b'"other"'))
    with pytest.raises(Unreachable) as caught:
        client.refresh("R")
    assert caught.value.message == Message("quickbooks_sign_in_unreadable", details="KeyError")


@pytest.mark.parametrize("discovery", [b"[]", DISCOVERY.replace(b"https://quickbooks.test/token", b"https://evil.test/token")])
def test_a_discovery_document_that_is_not_believed_is_told_as_such(discovery: bytes) -> None:
    client, _ = oauth(discovery=discovery)
    with pytest.raises(Unreachable) as caught:
        client.refresh("R")
    assert caught.value.message.details == "the discovery document names addresses that are not Intuit's"
