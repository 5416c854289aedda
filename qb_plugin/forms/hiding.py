"""Hiding rows from QuickBooks and showing them again: the host's marks, set by hand."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import ActResult
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome


def set_hidden(services: FormServices, ids: Sequence[str], hidden: bool) -> ActResult:
    """Hide or show records; they leave or join the grid at its next reading."""
    services.host.marks.put([{"ref": ref, "hidden": hidden} for ref in ids])
    key = "rows_hidden" if hidden else "rows_shown"
    text = services.sentences.text(Message(key, {"n": rows_in_words(len(ids))}))
    outcome = Outcome.HIDDEN if hidden else Outcome.READY
    return {"notice": text, "level": "info", "rows": [{"id": ref, "outcome": outcome.value} for ref in ids], "reload": True}


def rows_in_words(count: int, word: str = "row") -> str:
    """`1 row`, `3 rows`; `1 client`."""
    return f"{count} {word}" + ("s" if count != 1 else "")
