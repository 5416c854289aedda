"""The actions that forms have offered, so that a request for one can be checked without opening the form again."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ActionsSeen:
    """Actions by form and id, as last offered: opening a form may cost calls to a network."""

    _actions: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, form: str, description: Mapping[str, Any]) -> None:
        """Remember what this description offers; a button's entry wins over a context menu's of the same id."""
        offered = [*description.get("row_actions", ()), *description.get("actions", ())]
        with self._lock:
            self._opened.add(form)
            self._actions.update({(form, each["id"]): each for each in offered})

    def knows(self, form: str) -> bool:
        """Whether the form was opened since the host started."""
        return form in self._opened

    def get(self, form: str, action: str) -> Mapping[str, Any] | None:
        """The action; None when the form has not offered it."""
        return self._actions.get((form, action))
