"""The marker at the end of PrivateNote: it alone proves that a QuickBooks transaction is ours (docs/architecture.md rule 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qb_plugin.model import Kind, Operation, Ref

_PATTERN = re.compile(r"\[WS ([A-Za-z0-9]+)-(payment|credit_memo|apply)-([^\]\s]+)\]\s*$")


@dataclass(frozen=True, slots=True)
class Marker:
    """Which firm's record a transaction was made from, and whether it is the record itself or its application."""

    firm: str
    source: Ref
    operation: Operation = Operation.CREATE

    def __str__(self) -> str:
        kind = "apply" if self.operation is Operation.APPLY else self.source.kind.value
        return f"[WS {self.firm}-{kind}-{self.source.id}]"


def find_marker(note: str | None) -> Marker | None:
    """The marker a note ends with, if it does. Only the last one counts: text before it is the user's."""
    found = _PATTERN.search(note or "")
    if not found:
        return None
    firm, kind, identity = found.groups()
    if kind == "apply":
        return Marker(firm, Ref(Kind.CREDIT_MEMO, identity), Operation.APPLY)
    return Marker(firm, Ref(Kind(kind), identity))


def with_marker(memo: str, marker: Marker) -> str:
    """The memo with our marker at its end."""
    return f"{memo.rstrip()} {marker}".lstrip()
