"""The store: the add-in's tables in the host's database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from qb_plugin.clock import Clock, SystemClock
from qb_plugin.store.call_ledger import SharedCallLedger
from qb_plugin.store.history.pruning import Prunings
from qb_plugin.store.history.reading import History
from qb_plugin.store.journal import Journal
from qb_plugin.store.leasing.claims import Claims, HasDied
from qb_plugin.store.leasing.heartbeat import LeaseStore
from qb_plugin.store.leasing.leases import BY_ITSELF, Leases
from qb_plugin.store.leasing.process import Process, has_died, this_process
from qb_plugin.store.links import Links
from qb_plugin.store.notes import Notes
from qb_plugin.store.runs import Runs
from qb_plugin.store.settings import Settings
from qb_plugin.store.sql.connections import Database, connect, connect_ledger, use_write_ahead_log
from qb_plugin.store.sql.migrations import bring_up_to_date, stored_version
from qb_plugin.store.sql.network_drive import lies_on_share
from qb_plugin.store.tokens import Tokens

_LEDGER_PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Access to all tables. Thread-safe; one per process and database is enough."""

    database: Database
    journal: Journal
    links: Links
    runs: Runs
    leases: LeaseStore
    turns: LeaseStore  # whose turn it is to do what is due by itself
    settings: Settings
    tokens: Tokens
    url: str = field(default="", repr=False)  # it may hold a password

    @property
    def history(self) -> History:
        """The runs, their rows and all that happened, read."""
        return History(self.database)

    @property
    def notes(self) -> Notes:
        """Notes left by what ran by itself."""
        return Notes(self.database)

    @property
    def prunings(self) -> Prunings:
        """Removals of old runs."""
        return Prunings(self.database)

    def schema_version(self) -> int | None:
        """The version of the tables."""
        with self.database.read() as connection:
            return stored_version(connection)

    def open_ledger(self, clock: Clock | None = None) -> SharedCallLedger:
        """The count of calls that all processes of the firm share.

        Its clock is the server's on PostgreSQL, else this machine's; `clock` stands in for both in tests.
        """
        engine = connect_ledger(self.url, _LEDGER_PATIENCE)
        return SharedCallLedger(Database(engine, clock or SystemClock(), server_time=clock is None))

    def close(self) -> None:
        """Close all connections."""
        self.database.engine.dispose()


def open_store(
    url: str,
    clock: Clock | None = None,
    *,
    patience: float = 30.0,
    process: Process | None = None,
    is_dead: HasDied = has_died,
    on_share: Callable[[Path], bool] = lies_on_share,
) -> Store:
    """Open the tables at this SQLAlchemy address, after creating or migrating them; Fatal when that is impossible.

    `clock` is for tests: without one, leases are judged by the server's time on PostgreSQL. `patience`: seconds to wait for a
    lock of another connection. `process` is the holder of leases taken here,
    `is_dead` decides whether another holder has ended, `on_share` whether a file lies on a network share.
    """
    database = Database(connect(url, patience, on_share), clock or SystemClock(), server_time=clock is None)
    try:
        use_write_ahead_log(database, patience)
        bring_up_to_date(database)
    except BaseException:
        database.engine.dispose()
        raise
    claims = Claims(database, process or this_process(), is_dead)
    return Store(
        database=database,
        journal=Journal(database),
        links=Links(database),
        runs=Runs(database),
        leases=Leases(database, claims),
        turns=Leases(database, claims, BY_ITSELF),
        settings=Settings(database),
        tokens=Tokens(database, claims),
        url=url,
    )
