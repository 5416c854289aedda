"""Where the processes of a firm keep their one count of calls: the port, and a ledger for a process by itself."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol, TypeVar

T = TypeVar("T")
#: From the text kept so far ("" at first) and the present moment to the text to keep and what the caller wants to know.
Change = Callable[[str, float], tuple[str, T]]


class CallLedger(Protocol):
    """One text for the whole firm, changed by one process at a time."""

    def change(self, act: Change[T]) -> T:
        """Let `act` change the text; the moment is in seconds of a clock that all processes share. Never called inside a
        transaction of the add-in's. Fatal when the database cannot be reached: then the text is as it was."""
        ...


class MemoryLedger:
    """The count of one process alone, by its own clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._text = ""

    def change(self, act: Change[T]) -> T:
        """Let `act` change the text."""
        with self._lock:
            self._text, found = act(self._text, self._monotonic())
            return found
