"""Traces of exceptions without their texts, which may hold client data or a secret."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

CAPACITY = 50


def trace_of(problem: BaseException) -> list[str]:
    """The type names of the exception and of its causes, outermost first, each with its frames."""
    lines: list[str] = []
    seen: BaseException | None = problem
    while seen is not None and len(lines) < 200:
        lines.append(type(seen).__name__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
        seen = seen.__cause__ or seen.__context__
    return lines


class LoggedException(TypedDict):
    """When and where an exception was caught, and its trace."""

    at: str  # ISO time, in UTC
    place: str
    trace: list[str]


class ExceptionLog:
    """The last exceptions that this host caught; the oldest are dropped."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now, self._lock = now, threading.Lock()
        self._entries: deque[LoggedException] = deque(maxlen=CAPACITY)

    def add(self, source: str, problem: BaseException) -> None:
        """Log an exception that `source` raised."""
        with self._lock:
            self._entries.append({"at": self._now().isoformat(timespec="seconds"), "place": source, "trace": trace_of(problem)})

    def all(self) -> list[LoggedException]:
        """All entries, oldest first."""
        with self._lock:
            return list(self._entries)
