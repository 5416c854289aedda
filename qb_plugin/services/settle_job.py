"""The background job that settles what a lost answer or a killed process left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.host import Marks
from qb_plugin.model import SETTLE, Connection
from qb_plugin.quickbooks.http.call_scope import calls_of_run, never
from qb_plugin.services.company import ConnectedCompany
from qb_plugin.services.mark_queue import MarkQueue
from qb_plugin.services.marks_repair import repair_marks
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.exporting.withdrawing.late_finds import find_late, settle_late
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.ports import Links
from qb_plugin.sync.reporting import SILENT
from qb_plugin.sync.run import RunPorts, RunProgress, run_under_lease

LOOK_EVERY = 3600.0  # seconds between looks for what was withdrawn


class SettleJob:
    """Runs at start and every few minutes; failures are left to the next time, when a person may have reconnected."""

    def __init__(
        self,
        *,
        company: ConnectedCompany,
        open_context: Callable[[Connection], SyncContext],
        run_ports: RunPorts,
        marks: Marks,
        waiting: MarkQueue,
        links: Links,
    ) -> None:
        self._company, self._open_context = company, open_context
        self._run_ports, self._marks, self._waiting, self._links = run_ports, marks, waiting, links
        self._repaired = ""
        self._repaired_after = ""
        self._looks_at: dict[str, float] = {}

    def run(self) -> None:
        """Repair the marks once per process and company, when some still wait or a run was cut short; settle the open intents."""
        try:
            connection = self._company.connection()
            if connection.realm and (self._waiting or connection.realm != self._repaired):
                self.repair(connection.realm)
            self.repair_after_cut_short(connection.realm)
            context = self._open_context(connection)
            self._company.use_saved_pace(context.realm)
            late = self._find_late(context)
            if late or any(not intent.fully_settled for intent in context.journal.open_intents(context.realm)):
                self._settle(context, late)
        except AddInError:
            return

    def _find_late(self, context: SyncContext) -> Sequence[str]:
        """The rows that were withdrawn and turned up after all; looked for at the start, and then once an hour."""
        now = context.clock.monotonic()
        if now < self._looks_at.get(context.realm, now):
            return []
        found = [str(find.intent.source) for find in find_late(context)]
        self._looks_at[context.realm] = now + LOOK_EVERY
        return found

    def _settle(self, context: SyncContext, late: Sequence[str]) -> None:
        """Settle in a run of its own, so that its outcomes stand in the history and in the host's marks."""
        in_doubt = [str(intent.source) for intent in context.journal.open_intents(context.realm)]
        progress = RunProgress(list(dict.fromkeys([*in_doubt, *late])))
        run = self._company.new_run(SETTLE, len(progress.ids))
        # SILENT: the results of this run are read from the history.
        with calls_of_run(never):
            run_under_lease(self._run_ports, run, partial(settle_all, context), progress=progress, listener=SILENT)
        self.repair(context.realm)

    def repair(self, realm: str) -> None:
        """Set the host's marks right by the links. Raises what the host raises."""
        self._waiting.write()  # first: of a record that was linked since, the link knows better
        repair_marks(self._marks, self._links, realm)
        self._repaired = realm

    def repair_after_cut_short(self, realm: str) -> None:
        """Repair the marks, once after each run whose process was killed. Raises what the host raises."""
        cut_short = self._run_ports.leases.lapsed(realm)
        if cut_short and cut_short.id != self._repaired_after:
            self.repair(realm)
            self._repaired_after = cut_short.id


def settle_all(context: SyncContext, run: LeasedRun) -> None:
    """Settle what is open, then what was withdrawn and turned up after all."""
    settle_open(context, run)
    settle_late(context, run)
