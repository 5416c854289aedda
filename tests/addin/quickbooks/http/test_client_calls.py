"""One client's calls, at its own door: what leaves, what comes back, what is asked again, and what ends a call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from qb_plugin.errors import CallCancelled, UnknownOutcome, Unreachable
from qb_plugin.model import Message
from qb_plugin.quickbooks.http.call_deadline import OpenCalls
from qb_plugin.quickbooks.http.call_scope import CallPurpose, always, calls_of_run
from qb_plugin.quickbooks.http.client import ApiRequest
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import ADDRESS, REALM, Scripted
from tests.support.addin.scripted_client import SIGN_IN_AWAY, ScriptedClient, Tokens, refused

READ = ApiRequest(method="GET", path="query", query="query=SELECT%201")
GOOD = Scripted(b'{"ok":1}', headers={"intuit_tid": "1-65a0-1"})
EXPIRED = Scripted(b"", 401)
THROTTLED = Scripted(b"", 429, {"Retry-After": "7"})


def test_a_read_leaves_with_address_version_token_and_bounds() -> None:
    line = ScriptedClient(GOOD)
    line.client.exchange(READ, ())
    (asked,), (options,) = line.asked, line.adapter.options
    assert (asked.method, asked.url) == ("GET", f"{ADDRESS}/v3/company/{REALM}/query?query=SELECT%201&minorversion=75")
    assert dict(asked.headers) | {"User-Agent": "", "Connection": "", "Accept-Encoding": ""} == {
        "Accept": "application/json", "Authorization": "Bearer ACCESS-1", "Content-Type": "application/json",
        "User-Agent": "", "Connection": "", "Accept-Encoding": "",
    }  # fmt: skip
    assert (options["timeout"], options["stream"]) == ((10.0, 125.0), True)


def test_a_post_leaves_with_its_body_its_length_and_its_kind() -> None:
    line = ScriptedClient(GOOD)
    line.client.exchange(ApiRequest(method="POST", path="payment", body=b"caf\xc3\xa9", kind="application/text"), ())
    (asked,) = line.asked
    assert (asked.method, asked.url) == ("POST", f"{ADDRESS}/v3/company/{REALM}/payment?minorversion=75")
    assert (asked.body, asked.headers["Content-Length"], asked.headers["Content-Type"]) == (b"caf\xc3\xa9", "5", "application/text")


def test_a_redirect_comes_back_as_it_is() -> None:
    line = ScriptedClient(Scripted(b"", 302, {"Location": f"{ADDRESS}/elsewhere"}))
    assert line.client.exchange(READ, ()).status == 302
    assert len(line.asked) == 1


def test_an_answer_has_status_body_trace_wait_and_the_time_since_the_call_left() -> None:
    line = ScriptedClient(Scripted(b"late", 503, {"intuit_tid": "1-65a0-1", "Retry-After": "9"}))
    line.limiter.throttled(5.0)
    line.before = lambda: line.clock.move(1.5)
    reply = line.client.exchange(READ, ())
    assert (reply.status, reply.body, reply.tid, reply.retry_after, reply.seconds) == (503, b"late", "1-65a0-1", 9.0, 1.5)


def test_a_429_is_waited_out_for_as_long_as_it_says_and_then_comes_back() -> None:
    line = ScriptedClient(THROTTLED, limits=Limits(throttled_at_most=3))
    assert line.client.exchange(READ, ()).status == 429
    assert len(line.asked) == 4
    # The second time within a minute it is not believed to be enough.
    assert sum(line.clock.slept) == 7 + 60 + 60


def test_a_401_is_renewed_twice_and_then_comes_back() -> None:
    line = ScriptedClient(EXPIRED)
    assert line.client.exchange(READ, ()).status == 401
    assert line.tokens.asked == [
        ("bearer", REALM), ("renew", REALM, "ACCESS-1"), ("bearer", REALM), ("renew", REALM, "ACCESS-2"), ("bearer", REALM),
    ]  # fmt: skip
    assert [asked.headers["Authorization"] for asked in line.asked] == ["Bearer ACCESS-1", "Bearer ACCESS-2", "Bearer ACCESS-3"]


def test_a_call_may_meet_both() -> None:
    line = ScriptedClient(THROTTLED, EXPIRED, THROTTLED, EXPIRED, GOOD)
    assert line.client.exchange(READ, ()).body == GOOD.body
    assert len({(asked.url, asked.body) for asked in line.asked}) == 1


def test_a_connection_that_never_came_about_is_tried_after_each_wait_and_then_unreachable() -> None:
    line = ScriptedClient(refused())
    with pytest.raises(Unreachable) as caught:
        line.client.exchange(READ, (0.5, 1.5))
    assert caught.value.message == Message("quickbooks_unreachable")
    assert (len(line.asked), line.clock.slept) == (3, [0.5, 1.5])
    assert line.told == [Message("quickbooks_no_connection", {"seconds": 1}), Message("quickbooks_no_connection", {"seconds": 2})]


@pytest.mark.parametrize("failures", [1, 2])
def test_a_connection_that_comes_about_in_the_end_gives_its_answer(failures: int) -> None:
    line = ScriptedClient(*[refused()] * failures, GOOD)
    assert line.client.exchange(READ, (0.5, 1.5)).body == GOOD.body
    assert len(line.asked) == failures + 1


@pytest.mark.parametrize("away", [1, 2])
def test_a_sign_in_service_that_is_away_is_asked_again_after_each_wait(away: int) -> None:
    line = ScriptedClient(GOOD, tokens=Tokens(away))
    assert line.client.exchange(READ, (0.5, 1.5)).body == GOOD.body
    assert line.clock.slept == [0.5, 1.5][:away]
    assert len(line.asked) == 1


def test_a_sign_in_service_that_stays_away_is_unreachable_and_nothing_leaves() -> None:
    line = ScriptedClient(GOOD, tokens=Tokens(away=9))
    with pytest.raises(Unreachable) as caught:
        line.client.exchange(READ, (0.5, 1.5))
    assert caught.value is SIGN_IN_AWAY
    assert (len(line.tokens.asked), line.asked) == (3, [])


def test_a_renewal_waits_for_the_sign_in_service_too() -> None:
    line = ScriptedClient(EXPIRED, GOOD)
    line.before = lambda: setattr(line.tokens, "away", 1 if line.tokens.number == 1 else 0)
    assert line.client.exchange(READ, (0.5,)).body == GOOD.body
    assert [asked[0] for asked in line.tokens.asked] == ["bearer", "renew", "renew", "bearer"]
    assert line.clock.slept == [0.5]


@pytest.mark.parametrize("problem", [requests.ReadTimeout("Bearer ACCESS-1"), OSError("Bearer ACCESS-1")])
def test_an_answer_that_is_lost_is_in_doubt_and_the_librarys_exception_does_not_hang_on(problem: Exception) -> None:
    line = ScriptedClient(Scripted(problem=problem))
    with pytest.raises(UnknownOutcome) as caught:
        line.client.exchange(READ, (0.5,))
    assert caught.value.message == Message("quickbooks_no_answer", details=type(problem).__name__)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert (len(line.asked), line.clock.slept) == (1, [])


def test_a_person_who_cancels_a_pause_waits_at_most_a_second() -> None:
    line, answers = ScriptedClient(refused()), iter([False, False, False, True])
    with pytest.raises(CallCancelled) as caught:
        line.client.exchange(ApiRequest(method="GET", path="query", stop=lambda: next(answers)), (5.0,))
    assert caught.value.message == Message("cancelled_row")
    assert line.clock.slept == [1.0, 1.0]


def test_a_pause_is_cut_into_seconds_and_not_longer_than_it_is() -> None:
    line = ScriptedClient(refused(), GOOD)
    line.client.exchange(ApiRequest(method="GET", path="query", stop=lambda: False), (2.5,))
    assert line.clock.slept == [1.0, 1.0, 0.5]
    line.client.pause(2.5)
    assert line.clock.slept == [1.0, 1.0, 0.5, 2.5]


def test_a_sign_in_service_that_is_away_does_not_keep_a_person_who_cancels() -> None:
    line = ScriptedClient(GOOD, tokens=Tokens(away=9))
    with pytest.raises(CallCancelled):
        line.client.exchange(ApiRequest(method="GET", path="query", stop=lambda: True), (5.0,))
    assert (line.asked, line.clock.slept) == ([], [])


@pytest.mark.parametrize(
    ("stop", "may_leave", "key"),
    [(lambda: True, always, "cancelled_row"), (lambda: False, lambda: False, "lease_unproved")],
)
def test_what_is_called_back_before_it_leaves_does_not_leave(
    stop: Callable[[], bool], may_leave: Callable[[], bool], key: str
) -> None:
    line = ScriptedClient(GOOD)
    with pytest.raises(CallCancelled) as caught:
        line.client.exchange(ApiRequest(method="POST", path="batch", stop=stop, may_leave=may_leave), ())
    assert caught.value.message == Message(key)
    assert line.asked == []


def test_a_call_without_a_stop_of_its_own_is_made_for_what_its_thread_does() -> None:
    line = ScriptedClient(GOOD)
    line.client.exchange(READ, ())
    with calls_of_run(lambda: False):
        line.client.exchange(READ, ())
        line.client.exchange(ApiRequest(method="GET", path="query", stop=lambda: False, purpose=CallPurpose.FORM), (), batch=True)
    with calls_of_run(lambda: True), pytest.raises(CallCancelled):
        line.client.exchange(READ, ())
    run, form = CallPurpose.RUN, CallPurpose.FORM
    assert line.limiter.purposes == [(False, form), (False, run), (True, form), (False, run)]
    assert len(line.asked) == 3


def test_batches_are_counted_as_such() -> None:
    line = ScriptedClient(GOOD, limits=Limits(batches_per_minute=1))
    line.client.exchange(READ, (), batch=True)
    line.client.exchange(READ, ())
    assert line.clock.slept == []
    line.client.exchange(READ, (), batch=True)
    assert sum(line.clock.slept) == 60.5


def test_a_call_counts_from_the_moment_it_leaves() -> None:
    line = ScriptedClient(GOOD, limits=Limits(per_second=1))

    def may_leave() -> bool:
        line.clock.move(1.0)
        return True

    late = ApiRequest(method="GET", path="query", may_leave=may_leave)
    line.client.exchange(late, ())
    line.client.exchange(READ, ())
    assert line.clock.monotonic() == 1.0 + 1.5


@pytest.mark.parametrize(("size", "whole"), [(999, True), (1000, True), (1001, False), (200_000, False)])
def test_a_body_may_be_as_large_as_any_answer(size: int, whole: bool) -> None:
    line = ScriptedClient(Scripted(b"x" * size), limits=Limits(largest_reply=1000))
    assert how_it_ended(line) == (size if whole else "ChunkedEncodingError")


def test_a_body_in_several_parts_comes_back_whole() -> None:
    body = bytes(range(256)) * 1000
    assert ScriptedClient(Scripted(body)).client.exchange(READ, ()).body == body


@pytest.mark.parametrize("largest", [200_000, 256_000])
def test_the_parts_of_a_body_are_counted_together(largest: int) -> None:
    line = ScriptedClient(Scripted(b"x" * 256_000), limits=Limits(largest_reply=largest))
    assert how_it_ended(line) == (256_000 if largest == 256_000 else "ChunkedEncodingError")


@pytest.mark.parametrize(
    ("body", "seconds", "end"),
    [
        (b"[]", 124.0, 2),
        (b"[]", 125.0, 2),
        (b"[]", 125.5, "ChunkedEncodingError"),
        (b"", 125.0, 0),
        (b"", 125.5, "ReadTimeout"),
    ],
)
def test_an_answer_that_comes_after_the_calls_end_is_in_doubt(body: bytes, seconds: float, end: int | str) -> None:
    line = ScriptedClient(Scripted(body))
    line.before = lambda: line.clock.move(seconds)
    assert how_it_ended(line) == end


def how_it_ended(line: ScriptedClient, open_calls: OpenCalls | None = None) -> int | str:
    """The size of the answer, or why there is none."""
    try:
        return len(line.client.exchange(ApiRequest(method="GET", path="query", open_calls=open_calls or OpenCalls()), ()).body)
    except UnknownOutcome as doubt:
        return str(doubt.message.details)


def test_a_call_that_is_given_up_while_it_is_under_way_is_in_doubt() -> None:
    line, calls = ScriptedClient(GOOD), OpenCalls()
    line.before = calls.give_up
    assert how_it_ended(line, calls) == "ChunkedEncodingError"
    line.before = lambda: None
    assert how_it_ended(line, calls) == len(GOOD.body)


def test_a_call_that_has_ended_is_not_under_way() -> None:
    line, calls = ScriptedClient(GOOD), OpenCalls()
    assert how_it_ended(line, calls) == len(GOOD.body)
    line.before = calls.give_up
    assert how_it_ended(line) == len(GOOD.body)


def test_as_many_calls_of_a_run_are_under_way_as_the_rate_limiter_says() -> None:
    line = ScriptedClient(GOOD, limits=Limits(at_once=7))
    assert line.client.at_once == 7
    assert (line.client.realm, line.client.time) == (REALM, None)


def test_a_person_hears_what_others_say_through_the_client() -> None:
    line = ScriptedClient(GOOD)
    line.client.publish(Message("stopping", {"n": 2}))
    assert line.told == [Message("stopping", {"n": 2})]


def test_quickbooks_clock_stays_when_an_answer_has_none() -> None:
    client = ScriptedClient(GOOD).client
    client.note_time({"time": "2026-11-22T12:00:00.000-08:00"})
    others: list[object] = [[], None, "text", {}, {"time": "soon"}]
    for envelope in others:
        client.note_time(envelope)
        assert client.time == datetime(2026, 11, 22, 20, tzinfo=UTC)
