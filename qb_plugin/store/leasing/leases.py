"""Leases: the right to run for a company, one run at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from qb_plugin.errors import LeaseLost, RunInProgress
from qb_plugin.model import SETTLE, Lease, Message, RunInfo
from qb_plugin.store.leasing.claims import Claims
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.encoding import decode_run, encode_run
from qb_plugin.store.sql.tables import runs

RUN = "run"
BY_ITSELF = "by_itself"


class Leases:
    """One run per company. It saves calls and confusion; that nothing is sent twice rests on the journal alone."""

    def __init__(self, database: Database, claims: Claims, purpose: str = RUN) -> None:
        self._database = database
        self._claims = claims
        self._purpose = purpose

    def take(self, realm: str, run: RunInfo) -> Lease:
        """Take the lease; RunInProgress (user, time, done, total) while another process holds it."""
        with self._database.write() as connection:
            row = self._claims.row(connection, self._purpose, realm)
            if not self._claims.is_free(connection, row):
                raise RunInProgress(_in_progress(_run(connection, row)))
            fence = self._claims.take(connection, row, encode_run(run), run.done)
            return Lease(realm, run.user, fence, run)

    def beat(self, lease: Lease, done: int) -> None:
        """Renew it for another minute; LeaseLost when it was released or taken under another fence."""
        with self._database.write() as connection:
            now = self._database.shared_now(connection)
            if not self._claims.change(connection, self._purpose, lease.realm, lease.fence, heartbeat=now, done=done):
                raise LeaseLost(Message("lease_lost"))

    def release(self, lease: Lease) -> None:
        """Release the lease; without effect when another process has taken it."""
        with self._database.write() as connection:
            self._claims.change(connection, self._purpose, lease.realm, lease.fence, held=False)

    def current(self, realm: str) -> Lease | None:
        """The lease that is held, with its run and progress; None when it could be taken."""
        with self._database.read() as connection:
            row = self._claims.look(connection, self._purpose, realm)
            if row is None or self._claims.is_free(connection, row):
                return None
            run = _run(connection, row)
            return Lease(realm, run.user, row.fence, run, row.asked)

    def ask(self, realm: str) -> None:
        """Note that a person waits for the lease; who holds it for what runs by itself looks at that, and ends soon."""
        with self._database.write() as connection:
            row = self._claims.look(connection, self._purpose, realm)
            if row is not None and row.held:
                self._claims.change(connection, self._purpose, realm, row.fence, asked=True)

    def lapsed(self, realm: str) -> RunInfo | None:
        """The run whose lease ended without having been given back: its process sleeps or was killed."""
        with self._database.read() as connection:
            row = self._claims.look(connection, self._purpose, realm)
            if row is None or not row.held or not self._claims.is_free(connection, row):
                return None
            return _run(connection, row)


def _run(connection: Connection, row: Row[Any]) -> RunInfo:
    run = decode_run(row.run)
    if run is None:
        raise TypeError("a held lease names its run")
    written = connection.scalar(select(runs.c.done).where(runs.c.id == run.id))  # the history is written more often than a beat
    return replace(run, done=max(row.done, written or 0))


def _in_progress(run: RunInfo) -> Message:
    since = f"{run.started.astimezone():%H:%M}"
    key = "settling_in_progress" if run.action == SETTLE else "run_in_progress"
    return Message(key, {"user": run.started_by, "time": since, "done": run.done, "total": run.total})
