"""A host without any web part: it loads the add-in through the same hooks and drives the same forms in plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pluggy

from hostsim.addins.hookspecs import PROJECT, WorkspaceHooks
from qb_plugin.forms.descriptions import ActResult, RowChange
from qb_plugin.forms.records.shapes import SectionReader
from qb_plugin.host import CallbackAnswer
from tests.support.hosts.text_drawing import draw_sections
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_marks import FakeMarks


@dataclass(frozen=True, slots=True)
class TextUser:
    """Somebody who may do everything."""

    name: str = "Lee Park"
    rights: frozenset[str] = frozenset({"view", "import", "export", "hide", "match", "undo", "configure"})


@dataclass(slots=True)
class TextHost:
    """The host's services, and what the add-in registered."""

    ledger: FakeLedger
    database_url: str
    options: Mapping[str, str]
    day: date
    program: str = "Park Practice"
    firm: str = "Park & Daughters"
    firm_id: str = "pd7"
    user: TextUser = field(default_factory=TextUser)
    redirect_uri: str = "http://localhost/callback"
    lines: list[str] = field(default_factory=list)
    rows: dict[str, RowChange] = field(default_factory=dict)
    entries: list[tuple[tuple[str, ...], str | None]] = field(default_factory=list)
    forms: dict[str, Any] = field(default_factory=dict)
    calls: dict[tuple[str, ...], Callable[[Sequence[str]], ActResult]] = field(default_factory=dict)
    jobs: dict[str, Callable[[], None]] = field(default_factory=dict)
    readers: dict[str, SectionReader] = field(default_factory=dict)
    callbacks: list[Callable[[Mapping[str, str]], CallbackAnswer]] = field(default_factory=list)
    dates: str = "YYYY-MM-DD"
    waits: list[str] = field(default_factory=list)
    cancelled: bool = False
    hasty: bool = False
    left: list[int | None] = field(default_factory=list)
    cancel_after: int | None = None
    when_running: Callable[[], None] | None = None  # called once, when the first row is on its way

    @property
    def marks(self) -> FakeMarks:
        """The ledger keeps them."""
        return self.ledger.marks

    def today(self) -> date:
        """A fixed day."""
        return self.day

    def data_key(self) -> bytes:
        """A key nobody else has."""
        return b"\x07" * 32

    def option(self, name: str) -> str | None:
        """What the test gave."""
        return self.options.get(name)

    def write_dates_as(self, pattern: str, /) -> None:
        """Another pattern for dates."""
        self.dates = pattern

    def say_wait(self, text: str, /) -> None:
        """Keep what was said."""
        self.waits.append(text)

    def on_callback(self, handler: Callable[[Mapping[str, str]], CallbackAnswer]) -> None:
        """Keep the handler for the test to call."""
        self.callbacks.append(handler)

    def load(self, addin: object) -> pluggy.PluginManager:
        """Register the add-in and call its hooks, as any host does."""
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(WorkspaceHooks)
        manager.register(addin)
        manager.hook.workspace_start(host=self)
        manager.hook.workspace_menu(menu=self)
        manager.hook.workspace_context_actions(actions=Context(self))
        manager.hook.workspace_forms(forms=Forms(self))
        manager.hook.workspace_record_sections(sections=RecordSections(self))
        manager.hook.workspace_jobs(jobs=Jobs(self))
        return manager

    def add(self, *, path: Sequence[str], form: str, right: str = "view") -> None:
        """A menu entry."""
        self.entries.append((tuple(path), form))

    def show(self, ref: str, user: TextUser | None = None) -> list[str]:
        """What the add-in tells of a record, drawn as lines."""
        read = self.readers[ref.partition(":")[0]]
        return list(draw_sections(read(ref, user=user)))

    def row(self, row: RowChange) -> None:
        """What has become of a row, as a line of text."""
        self.rows[row["id"]] = row
        if row["outcome"] == "running" and self.when_running:
            happens, self.when_running = self.when_running, None
            happens()
        self.lines.append(f"{row['outcome']} {row['id']} {row.get('message', '')}".rstrip())
        if self.cancel_after is not None and sum(" payment:" in line for line in self.lines) >= self.cancel_after:
            self.cancelled = True

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """How far it is, and how long the rest takes at least."""
        self.left.append(left)
        self.lines.append(f"{done}/{total}")

    def notice(self, text: str) -> None:
        """What the run says."""
        self.lines.append(f"* {text}")


@dataclass(slots=True)
class Context:
    """Takes context-menu entries."""

    host: TextHost

    def add(
        self,
        *,
        grid: str,
        path: Sequence[str],
        form: str | None = None,
        call: Callable[[Sequence[str]], ActResult] | None = None,
        right: str = "view",
    ) -> None:
        """An entry: a form to open, or a call."""
        self.host.entries.append(((grid, *path), form))
        if call:
            self.host.calls[tuple(path)] = call


@dataclass(slots=True)
class Forms:
    """Takes forms."""

    host: TextHost

    def add(self, form: Any) -> None:
        """A form, by id."""
        self.host.forms[form.id] = form


@dataclass(slots=True)
class RecordSections:
    """Takes readers of what an add-in knows of a record."""

    host: TextHost

    def add(self, *, kinds: Sequence[str], read: SectionReader) -> None:
        """A reader, by the kinds of record that it knows."""
        self.host.readers |= dict.fromkeys(kinds, read)


@dataclass(slots=True)
class Jobs:
    """Takes jobs; the test calls them."""

    host: TextHost

    def add(self, *, id: str, every: float, call: Callable[[], None]) -> None:
        """A job, by id."""
        self.host.jobs[id] = call
