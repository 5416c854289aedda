"""The rows of the import form: QuickBooks' payments as they were read, filter_rows and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from qb_plugin.forms.descriptions import Answer, EmptyGrid, FormLink, Notice, Row, RowMessage, Sort
from qb_plugin.forms.lists.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.lists.totals import show_totals
from qb_plugin.forms.presentation import answer_about, present_applications, present_message
from qb_plugin.forms.services import FormServices
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, Message, Outcome, RecordSummary
from qb_plugin.money import plain_amount, show_amount
from qb_plugin.sync.exporting.settlement import applications_of
from qb_plugin.sync.importing.compact_rows import CompactRow, CompactRows, unpack, unpack_payment
from qb_plugin.sync.importing.row import ImportRow, Listing, why_not
from qb_plugin.sync.matching import DELETED_SUFFIX

SYNCHRONIZED = Hider(
    answer={"hide_synchronized": False},
    label="Show synchronized rows",
    says="empty_import_synchronized",
    says_found="empty_found_imported",
)
NO_MONEY = Hider(answer={"not_listed": True}, label="Show them", says="empty_import_no_money", says_found="empty_found_no_money")
EITHER = Hider(
    answer={"hide_synchronized": False, "not_listed": True},
    label="Show them",
    says="empty_import_either",
    says_found="empty_found_either",
)
HIDERS = {
    (True, True): (SYNCHRONIZED, NO_MONEY, EITHER),
    (True, False): (SYNCHRONIZED,),
    (False, True): (NO_MONEY,),
    (False, False): (),
}
SORTS: Mapping[str, Callable[[CompactRow], Any]] = {
    "date": lambda row: row.date,
    "customer": lambda row: row.customer.casefold(),
    "method": lambda row: row.method_id or "",
    "reference": lambda row: (row.reference or "").casefold(),
    "amount": lambda row: row.total,
}


def hidden_listings(hide_synchronized: bool, everything: bool) -> frozenset[Listing]:
    """What a list leaves out: what carries no money always, unless a person asked for everything."""
    synchronized = {Listing.HERE, Listing.LOOK_ALIKE} if hide_synchronized else set()
    return frozenset(synchronized if everything else synchronized | {Listing.NO_MONEY})


def filter_rows(rows: Iterable[CompactRow], hidden: frozenset[Listing], search: str) -> list[CompactRow]:
    """The rows that the filters leave."""
    words = search.casefold().split()
    return [row for row in rows if row.listing not in hidden and (not words or matches_search(row, words))]


NOT_LISTED: Mapping[Listing, tuple[str, str]] = {
    Listing.LOOK_ALIKE: ("1 looks like a payment that is here", "{n} look like payments that are here"),
    Listing.NO_MONEY: ("1 voided or zero-total", "{n} voided or zero-total"),
}


def count_not_listed(rows: Iterable[CompactRow], hidden: frozenset[Listing]) -> Message | None:
    """How many payments are counted instead of listed, and why; None for none."""
    counts = Counter(row.listing for row in rows if row.listing in hidden)
    parts = [words[counts[place] > 1].format(n=counts[place]) for place, words in NOT_LISTED.items() if counts[place]]
    return Message("not_listed", {"what": " · ".join(parts)}) if parts else None


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


def name_methods(services: FormServices, connection: Connection, rows: Iterable[CompactRow]) -> Mapping[str, str]:
    """The names of payment methods by their QuickBooks ids, those made inactive since among them.

    A method that the cached lists do not have is newer than they are: they are read again.
    """
    names: Mapping[str, str] = {}
    wanted = {row.method_id for row in rows if row.method_id}
    for fresh in (False, True):
        methods = services.lists(connection, fresh).methods
        names = {entry.id: entry.name.removesuffix(DELETED_SUFFIX) for entry in methods}
        if wanted <= names.keys():
            break
    return names


def summarize_rows(kept: CompactRows, ids: Sequence[str]) -> Mapping[str, RecordSummary]:
    """What these rows are about, for the history."""
    rows = {identity: row for identity in ids if (row := kept.get(identity))}
    return {
        identity: RecordSummary(
            number=row.payment_id,
            client=row.customer,
            date=row.date,
            amount=row.total,
            reference=row.reference or "",
        )
        for identity, row in rows.items()
    }


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
        values: ImportValues,
        everything: bool,
        search: str,
        sort: Sort | None,
    ) -> None:
        hidden, rows = hidden_listings(values["hide_synchronized"], everything), kept.rows.values()
        self._services, self._kept, self._values = services, kept, values
        self._search, self._everything = search, everything
        self._rows = sort_rows(filter_rows(rows, hidden, search), sort)
        self._said = [message for message in (count_not_listed(rows, hidden), kept.others) if message]
        self._methods = name_methods(services, connection, kept.rows.values())

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    @property
    def total(self) -> str:
        """The sum of all rows, of each currency for itself."""
        return show_totals((row.currency, row.total) for row in self._rows)

    @property
    def notice(self) -> Notice | None:
        """What is counted instead of listed, with the way to list it, and what money came in otherwise."""
        if not self._said:
            return None
        show: FormLink = {"label": "Show", "answer": {"hide_synchronized": False, "not_listed": True}}
        link = show if self._said[0].key == "not_listed" else None
        return {"text": " ".join(map(self._services.sentences.text, self._said)), "level": "info", "link": link}

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
            hiders=HIDERS[self._values["hide_synchronized"], not self._everything],
            count=self._count,
        )
        return explain_empty(self._services.sentences, empty)

    def _count(self, search: str, change: Answer) -> int:
        hide = bool(change.get("hide_synchronized", self._values["hide_synchronized"]))
        hidden = hidden_listings(hide, bool(change.get("not_listed", self._everything)))
        return len(filter_rows(self._kept.rows.values(), hidden, search))

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [row.id for row in self._rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return [self._present_row(unpack(row)) for row in self._rows[start:stop]]

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these rows, of each currency for itself."""
        return show_totals((row.currency, row.total) for identity in ids if (row := self._kept.get(identity)))

    def _present_row(self, row: ImportRow) -> Row:
        payment = row.payment
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
            **present_question(self._services.sentences, row),
        }

    def _present_customer(self, row: ImportRow) -> str:
        name = row.payment.customer_name
        known = self._kept.clients.get(row.client_id)
        client = known.name if known else None
        if row.outcome is Outcome.NOT_READY and why_not(row.payment) is None:
            return f"{name} → not matched"
        return name if client in {None, name} else f"{name} → {client}"


def present_question(sentences: Sentences, row: ImportRow) -> RowMessage:
    """The `message`, `details` and `fixes` of a row; its answers are about the record here that it is like now."""
    shown = present_message(sentences, row.message)
    return {**shown, "fixes": [answer_about(fix, row.about_here, "about_here") for fix in shown["fixes"]]}
