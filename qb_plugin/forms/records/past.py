"""Everything that happened to a record, newest first, as a table."""

from __future__ import annotations

from qb_plugin.errors import AddInError
from qb_plugin.forms.history.entry_rows import EntryRows
from qb_plugin.forms.records.building import column, fact
from qb_plugin.forms.records.shapes import Section, SectionLink, SectionRow
from qb_plugin.forms.records.standing import Standing
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Message, Ref
from qb_plugin.sync.context import SyncContext

SHOWN = 25
COLUMNS = [
    column("when", "When", "moment"),
    column("who", "Who"),
    column("what", "What"),
    column("outcome", "Outcome"),
    column("answer", "What came of it"),
]


def present_past(services: FormServices, connection: Connection, source: Ref, standing: Standing) -> Section:
    """The newest entries of its history; the history's own form has them all, with every attempt."""
    rows = EntryRows(services, standing.entry_ids, context_of(services, connection)).page(0, SHOWN)
    shown: list[SectionRow] = [
        {"cells": {**{key: str(cell) or "–" for key, cell in row["cells"].items()}, "outcome": row["outcome"].replace("_", " ")}}
        for row in rows
    ]
    section: Section = {
        "title": "History in QuickBooks",
        "facts": [],
        "columns": COLUMNS,
        "rows": shown,
        "empty": services.sentences.text(Message("record_no_past")),
    }
    if not shown:
        return section
    if len(standing.entry_ids) > len(shown):
        section["note"] = services.sentences.text(Message("record_newest", {"n": len(shown), "all": len(standing.entry_ids)}))
    answer = {"record": str(source), "run": "", "from": "", "to": "", "what": "", "outcome": ""}
    whole: SectionLink = {"label": "All of this record", "form": "history-entries", "request": {"answer": answer}}
    section["facts"] = [fact("Attempts", "every request with its answer", links=[whole])]
    return section


def context_of(services: FormServices, connection: Connection) -> SyncContext | None:
    """The company's ports; None when there is no company."""
    try:
        return services.context(connection, signed_in=False)
    except AddInError:
        return None
