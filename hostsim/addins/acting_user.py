"""Who acts in a call of a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class ActingUser(Protocol):
    """A name, and rights."""

    @property
    def name(self) -> str: ...
    @property
    def rights(self) -> frozenset[str]: ...


_BY_ITSELF: ContextVar[bool] = ContextVar("by_itself", default=False)
PROGRAM = "WorkSpace, by itself"


@contextmanager
def by_itself() -> Iterator[None]:
    """While it lasts, this thread works for no person: what it writes is noted as the program's."""
    token = _BY_ITSELF.set(True)
    try:
        yield
    finally:
        _BY_ITSELF.reset(token)


def author_name(user: str) -> str:
    """Whose work what this thread writes is: the user's at work, or the program's."""
    return PROGRAM if _BY_ITSELF.get() else user


def may_not(name: str, right: str) -> str:
    """The sentence for somebody who does not have the right."""
    return f"{name} may not {right}. Ask whoever manages users."
