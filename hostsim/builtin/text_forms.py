"""Forms that only say something: firm settings, the list of add-ins, one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hostsim.addins.form_protocol import RowReporter, Rows

SUPPORT = (
    "One file for whoever helps you when something does not work: versions, add-ins, settings by name, counts, how rows of the "
    "last runs ended, codes of faults and QuickBooks' trace ids.\n"
    "It holds no names, amounts, references, memos, tokens or passwords. Everything in it is plain text that you can read first."
)


class NoteForm:
    """A form of a few sentences, without fields, grid or actions; `text` is asked each time it opens."""

    def __init__(self, id: str, title: str, text: Callable[[], str]) -> None:
        self._id, self._title, self._text = id, title, text

    @property
    def id(self) -> str:
        """Its id in menus."""
        return self._id

    def open(self, _request: Mapping[str, Any], /) -> dict[str, Any]:
        """Describe the form; the request changes nothing."""
        return note(self._id, self._title, self._text())

    def rows(self, _answer: Mapping[str, Any], _sort: Mapping[str, Any] | None, /) -> Rows | Mapping[str, Any]:
        """Answer that there are none."""
        return {"rejected": {}}

    def act(self, _action: str, _answer: Mapping[str, Any], _ids: Sequence[str], _edits: Mapping[str, Any], /) -> dict[str, Any]:
        """Do nothing: there is no action."""
        return {}

    def run(
        self, _action: str, _answer: Mapping[str, Any], _ids: Sequence[str], _edits: Mapping[str, Any], _task: RowReporter, /
    ) -> dict[str, Any]:
        """Do nothing: there is no action."""
        return {"counts": {}}

    def options(self, _name: str, _search: str, /) -> list[Mapping[str, Any]]:
        """Offer nothing: there is no field."""
        return []


class RecordForm(NoteForm):
    """One payment or credit memo, opened from a selection."""

    def __init__(self, describe: Callable[[str], str]) -> None:
        super().__init__("record", "Record", lambda: "")
        self._describe = describe

    def open(self, request: Mapping[str, Any], /) -> dict[str, Any]:
        """Describe the first selected record."""
        selection = request.get("selection") or []
        return note(self.id, "Record", self._describe(selection[0]) if selection else "Nothing is selected.")


class SupportForm(NoteForm):
    """Says what a support bundle holds, and saves one."""

    def __init__(self) -> None:
        super().__init__("support-bundle", "Support Bundle", lambda: SUPPORT)

    def open(self, request: Mapping[str, Any], /) -> dict[str, Any]:
        """Describe the form, with its button."""
        save = {"id": "save", "label": "Save Bundle", "kind": "act", "needs": "nothing", "primary": True}
        return {**super().open(request), "actions": [save]}

    def act(self, _action: str, _answer: Mapping[str, Any], _ids: Sequence[str], _edits: Mapping[str, Any], /) -> dict[str, Any]:
        """Send the browser for the file."""
        return {"save": "/api/support-bundle"}


def note(id: str, title: str, text: str) -> dict[str, Any]:
    """A form's description that consists of a notice."""
    return {
        "id": id,
        "title": title,
        "subtitle": "",
        "fields": [],
        "answer": {},
        "columns": None,
        "actions": [],
        "row_actions": [],
        "notice": {"text": text, "level": "info"},
        "token": "",
    }
