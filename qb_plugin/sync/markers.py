"""The marker at the end of PrivateNote: which record a QuickBooks transaction was made from (docs/architecture.md rule 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qb_plugin.model import Kind, Operation, Ref, SourceRecord

# The birth is absent from markers of older versions, and of hosts that keep none.
_PATTERN = re.compile(r"\[WS ([A-Za-z0-9]+)-(payment|credit_memo|apply)-([^\]\s]+?)(?:~([A-Za-z0-9]+))?\]\s*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """Which firm's record a transaction was made from, and whether it is the record itself or its application.

    The birth tells two records apart that had the same id, one before a backup was restored and one after it.
    """

    firm: str
    source: Ref
    operation: Operation = Operation.CREATE
    birth: str = ""

    def __str__(self) -> str:
        kind = "apply" if self.operation is Operation.APPLY else self.source.kind.value
        return f"[WS {self.firm}-{kind}-{self.source.id}{'~' if self.birth else ''}{self.birth}]"

    def may_name(self, record: SourceRecord) -> bool:
        """Whether it may be this record's: the id is the record's, and no other birth says that it was another's."""
        births = {self.birth, record.birth} - {""}
        return self.source == record.ref and len(births) < 2


def find_marker(note: str | None) -> Marker | None:
    """The marker a note ends with, if it does. Only the last one counts: text before it is the user's."""
    found = _PATTERN.search(note or "")
    if not found:
        return None
    firm, kind, identity, birth = found.groups(default="")
    if kind == "apply":
        return Marker(firm, Ref(Kind.CREDIT_MEMO, identity), Operation.APPLY, birth)
    return Marker(firm, Ref(Kind(kind), identity), birth=birth)


def without_marker(note: str | None) -> str:
    """The note without our marker at its end: what people wrote."""
    return _PATTERN.sub("", note or "").rstrip()


def with_marker(memo: str, marker: Marker) -> str:
    """The memo with our marker at its end."""
    return f"{memo.rstrip()} {marker}".lstrip()
