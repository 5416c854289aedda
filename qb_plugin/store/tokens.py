"""Sealed tokens per company, the connection in clear text, and the lock around a token refresh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select

from qb_plugin.errors import Fatal
from qb_plugin.model import Connection, ConnectionState, Message
from qb_plugin.store.leasing.claims import LASTS, Claims
from qb_plugin.store.sql import tables
from qb_plugin.store.sql.connections import Database

SIGN_IN = "sign_in"
_PAUSE = 0.2
# A holder loses the lock after LASTS, so half as long again is enough for the next one.
_TRIES = int(LASTS.total_seconds() * 1.5 / _PAUSE)


class Tokens:
    """Tokens as sealed bytes, which only the data key opens; nothing here opens them."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def load(self, realm: str) -> bytes | None:
        """The sealed tokens of a company."""
        with self._database.read() as connection:
            query = select(tables.tokens.c.sealed).where(tables.tokens.c.realm == realm)
            return connection.execute(query).scalar_one_or_none()

    def save(self, realm: str, sealed: bytes) -> None:
        """Replace a company's sealed tokens; they are committed when this returns."""
        insert = self._database.insert(tables.tokens)
        new = {"sealed": insert.excluded.sealed, "saved_at": insert.excluded.saved_at}
        upsert = insert.on_conflict_do_update(index_elements=["realm"], set_=new)
        with self._database.write() as connection:
            connection.execute(upsert, {"realm": realm, "sealed": sealed, "saved_at": self._database.clock.now()})

    def delete(self, realm: str) -> None:
        """Delete a company's tokens."""
        with self._database.write() as connection:
            connection.execute(delete(tables.tokens).where(tables.tokens.c.realm == realm))

    def current(self) -> str | None:
        """The realm that is connected, or that waits for a new sign-in; None without one."""
        return self.connection().realm or None

    def connection(self) -> Connection:
        """The sign-in as a person sees it."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.connection)).one_or_none()
        if row is None:
            return Connection(ConnectionState.NONE)
        return Connection(ConnectionState(row.state), row.realm, row.company, row.environment)

    def save_connection(self, new: Connection) -> None:
        """Replace the saved connection."""
        values = {"state": new.state.value, "realm": new.realm, "company": new.company, "environment": new.environment}
        insert = self._database.insert(tables.connection)
        upsert = insert.on_conflict_do_update(index_elements=["only"], set_={name: insert.excluded[name] for name in values})
        with self._database.write() as connection:
            connection.execute(upsert, values | {"only": 1})

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock for refreshing tokens, one holder among all processes; Fatal when it is not released in time.

        The lock is a row, not a transaction: a network call goes on inside, and no other writer may have to wait for it.
        """
        fence = self._wait()
        try:
            yield
        finally:
            with self._database.write() as connection:
                self._claims.change(connection, SIGN_IN, "", fence, held=False)

    def _wait(self) -> int:
        for _ in range(_TRIES):
            fence = self._try()
            if fence is not None:
                return fence
            self._database.clock.sleep(_PAUSE)
        raise Fatal(Message("sign_in_busy"))

    def _try(self) -> int | None:
        with self._database.write() as connection:
            row = self._claims.row(connection, SIGN_IN, "")
            if not self._claims.is_free(connection, row):
                return None
            return self._claims.take(connection, row, None, 0)
