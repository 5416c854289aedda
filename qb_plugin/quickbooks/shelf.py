"""Keeps lists that people pick from for a short while, so that a form opened twice does not ask twice."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")


class Shelf:
    """Values by name, each for `keep` seconds of `monotonic`. Thread-safe."""

    def __init__(self, keep: float, monotonic: Callable[[], float]) -> None:
        self._keep = keep
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: dict[str, tuple[float, object]] = {}

    def get(self, name: str, make: Callable[[], T]) -> T:
        """What is kept under the name, else what `make` gives."""
        with self._lock:
            end, value = self._kept.get(name, (float("-inf"), None))
        if self._monotonic() < end:
            return cast(T, value)
        made = make()
        with self._lock:
            self._kept[name] = (self._monotonic() + self._keep, made)
        return made

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
