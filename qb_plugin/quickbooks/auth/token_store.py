"""What the sign-in needs of the place where tokens are kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from qb_plugin.model import Connection


class StateStore(Protocol):
    """Keeps hashes of OAuth states for ten minutes each, for all processes of the firm."""

    def add_state(self, digest: str) -> None: ...
    def take_state(self, digest: str) -> bool:
        """Whether it was there and not too old; it is gone afterwards."""
        ...

    def take_all_states(self) -> bool:
        """Whether any was there and not too old; all are gone afterwards."""
        ...


class Tokens(StateStore, Protocol):
    """Keeps sealed bytes per company, and in clear which company is connected."""

    def load(self, realm: str) -> bytes | None: ...
    def save(self, realm: str, sealed: bytes) -> None:
        """On disk when this returns."""
        ...

    def delete(self, realm: str) -> None: ...
    def connection(self) -> Connection: ...
    def save_connection(self, new: Connection) -> None: ...
    def lock(self) -> AbstractContextManager[None]:
        """Be the only one, of all processes, to refresh tokens."""
        ...
