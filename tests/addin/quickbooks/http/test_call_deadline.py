"""A call ends, over real sockets: whatever drips, whoever gives it up, and what becomes of the bytes that had not left."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Event
from time import monotonic

import pytest
import requests
from urllib3.connection import HTTPConnection

from qb_plugin.errors import Unreachable
from qb_plugin.model import Message, Verdict
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.http.call_deadline import CallDeadline
from qb_plugin.quickbooks.http.call_scope import calls_of_run, never
from qb_plugin.quickbooks.http.connections import DeadlineAdapter, seconds_on_the_way, socket_options, unsent_bytes_die
from qb_plugin.quickbooks.http.session import open_session
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import REALM, Side, batch_of, connect, payment_intent, token_answer
from tests.support.scripted_server import Conversation, scripted_server

QUICK = Limits(call_deadline=0.4, sign_in_deadline=0.4, read_waits=(), send_waits=())
PATIENCE = 10.0  # on a busy machine the watchdog may come late, but an answer that drips for ever would take longer
EVERY = 0.02
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SIGN_IN = ("/.well-known/", "/token")


def stopping(side: Side) -> list[Message]:
    """What was told of a run that stops."""
    return [message for message in side.told if message.key == "stopping"]


def whole(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def discovery(address: str) -> bytes:
    names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "issuer", "jwks_uri", "userinfo_endpoint")
    return ("{" + ",".join(f'"{name}":"{address}/{name.partition("_")[0]}"' for name in names) + "}").encode()


def quickbooks(answer: Callable[[Conversation], None], drips: str = "") -> Callable[[Conversation], None]:
    """A server whose sign-in works, unless its path is the one that drips; the company's calls are answered by `answer`."""

    def talk(conversation: Conversation) -> None:
        while request := conversation.request():
            path = request.split(b" ")[1].decode()
            address = "http://" + request.lower().partition(b"host: ")[2].partition(b"\r")[0].decode()
            if drips and path.startswith(drips):
                dripping_headers(conversation)
            elif path.startswith("/.well-known/"):
                conversation.say(whole(discovery(address)))
            elif path.startswith("/token"):
                conversation.say(whole(token_answer()))
            else:
                answer(conversation)

    return talk


def signed_in(address: str, limits: Limits) -> Side:
    side = connect(address, None, app=App("client", "secret"), limits=limits)
    side.quickbooks.sign_in.accept_refresh_token(REALM, "REFRESH-0")
    return side


def connected(address: str, limits: Limits) -> HTTPConnection:
    """A connection as the add-in makes it."""
    pool = DeadlineAdapter(limits).poolmanager.connection_from_url(address)
    connection: HTTPConnection = pool.ConnectionCls(pool.host, port=pool.port, socket_options=pool.conn_kw["socket_options"])
    connection.connect()
    return connection


def dripping_headers(conversation: Conversation) -> None:
    conversation.say(HEAD)
    conversation.drip(b"X-Slow: 1\r\n", EVERY)


def dripping_body(conversation: Conversation) -> None:
    conversation.say(HEAD + b"Content-Length: 1000000\r\n\r\n")
    conversation.drip(b" ", EVERY)


def dripping_chunks(conversation: Conversation) -> None:
    conversation.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    conversation.drip(b"1\r\n \r\n", EVERY)


def dripping_without_length(conversation: Conversation) -> None:
    # What came looks whole when the connection closes: the end of the call must not be taken for the end of the answer.
    conversation.say(HEAD + b'Connection: close\r\n\r\n{"QueryResponse":{},"time":"2026-11-22T12:00:00.000-08:00"}')
    conversation.drip(b" ", EVERY)


def silent(conversation: Conversation) -> None:
    conversation.wait()


@pytest.mark.parametrize("answer", [dripping_headers, dripping_body, dripping_chunks, dripping_without_length, silent])
def test_an_answer_that_drips_ends_with_the_call(answer: Callable[[Conversation], None]) -> None:
    with scripted_server(quickbooks(answer)) as address:
        side, began = signed_in(address, QUICK), monotonic()
        with pytest.raises(Unreachable) as caught:
            side.quickbooks.adapter().methods()
        assert caught.value.message.key == "quickbooks_unreachable"
        assert 0.4 <= monotonic() - began < PATIENCE


def test_a_batch_whose_answer_drips_is_in_doubt() -> None:
    with scripted_server(quickbooks(dripping_body)) as address:
        side = signed_in(address, QUICK)
        with side.quickbooks.adapter().sender() as sender:
            sender.submit(batch_of(payment_intent(1)))
            answers = sender.next()[1]
    assert [answer.verdict for answer in answers] == [Verdict.DOUBT]


@pytest.mark.parametrize("path", SIGN_IN)
def test_a_sign_in_service_that_drips_ends_with_the_call(path: str) -> None:
    with scripted_server(quickbooks(silent, drips=path)) as address:
        began = monotonic()
        with pytest.raises(Unreachable) as caught:
            signed_in(address, QUICK)
        assert caught.value.message.key == "quickbooks_sign_in_unreachable"
        assert 0.4 <= monotonic() - began < PATIENCE


def test_a_connection_that_is_used_again_is_watched_again() -> None:
    good = whole(b'{"QueryResponse":{},"time":"2026-11-22T12:00:00.000-08:00"}')
    answers: list[Callable[[Conversation], None]] = [lambda talk: talk.say(good), dripping_headers]

    def answer(conversation: Conversation) -> None:
        answers.pop(0)(conversation)

    with scripted_server(quickbooks(answer)) as address:
        side = signed_in(address, QUICK)
        assert side.quickbooks.adapter().methods() == []
        with pytest.raises(Unreachable):
            side.quickbooks.adapter().methods()
    assert answers == []


def test_a_deadline_leaves_a_connection_alone_that_carries_another_call_by_now() -> None:
    carriers = list[Conversation]()

    def answer(conversation: Conversation) -> None:
        carriers.append(conversation)
        while conversation.request():
            conversation.say(whole(b"first"))

    with scripted_server(answer) as address:
        session = open_session(address, QUICK)
        with CallDeadline(60.0, monotonic) as first:
            assert session.get(address).content == b"first"
            with CallDeadline(60.0, monotonic):
                first_of_the_second = session.get(address, stream=True)
                first.give_up()
                assert first_of_the_second.content == b"first"
        session.close()
    assert len(carriers) == 1


def test_a_call_that_was_given_up_before_it_left_does_not_leave() -> None:
    asked = list[bytes]()
    with scripted_server(lambda talk: asked.append(talk.request())) as address:
        session = open_session(address, QUICK)
        with CallDeadline(60.0, monotonic) as deadline:
            deadline.give_up()
            with pytest.raises(requests.ConnectTimeout):
                session.get(address)
        session.close()
    assert [request for request in asked if request] == []


def test_who_does_not_wait_leaves_what_is_under_way_in_doubt_at_once() -> None:
    arrived = Event()

    def hold(conversation: Conversation) -> None:
        arrived.set()
        conversation.wait()

    with scripted_server(quickbooks(hold)) as address:
        side, began = signed_in(address, Limits()), monotonic()
        with side.quickbooks.adapter().sender() as sender:
            sender.submit(batch_of(payment_intent(1)))
            assert arrived.wait(PATIENCE)
            sender.abandon()
            answers = sender.next()[1]
        assert monotonic() - began < PATIENCE
    assert [answer.verdict for answer in answers] == [Verdict.DOUBT]


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_who_has_cancelled_is_told_how_long_answers_may_take_and_need_not_wait(rows: int) -> None:
    arrived = Event()

    def hold(conversation: Conversation) -> None:
        arrived.set()
        conversation.wait()

    with scripted_server(quickbooks(hold)) as address:
        side, began = signed_in(address, Limits()), monotonic()
        with calls_of_run(never, hasty=lambda: bool(stopping(side))), side.quickbooks.adapter().sender(arrived.is_set) as sender:
            sender.submit(batch_of(*(payment_intent(number) for number in range(1, rows + 1))))
            assert arrived.wait(PATIENCE)
            answers = sender.next()[1]
        assert monotonic() - began < PATIENCE
        [said] = stopping(side)
    assert said.values["n"] == rows
    assert 100 < int(str(said.values["seconds"])) <= 125
    assert {answer.verdict for answer in answers} == {Verdict.DOUBT}


def test_what_may_not_leave_when_its_turn_has_come_is_called_back_and_nothing_is_sent() -> None:
    sent = list[bytes]()
    with scripted_server(quickbooks(lambda talk: sent.append(talk.request()))) as address:
        side = signed_in(address, Limits())
        with side.quickbooks.adapter().sender(may_leave=lambda: False) as sender:
            sender.submit(batch_of(payment_intent(1)))
            answers = sender.next()[1]
    assert [(answer.verdict, answer.fault and answer.fault.code) for answer in answers] == [
        (Verdict.NOT_ACTED_UPON, "lease_unproved")
    ]
    assert sent == []


def ends_of_connections(how: list[str], ended: Event) -> Callable[[Conversation], None]:
    """A server that never answers, and notes how each connection ended."""

    def listen(conversation: Conversation) -> None:
        try:
            while conversation.connection.recv(65536):
                pass
            how.append("closed")
        except ConnectionResetError:
            how.append("reset")
        ended.set()

    return listen


def test_a_connection_that_is_given_up_is_reset() -> None:
    ended, how = Event(), list[str]()
    with scripted_server(ends_of_connections(how, ended)) as address:
        session = open_session(address, QUICK)
        with pytest.raises(requests.ReadTimeout), CallDeadline(60.0, monotonic):
            session.get(address, timeout=0.1)
        assert ended.wait(PATIENCE)
        session.close()
    assert how == ["reset"]


def test_bytes_that_are_not_acknowledged_die_with_their_connection_in_twenty_seconds() -> None:
    options = {(level, name): value for level, name, value in socket_options(Limits())}
    bound: int = getattr(socket, "TCP_USER_TIMEOUT", -1)
    assert unsent_bytes_die() == (bound > 0)
    assert options.get((socket.IPPROTO_TCP, bound)) == (20_000 if unsent_bytes_die() else None)
    assert seconds_on_the_way(Limits()) == (30.0 if unsent_bytes_die() else 155.0)


def test_a_connection_has_these_options() -> None:
    with scripted_server(silent) as address:
        connection = connected(address, Limits())
        for level, name, value in socket_options(Limits()):
            size = len(value) if isinstance(value, bytes) else 0
            assert connection.sock.getsockopt(level, name, size) == value
        connection.close()


def test_bytes_that_nobody_takes_end_the_call() -> None:
    # Where the system can bound them (Linux) that is after `unsent_bytes`, elsewhere at the deadline.
    limits = Limits(call_deadline=8.0, unsent_bytes=0.5)
    with scripted_server(silent, receive_buffer=4096) as address:
        session, began = open_session(address, limits), monotonic()
        with pytest.raises(requests.ConnectionError), CallDeadline(limits.call_deadline, monotonic) as deadline:
            session.post(address, data=b"x" * 20_000_000, timeout=50.0)
        session.close()
        assert monotonic() - began < PATIENCE
        assert deadline.passed == (not unsent_bytes_die())
