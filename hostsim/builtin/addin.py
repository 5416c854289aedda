"""The host's own menus and forms, registered through the same hooks that add-ins use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pluggy

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.hookspecs import PROJECT
from hostsim.addins.registrars import ContextActions, Forms, Menu
from hostsim.builtin.list_grids import client_grid, invoice_grid
from hostsim.builtin.payment_grid import PaymentGrid
from hostsim.builtin.record_form import RecordForm
from hostsim.builtin.text_forms import SupportForm, TextForm
from hostsim.builtin.user_forms import UserForm, UsersForm
from hostsim.practice.database import Practice

hookimpl = pluggy.HookimplMarker(PROJECT)

PAGES = (("Clients", "/clients"), ("Invoices", "/billing/invoices"), ("Payments", "/billing/payments"))
RECORD_GRIDS = ("billing.payments", "billing.invoices", "clients")
LOOKS = (("As the system", "look:system"), ("Light", "look:light"), ("Dark", "look:dark"))
KEYS = """Arrows, Home, End, Page keys move through a grid. Space selects a row, Shift with an arrow extends, Ctrl+A selects all.
Enter or F2 opens a list in a cell; where there is none, the row, as a double click does.
Shift+F10 or the menu key opens the context menu. F10 goes to the menu bar. Esc closes."""


class BuiltinAddIn:
    """The host's own menus, grids and text forms, as an add-in."""

    def __init__(
        self, practice: Practice, labels: Mapping[str, str], user: ActingUser, addins: Callable[[], Sequence[tuple[str, str, str]]]
    ) -> None:
        self._practice, self._labels, self._user, self._addins = practice, labels, user, addins

    @hookimpl
    def workspace_menu(self, menu: Menu) -> None:
        """File, View, Setup and Help as they are without any add-in."""
        menu.add(path=("File", "Save as CSV"), command="csv")
        menu.add(path=("File", "Add-ins…"), form="add-ins")
        for label, page in PAGES:
            menu.add(path=("View", label), page=page)
        for label, command in LOOKS:
            menu.add(path=("View", "Colors", label), command=command)
        menu.add(path=("Setup", "Firm settings…"), form="firm-settings")
        menu.add(path=("Setup", "Users…"), form="users", right="configure")
        menu.add(path=("Help", "Keyboard…"), form="keyboard")
        menu.add(path=("Help", "Support Bundle…"), form="support-bundle")
        menu.add(path=("Help", "About WorkSpace…"), form="about")

    @hookimpl
    def workspace_forms(self, forms: Forms) -> None:
        """The three grids and the pages of a few sentences."""
        forms.add(client_grid(self._practice))
        forms.add(invoice_grid(self._practice))
        forms.add(PaymentGrid(self._practice, self._labels))
        forms.add(RecordForm(self._practice, self._labels))
        forms.add(UsersForm(self._practice.people))
        forms.add(UserForm(self._practice.people, self._user))
        forms.add(TextForm("firm-settings", "Firm settings", self._firm))
        forms.add(TextForm("add-ins", "Add-ins", self._list_addins))
        forms.add(TextForm("keyboard", "Keyboard", lambda: KEYS))
        forms.add(SupportForm())
        forms.add(
            TextForm("about", "About WorkSpace", lambda: "A simulated WorkSpace to develop, demonstrate and test add-ins against.")
        )

    @hookimpl
    def workspace_context_actions(self, actions: ContextActions) -> None:
        """Open a record from its grid."""
        for grid in RECORD_GRIDS:
            actions.add(grid=grid, path=("Open",), form="record")

    def _firm(self) -> str:
        return f"{self._practice.firm.name}\nAt work: {self._user.name} ({', '.join(sorted(self._user.rights))})"

    def _list_addins(self) -> str:
        return "\n".join(f"{name} {version}: {state}" for name, version, state in self._addins()) or "None is installed."
