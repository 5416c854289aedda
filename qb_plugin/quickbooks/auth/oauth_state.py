"""The OAuth state: random, good once, for ten minutes; it alone recognises the callback."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from threading import Lock

LASTS = 600.0
_AT_MOST = 20


class States:
    """States given out and not yet taken. `monotonic` is in seconds; `make` gives a new random text."""

    def __init__(self, monotonic: Callable[[], float], make: Callable[[], str]) -> None:
        self._monotonic = monotonic
        self._make = make
        self._lock = Lock()
        self._given: dict[str, float] = {}

    def issue(self) -> str:
        """A new state."""
        state = self._make()
        with self._lock:
            self._forget_old()
            while len(self._given) >= _AT_MOST:
                self._given.pop(next(iter(self._given)))
            self._given[state] = self._monotonic() + LASTS
        return state

    def take(self, state: str) -> bool:
        """Whether we gave this state out within ten minutes; it is used up by asking."""
        with self._lock:
            self._forget_old()
            found = [known for known in self._given if hmac.compare_digest(known.encode(), state.encode())]
            for known in found:
                del self._given[known]
            return bool(found)

    def take_any(self) -> bool:
        """Whether any sign-in of ours is under way; all of them are used up by asking."""
        with self._lock:
            self._forget_old()
            under_way = bool(self._given)
            self._given.clear()
            return under_way

    def _forget_old(self) -> None:
        now = self._monotonic()
        self._given = {state: end for state, end in self._given.items() if end > now}
