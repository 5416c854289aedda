"""The user whose call is being carried out, for the history; outside of a call it is the host's own user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from qb_plugin.host import Host, User
from qb_plugin.model import PROGRAM


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

    def may(self, right: str) -> bool:
        """Whether they have this right."""
        return right in (self._user.get() or self._host.user).rights


@dataclass(frozen=True, slots=True)
class ProgramUser:
    """Who acts when nobody pressed anything. Rights are a person's: what the program does was decided by who set it."""

    name: str = PROGRAM
    rights: frozenset[str] = frozenset()


def as_program(user: ActingUser, call: Callable[[], None]) -> None:
    """Call a background job as the program."""
    with user.acting(ProgramUser()):
        call()
