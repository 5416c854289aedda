"""The door that every call of a host comes through: who acts, may they, does the form offer it, does it have the right shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.access.call_checks import (
    check_action,
    check_answer,
    check_edits,
    check_ids,
    check_request,
    check_right,
    check_sort,
)
from qb_plugin.forms.access.guide_pages import GUIDE_PAGES
from qb_plugin.forms.access.offer import OfferedForm
from qb_plugin.forms.descriptions import (
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
from qb_plugin.forms.hiding import set_hidden
from qb_plugin.forms.presentation import present_rejection
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices, use_dates
from qb_plugin.host import User


class FormDoor:
    """A form as hosts get it. Without a user of the call, the host's own user acts (docs/architecture.md rule P10)."""

    def __init__(self, services: FormServices, form: OfferedForm) -> None:
        self._services, self._form, self._offer = services, form, form.offer

    @property
    def id(self) -> str:
        """The form's id."""
        return self._form.id

    def open(self, request: FormRequest, *, user: User | None = None) -> FormDescription:
        """The form's description with what this user may do; without the right to open it, the reason in its place."""
        acting = user or self._services.host.user
        try:
            check_right(acting, self._offer.right)
            check_request(request)
        except AnswerRejected as rejection:
            return self._closed(self._services.sentences.text(rejection.message))
        with self._services.acting(acting):
            use_dates(self._services)
            description = self._form.open(request)
        description["help"] = GUIDE_PAGES.get(self.id, "")
        description["actions"] = allowed(description["actions"], acting)
        description["row_actions"] = allowed(description["row_actions"], acting)
        if description["columns"] is None and not description["actions"]:
            description["fields"] = []  # there is nothing that this user could do with them
        return description

    def _closed(self, reason: str) -> FormDescription:
        """The description of a form that is not opened: its title and the reason."""
        return {
            "id": self.id,
            "title": self._offer.title,
            "subtitle": "",
            "fields": [],
            "answer": {},
            "columns": None,
            "actions": [],
            "row_actions": [],
            "notice": None,
            "warning": None,
            "unavailable": {"text": reason, "link": None},
            "token": "",
        }

    def rows(self, answer: Answer, sort: Sort | None, *, user: User | None = None) -> Rows | Rejected:
        """The form's rows; a refusal in their place."""
        acting = user or self._services.host.user
        try:
            check_right(acting, self._offer.right)
            check_answer(answer)
            check_sort(self._offer, sort)
        except AnswerRejected as rejection:
            return {"rejected": present_rejection(self._services.sentences, rejection)}
        with self._services.acting(acting):
            return self._form.rows(answer, sort)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, *, user: User | None = None) -> ActResult:
        """What the form does at once; a refusal in its place."""
        check = partial(self._check, (action, "act"), answer, ids, edits)
        return self._let_in(user, check, lambda: self._form.act(action, answer, ids, edits))

    def run(
        self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task, *, user: User | None = None
    ) -> RunSummary:
        """What takes time; a refusal, without counts, in its place."""
        check = partial(self._check, (action, "run"), answer, ids, edits)
        return cast(RunSummary, self._let_in(user, check, lambda: self._form.run(action, answer, ids, edits, task)))

    def _check(self, action: tuple[str, str], answer: Answer, ids: Sequence[str], edits: Edits, user: User) -> None:
        check_action(self._offer, user, *action)
        check_answer(answer)
        check_ids(self._offer.kinds, ids)
        check_edits(self._offer, edits, action[1])
        for right in sorted({right for edit in edits.values() for key, right in self._offer.edit_rights.items() if edit.get(key)}):
            check_right(user, right)

    def _let_in(self, user: User | None, check: Callable[[User], None], call: Callable[[], ActResult]) -> ActResult:
        acting = user or self._services.host.user
        try:
            check(acting)
        except AnswerRejected as rejection:
            return {"rejected": present_rejection(self._services.sentences, rejection)}
        with self._services.acting(acting):
            use_dates(self._services)
            return call()

    def options(self, name: str, search: str, *, user: User | None = None) -> Sequence[Option]:
        """The entries of a choice cell; none for a user who may not open the form."""
        acting = user or self._services.host.user
        if self._offer.right not in acting.rights or not isinstance(search, str):
            return []
        with self._services.acting(acting):
            return self._form.options(name, search)


class HidingDoor:
    """An entry of the host's own grid that hides rows from QuickBooks, or shows them again."""

    def __init__(self, services: FormServices, hidden: bool) -> None:
        self._services, self._hidden = services, hidden

    def __call__(self, ids: Sequence[str], *, user: User | None = None) -> ActResult:
        """Hide or show the records; a refusal in its place."""
        try:
            check_right(user or self._services.host.user, "hide")
            check_ids(frozenset({"payment", "credit_memo"}), ids)
        except AnswerRejected as rejection:
            return {"rejected": present_rejection(self._services.sentences, rejection)}
        return set_hidden(self._services, ids, hidden=self._hidden)


def allowed(actions: Sequence[Action], user: User) -> list[Action]:
    """The actions that the user may take."""
    rights = user.rights  # which a host may read anew each time
    return [action for action in actions if action.get("right", "view") in rights]
