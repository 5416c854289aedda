"""A case written down whole: settings, preferences and steps that fill a company, as JSON. docs/simulator.md has the format."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hostsim.qbo_simulator.base.clock import parse_time
from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.base.http import Record, load
from hostsim.qbo_simulator.books.atomic import atomic
from hostsim.qbo_simulator.books.changes import Write, perform
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.books.lists.merge import merge_customers

_PARTS = frozenset({"settings", "preferences", "steps"})
_EXTRA = frozenset({"as", "at", "body", "into", "remove", "set"})
_NAMES = ("DisplayName", "Name", "DocNumber", "PaymentRefNum", "Code")


class BooksFileError(ValueError):
    """A case that cannot be built; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class BooksFile:
    """A case as it is written down; a bare list is its steps."""

    settings: dict[str, Any]
    preferences: Record
    steps: list[Record]


def read_books(content: object) -> BooksFile:
    """The parts of a case; BooksFileError for anything of another shape."""
    parts = {"steps": content} if isinstance(content, list) else content
    if not isinstance(parts, dict) or not set(parts) <= _PARTS:
        raise BooksFileError(f"a list of steps is expected, or an object with {', '.join(sorted(_PARTS))}")
    settings, preferences, steps = parts.get("settings", {}), parts.get("preferences", {}), parts.get("steps", [])
    if not (isinstance(settings, dict) and isinstance(preferences, dict) and isinstance(steps, list)):
        raise BooksFileError("settings and preferences are objects, steps is a list")
    return BooksFile(settings, preferences, steps)


def build_books(company: Company, books: BooksFile, now: datetime) -> dict[str, str]:
    """Carry out preferences and steps, all or none; the ids by the names that the steps give."""
    builder = _Builder(company, now)
    try:
        with atomic(company):
            if books.preferences:
                builder.prefer(books.preferences)
            for number, step in enumerate(books.steps, 1):
                builder.number = number
                builder.take(step)
    except RefusedError as error:
        raise BooksFileError(f"step {builder.number}: {error.refusal.code} {error}") from error
    return {name: identity for name, (_, identity) in builder.names.items()}


@dataclass(slots=True)
class _Builder:
    """The company while a case is built; `names` are the records made, by their local names."""

    company: Company
    now: datetime
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    number: int = 0

    def prefer(self, preferences: Record) -> None:
        token = (self.company.tables["Preferences"].get(1) or {}).get("SyncToken", "0")
        body = {**preferences, "Id": "1", "SyncToken": token, "sparse": True}
        perform(self.company, Write("Preferences", "update", body), self.now)

    def take(self, step: object) -> None:
        """One step: the key that is an action says what to do."""
        if not isinstance(step, dict) or len(actions := _ACTIONS.keys() & step.keys()) != 1 or not step.keys() <= actions | _EXTRA:
            raise self.wrong(f"needs one of {', '.join(sorted(_ACTIONS))}, and takes {', '.join(sorted(_EXTRA))}")
        try:
            at = parse_time(str(step["at"])) if "at" in step else self.now
        except ValueError:
            raise self.wrong("at is a date or date-time") from None
        action = next(iter(actions))
        _ACTIONS[action](self, step, at)

    def wrong(self, text: str) -> BooksFileError:
        return BooksFileError(f"step {self.number}: {text}")

    def create(self, step: Record, at: datetime) -> None:
        kind = str(step["create"])
        if kind not in KINDS:
            raise self.wrong(f"no entity is called {kind}")
        body = self.resolved(step.get("body", {}), "")
        made = load(perform(self.company, Write(kind, "create", body, allow_duplicate=True, building=True), at))
        if "as" in step:
            self.names[str(step["as"])] = (kind, str(made["Id"]))

    def change(self, operation: str, step: Record, at: datetime) -> None:
        kind, identity = self.record(str(step[operation]))
        stored = self.company.tables[kind].get(int(identity)) or {}
        body = self.resolved(step.get("body", {}), "")
        if not isinstance(body, dict):
            raise self.wrong("body is an object")
        whole = {**body, "Id": identity, "SyncToken": stored.get("SyncToken", "0"), "sparse": True}
        perform(self.company, Write(kind, operation, whole), at)

    def merge(self, step: Record, at: datetime) -> None:
        (kind, loser), (other, winner) = self.record(str(step["merge"])), self.record(str(step.get("into")))
        if {kind, other} != {"Customer"}:
            raise self.wrong("two customers are merged")
        merge_customers(self.company, int(loser), int(winner), at)

    def alter(self, step: Record, _at: datetime) -> None:
        kind, identity = self.record(str(step["alter"]))
        self.company.alterations.alter(f"{kind}:{identity}", step.get("remove", []), step.get("set", {}))

    def resolved(self, value: object, key: str) -> object:
        """A body with the ids in place of `$name` and `$Kind:Name`; `$$` stands for a dollar sign at the beginning."""
        if isinstance(value, dict):
            return {name: self.resolved(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.resolved(each, key) for each in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if value.startswith("$$"):
            return value[1:]
        identity = self.record(value)[1]
        return {"value": identity} if key.endswith("Ref") else identity

    def record(self, name: str) -> tuple[str, str]:
        """The kind and id of `$name`, made by an earlier step, or of `$Kind:Name`, which the company has."""
        kind, _, own = name.removeprefix("$").partition(":")
        if kind in self.names and not own:
            return self.names[kind]
        found = self.found(kind, own.lower()) if kind in KINDS and own else None
        if found is None:
            raise self.wrong(f"nothing is called {name}")
        return kind, found

    def found(self, kind: str, name: str) -> str | None:
        table = self.company.tables[kind]
        for column in (each for each in _NAMES if each in table.positions):
            place = table.positions[column]
            for record, cells in table.rows.items():
                if cells[place] == name:
                    return str(record)
        return None


_ACTIONS: dict[str, Callable[[_Builder, Record, datetime], None]] = {
    "create": _Builder.create,
    "update": lambda builder, step, at: builder.change("update", step, at),
    "delete": lambda builder, step, at: builder.change("delete", step, at),
    "void": lambda builder, step, at: builder.change("void", step, at),
    "merge": _Builder.merge,
    "alter": _Builder.alter,
}
