"""Rows of the Undo form: what would become of each record, or why it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Notice, Row
from qb_plugin.forms.history.summaries import summary_of
from qb_plugin.forms.lists.listed_rows import Amounts, ListedRows
from qb_plugin.forms.presentation import present_message
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, RecordSummary
from qb_plugin.money import ZERO, plain_amount
from qb_plugin.sync.undoing.planning import PlannedUndo, describe


class UndoRows(ListedRows[PlannedUndo]):
    """The planned rows in order; those that stay as they are say why."""

    def __init__(self, services: FormServices, plans: Sequence[PlannedUndo], *, void: bool, asked: bool) -> None:
        self._services, self._void, self._asked = services, void, asked
        self._summaries: Mapping[str, RecordSummary] = {}  # of the page that is shown
        clients = services.host.ledger.clients() if any(plan.host_record for plan in plans) else ()
        self._currencies = {client.id: client.currency for client in clients}
        super().__init__(plans)

    @property
    def notice(self) -> Notice | None:
        """What cannot be seen beforehand."""
        if all(plan.row.imported for plan in self._items):
            return None
        return {"text": self._services.sentences.text(Message("undo_bank_feed")), "level": "info"}

    @property
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_undo" if self._asked else "undo_asked")), "link": None}

    def id_of(self, item: PlannedUndo) -> str:
        """The row's id in the grid."""
        return item.row.id

    def amounts_of(self, item: PlannedUndo) -> Amounts:
        """The money that goes, in the currency of the customer, or of the client of what was imported."""
        here = item.host_record.client_id if item.host_record else ""
        yield item.record.currency if item.record else self._currencies.get(here), amount_of(item)

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions; their records are read together."""
        records = self._services.host.ledger.records([str(plan.row.source) for plan in self._items[start:stop]])
        self._summaries = {f"{record.kind}:{record.id}": summary_of(record) for record in records}
        return super().page(start, stop)

    def present(self, item: PlannedUndo) -> Row:
        """The row for the grid."""
        shown = present_message(self._services.sentences, item.reason or describe(item, self._void))
        outcome = Outcome.NOT_READY if item.reason else Outcome.READY
        cells = cells_of(item, self._summaries.get(str(item.row.source)), self._services.host.program)
        return {
            "id": item.row.id,
            "cells": {**cells, "says": shown["message"]},
            "outcome": outcome.value,
            "message": shown["message"],
            "details": shown["details"],
            "fixes": shown["fixes"],
            "selectable": True,
            "title": " ".join(filter(None, (str(cells["number"]), str(cells["client"]), str(cells["amount"])))),
        }


def amount_of(plan: PlannedUndo) -> Decimal:
    """The money that goes; an application carries none."""
    return plan.record.total if plan.record else plan.host_record.amount if plan.host_record else ZERO


def cells_of(plan: PlannedUndo, summary: RecordSummary | None, program: str) -> Cells:
    """The cells that need no sentence."""
    ids = [part.quickbooks_id for part in (plan.row.record, plan.row.application) if part]
    return {
        "number": summary.number if summary else str(plan.row.source),
        "client": summary.client if summary else "",
        "date": summary.date.isoformat() if summary else "",
        "amount": plain_amount(amount_of(plan)),
        "side": program if plan.row.imported else "QuickBooks",
        "quickbooks": plan.row.imported.quickbooks_id if plan.row.imported else ", ".join(ids),
    }
