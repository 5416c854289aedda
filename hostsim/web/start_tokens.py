"""The keys in the addresses that let a browser in: each is good once, and none is kept as it is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from threading import Lock


class StartTokens:
    """Start-up tokens and the secret that a signed-in browser's cookie holds; made anew at each start of the host."""

    def __init__(self, first: str | None = None) -> None:
        self._unused: set[bytes] = set()
        self._used: set[bytes] = set()
        self._lock = Lock()
        self.cookie = secrets.token_hex(32)
        if first:
            self._unused.add(_digest(first))

    def issue(self) -> str:
        """A token that lets one browser in."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._unused.add(_digest(token))
        return token

    def spend(self, token: str) -> bool:
        """Whether the token lets a browser in; from now on it lets none in."""
        digest = _digest(token)
        with self._lock:
            found = next((each for each in self._unused if hmac.compare_digest(each, digest)), None)
            if found is None:
                return False
            self._unused.remove(found)
            self._used.add(found)
            return True

    def is_used(self, token: str) -> bool:
        """Whether the token was good once and has let a browser in already."""
        return _digest(token) in self._used


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
