"""Actions that forms offer, and the check of a request for one: a form's own action or a row's fix, within the user's rights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from hostsim.addins.acting_user import ActingUser, may_not
from hostsim.addins.descriptions import Action, FormDescription, Row
from hostsim.refusals import RightMissing, Unfit


@dataclass(slots=True)
class OfferedActions:
    """Actions by form and id, as last offered: opening a form to ask for them may cost calls to a network."""

    _actions: dict[tuple[str, str], Action] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, form: str, description: FormDescription) -> None:
        """Store what this description offers; a button takes precedence over a context-menu entry of the same id."""
        offered = [*description.get("row_actions", ()), *description.get("actions", ())]
        with self._lock:
            self._opened.add(form)
            self._actions.update({(form, each["id"]): each for each in offered})

    def opened(self, form: str) -> bool:
        """Whether the form was opened since the host started."""
        return form in self._opened

    def get(self, form: str, action: str) -> Action | None:
        """The action; None when the form has not offered it."""
        return self._actions.get((form, action))


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action that a user asks for; `rows` reads the rows it is to be done on, none when they are too many for a fix."""

    form: str
    action: str
    kind: Literal["run", "act"]
    rows: Callable[[], Iterable[Row]]


def check_action(request: ActionRequest, offered: OfferedActions, user: ActingUser) -> None:
    """Unfit when neither the form nor every row offers the action; RightMissing when the user may not take it."""
    action = offered.get(request.form, request.action)
    if action is not None and action.get("kind", "act") == request.kind:
        check_right(action.get("right", "view"), user)
    elif not is_fix(request, user):
        raise Unfit(f"This form offers {user.name} no such action: {request.action}. Nothing was done.")


def is_fix(request: ActionRequest, user: ActingUser) -> bool:
    """Whether every row offers the action as a fix; a fix needs the right to match, because all fixes change links."""
    rows = list(request.rows())
    if not rows:
        return False
    check_right("match", user)
    return all(any(fix.get(request.kind) == request.action for fix in row.get("fixes", ())) for row in rows)


def check_right(right: str, user: ActingUser) -> None:
    """RightMissing when the user does not have the right."""
    if right not in user.rights:
        raise RightMissing(may_not(user.name, right))
