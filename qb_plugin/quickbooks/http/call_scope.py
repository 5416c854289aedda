"""On whose behalf a thread calls QuickBooks: a person with a form open, or a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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
    """What calls are made for, whether they are called back while they wait, whether a person does not even want to wait for
    what is on its way (`hasty`), and what is done after the last of them."""

    purpose: CallPurpose = CallPurpose.FORM
    stop: Callable[[], bool] = never
    hasty: Callable[[], bool] = never
    at_end: dict[Callable[[], None], None] = field(default_factory=dict)

    def finish(self) -> None:
        """No call follows."""
        while self.at_end:
            self.at_end.popitem()[0]()


_FORM = CallScope()
_current: ContextVar[CallScope] = ContextVar("quickbooks_call_scope", default=_FORM)


def current_scope() -> CallScope:
    """The scope of this thread's calls: a form's, unless a run is going on in it."""
    return _current.get()


def call_at_end(act: Callable[[], None]) -> bool:
    """Whether `act` will be called when the last call for the same thing is over."""
    scope = _current.get()
    if scope is not _FORM:
        scope.at_end[act] = None
    return scope is not _FORM


@contextmanager
def calls_of_form() -> Iterator[None]:
    """While it lasts, this thread calls for one form, several times perhaps."""
    with _scope(CallScope()):
        yield


@contextmanager
def calls_of_run(stop: Callable[[], bool], hasty: Callable[[], bool] = never) -> Iterator[None]:
    """While it lasts, this thread's calls are those of a run, and called back while they wait as soon as `stop` says so."""
    with _scope(CallScope(CallPurpose.RUN, stop, hasty)):
        yield


@contextmanager
def calls_in(scope: CallScope) -> Iterator[None]:
    """While it lasts, this thread's calls are of this scope, which other threads may share; the last one finishes it."""
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def _scope(scope: CallScope) -> Iterator[None]:
    try:
        with calls_in(scope):
            yield
    finally:
        scope.finish()
