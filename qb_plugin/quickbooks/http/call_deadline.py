"""The end of a call: a watchdog shuts its socket when its time is up, however slowly headers or body still drip in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from threading import Lock
from types import TracebackType
from typing import Protocol

from urllib3.exceptions import ConnectTimeoutError

from qb_plugin.quickbooks.http.watchdog import WATCHDOG


class Carrier(Protocol):
    """A connection: its socket, once it has one, and the call it carries now."""

    sock: socket.socket | None
    carries: CallDeadline | None


class CallDeadline:
    """Bounds one call, headers and body together. A context manager around the sending and reading, in the calling thread.

    A timeout of `requests` bounds each wait for a byte, so it never ends an answer that drips; this one does. `seconds` run by
    the machine's monotonic clock in the watchdog's thread; `monotonic` is the caller's clock, asked whenever a part has come.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        self._seconds = seconds
        self._lock = Lock()
        self._carried: tuple[Carrier, socket.socket | None] | None = None
        self._given_up = False
        self._token: Token[CallDeadline | None] | None = None

    def __enter__(self) -> CallDeadline:
        self._token = _current.set(self)
        WATCHDOG.watch(self, self._seconds, self.give_up)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        WATCHDOG.call_off(self)
        with self._lock:
            self._carried = None
        if self._token:
            _current.reset(self._token)

    @property
    def passed(self) -> bool:
        """Whether the call is over: its time is up, or it was given up before."""
        return self._given_up or self._monotonic() > self._end

    @property
    def left(self) -> float:
        """Seconds until then."""
        return max(0.0, self._end - self._monotonic())

    def give_up(self) -> None:
        """End the call now, from any thread: whoever waits for its socket wakes up and finds it closed."""
        with self._lock:
            self._given_up = True
            connection, opened = self._carried or (None, None)
            # One that went back to the pool may carry another call by now, which goes on.
            if connection and opened and connection.carries is self:
                _shut(opened)

    def uses(self, connection: Carrier) -> None:
        """Note the connection that carries the call; ConnectTimeoutError (nothing has left) when the call is over by then."""
        with self._lock:
            # The socket itself, too: a connection that ends with this answer forgets it while the body is still to come.
            self._carried = connection, connection.sock
            connection.carries = self
            if self._given_up:
                raise ConnectTimeoutError("the call was over before it left")


# `requests` and urllib3 hand nothing of ours down to a connection, so a connection asks here which call it carries.
_current: ContextVar[CallDeadline | None] = ContextVar("quickbooks_call", default=None)


def current_deadline() -> CallDeadline | None:
    """The deadline of the call that this thread is making."""
    return _current.get()


class OpenCalls:
    """Calls that are under way, so that whoever waits for all of them can give them up at once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._deadlines: set[CallDeadline] = set()

    @contextmanager
    def holding(self, deadline: CallDeadline) -> Iterator[None]:
        """Count the call in while it goes on."""
        with self._lock:
            self._deadlines.add(deadline)
        try:
            yield
        finally:
            with self._lock:
                self._deadlines.discard(deadline)

    @property
    def left(self) -> float:
        """Seconds until all of them are over."""
        with self._lock:
            return max((deadline.left for deadline in self._deadlines), default=0.0)

    def give_up(self) -> None:
        """End all of them now."""
        with self._lock:
            deadlines = list(self._deadlines)
        for deadline in deadlines:
            deadline.give_up()


def _shut(carrier: socket.socket) -> None:
    """Wake whoever reads or writes. The plain socket's own method: that of a TLS socket would take the encryption away from
    under the thread that is reading."""
    with suppress(OSError):
        socket.socket.shutdown(carrier, socket.SHUT_RDWR)
