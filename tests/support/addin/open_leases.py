"""A store whose lease never refuses, so that the journal's own safety can be put to the test."""

from __future__ import annotations

from dataclasses import replace

from qb_plugin.model import Lease, RunInfo
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.leasing.claims import Claims
from qb_plugin.store.leasing.leases import RUN
from qb_plugin.store.leasing.process import has_died, this_process
from qb_plugin.store.sql.connections import Database


class OpenLeases:
    """Leases that never refuse, so that a test can show that the journal alone is safe."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def take(self, realm: str, run: RunInfo) -> Lease:
        """Grant a lease under the fence that stands."""
        with self._database.read() as connection:
            row = self._claims.look(connection, RUN, realm)
        return Lease(realm, run.user, 0 if row is None else row.fence, run)

    def beat(self, lease: Lease, done: int) -> None:
        """Nothing to renew."""

    def release(self, lease: Lease) -> None:
        """Nothing to give back."""

    def current(self, realm: str) -> Lease | None:
        """None: another lease never hinders."""
        return None

    def ask(self, realm: str) -> None:
        """Nobody waits."""

    def lapsed(self, realm: str) -> RunInfo | None:
        """None: nobody's lease ends."""
        return None


def open_store_without_lease(url: str) -> Store:
    """The add-in's store, but everyone may run at once."""
    store = open_store(url)
    return replace(store, leases=OpenLeases(store.database, Claims(store.database, this_process(), has_died)))
