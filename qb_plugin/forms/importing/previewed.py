"""A preview of an import: the rows that were picked, what was said of each, and the grid that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from qb_plugin.forms.descriptions import Answer, Edits, Row
from qb_plugin.forms.previews.fates import IMPORTED, tell_fates
from qb_plugin.model import Message, Outcome, RowResult
from qb_plugin.money import ZERO
from qb_plugin.sync.importing.compact_rows import CompactRows, unpack
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.importing.run_import import ImportOptions

FATES = {
    Outcome.READY: "recorded",
    Outcome.NEEDS_DECISION: "asked",
    Outcome.REMOVED: "asked",
    Outcome.SYNCHRONIZED: "here",
    Outcome.SKIPPED: "left_out",
}
WILL_BE = {
    "recorded": "recorded",
    "asked": "asked about",
    "here": "as it is",
    "left_out": "left out",
    "not_recorded": "not recorded",
}


@dataclass(slots=True)
class PreviewedImport:
    """Rows picked for a preview, with the answer and the edits they were picked under; `ran` are those imported since."""

    ids: Sequence[str]
    answer: Answer
    edits: Edits
    at: str = ""
    options: ImportOptions = field(default_factory=lambda: ImportOptions({}))
    kept: CompactRows = field(default_factory=CompactRows)
    ran: set[str] = field(default_factory=set)
    busy: bool = False  # while its rows are imported: then nothing is planned anew

    @property
    def rows(self) -> Sequence[ImportRow]:
        """The rows as they were planned."""
        return [unpack(row) for row in self.kept.rows.values()]

    @property
    def ready(self) -> list[str]:
        """The rows that a run would record."""
        return [row.id for row in self.rows if row.outcome is Outcome.READY and row.id not in self.ran]

    @property
    def told(self) -> Message:
        """All rows in a sentence."""
        results = {row.id: row for row in self.rows}
        fates = ((foreseen_result(self, identity), results.get(identity)) for identity in self.ids)
        return tell_fates(IMPORTED, ((fate_of(result.outcome), row.amount if row else ZERO) for result, row in fates), self.at)


def fate_of(outcome: Outcome) -> str:
    """What would become of a row that was planned so."""
    return FATES.get(outcome, "not_recorded")


def foreseen_result(previewed: PreviewedImport, identity: str) -> RowResult:
    """The row's planned outcome."""
    if identity in previewed.options.skip:
        return RowResult(id=identity, outcome=Outcome.SKIPPED, message=Message("not_now"))
    kept = previewed.kept.get(identity)
    if kept is None:
        return RowResult(id=identity, outcome=Outcome.NOT_READY, message=Message("record_unknown"))
    row = unpack(kept)
    outcome = Outcome.NOT_READY if row.outcome is Outcome.FAILED else row.outcome
    return RowResult(
        id=identity,
        outcome=outcome,
        message=row.message,
        quickbooks_id=row.payment.id,
        applied=row.applications,
        asked_about=row.about_here,
    )


def foresee_import_row(row: Row) -> Row:
    """A row of the import with what would become of it."""
    return cast(Row, {**row, "cells": {**row["cells"], "will_be": WILL_BE[fate_of(Outcome(row["outcome"]))]}})
