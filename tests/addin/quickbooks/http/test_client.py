"""The channel: what goes over the wire, what is waited out, and what is never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from qb_plugin.errors import ReconnectNeeded, Unreachable
from qb_plugin.quickbooks.adapter import QuickBooksAdapter
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import ADDRESS, REALM, Scripted, Side, connect, one_after_another, scripted

EMPTY = Scripted(b'{"QueryResponse":{},"time":"2026-11-22T12:00:00.000-08:00"}')
THROTTLED = Scripted(
    b'<?xml version="1.0"?><IntuitResponse><Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; '
    b"errorCode=003001; statusCode=429</Message></Error></Fault></IntuitResponse>",
    429,
    {"Content-Type": "text/xml"},
)
EXPIRED = Scripted(b'{"fault":{"error":[{"code":"3200","detail":"Token expired: ACCESS-1"}],"type":"AUTHENTICATION"}}', 401)


def never_taken() -> requests.ConnectionError:
    reason = NewConnectionError(HTTPConnection("quickbooks.test"), "refused")
    return requests.ConnectionError(MaxRetryError(HTTPConnection("quickbooks.test"), "/", reason))  # type: ignore[arg-type]


def books_of(side: Side) -> QuickBooksAdapter:
    return side.quickbooks.adapter()


def test_a_call_goes_to_the_company_with_the_token_the_version_and_both_timeouts() -> None:
    side, adapter = scripted(one_after_another(EMPTY))
    books_of(side).methods()
    asked, options = adapter.asked[-1], adapter.options[-1]
    assert asked.url == f"{ADDRESS}/v3/company/{REALM}/query?minorversion=75"
    assert asked.headers["Authorization"] == "Bearer ACCESS-1"
    assert asked.headers["Accept"] == "application/json"
    assert asked.body == b"SELECT * FROM PaymentMethod WHERE Active IN (true, false) ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    assert (options["timeout"], options["verify"]) == ((10.0, 125.0), True)


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "elsewhere.pem")
    side, adapter = scripted(one_after_another(EMPTY))
    books_of(side).methods()
    assert all(not options["proxies"] and options["verify"] is True for options in adapter.options)


def test_a_429_in_xml_is_waited_out_and_told() -> None:
    side, adapter = scripted(one_after_another(THROTTLED, EMPTY))
    books_of(side).methods()
    assert len(adapter.bodies("/query")) == 2
    assert sum(side.clock.slept) == 60
    assert [message.values["seconds"] for message in side.told] == list(range(60, 0, -1))
    assert {message.key for message in side.told} == {"quickbooks_slow_down"}


def test_the_403_of_old_with_the_same_code_is_waited_out_too() -> None:
    old = Scripted(THROTTLED.body.replace(b"429", b"403"), 403)
    side, _ = scripted(one_after_another(old, EMPTY))
    books_of(side).methods()
    assert sum(side.clock.slept) == 60


def test_a_throttle_that_never_ends_ends_the_run() -> None:
    side, adapter = scripted(one_after_another(THROTTLED), Limits(throttled_at_most=3, read_waits=()))
    with pytest.raises(Unreachable) as caught:
        books_of(side).methods()
    assert caught.value.message.key == "quickbooks_still_slow"
    assert len(adapter.bodies("/query")) == 4


def test_a_401_is_answered_by_one_refresh_and_the_same_bytes() -> None:
    side, adapter = scripted(one_after_another(EXPIRED, EMPTY))
    books_of(side).methods()
    first, second = adapter.bodies("/query")
    assert first == second
    assert len(adapter.bodies("/token")) == 2


def test_a_401_that_stays_is_not_a_loop() -> None:
    side, adapter = scripted(one_after_another(EXPIRED))
    with pytest.raises(ReconnectNeeded) as caught:
        books_of(side).methods()
    assert caught.value.message.key == "quickbooks_signed_out"
    assert len(adapter.bodies("/query")) == 3


def test_a_connection_that_never_came_about_is_tried_again_and_told() -> None:
    side, adapter = scripted(one_after_another(Scripted(problem=never_taken()), EMPTY))
    books_of(side).methods()
    assert len(adapter.bodies("/query")) == 2
    assert [message.key for message in side.told] == ["quickbooks_no_connection"]


def test_a_network_that_never_takes_the_call_is_unreachable() -> None:
    side, adapter = scripted(one_after_another(Scripted(problem=never_taken())))
    with pytest.raises(Unreachable) as caught:
        books_of(side).methods()
    assert caught.value.message.key == "quickbooks_unreachable"
    assert len(adapter.bodies("/query")) == len(Limits().read_waits) + 1


def test_a_lost_answer_to_a_question_is_asked_again() -> None:
    lost = Scripted(problem=requests.ReadTimeout("slow"))
    side, _ = scripted(one_after_another(lost, lost, EMPTY))
    assert books_of(side).methods() == []
    assert side.clock.slept == [0.5, 1.5]


def test_a_body_larger_than_any_answer_is_no_answer() -> None:
    side, _ = scripted(one_after_another(Scripted(b"[" * 5000)), Limits(largest_reply=1000, read_waits=()))
    with pytest.raises(Unreachable) as caught:
        books_of(side).methods()
    assert caught.value.message.details == "ChunkedEncodingError"


def test_a_redirect_is_not_followed() -> None:
    away = Scripted(b"", 302, {"Location": f"{ADDRESS}/elsewhere"})
    side, adapter = scripted(one_after_another(away), Limits(read_waits=()))
    with pytest.raises(Unreachable):
        books_of(side).methods()
    assert all("elsewhere" not in str(asked.url) for asked in adapter.asked)


def test_quickbooks_own_clock_is_that_of_its_last_answer() -> None:
    later = Scripted(EMPTY.body.replace(b"12:00:00", b"12:00:07"))
    side, _ = scripted(one_after_another(EMPTY, later))
    books = books_of(side)
    books.methods()
    assert books.now() == datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)
    books.methods()
    assert books.now() == datetime(2026, 11, 22, 20, 0, 7, tzinfo=UTC)


def test_quickbooks_not_running_is_said_plainly() -> None:
    side = connect("http://127.0.0.1:9", None, app=App("client", "secret"))
    with pytest.raises(Unreachable) as caught:
        side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    assert caught.value.message.key == "quickbooks_sign_in_unreachable"
