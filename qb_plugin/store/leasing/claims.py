"""Claims: rows that one process at a time may hold, for the run of a company or the refresh of its tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from qb_plugin.store.leasing.process import Process
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import leases

# Without a sign of life for this long, a row is free again.
LASTS = timedelta(seconds=60)
_IS = (leases.c.purpose == bindparam("of_purpose"), leases.c.realm == bindparam("of_realm"))
_LOOK = select(leases).where(*_IS)
_LOCK = _LOOK.with_for_update()
_TAKE = update(leases).where(*_IS)
_CHANGE = update(leases).where(*_IS, leases.c.fence == bindparam("of_fence"), leases.c.held)
_NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

HasDied = Callable[[Process, Process], bool]


class Claims:
    """Takes and changes claims. Each taking raises the row's fence, so that writes of a holder whose time ran out are refused."""

    def __init__(self, database: Database, here: Process, has_died: HasDied) -> None:
        self._database = database
        self._here = here
        self._has_died = has_died
        self._add = database.insert(leases).on_conflict_do_nothing()

    def row(self, connection: Connection, purpose: str, realm: str) -> Row[Any]:
        """The row, locked until the transaction ends; a missing one is created as free."""
        fresh = _whose(Process("", 0, "")) | {
            "purpose": purpose,
            "realm": realm,
            "fence": 0,
            "held": False,
            "heartbeat": _NEVER,
            "done": 0,
        }
        connection.execute(self._add, fresh)
        return connection.execute(_LOCK, _of(purpose, realm)).one()

    def look(self, connection: Connection, purpose: str, realm: str) -> Row[Any] | None:
        """The row as it is, unlocked."""
        return connection.execute(_LOOK, _of(purpose, realm)).one_or_none()

    def is_free(self, connection: Connection, row: Row[Any]) -> bool:
        """Whether it was released, has expired, or belongs to a process of this machine that has ended."""
        if not row.held or row.heartbeat + LASTS <= self._database.shared_now(connection):
            return True
        return self._has_died(Process(row.machine, row.pid, row.process_started), self._here)

    def take(self, connection: Connection, row: Row[Any], run: str | None, done: int) -> int:
        """Take it; returns its new fence."""
        fence: int = row.fence + 1
        values = _whose(self._here) | {
            "fence": fence,
            "held": True,
            "heartbeat": self._database.shared_now(connection),
            "run": run,
            "done": done,
            "asked": False,
        }
        connection.execute(_TAKE, values | _of(row.purpose, row.realm))
        return fence

    def change(self, connection: Connection, purpose: str, realm: str, fence: int, **values: object) -> bool:
        """Change the row if it is still held under this fence; returns whether it was."""
        return connection.execute(_CHANGE, values | _of(purpose, realm) | {"of_fence": fence}).rowcount == 1


def _of(purpose: str, realm: str) -> dict[str, object]:
    return {"of_purpose": purpose, "of_realm": realm}


def _whose(process: Process) -> dict[str, object]:
    return {"machine": process.machine, "pid": process.pid, "process_started": process.started}
