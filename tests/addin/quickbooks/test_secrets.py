"""A byte search: no token, secret or client's name in any exception, traceback, log line, repr or kept byte."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest
import requests

from qb_plugin.errors import AddInError
from qb_plugin.model import Message
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.batches import BatchSender
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.schemas.text import write_json
from tests.support.addin.quickbooks_fakes import (
    ADDRESS,
    DISCOVERY,
    REALM,
    Scripted,
    ScriptedAdapter,
    Side,
    batch_of,
    connect,
    payment_intent,
)

ACCESS = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..AccessTokenOfTheTest7"
REFRESH = "RT1-RefreshTokenOfTheTest8"
SECRET = "ClientSecretOfTheTest9"
NAME = "Kowalski"
SECRETS = (ACCESS, REFRESH, SECRET, NAME, "AccessTokenOfTheTest7")

ECHO = write_json(
    {
        "fault": {
            "error": [{"message": f"Bearer {ACCESS}", "detail": f"Token expired: {ACCESS}", "code": "3200"}],
            "type": "AUTHENTICATION",
        }
    }
).encode()


def tokens() -> bytes:
    pair = {"access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600, "x_refresh_token_expires_in": 8726400}
    return write_json(pair).encode()


def prepared(answer: Callable[[requests.PreparedRequest], Scripted]) -> tuple[Side, ScriptedAdapter]:
    def script(request: requests.PreparedRequest) -> Scripted:
        if "/.well-known/" in str(request.url):
            return Scripted(DISCOVERY)
        return answer(request)

    adapter = ScriptedAdapter(script)
    return connect(ADDRESS, adapter, app=App("client", SECRET)), adapter


def token_then(answer: Scripted, later: Scripted | None = None) -> Side:
    """Connected; then every accounting call gets `answer`, and every further token call `later`."""
    left = [Scripted(tokens())]

    def script(request: requests.PreparedRequest) -> Scripted:
        if str(request.url).endswith("/token"):
            return left.pop() if left else later or Scripted(tokens())
        return answer

    side, _ = prepared(script)
    side.quickbooks.sign_in.accept_refresh_token(REALM, REFRESH)
    return side


def everything_of(problem: BaseException) -> str:
    """An exception as tracebacks, logs and support bundles would show it, causes and contexts included."""
    lines = traceback.TracebackException.from_exception(problem, capture_locals=False).format(chain=True)
    parts = ["".join(lines), repr(problem), str(problem)]
    seen: list[BaseException] = []
    link: BaseException | None = problem
    while link and link not in seen:
        seen.append(link)
        parts += [repr(link), repr(link.args), repr(getattr(link, "message", ""))]
        link = link.__cause__ or link.__context__
    return "\n".join(parts)


def assert_clean(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


TROUBLES = [
    Scripted(ECHO, 401),
    Scripted(ECHO, 400),
    Scripted(ECHO.replace(b'"fault"', b'"Fault"').replace(b'"3200"', b'"6000"'), 400),
    Scripted(f"<html>{ACCESS}</html>".encode(), 502),
    Scripted(f"<Fault type='x'><Error code=\"3200\"><Detail>{ACCESS}</Detail></Error></Fault>".encode(), 401),
    Scripted(f'{{"QueryResponse": "{ACCESS}"}}'.encode(), 200),
    Scripted(problem=requests.ConnectionError(f"Authorization: Bearer {ACCESS} {NAME}")),
    Scripted(problem=requests.ReadTimeout(f"{ACCESS}")),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.status}-{len(trouble.body)}")
def test_no_failure_of_a_question_shows_a_secret(trouble: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    side = token_then(trouble)
    with pytest.raises(AddInError) as caught:
        side.quickbooks.adapter().methods()
    assert_clean(everything_of(caught.value) + caplog.text + repr(side.told))


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.status}-{len(trouble.body)}")
def test_no_answer_of_a_batch_shows_a_secret(trouble: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    side = token_then(trouble)
    with side.quickbooks.adapter().sender() as sender:
        sender.submit(batch_of(payment_intent(1)))
        _, (answer,) = sender.next()
        fatal = sender.fatal
    assert answer.fault is not None
    told = message_for(answer.fault, {})
    assert_clean(repr(answer) + repr(told) + caplog.text + (everything_of(fatal) if fatal else "") + repr(side.told))


@pytest.mark.parametrize(
    "later",
    [
        Scripted(write_json({"error": "invalid_grant", "error_description": f"{REFRESH} is used up"}).encode(), 400),
        Scripted(write_json({"error": f"{REFRESH}"}).encode(), 400),
        Scripted(f"<html>{REFRESH}{SECRET}</html>".encode(), 500),
        Scripted(tokens().replace(b"3600", b'"soon"')),
        Scripted(tokens()[:-20]),
        Scripted(problem=requests.ConnectionError(f"Basic {SECRET} {REFRESH}")),
    ],
)
def test_no_failure_of_the_sign_in_shows_a_secret(later: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    side = token_then(Scripted(), later)
    with pytest.raises(AddInError) as caught:
        side.quickbooks.sign_in.renew(REALM, ACCESS)
    assert_clean(everything_of(caught.value) + caplog.text)


def test_no_object_shows_a_secret_when_it_is_printed() -> None:
    side = token_then(Scripted())
    shown = [side.quickbooks, side.quickbooks.sign_in, side.quickbooks.adapter(), vars(side.quickbooks.sign_in)]
    with side.quickbooks.adapter().sender() as sender:
        assert isinstance(sender, BatchSender)
        shown += [sender, vars(sender)]
    assert_clean(repr(shown) + repr(App("client", SECRET)))


def test_what_is_kept_is_sealed() -> None:
    side = token_then(Scripted())
    kept = side.tokens.sealed[REALM]
    for secret in SECRETS:
        assert secret.encode() not in kept


def test_no_statement_stands_in_an_address_that_somebody_logs() -> None:
    asked: list[str] = []

    def script(request: requests.PreparedRequest) -> Scripted:
        asked.append(str(request.url))
        return Scripted(tokens()) if str(request.url).endswith("/token") else Scripted(b'{"QueryResponse":{}}')

    side, _ = prepared(script)
    side.quickbooks.sign_in.accept_refresh_token(REALM, REFRESH)
    side.quickbooks.adapter().open_invoices(["58"])
    assert not any("SELECT" in url or "58" in url.split("?")[-1] for url in asked)


def test_messages_of_waits_hold_no_secret() -> None:
    side = token_then(Scripted(b"", 503))
    with pytest.raises(AddInError):
        side.quickbooks.adapter().methods()
    assert all(isinstance(message, Message) for message in side.told)
    assert_clean(repr(side.told))
