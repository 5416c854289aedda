"""Connections to QuickBooks: unsent bytes die soon, a connection that is given up is reset, and each knows the call it carries."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from qb_plugin.quickbooks.http.call_deadline import CallDeadline, Carrier, current_deadline
from qb_plugin.quickbooks.limits import Limits

# Linux alone bounds, per socket, how long bytes may wait to be acknowledged (tcp(7)).
_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
# Two C integers, on Windows two short ones: linger on, for no time.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def unsent_bytes_die() -> bool:
    """Whether this system drops bytes that the other side does not acknowledge within `Limits.unsent_bytes`.

    Where it does not, the kernel may deliver them up to two minutes after the network has come back, so whoever looks whether a
    call was acted upon must wait longer (docs/reliability.md).
    """
    return _USER_TIMEOUT is not None


def seconds_on_the_way(limits: Limits) -> float:
    """How long a call that was sent may still be on its way to QuickBooks, on this system."""
    return limits.way if unsent_bytes_die() else limits.way_unbounded


def socket_options(limits: Limits) -> list[tuple[int, int, int | bytes]]:
    """Options of every socket to QuickBooks. It is closed by reset: the kernel then throws away what has not left yet, also when
    the process is killed."""
    options: list[tuple[int, int, int | bytes]] = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_LINGER, _RESET),
    ]
    if _USER_TIMEOUT is not None:
        options.append((socket.IPPROTO_TCP, _USER_TIMEOUT, round(limits.unsent_bytes * 1000)))
    return options


class _Connection(HTTPConnection):
    """A connection that tells the deadline of each call it carries: before the request, and once it is connected, because a call
    whose time ran out while it connected must not leave after all."""

    carries: CallDeadline | None = None

    def request(self, *args: Any, **options: Any) -> None:
        _carry(self)
        super().request(*args, **options)

    def connect(self) -> None:
        super().connect()
        _carry(self)


class _SecureConnection(HTTPSConnection):
    """The same over TLS."""

    carries: CallDeadline | None = None

    def request(self, *args: Any, **options: Any) -> None:
        _carry(self)
        super().request(*args, **options)

    def connect(self) -> None:
        super().connect()
        _carry(self)


def _carry(connection: Carrier) -> None:
    deadline = current_deadline()
    if deadline:
        deadline.uses(connection)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """The transport of `requests` with these connections; nothing is retried by itself."""

    def __init__(self, limits: Limits) -> None:
        self._socket_options = socket_options(limits)
        super().__init__(pool_connections=1, pool_maxsize=limits.at_once, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, socket_options=self._socket_options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
