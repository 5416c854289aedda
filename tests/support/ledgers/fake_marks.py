"""Marks in memory, by company: what a host that is not ours might bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.ledgers.fake_ledger_values import FakeMark


@dataclass(slots=True)
class FakeMarks:
    """Marks by record, those of the company in use; `others` are those of the other companies."""

    marks: dict[str, FakeMark] = field(default_factory=dict)
    scope: str = ""
    others: dict[str, dict[str, FakeMark]] = field(default_factory=dict)

    def use(self, scope: str) -> None:
        """Show this company's marks from now on."""
        chosen = self.of(scope)
        if scope and self.scope != scope:
            self.others[self.scope], self.scope = self.marks, scope
            self.others.pop(scope, None)
            self.marks = chosen

    def of(self, scope: str) -> dict[str, FakeMark]:
        """The marks of a company; the first takes over those there are."""
        if scope and not self.scope and not self.others:
            self.scope = scope
        if scope in {"", self.scope}:
            return self.marks
        hidden = {ref: FakeMark(ref, hidden=True) for ref, mark in self.marks.items() if mark.hidden}
        return self.others.setdefault(scope, hidden)

    def get(self, refs: Sequence[str], scope: str = "") -> Mapping[str, FakeMark]:
        """The marks of these records that have one."""
        marks = self.of(scope)
        return {ref: marks[ref] for ref in refs if ref in marks}

    def put(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Change what each change names."""
        for change in changes:
            state = {name: value for name, value in change.items() if name not in {"ref", "scope", "hidden"}}
            self.write(self.of(change.get("scope", "")), change["ref"], state)
            for marks in (self.marks, *self.others.values()) if "hidden" in change else ():
                self.write(marks, change["ref"], {"hidden": change["hidden"]})

    def write(self, marks: dict[str, FakeMark], ref: str, values: Mapping[str, Any]) -> None:
        """Change one mark."""
        marks[ref] = replace(marks.get(ref, FakeMark(ref)), **values)

    def marked(self, state: str, scope: str = "") -> Sequence[str]:
        """All records with this state."""
        return [ref for ref, mark in self.of(scope).items() if mark.state == state]
