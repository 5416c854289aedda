"""Hiding of records from QuickBooks by hand, as marks of the host."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import ActResult
from qb_plugin.forms.presentation import spell_count
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome


def set_hidden(services: FormServices, ids: Sequence[str], hidden: bool) -> ActResult:
    """Hide or show records; the grid changes when it is read again."""
    services.host.marks.put([{"ref": ref, "hidden": hidden} for ref in ids])
    key = "rows_hidden" if hidden else "rows_shown"
    text = services.sentences.text(Message(key, {"n": spell_count(len(ids))}))
    outcome = Outcome.HIDDEN if hidden else Outcome.READY
    return {"notice": text, "level": "info", "rows": [{"id": ref, "outcome": outcome.value} for ref in ids], "reload": True}
