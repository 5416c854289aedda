"""Form sessions: what each open form was opened with, for the newest few."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")
KEPT = 64


class FormSessions(Generic[Value]):
    """Values by opaque tokens; thread-safe. A form whose value was dropped falls back to its default."""

    def __init__(self, kept: int = KEPT) -> None:
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._kept, self._lock = kept, Lock()

    def keep(self, value: Value) -> str:
        """A new token for the value; the oldest value is dropped when there are too many."""
        token = secrets.token_urlsafe(9)
        with self._lock:
            self._values[token] = value
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return token

    def get(self, token: object, default: Value) -> Value:
        """The value, or the default for an unknown token."""
        with self._lock:
            return self._values.get(token, default) if isinstance(token, str) else default
