"""The firm's one count of calls to QuickBooks, in the database that its processes share, over connections of its own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import call_pace

T = TypeVar("T")

# Any number that nobody else locks by.
_LOCK = 7_220_451_894
# For the driver as they are: to compile and cache a statement for each call costs more than to carry it out.
_READ = f"SELECT state FROM {call_pace.name}"  # noqa: S608 - a name of our own
_WRITE = (
    f'INSERT INTO {call_pace.name} ("only", state) VALUES (1, {{state}}) '  # noqa: S608 - a name of our own
    'ON CONFLICT ("only") DO UPDATE SET state = excluded.state'
)
_ALONE = f"SELECT pg_advisory_xact_lock({_LOCK}), set_config('synchronous_commit', 'off', true)"


class SharedCallLedger:
    """One text for the whole firm. A change is one short transaction, alone of all processes; it need not survive a crash."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._server = database.engine.dialect.name == "postgresql"
        self._write = _WRITE.format(state="%(state)s" if self._server else ":state")
        # One connection is enough, and of this process's threads each waits here rather than at the database.
        self._lock = Lock()

    def change(self, act: Callable[[str, float], tuple[str, T]]) -> T:
        """Let `act` make the new text of the one kept ("" at first) and of the present moment, in seconds of the clock that all
        processes share; Fatal when the database does not answer."""
        with self._lock, self._database.write() as connection:
            if self._server:
                connection.exec_driver_sql(_ALONE)
            now = self._database.shared_now(connection).timestamp()
            kept: str | None = connection.exec_driver_sql(_READ).scalar_one_or_none()
            state, found = act(kept or "", now)
            if state != kept:
                connection.exec_driver_sql(self._write, {"state": state})
            return found

    def close(self) -> None:
        """Let go of the connection."""
        self._database.engine.dispose()
