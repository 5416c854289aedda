"""The background job that settles what a lost answer or a killed process left open."""

from __future__ import annotations

from collections.abc import Callable
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
from qb_plugin.sync.ports import Links
from qb_plugin.sync.reporting import SILENT
from qb_plugin.sync.run import RunPorts, RunProgress, run_under_lease


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

    def run(self) -> None:
        """Repair the marks once per process and company, or when some still wait; settle the company's open intents."""
        try:
            connection = self._company.connection()
            if connection.realm and (self._waiting or connection.realm != self._repaired):
                self._repair(connection.realm)
            context = self._open_context(connection)
            self._company.use_saved_pace(context.realm)
            if any(not intent.fully_settled for intent in context.journal.open_intents(context.realm)):
                self._settle(context)
        except AddInError:
            return

    def _settle(self, context: SyncContext) -> None:
        """Settle in a run of its own, so that its outcomes stand in the history and in the host's marks."""
        progress = RunProgress([str(intent.source) for intent in context.journal.open_intents(context.realm)])
        run = self._company.new_run(SETTLE, len(progress.ids))
        # SILENT: the results of this run are read from the history.
        with calls_of_run(never):
            run_under_lease(self._run_ports, run, partial(settle_open, context), progress=progress, listener=SILENT)
        self._repair(context.realm)

    def _repair(self, realm: str) -> None:
        self._waiting.write()  # first: of a record that was linked since, the link knows better
        repair_marks(self._marks, self._links, realm)
        self._repaired = realm
