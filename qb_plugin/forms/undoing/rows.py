"""Rows of the Undo form: what would become of each record, or why it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Notice, Row
from qb_plugin.forms.history.summaries import summary_of
from qb_plugin.forms.presentation import present_message
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, RecordSummary
from qb_plugin.money import ZERO, plain_amount
from qb_plugin.sync.undoing.planning import PlannedUndo, describe


class UndoRows:
    """The planned rows in order; those that stay as they are say why."""

    def __init__(self, services: FormServices, plans: Sequence[PlannedUndo], *, void: bool, asked: bool) -> None:
        self._services, self._plans, self._void, self._asked = services, plans, void, asked
        self._amounts = {plan.row.id: amount_of(plan) for plan in plans}

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._plans)

    @property
    def total(self) -> str:
        """The money of all rows."""
        return self.total_of(list(self._amounts))

    @property
    def notice(self) -> Notice | None:
        """What cannot be seen beforehand."""
        if all(plan.row.imported for plan in self._plans):
            return None
        return {"text": self._services.sentences.text(Message("undo_bank_feed")), "level": "info"}

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_undo" if self._asked else "undo_asked")), "link": None}

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [plan.row.id for plan in self._plans[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        plans = self._plans[start:stop]
        records = self._services.host.ledger.records([str(plan.row.source) for plan in plans])
        summaries = {f"{record.kind}:{record.id}": summary_of(record) for record in records}
        return [self._present(plan, summaries) for plan in plans]

    def total_of(self, ids: Sequence[str]) -> str:
        """The money of these rows."""
        return plain_amount(sum((self._amounts.get(identity, ZERO) for identity in ids), ZERO))

    def _present(self, plan: PlannedUndo, summaries: Mapping[str, RecordSummary]) -> Row:
        shown = present_message(self._services.sentences, plan.reason or describe(plan, self._void))
        outcome = Outcome.NOT_READY if plan.reason else Outcome.READY
        cells = cells_of(plan, summaries.get(str(plan.row.source)), self._services.host.program)
        return {
            "id": plan.row.id,
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
