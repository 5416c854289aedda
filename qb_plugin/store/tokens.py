"""The sign-in: sealed tokens per company, the connected company in clear, OAuth states, and one refresh at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam, delete, select, true

from qb_plugin.errors import Fatal
from qb_plugin.model import Connection, ConnectionState, Message
from qb_plugin.store.leasing.claims import LASTS, Claims
from qb_plugin.store.sql import tables
from qb_plugin.store.sql.connections import Database

SIGN_IN = "sign_in"
STATE_LASTS = timedelta(minutes=10)
_STATES_AT_MOST = 20
_SEALED = select(tables.tokens.c.sealed).where(tables.tokens.c.realm == bindparam("realm"))
_CONNECTION = select(tables.connection)
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
            return connection.execute(_SEALED, {"realm": realm}).scalar_one_or_none()

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
            row = connection.execute(_CONNECTION).one_or_none()
        if row is None:
            return Connection(ConnectionState.NONE)
        return Connection(ConnectionState(row.state), row.realm, row.company, row.environment, row.ends)

    def save_connection(self, new: Connection) -> None:
        """Remember which company is connected, in the place of the former one."""
        values = {
            "state": new.state.value,
            "realm": new.realm,
            "company": new.company,
            "environment": new.environment,
            "ends": new.ends,
        }
        insert = self._database.insert(tables.connection)
        upsert = insert.on_conflict_do_update(index_elements=["only"], set_={name: insert.excluded[name] for name in values})
        with self._database.write() as connection:
            connection.execute(upsert, values | {"only": 1})

    def add_state(self, digest: str) -> None:
        """Keep the hash of an OAuth state for ten minutes; of very many the oldest go."""
        states = tables.oauth_states
        with self._database.write() as connection:
            now = self._forget_old_states(connection)
            kept = select(states.c.digest).order_by(states.c.issued_at.desc()).limit(_STATES_AT_MOST - 1)
            connection.execute(delete(states).where(states.c.digest.not_in(kept)))
            connection.execute(self._database.insert(states).on_conflict_do_nothing(), {"digest": digest, "issued_at": now})

    def take_state(self, digest: str) -> bool:
        """Whether this state is kept; it is good for one taking, whichever process issued it."""
        return self._take(tables.oauth_states.c.digest == digest)

    def take_all_states(self) -> bool:
        """Whether any state is kept; none is afterwards."""
        return self._take(true())

    def _take(self, which: ColumnElement[bool]) -> bool:
        with self._database.write() as connection:
            self._forget_old_states(connection)
            return connection.execute(delete(tables.oauth_states).where(which)).rowcount > 0

    def _forget_old_states(self, connection: sqlalchemy.Connection) -> datetime:
        """By the clock that all processes share; what a clock that ran ahead issued goes, too. Returns the present moment."""
        now, issued = self._database.shared_now(connection), tables.oauth_states.c.issued_at
        connection.execute(delete(tables.oauth_states).where((issued <= now - STATE_LASTS) | (issued > now + STATE_LASTS)))
        return now

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
