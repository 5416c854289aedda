"""The last reading of both ledgers, kept for a short while: sorting and the items of a group need no second reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Protocol

from qb_plugin.clock import Clock
from qb_plugin.host import Host
from qb_plugin.model import Connection, ReferenceLists
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.reconcile.items import Ledgers, Period
from qb_plugin.sync.reconcile.reading import LedgerReader, MethodNames

LIFETIME = 300.0  # seconds; a form that opens reads anew, and so does the first after a run


class ReadLists(Protocol):
    """Reads QuickBooks' lists; with `fresh` anew."""

    def __call__(self, connection: Connection, fresh: bool = False, /) -> ReferenceLists: ...


class LedgerReadings:
    """One period of one company, read again when it is old, or when a run or a person may have changed it."""

    def __init__(
        self,
        *,
        host: Host,
        clock: Clock,
        open_context: Callable[[Connection], SyncContext],
        lists: ReadLists,
        settings: Callable[[str], Mapping[str, object]],
    ) -> None:
        self._host, self._clock, self._open_context = host, clock, open_context
        self._lists, self._settings = lists, settings
        self._lock = Lock()
        self._kept: tuple[tuple[str, Period], float, Ledgers] | None = None

    def read(self, connection: Connection, period: Period, fresh: bool = False) -> Ledgers:
        """Both ledgers of the period; `fresh` reads them now. Raises what opening or reading QuickBooks raises."""
        wanted, now = (connection.realm, period), self._clock.monotonic()
        with self._lock:
            kept = self._kept
        if not fresh and kept and kept[0] == wanted and now - kept[1] < LIFETIME:
            return kept[2]
        found = self._read(connection, period)
        with self._lock:
            self._kept = (wanted, now, found)
        return found

    def forget(self) -> None:
        """Let the next form read anew: a run has ended, or links were changed."""
        with self._lock:
            self._kept = None

    def _read(self, connection: Connection, period: Period) -> Ledgers:
        lists = self._lists(connection, True)  # customers are merged and made inactive between two looks
        names = MethodNames(theirs={entry.id: entry.name for entry in lists.methods}, ours=self._mapped(connection.realm, lists))
        context = self._open_context(connection)
        return LedgerReader(context, self._host.ledger, self._host.marks, lists.customers, names).read(period)

    def _mapped(self, realm: str, lists: ReferenceLists) -> Mapping[str, str]:
        """QuickBooks' name of each method here that settings map to one."""
        names, mapped = {entry.id: entry.name for entry in lists.methods}, self._settings(realm).get("payment_method")
        chosen = mapped if isinstance(mapped, Mapping) else {}
        return {str(method): names[str(value)] for method, value in chosen.items() if str(value) in names}
