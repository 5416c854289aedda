"""The Reconcile form: both ledgers of a period side by side, and why they differ (docs/architecture.md rule M9)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.presentation import as_summary, catch_row_failures, present_title, present_unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.reconcile.asked import DIFFERENT, UNSETTLED, TotalsAnswer, TotalsValues, period_of, this_month
from qb_plugin.forms.reconcile.columns import OPEN_GROUP, TOTAL_COLUMNS
from qb_plugin.forms.reconcile.refusals import read_refusals
from qb_plugin.forms.reconcile.total_rows import TotalRows
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Message
from qb_plugin.sync.reconcile.items import Group, build_items


class ReconcileForm:
    """The form behind Reconcile."""

    id = "reconcile"
    offer = Offer(
        title="Reconcile",
        right="view",
        kinds=frozenset({"total", "group", "rest", "month", "method"}),
        actions=[OPEN_GROUP],
        columns=TOTAL_COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, TotalsAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; what was read before is read again."""
        connection = self._services.connection()
        self._services.ledger_readings.forget()
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {**this_month(self._services.host.today()), "by": "totals", **(request.get("answer") or {})},
            "columns": TOTAL_COLUMNS,
            "actions": [],
            "row_actions": [OPEN_GROUP],
            "search": False,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": "",
        }

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.context(connection)
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The totals of the period, as the field *Show* says."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer))

    def _rows(self, answer: Answer) -> TotalRows:
        values: TotalsValues = load_answer(self._schema, answer)
        period = period_of(values)
        connection = self._services.connection()
        ledgers = self._services.ledger_readings.read(connection, period)
        items = build_items(ledgers, period)
        tried = read_refusals(self._services, connection.realm, items)
        days = {"from": answer.get("from") or "", "to": answer.get("to") or ""}
        return TotalRows(self._services, items, values["by"], days, tried)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Show the items of a group."""
        if not ids:
            return {"notice": self._services.sentences.text(Message("pick_one")), "level": "warning"}
        kind, currency, name = (*ids[0].split(":", 2), "", "")[:3]
        group = name if kind == "group" and name in set(Group) else UNSETTLED if kind == "rest" else DIFFERENT
        days = {"from": answer.get("from") or "", "to": answer.get("to") or ""}
        return {"form": "reconcile-items", "request": {"answer": {**days, "group": group, "currency": currency, "search": ""}}}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: nothing here takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
