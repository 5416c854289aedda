"""The rows of the import form: QuickBooks' payments as they were read, filter_rows and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from qb_plugin.forms.descriptions import EmptyGrid, Row, Sort
from qb_plugin.forms.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.presentation import present_applications, present_message
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Outcome
from qb_plugin.money import ZERO, plain_amount, show_amount
from qb_plugin.sync.exporting.settlement import applications_of
from qb_plugin.sync.importing.compact_rows import CompactRow, CompactRows, unpack, unpack_payment
from qb_plugin.sync.importing.row import ImportRow, why_not

SYNCHRONIZED = Hider(
    answer={"hide_synchronized": False},
    label="Show synchronized rows",
    says="empty_import_synchronized",
    says_found="empty_found_imported",
)
SORTS: Mapping[str, Callable[[CompactRow], Any]] = {
    "date": lambda row: row.date,
    "customer": lambda row: row.customer.casefold(),
    "method": lambda row: row.method_id or "",
    "reference": lambda row: (row.reference or "").casefold(),
    "amount": lambda row: row.total,
}


def filter_rows(rows: Iterable[CompactRow], hide_synchronized: bool, search: str) -> list[CompactRow]:
    """The rows that the filters leave."""
    words = search.casefold().split()
    return [row for row in rows if not (hide_synchronized and row.exists) and (not words or matches_search(row, words))]


def matches_search(row: CompactRow, words: Sequence[str]) -> bool:
    """Whether every word of the search occurs in the row's texts and amounts."""
    applied = present_applications(applications_of(unpack_payment(row).lines))
    text = f"{row.customer} {row.reference or ''} {show_amount(row.total)} {row.total} {applied}".casefold()
    return all(word in text for word in words)


def sort_rows(rows: Sequence[CompactRow], sort: Sort | None) -> list[CompactRow]:
    """Newest first, or by the sort; equal rows by id, so that the order is the same each time."""
    by_id = sorted(rows, key=lambda row: int(row.payment_id) if row.payment_id.isdigit() else 0, reverse=True)
    if sort is None or sort["key"] not in SORTS:
        return sorted(by_id, key=SORTS["date"], reverse=True)
    return sorted(by_id, key=SORTS[sort["key"]], reverse=bool(sort.get("descending")))


class ImportValues(TypedDict):
    """A checked answer of the import form."""

    start: date  # both ends included
    end: date
    hide_synchronized: bool


class ImportRows:
    """The rows in order, each presented when its page is read."""

    def __init__(
        self,
        services: FormServices,
        *,
        connection: Connection,
        kept: CompactRows,
        rows: Sequence[CompactRow],
        values: ImportValues,
        sort: Sort | None,
        search: str,
    ) -> None:
        self._services, self._kept, self._values, self._rows = services, kept, values, sort_rows(rows, sort)
        self._search = search
        self._methods = {entry.id: entry.name for entry in services.lists(connection).methods}
        self._clients = {client.id: client.name for client in services.host.ledger.clients()}

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    @property
    def total(self) -> str:
        """The sum of all rows."""
        return plain_amount(sum((row.total for row in self._rows), ZERO))

    @property
    def notice(self) -> None:
        """None: the form's own notice is enough."""
        return

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""
        if self.count:
            return None
        empty = EmptyList(
            nothing="empty_import",
            values={"from": self._values["start"], "to": self._values["end"]},
            search=self._search,
            hiders=[SYNCHRONIZED] if self._values["hide_synchronized"] else [],
            count=lambda search, change: len(filter_rows(self._kept.rows.values(), not change, search)),
        )
        return explain_empty(self._services.sentences, empty)

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [row.id for row in self._rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [self._present_row(unpack(row)) for row in self._rows[start:stop]]

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these rows."""
        return plain_amount(sum((row.total for identity in ids if (row := self._kept.get(identity))), ZERO))

    def _present_row(self, row: ImportRow) -> Row:
        payment = row.payment
        shown = present_message(self._services.sentences, row.message)
        return {
            "id": row.id,
            "outcome": row.outcome.value,
            "selectable": bool(row.unreadable) or why_not(row.payment) is None,
            "title": f"{payment.reference or payment.id} {payment.customer_name} {show_amount(payment.total)}",
            "cells": {
                "date": "" if payment.date == date.min else payment.date.isoformat(),
                "customer": self._present_customer(row),
                "method": self._methods.get(payment.method_id or "", ""),
                "reference": payment.reference or "",
                "amount": "" if row.unreadable and not payment.total else plain_amount(payment.total),
                "applied_there": present_applications(applications_of(payment.lines)),
                "applied_here": present_applications(row.applications),
            },
            **shown,
        }

    def _present_customer(self, row: ImportRow) -> str:
        name = row.payment.customer_name
        client = self._clients.get(row.client_id)
        if row.outcome is Outcome.NOT_READY and why_not(row.payment) is None:
            return f"{name} → not matched"
        return name if client in {None, name} else f"{name} → {client}"
