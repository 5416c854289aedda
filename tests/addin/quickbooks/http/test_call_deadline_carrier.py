"""The end of a call and the connection that carries it: what is shut, what is left alone, and what is forgotten."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import ref

import pytest
from urllib3.exceptions import ConnectTimeoutError

from qb_plugin.quickbooks.http.call_deadline import CallDeadline, OpenCalls, current_deadline
from tests.support.virtual_clock import VirtualClock


@dataclass(slots=True)
class Connection:
    """A connection, as far as a deadline knows it."""

    sock: socket.socket | None
    carries: CallDeadline | None = None


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """A connection, and the socket at its other end."""
    here, there = socket.socketpair()
    there.settimeout(5.0)
    with here, there:
        yield Connection(here), there


def deadline(clock: VirtualClock | None = None, seconds: float = 60.0) -> CallDeadline:
    """A call's end."""
    return CallDeadline(seconds, (clock or VirtualClock()).monotonic)


def is_open(here: socket.socket | None, there: socket.socket) -> bool:
    """Whether bytes still arrive at the other end."""
    assert here is not None
    try:
        here.sendall(b"x")
    except OSError:
        return False
    return there.recv(1) == b"x"


def watchdogs() -> list[threading.Thread]:
    """The threads that watch calls now."""
    return [thread for thread in threading.enumerate() if thread.name == "quickbooks-deadline"]


def test_a_call_is_over_after_its_time_by_the_callers_clock() -> None:
    clock = VirtualClock()
    clock.move(1000.0)
    call = deadline(clock)
    clock.move(60.0)
    assert not call.passed
    clock.move(0.5)
    assert call.passed


def test_a_call_that_is_given_up_is_over_and_its_socket_is_shut(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline() as call:
        call.uses(connection)
        assert (connection.carries, call.passed, is_open(connection.sock, there)) == (call, False, True)
        call.give_up()
        assert call.passed
        assert there.recv(1) == b""
        assert not is_open(connection.sock, there)


def test_the_socket_is_shut_though_the_connection_has_forgotten_it(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline() as call:
        call.uses(connection)
        connection.sock, here = None, connection.sock
        call.give_up()
        assert not is_open(here, there)


def test_a_connection_that_carries_another_call_by_now_is_left_alone(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline() as call, deadline() as other:
        call.uses(connection)
        other.uses(connection)
        call.give_up()
        assert is_open(connection.sock, there)
        assert (call.passed, other.passed) == (True, False)
        other.give_up()
        assert not is_open(connection.sock, there)


def test_a_connection_is_left_alone_once_its_call_has_ended(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline() as call:
        call.uses(connection)
    call.give_up()
    assert is_open(connection.sock, there)


def test_a_call_that_was_given_up_takes_no_connection() -> None:
    with deadline() as call:
        call.give_up()
        with pytest.raises(ConnectTimeoutError, match=r"^the call was over before it left$"):
            call.uses(Connection(None))


@pytest.mark.parametrize("closed", [True, False])
def test_to_give_up_what_has_no_open_socket_is_no_failure(closed: bool) -> None:
    here = socket.socket()
    with deadline() as call:
        call.uses(Connection(here if closed else None))
        here.close()
        call.give_up()
        assert call.passed


def test_calls_within_calls_are_watched_by_one_daemon() -> None:
    with deadline() as call:
        (watchdog,) = watchdogs()
        assert watchdog.daemon
        assert current_deadline() is call
        with deadline() as inner:
            assert watchdogs() == [watchdog]
            assert current_deadline() is inner
        assert current_deadline() is call
    assert current_deadline() is None


def test_each_of_two_calls_is_ended_at_its_own_time(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline(seconds=0.01) as call, deadline() as other:
        call.uses(connection)
        assert there.recv(1) == b""
        assert (call.passed, other.passed) == (True, False)


def test_a_call_that_has_ended_is_watched_no_longer() -> None:
    with deadline() as call:
        ended = ref(call)
    del call
    assert ended() is None


def test_the_watchdog_ends_a_call_of_which_nothing_is_heard(pair: tuple[Connection, socket.socket]) -> None:
    connection, there = pair
    with deadline(seconds=0.01) as call:
        call.uses(connection)
        assert there.recv(1) == b""
        assert call.passed


def test_all_calls_that_are_under_way_are_given_up_and_none_that_has_ended() -> None:
    calls, one, two, ended = OpenCalls(), deadline(), deadline(), deadline()
    with calls.holding(one), calls.holding(two):
        with pytest.raises(ValueError, match="lost"), calls.holding(ended):
            raise ValueError("lost")
        calls.give_up()
    assert (one.passed, two.passed, ended.passed) == (True, True, False)
