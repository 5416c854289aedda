"""What is shown of one record when it is opened: sections of facts and small tables, as plain data that any host can draw.

Money is text with a point, a date `YYYY-MM-DD`, a moment `YYYY-MM-DD HH:MM:SS` of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, Protocol, TypeAlias, TypedDict

from qb_plugin.forms.descriptions import FormRequest
from qb_plugin.host import User

FactType: TypeAlias = Literal["text", "money", "date", "moment"]


class SectionLink(TypedDict):
    """A way to more, by one of three: a record of the host, a form, or an address for a browser."""

    label: str
    record: NotRequired[str]  # invoice:5
    form: NotRequired[str]
    request: NotRequired[FormRequest]  # how the form is opened
    url: NotRequired[str]


class Fact(TypedDict):
    """One line of a section: what it is, and its value."""

    label: str
    value: str
    type: NotRequired[FactType]  # else text
    links: NotRequired[Sequence[SectionLink]]


class SectionColumn(TypedDict):
    """A column of a section's table."""

    key: str
    label: str
    type: NotRequired[FactType]  # else text


class SectionRow(TypedDict):
    """A row of a section's table."""

    cells: Mapping[str, str]
    links: NotRequired[Sequence[SectionLink]]


class Section(TypedDict):
    """A part of what is shown of a record. `problem` says why it, or a part of it, could not be read: what is missing then is not
    known, and is not nothing."""

    title: str
    facts: Sequence[Fact]
    columns: NotRequired[Sequence[SectionColumn]]  # with `rows`: a table below the facts
    rows: NotRequired[Sequence[SectionRow]]
    empty: NotRequired[str]  # what a table without rows says
    note: NotRequired[str]  # a sentence above the facts
    problem: NotRequired[str]


class SectionReader(Protocol):
    """Reads what an add-in knows of a record; nothing for one that it does not know. `user` is who asks."""

    def __call__(self, ref: str, /, *, user: User | None = None) -> Sequence[Section]: ...
