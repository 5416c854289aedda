"""The task of a job that runs by itself: it keeps how rows ended, and ends early when a person wants the lease."""

from __future__ import annotations

from collections.abc import Callable

from qb_plugin.forms.descriptions import RowChange
from qb_plugin.forms.services import FormServices

LOOK_EVERY = 1.0  # seconds between looks at who waits


class JobTask:
    """A `Task` (qb_plugin/forms/protocol.py) that nobody watches. `over` says that time is up: quiet hours, another company."""

    hasty = False

    def __init__(self, services: FormServices, realm: str, action: str, over: Callable[[], bool]) -> None:
        self._services, self._realm, self._action, self._over = services, realm, action, over
        self._looked_at, self._ends = float("-inf"), False
        self.rows: dict[str, RowChange] = {}

    @property
    def cancelled(self) -> bool:
        """Whether to end now: time is up, a person waits for the lease, or has it."""
        now = self._services.run_ports.clock.monotonic()
        if not self._ends and now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            self._ends = self._over() or self._is_wanted()
        return self._ends

    def _is_wanted(self) -> bool:
        lease = self._services.run_ports.leases.current(self._realm)
        mine = (self._services.user_name, self._action)
        return bool(lease and (lease.asked or (lease.run and (lease.run.user, lease.run.action) != mine)))

    def row(self, row: RowChange, /) -> None:
        """Keep how a row is now."""
        self.rows[row["id"]] = row

    def progress(self, done: int, total: int, left: int | None = None, /) -> None:
        """Nobody watches."""

    def notice(self, text: str, /) -> None:
        """Nobody watches."""
