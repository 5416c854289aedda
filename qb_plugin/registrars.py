"""Registrars that the host hands to the hooks, as Protocols: for menu entries, context actions, forms, jobs, support parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from qb_plugin.forms.protocol import Form, RowsCall
from qb_plugin.forms.records.shapes import SectionReader


class MenuRegistrar(Protocol):
    """Takes menu entries."""

    def add(self, *, path: Sequence[str], form: str, right: str = "view") -> None: ...


class ContextRegistrar(Protocol):
    """Takes entries of a grid's context menu: either a form to open on the selection, or a call with it."""

    def add(
        self,
        *,
        grid: str,
        path: Sequence[str],
        form: str | None = None,
        call: RowsCall | None = None,
        right: str = "view",
    ) -> None: ...


class FormRegistrar(Protocol):
    """Takes forms (docs/writing-a-host.md)."""

    def add(self, form: Form, /) -> None: ...


class SectionRegistrar(Protocol):
    """Takes readers of what this add-in knows of a record that the host opens, by the record's kind."""

    def add(self, *, kinds: Sequence[str], read: SectionReader) -> None: ...


class JobRegistrar(Protocol):
    """Takes background jobs that the host calls every so many seconds, and once at start."""

    def add(self, *, id: str, every: float, call: Callable[[], None]) -> None: ...


class SupportRegistrar(Protocol):
    """Takes parts of a support bundle: plain data without names of people, amounts, references or secrets."""

    def add(self, *, name: str, content: object) -> None: ...
