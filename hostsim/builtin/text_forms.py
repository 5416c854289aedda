"""Forms of text alone: firm settings, the list of add-ins, the support bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import (
    Action,
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
)
from hostsim.addins.form_protocol import RowReporter, Rows

SUPPORT = (
    "One file for whoever helps you when something does not work: versions, add-ins, settings by name, counts, how rows of the "
    "last runs ended, codes of faults and QuickBooks' trace ids.\n"
    "It holds no names, amounts, references, memos, tokens or passwords. Everything in it is plain text that you can read first."
)


class FileResult(ActResult, total=False):
    """The result of the host's own action that gives a file."""

    save: str  # address of the file, for the page


class TextForm:
    """A form of a few sentences, without fields, grid or actions; `text` is called each time it opens."""

    def __init__(self, id: str, title: str, text: Callable[[], str]) -> None:
        self._id, self._title, self._text = id, title, text

    @property
    def id(self) -> str:
        """Its id in menus."""
        return self._id

    def open(self, _request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the form; the request changes nothing."""
        return text_form(self._id, self._title, self._text())

    def rows(self, _answer: Answer, _sort: Sort | None, /, *, user: ActingUser | None = None) -> Rows | Rejected:
        """Answer that there are none."""
        return {"rejected": {}}

    def act(
        self, _action: str, _answer: Answer, _ids: Sequence[str], _edits: Edits, /, *, user: ActingUser | None = None
    ) -> ActResult:
        """Do nothing: there is no action."""
        return {}

    def run(
        self,
        _action: str,
        _answer: Answer,
        _ids: Sequence[str],
        _edits: Edits,
        _task: RowReporter,
        /,
        *,
        user: ActingUser | None = None,
    ) -> RunSummary:
        """Do nothing: there is no action."""
        return {}

    def options(self, _name: str, _search: str, /, *, user: ActingUser | None = None) -> Sequence[Option]:
        """Offer nothing: there is no field."""
        return []


class SupportForm(TextForm):
    """Says what a support bundle holds, and saves one."""

    def __init__(self) -> None:
        super().__init__("support-bundle", "Support Bundle", lambda: SUPPORT)

    def open(self, request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the form, with its button."""
        save: Action = {"id": "save", "label": "Save Bundle", "kind": "act", "needs": "nothing", "primary": True}
        return {**super().open(request), "actions": [save]}

    def act(
        self, _action: str, _answer: Answer, _ids: Sequence[str], _edits: Edits, /, *, user: ActingUser | None = None
    ) -> FileResult:
        """Send the browser for the file."""
        return {"save": "/api/support-bundle"}


def text_form(id: str, title: str, text: str) -> FormDescription:
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
