"""What the sign-in needs of the place where tokens are kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from qb_plugin.model import Connection


class Tokens(Protocol):
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
