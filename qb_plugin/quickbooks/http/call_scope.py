"""On whose behalf a thread calls QuickBooks: a person with a form open, or a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class CallPurpose(StrEnum):
    """Forms come first: part of the limits is kept for them while several processes are at work."""

    FORM = "form"
    RUN = "run"


def never() -> bool:
    """Nobody calls it back."""
    return False


def always() -> bool:
    """Nothing holds it back."""
    return True


@dataclass(frozen=True, slots=True)
class CallScope:
    """What a call is made for, and whether it is called back while it waits."""

    purpose: CallPurpose = CallPurpose.FORM
    stop: Callable[[], bool] = never


_FORM = CallScope()
_current: ContextVar[CallScope] = ContextVar("quickbooks_call_scope", default=_FORM)


def current_scope() -> CallScope:
    """The scope of this thread's calls: a form's, unless a run is going on in it."""
    return _current.get()


@contextmanager
def calls_of_run(stop: Callable[[], bool]) -> Iterator[None]:
    """While it lasts, this thread's calls are those of a run, and called back while they wait as soon as `stop` says so."""
    token = _current.set(CallScope(CallPurpose.RUN, stop))
    try:
        yield
    finally:
        _current.reset(token)
