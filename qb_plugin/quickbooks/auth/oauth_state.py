"""The OAuth state: random, good once, for ten minutes; it alone recognises the callback, in whichever process that arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from qb_plugin.quickbooks.auth.token_store import StateStore


class States:
    """Issues and takes states. `make` gives a new random text, of which the store keeps a hash alone."""

    def __init__(self, store: StateStore, make: Callable[[], str]) -> None:
        self._store = store
        self._make = make

    def issue(self) -> str:
        """A new state."""
        state = self._make()
        self._store.add_state(_hashed(state))
        return state

    def take(self, state: str) -> bool:
        """Whether a process of the firm issued this state within ten minutes; it is used up by asking."""
        return self._store.take_state(_hashed(state))

    def take_any(self) -> bool:
        """Whether any sign-in of the firm is under way; all of them are used up by asking."""
        return self._store.take_all_states()


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
