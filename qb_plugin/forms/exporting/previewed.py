"""A preview of an export: the rows that were picked, what was said of each, and the grid that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from qb_plugin.forms.descriptions import Answer, Cells, Edits, Row
from qb_plugin.forms.presentation import present_applications, present_message
from qb_plugin.forms.previews.fates import EXPORTED, tell_fates
from qb_plugin.messages import Sentences
from qb_plugin.model import Message, Outcome, Ref
from qb_plugin.money import show_amount
from qb_plugin.sync.exporting.previewing.foresight import Fate, Foreseen
from qb_plugin.sync.exporting.previewing.promises import Promise

WILL_BE = {
    Fate.CREATED: "created",
    Fate.LINKED: "linked",
    Fate.ASKED: "asked about",
    Fate.NOT_SENT: "not sent",
    Fate.HERE: "as it is",
    Fate.LOOKED_UP: "looked up",
    Fate.LEFT_OUT: "left out",
}


@dataclass(slots=True)
class PreviewedExport:
    """Rows picked for a preview, with the answer and the edits they were picked under; `ran` are those exported since."""

    ids: Sequence[str]
    answer: Answer
    edits: Edits
    at: str = ""
    rows: dict[str, Foreseen] = field(default_factory=dict)
    ran: set[str] = field(default_factory=set)
    busy: bool = False  # while its rows are exported: then nothing is planned anew

    @property
    def ready(self) -> list[str]:
        """The rows that a run would create, link or apply."""
        return [row.id for row in self.rows.values() if row.result.outcome is Outcome.READY and row.id not in self.ran]

    def promises(self, ids: Sequence[str]) -> Mapping[Ref, Promise]:
        """What was said of these rows."""
        found = ((identity, self.rows.get(identity)) for identity in ids)
        return {Ref.parse(identity): row.promise for identity, row in found if row and row.promise}

    @property
    def told(self) -> Message:
        """All rows in a sentence."""
        return tell_fates(EXPORTED, ((row.fate.value, row.amount) for row in self.rows.values()), self.at)


def foresee_export(sentences: Sentences, previewed: PreviewedExport, row: Row) -> Row:
    """A row of the export with what would become of it."""
    foreseen = previewed.rows.get(row["id"])
    if foreseen is None:
        return row
    shown = present_message(sentences, foreseen.result.message, foreseen.result.quickbooks_id or "")
    cells: Cells = {**row["cells"], **fate_cells(foreseen, shown["message"])}
    return cast(Row, {**row, "cells": cells, "outcome": foreseen.result.outcome.value, **shown})


def fate_cells(row: Foreseen, reason: str) -> Cells:
    """What would become of a row, in its cells; of one that would not be sent the reason."""
    if row.result.outcome is not Outcome.READY:
        return {"will_be": WILL_BE[row.fate], "deposit": "", "applied": reason}
    rest = f"rest {show_amount(row.rest)} unapplied" if row.rest else ""
    applied = [present_applications(row.result.applied), rest]
    return {"will_be": WILL_BE[row.fate], "deposit": row.deposit, "applied": " · ".join(filter(None, applied))}
