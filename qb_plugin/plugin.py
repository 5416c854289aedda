"""The hook implementations of the add-in, and nothing else."""

from __future__ import annotations

import pluggy

from qb_plugin.forms.access.door import FormDoor, HidingDoor
from qb_plugin.forms.by_itself.by_itself import ByItself
from qb_plugin.forms.by_itself.form import ByItselfForm
from qb_plugin.forms.changes.form import ChangesForm
from qb_plugin.forms.connecting.form import ConnectionForm
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.history.entries_form import HistoryEntries
from qb_plugin.forms.history.runs_form import HistoryForm
from qb_plugin.forms.importing.form import ImportPayments
from qb_plugin.forms.matching.customers_form import MatchCustomers
from qb_plugin.forms.matching.form import MatchClients
from qb_plugin.forms.previews.forms import ExportPreview, ImportPreview
from qb_plugin.forms.reconcile.items_form import ReconcileItems
from qb_plugin.forms.reconcile.totals_form import ReconcileForm
from qb_plugin.forms.records.page import RecordReader
from qb_plugin.forms.settings import SettingsForm
from qb_plugin.forms.undoing.form import UndoForm
from qb_plugin.host import Host
from qb_plugin.registrars import (
    ContextRegistrar,
    FormRegistrar,
    JobRegistrar,
    MenuRegistrar,
    SectionRegistrar,
    SupportRegistrar,
)
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts

hookimpl = pluggy.HookimplMarker("workspace")

QUICKBOOKS = ("Setup", "QuickBooks")
MENU = (
    (("Connection…",), "connection", "view"),
    (("Match Clients…",), "match-clients", "match"),
    (("Settings…",), "settings", "configure"),
    (("Time & Billing", "Import Payments"), "import-payments", "import"),
    (("Time & Billing", "Export Payments"), "export-payments", "export"),
    (("Time & Billing", "History…"), "history", "view"),
    (("Time & Billing", "Reconcile…"), "reconcile", "view"),
    (("Time & Billing", "Changes…"), "changes", "view"),
    (("Time & Billing", "By Itself…"), "by-itself", "view"),
)
FORMS = (
    ConnectionForm,
    MatchClients,
    MatchCustomers,
    SettingsForm,
    ImportPayments,
    ExportPayments,
    HistoryForm,
    HistoryEntries,
    ReconcileForm,
    ReconcileItems,
    UndoForm,
    ChangesForm,
    ByItselfForm,
)
PAYMENTS = "billing.payments"
RECORDS = ("payment", "credit_memo", "invoice", "client")
SETTLE_EVERY = 300.0
PRUNE_EVERY = 86_400.0
LOOK_EVERY = 60.0
TIMETABLE_EVERY = 60.0


class QuickBooksAddIn:
    """The plugin object a host loads; it does nothing until `workspace_start`."""

    def __init__(self, parts: Parts | None = None) -> None:
        self._parts = parts
        self._runtime: Runtime | None = None

    def runtime(self) -> Runtime:
        """The running add-in; RuntimeError before it was started."""
        if self._runtime is None:
            raise RuntimeError("the host has not started this add-in")
        return self._runtime

    @hookimpl
    def workspace_start(self, host: Host) -> None:
        """Open the add-in's tables and take sign-in callbacks; StartRefused when the tables cannot be opened."""
        self._runtime = Runtime(host, self._parts)
        host.on_callback(self._runtime.sign_in.receive_callback)

    @hookimpl
    def workspace_menu(self, menu: MenuRegistrar) -> None:
        """Setup ▸ QuickBooks."""
        for path, form, right in MENU:
            menu.add(path=(*QUICKBOOKS, *path), form=form, right=right)

    @hookimpl
    def workspace_context_actions(self, actions: ContextRegistrar) -> None:
        """The right-click on the Billing tab's payments."""
        actions.add(grid=PAYMENTS, path=("Export To…", "QuickBooks"), form="export-payments", right="export")
        actions.add(grid=PAYMENTS, path=("QuickBooks History",), form="history-entries", right="view")
        actions.add(grid=PAYMENTS, path=("Undo in QuickBooks…",), form="undo", right="undo")
        hide, show = HidingDoor(self.runtime(), hidden=True), HidingDoor(self.runtime(), hidden=False)
        actions.add(grid=PAYMENTS, path=("Hide from QuickBooks",), call=hide, right="hide")
        actions.add(grid=PAYMENTS, path=("Show to QuickBooks",), call=show, right="hide")

    @hookimpl
    def workspace_forms(self, forms: FormRegistrar) -> None:
        """The forms, each behind its door."""
        for make in FORMS:
            forms.add(FormDoor(self.runtime(), form := make(self.runtime())))
            if isinstance(form, ExportPayments):
                forms.add(FormDoor(self.runtime(), ExportPreview(self.runtime(), form)))
            if isinstance(form, ImportPayments):
                forms.add(FormDoor(self.runtime(), ImportPreview(self.runtime(), form)))

    @hookimpl
    def workspace_record_sections(self, sections: SectionRegistrar) -> None:
        """What is known of a record that the host opens."""
        sections.add(kinds=RECORDS, read=RecordReader(self.runtime()))

    @hookimpl
    def workspace_jobs(self, jobs: JobRegistrar) -> None:
        """What runs by itself, as the program: settling and a look at a quiet QuickBooks every few minutes, pruning of the history
        once a day, and a look at the timetable every minute."""
        runtime = self.runtime()
        jobs.add(id="look", every=LOOK_EVERY, call=runtime.look_at_quickbooks)
        jobs.add(id="settle", every=SETTLE_EVERY, call=runtime.as_program(runtime.settle_job.run))
        jobs.add(id="prune-history", every=PRUNE_EVERY, call=runtime.prune_history.run)
        jobs.add(id="by-itself", every=TIMETABLE_EVERY, call=runtime.as_program(ByItself(runtime).run))

    @hookimpl
    def workspace_support(self, support: SupportRegistrar) -> None:
        """The add-in's parts of a support bundle."""
        for name, content in self.runtime().support_parts().items():
            support.add(name=name, content=content)

    @hookimpl
    def workspace_stop(self) -> None:
        """Close the database connections."""
        if self._runtime is not None:
            self._runtime.close()


def create() -> QuickBooksAddIn:
    """The factory of the entry point."""
    return QuickBooksAddIn()
