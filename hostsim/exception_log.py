"""Where an exception came from, without what it said: its text may hold client data or a secret."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT = 50


def trace_of(problem: BaseException) -> list[str]:
    """The kinds of the exception and of its causes, outermost first, each with the places in the code it went through."""
    lines: list[str] = []
    seen: BaseException | None = problem
    while seen is not None and len(lines) < 200:
        lines.append(type(seen).__name__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
        seen = seen.__cause__ or seen.__context__
    return lines


class ExceptionLog:
    """The last exceptions that this host caught; the oldest are forgotten."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now, self._lock = now, threading.Lock()
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def note(self, source: str, problem: BaseException) -> None:
        """Keep when and where it was, and its trace."""
        with self._lock:
            self._kept.append({"at": self._now().isoformat(timespec="seconds"), "place": source, "trace": trace_of(problem)})

    def all(self) -> list[dict[str, Any]]:
        """All that are kept, oldest first."""
        with self._lock:
            return list(self._kept)
