"""Registrars that hooks are given: each takes plain data, checks it at once and stores it for the host."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import ActResult
from hostsim.addins.form_protocol import Form
from hostsim.addins.record_sections import SectionReader

RIGHTS = ("view", "import", "export", "hide", "match", "undo", "configure")
RECORD_KINDS = ("payment", "credit_memo", "invoice", "client")
MENUS = ("File", "View", "Setup", "Help")
FORM_METHODS = ("open", "rows", "act", "run", "options")


class RegistrationError(ValueError):
    """A registration that does not fit; the text says what and where."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the menu bar: it opens a form; the host's own may also go to a page or run a command of the page."""

    path: tuple[str, ...]
    form: str | None = None
    right: str = "view"
    page: str | None = None
    command: str | None = None


class RowsCall(Protocol):
    """What an entry of a context menu calls: with the ids of the rows, and with who acts."""

    def __call__(self, ids: Sequence[str], /, *, user: ActingUser | None = None) -> ActResult: ...


@dataclass(frozen=True, slots=True)
class ContextAction:
    """An entry of a grid's context menu: a form to open on the selection, or a function to call with it."""

    grid: str
    path: tuple[str, ...]
    form: str | None = None
    call: RowsCall | None = None
    right: str = "view"


@dataclass(frozen=True, slots=True)
class Job:
    """A function the host calls at start and every so many seconds."""

    id: str
    every: float
    call: Callable[[], None]


@dataclass(slots=True)
class Menu:
    """Takes menu entries."""

    entries: list[MenuEntry] = field(default_factory=list)

    def add(
        self,
        *,
        path: Sequence[str],
        form: str | None = None,
        right: str = "view",
        page: str | None = None,
        command: str | None = None,
    ) -> None:
        """Add an entry under File, View, Setup or Help; RegistrationError when it does not fit."""
        _check_path(path)
        if path[0] not in MENUS or len(path) < 2:
            raise RegistrationError(f"menu entry {' ▸ '.join(path)}: the menus are {', '.join(MENUS)}")
        if sum(target is not None for target in (form, page, command)) != 1:
            raise RegistrationError(f"menu entry {' ▸ '.join(path)} must name one form")
        _check_right(path, right)
        self.entries.append(MenuEntry(tuple(path), form, right, page, command))


@dataclass(slots=True)
class ContextActions:
    """Takes entries of context menus."""

    actions: list[ContextAction] = field(default_factory=list)

    def add(
        self,
        *,
        grid: str,
        path: Sequence[str],
        form: str | None = None,
        call: RowsCall | None = None,
        right: str = "view",
    ) -> None:
        """Add an entry with either a form or a call; RegistrationError when it does not fit."""
        _check_path(path)
        if (form is None) == (call is None):
            raise RegistrationError(f"context action {' ▸ '.join(path)} must name either a form or a call")
        _check_right(path, right)
        self.actions.append(ContextAction(grid, tuple(path), form, call, right))


@dataclass(slots=True)
class Forms:
    """Takes forms, by id."""

    forms: dict[str, Form] = field(default_factory=dict)

    def add(self, form: Form) -> None:
        """Add a form; RegistrationError when a method is missing or the id is taken."""
        missing = [name for name in FORM_METHODS if not callable(getattr(form, name, None))]
        if missing or not isinstance(getattr(form, "id", None), str):
            raise RegistrationError(f"form {getattr(form, 'id', form)!r} lacks {', '.join(missing or ['id'])}")
        if form.id in self.forms:
            raise RegistrationError(f"form {form.id!r} is registered twice")
        self.forms[form.id] = form


@dataclass(slots=True)
class RecordSections:
    """Takes readers of what an add-in knows of a record, by the record's kind."""

    readers: dict[str, SectionReader] = field(default_factory=dict)

    def add(self, *, kinds: Sequence[str], read: SectionReader) -> None:
        """Add a reader; RegistrationError for a kind that there is not, or that has a reader already."""
        for kind in kinds:
            if kind not in RECORD_KINDS or kind in self.readers:
                raise RegistrationError(f"sections of {kind!r}: each of {', '.join(RECORD_KINDS)} has one reader of an add-in")
            self.readers[kind] = read


@dataclass(slots=True)
class Jobs:
    """Takes background jobs."""

    jobs: list[Job] = field(default_factory=list)

    def add(self, *, id: str, every: float, call: Callable[[], None]) -> None:
        """Add a job; RegistrationError when it would run without a pause."""
        if every <= 0:
            raise RegistrationError(f"job {id!r} must pause between calls")
        self.jobs.append(Job(id, every, call))


@dataclass(slots=True)
class Support:
    """Takes an add-in's parts of a support bundle, by name."""

    parts: dict[str, object] = field(default_factory=dict)

    def add(self, *, name: str, content: object) -> None:
        """Add a part of plain data; RegistrationError when name or content does not fit."""
        if not re.fullmatch("[a-z][a-z0-9-]*", name) or name in self.parts:
            raise RegistrationError(f"support part {name!r}: a name is lower-case letters, digits and hyphens, and used once")
        try:
            self.parts[name] = json.loads(json.dumps(content, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            raise RegistrationError(f"support part {name!r} is not plain data") from None


def _check_path(path: Sequence[str]) -> None:
    if isinstance(path, str) or not path or not all(isinstance(label, str) and label for label in path):
        raise RegistrationError(f"{path!r} is not a path of labels")


def _check_right(path: Sequence[str], right: str) -> None:
    if right not in RIGHTS:
        raise RegistrationError(f"{' ▸ '.join(path)}: {right!r} is not one of the rights {', '.join(RIGHTS)}")
