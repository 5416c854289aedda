"""Sealed tokens, the connected company, and one refresh at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from qb_plugin.errors import Fatal
from qb_plugin.model import Connection, ConnectionState
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.leasing.process import Process
from tests.support.addin.store_samples import REALM, StillClock

SEALED = bytes(range(256))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    with closing(open_store(database_url, clock)) as opened:
        yield opened


def test_sealed_tokens_come_back_to_the_byte_and_the_newest_win(store: Store) -> None:
    assert store.tokens.load(REALM) is None
    store.tokens.save(REALM, b"old")
    store.tokens.save(REALM, SEALED)
    store.tokens.save("another company", b"other")
    assert store.tokens.load(REALM) == SEALED
    store.tokens.delete(REALM)
    assert store.tokens.load(REALM) is None
    assert store.tokens.load("another company") == b"other"


def test_the_connected_company_is_remembered_and_replaced(store: Store) -> None:
    assert store.tokens.connection() == Connection(ConnectionState.NONE)
    assert store.tokens.current() is None
    first = Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator")
    store.tokens.save_connection(first)
    assert (store.tokens.connection(), store.tokens.current()) == (first, REALM)
    second = Connection(ConnectionState.RECONNECT, "2", "Another", "sandbox")
    store.tokens.save_connection(second)
    assert (store.tokens.connection(), store.tokens.current()) == (second, "2")
    store.tokens.save_connection(Connection(ConnectionState.NONE))
    assert store.tokens.current() is None


def test_the_lock_is_given_back_even_after_a_failure(store: Store, clock: StillClock) -> None:
    with pytest.raises(ZeroDivisionError), store.tokens.lock():
        raise ZeroDivisionError
    with store.tokens.lock():
        store.tokens.save(REALM, SEALED)
    assert clock.slept == []


def test_while_one_holds_the_lock_others_can_write_and_the_next_waits_for_it(store: Store, database_url: str) -> None:
    waiting = StillClock()
    with closing(open_store(database_url, waiting)) as other:
        with store.tokens.lock():
            other.settings.put(REALM, {"written": True})
            waiting.move(-3600)  # so that the holder's time does not run out for the one who waits
            with pytest.raises(Fatal) as told, other.tokens.lock():
                raise AssertionError("two at once")
        assert told.value.message.key == "sign_in_busy"
        assert sum(waiting.slept) == pytest.approx(90)
        with other.tokens.lock():
            assert other.settings.get(REALM) == {"written": True}


def test_who_holds_it_too_long_loses_it_and_cannot_take_it_from_the_next(
    store: Store, database_url: str, clock: StillClock
) -> None:
    with closing(open_store(database_url, clock)) as other, other.tokens.lock():
        with store.tokens.lock():
            assert sum(clock.slept) == pytest.approx(60)
            slow = store.tokens.lock()
            clock.move(60)
            with slow:
                pass
        assert len(clock.slept) == 300


def test_the_lock_of_a_dead_process_is_taken_at_once(store: Store, database_url: str, clock: StillClock) -> None:
    gone = Process("desk", 1, "1")
    dead = open_store(database_url, clock, process=gone)
    successor = open_store(database_url, clock, is_dead=lambda other, here: other == gone)
    with closing(dead), closing(successor), dead.tokens.lock(), successor.tokens.lock():
        assert clock.slept == []
