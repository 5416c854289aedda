"""Notices of waits: the QuickBooks client publishes them, runs subscribe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from qb_plugin.model import Message

Listener = Callable[[Message], None]


class Notices:
    """Passes each notice to the runs that are subscribed at that moment; thread-safe."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = Lock()

    def publish(self, message: Message) -> None:
        """Call every subscribed listener with the notice, in the publishing thread."""
        with self._lock:
            listeners = list(self._listeners)
        # Outside the lock: a listener writes to the host, which may take its time or publish a notice itself.
        for listener in listeners:
            listener(message)

    @contextmanager
    def subscribed(self, listener: Listener) -> Iterator[None]:
        """Subscribe the listener for the length of the block."""
        with self._lock:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)
