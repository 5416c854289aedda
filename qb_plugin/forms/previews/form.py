"""The previews of an export and of an import: what would become of each row picked, and the button that does just that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Notice,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.matching.creating import CREATE_CUSTOMERS
from qb_plugin.forms.presentation import catch_failures, catch_row_failures, present_title, present_unavailable, spell_count
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import in_cell
from qb_plugin.model import Message


class Previewed(Protocol):
    """What was picked for a preview, and what was said of it."""

    @property
    def ids(self) -> Sequence[str]: ...
    @property
    def answer(self) -> Answer: ...
    @property
    def edits(self) -> Edits: ...
    @property
    def at(self) -> str: ...
    @property
    def busy(self) -> bool: ...
    @property
    def ready(self) -> list[str]: ...
    @property
    def told(self) -> Message: ...


Picked = TypeVar("Picked", bound=Previewed)


class Previewing(Protocol[Picked]):
    """The form that rows are picked in for a preview, and that runs them."""

    def previewed(self, token: object) -> Picked: ...
    def foresee(self, previewed: Picked) -> None: ...
    def run_previewed(self, previewed: Picked, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary: ...
    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult: ...
    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary: ...


class PreviewForm(ABC, Generic[Picked]):
    """A preview. Opening it plans what was picked, so opening it again is a new one; it writes nothing until its own button is
    pressed."""

    id: str
    offer: Offer
    verb: str  # Export, Import
    name: str  # of what is previewed
    run_all: Action
    run_row: str  # the other form's own action, for the buttons under the grid

    def __init__(self, services: FormServices, picking: Previewing[Picked]) -> None:
        self._services, self._picking = services, picking

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description, with how many rows are ready in its button."""
        token = (request.get("answer") or {}).get("token")
        previewed, unavailable = self._plan(token)
        ready = len(previewed.ready)
        return {
            "id": self.id,
            "title": f"{self.offer.title}: {self.name} of {spell_count(len(previewed.ids))}",
            "subtitle": present_title(self._services.host, self._services.connection()),
            "fields": [],
            "answer": {},
            "search": True,
            "columns": self.offer.columns,
            "actions": [{**self.run_all, "label": f"{self.verb} these {ready}"}] if ready and not unavailable else [],
            "row_actions": [],
            "notice": self._notice(previewed),
            "warning": None,
            "unavailable": unavailable,
            "token": token if isinstance(token, str) else "",
            "reopens": True,
        }

    def _plan(self, token: object) -> tuple[Picked, Unavailable | None]:
        previewed = self._picking.previewed(token)
        if not previewed.ids:
            return previewed, {"text": self._services.sentences.text(Message("preview_gone")), "link": None}
        try:
            if not previewed.busy:
                self._picking.foresee(previewed)
        except AddInError as failure:
            return previewed, present_unavailable(self._services.sentences, failure)
        return previewed, None

    def _notice(self, previewed: Picked) -> Notice | None:
        return {"text": self._services.sentences.text(previewed.told), "level": "info"} if previewed.at else None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The rows that were picked, each with what would become of it."""
        return catch_row_failures(self._services.sentences, partial(self.rows_of, answer, sort))

    @abstractmethod
    def rows_of(self, answer: Answer, sort: Sort | None) -> Rows:
        """The rows, or what reading them raises."""

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Do what mends a row, as the form that it was picked in does; everything is planned anew afterwards."""
        result = self._picking.act(action, self._picking.previewed(answer.get("token")).answer, ids, edits)
        return {**result, "reload": True} if result.get("rows") else result

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Run the rows that are ready as it was said of them; or the rows of a button under the grid, as they are now."""
        return catch_failures(self._services.sentences, partial(self._run, action, answer, ids, edits, task))

    def _run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        previewed, task = self._picking.previewed(answer.get("token")), in_cell(task, "will_be", lambda _: "")
        if action == self.run_all["id"]:
            return self._picking.run_previewed(previewed, previewed.ready or ids, edits, task)
        if action in (self.run_row, CREATE_CUSTOMERS):
            return self._picking.run(action, previewed.answer, ids, {**previewed.edits, **edits}, task)
        raise no_such_action(action)

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
