"""The form of Reconcile's items: every record of a period that makes a difference, in the group that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.changes.columns import SEND, TAKE, settling_actions
from qb_plugin.forms.changes.press import settle_rows
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    Fix,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RowChange,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import describe_fields, load_answer
from qb_plugin.forms.form_sessions import SeenCompanies, new_token
from qb_plugin.forms.history.summaries import present_filters
from qb_plugin.forms.presentation import as_summary, catch_failures, catch_row_failures, present_title, present_unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.reconcile.asked import DIFFERENT, ItemsAnswer, ItemsValues, period_of, this_month
from qb_plugin.forms.reconcile.columns import ITEM_COLUMNS, OPEN_QUICKBOOKS
from qb_plugin.forms.reconcile.item_rows import GONE, ItemRows, item_cells, settling_of
from qb_plugin.forms.reconcile.refusals import read_refusals
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.told_rows import ended_well, keep_buttons, listen, tell_again
from qb_plugin.model import Connection, Message
from qb_plugin.sync.changes.settling import Way
from qb_plugin.sync.reconcile.items import Item, build_items


class ReconcileItems:
    """The form behind *Show These*."""

    id = "reconcile-items"
    offer = Offer(
        title="Differences",
        right="view",
        kinds=frozenset({"payment", "credit_memo", "Payment", "CreditMemo"}),
        actions=[OPEN_QUICKBOOKS, TAKE, SEND],
        columns=ITEM_COLUMNS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._seen = services, ItemsAnswer(), SeenCompanies(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description."""
        connection = self._services.connection()
        first = {**this_month(self._services.host.today()), "group": DIFFERENT, "currency": ""}
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {**first, **(request.get("answer") or {})},
            "columns": ITEM_COLUMNS,
            "actions": settling_actions(self._services.host),
            "row_actions": [OPEN_QUICKBOOKS],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": new_token(connection.realm),
        }

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.context(connection)
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The items of the period that the filters leave."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> ItemRows:
        values: ItemsValues = load_answer(self._schema, answer)
        period = period_of(values)
        connection, search = self._services.connection(), str(answer.get("search") or "")
        self._seen.see(answer, connection.realm)
        ledgers = self._services.ledger_readings.read(connection, period)
        items = build_items(ledgers, period)
        tried = read_refusals(self._services, connection.realm, items)
        return ItemRows(self._services, items, values, tried=tried, search=search, sort=sort)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Open an item's record in QuickBooks."""
        return catch_failures(self._services.sentences, partial(self._open_in_quickbooks, answer, ids))

    def _open_in_quickbooks(self, answer: Answer, ids: Sequence[str]) -> ActResult:
        connection, items = self._services.connection(), self._items(answer)
        theirs = next((item.theirs for item in items if ids and item.key == ids[0] and item.theirs), None)
        if theirs is None:
            return {"notice": self._services.sentences.text(Message("history_no_record")), "level": "warning"}
        entity, _, identity = theirs.key.partition(":")
        return {"open_url": self._services.record_page(connection, entity, identity)}

    def _items(self, answer: Answer) -> Sequence[Item]:
        """The items of the period as they were last read."""
        period = period_of(load_answer(self._schema, answer))
        return build_items(self._services.ledger_readings.read(self._services.connection(), period), period)

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Make one side of linked pairs what the other is; all else is done at once."""
        if action not in {TAKE["id"], SEND["id"]}:
            return as_summary(self.act(action, answer, ids, edits))
        return catch_failures(self._services.sentences, partial(self._run, Way(action), answer, ids, task))

    def _run(self, way: Way, answer: Answer, ids: Sequence[str], task: Task) -> RunSummary:
        buttons = {item.key: self._buttons(item) for item in self._items(answer) if item.key in set(ids)}
        heard: dict[str, RowChange] = {}
        told = keep_buttons(listen(task, heard), buttons)
        seen = self._seen.of(answer)
        summary = settle_rows(self._services, way, ids, told, present_filters(self._schema, answer), seen=seen)
        with suppress(AddInError):  # what was settled is said on its row; how both sides stand then can be read later
            self._tell_settled(answer, heard, task)
        return summary

    def _tell_settled(self, answer: Answer, heard: Mapping[str, RowChange], task: Task) -> None:
        """Tell the rows that were settled with both sides as they are now; what left the period makes no difference any more."""
        if not any(map(ended_well, heard.values())):
            return
        now = {item.key: item_cells(item) for item in self._items(answer)}
        rows: dict[str, RowChange] = {each: {"id": each, "cells": now.get(each, GONE)} for each in heard}
        tell_again(task, heard, rows)

    def _buttons(self, item: Item) -> Sequence[Fix]:
        host = self._services.host
        return settling_of(item, host.ledger.can, host.program)

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells."""
        return []
