"""The user whose call is being carried out, for the history; outside of a call it is the host's own user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from qb_plugin.host import Host, User


class ActingUser:
    """The user of the call that this thread carries out."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._user: ContextVar[User | None] = ContextVar("acting_user", default=None)

    @contextmanager
    def acting(self, user: User) -> Iterator[None]:
        """Name the user for the length of the block."""
        token = self._user.set(user)
        try:
            yield
        finally:
            self._user.reset(token)

    @property
    def name(self) -> str:
        """Their name."""
        return (self._user.get() or self._host.user).name
