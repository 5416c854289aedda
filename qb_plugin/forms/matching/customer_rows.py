"""Rows of the customers that have no client here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from qb_plugin.forms.descriptions import Cells, EmptyGrid, Option, Row, Sort
from qb_plugin.forms.lists.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.lists.listed_rows import Amounts, ListedRows
from qb_plugin.forms.matching.reading import CandidateCache, label_customer
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Customer, Message, Outcome
from qb_plugin.money import plain_amount
from qb_plugin.sync.clients.suggestions import suggest
from qb_plugin.sync.clients.waiting import NONE_WAITING, WaitingPayments, customers_without_client, read_waiting
from qb_plugin.sync.linking import client_links

DAYS = 30  # of payments that count as waiting: the first range of Import Payments
EVERY_CUSTOMER = Hider(
    answer={"waiting": False}, label="Show all without a client", says="empty_customers_waiting", says_found="empty_found_customers"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """A customer without a client, the client that is suggested for it, and its payments that wait."""

    customer: Customer
    waiting: WaitingPayments
    client_id: str = ""
    client: str = ""
    why: str = ""

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return f"customer:{self.customer.id}"

    @property
    def text(self) -> str:
        """The text that a search examines."""
        return f"{self.customer.full_name} {self.client}".casefold()


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a person wants to see."""

    search: str
    waiting: bool


SORTS: Mapping[str, Callable[[CustomerRow], Any]] = {
    "customer": lambda row: row.customer.full_name.casefold(),
    "waiting": lambda row: row.waiting.count,
    "amount": lambda row: row.waiting.amount,
}


def read_customer_rows(services: FormServices, connection: Connection, cache: CandidateCache) -> list[CustomerRow]:
    """Every customer without a client, with the client that is likest."""
    customers, today = services.lists(connection).customers, services.host.today()
    waiting = read_waiting(services.context(connection), today - timedelta(days=DAYS), today)
    links = client_links(services.links, connection.realm)
    matched = frozenset(link.quickbooks_id for link in links.values())
    clients = services.host.ledger.clients()
    names = {client.id: client.name for client in clients if client.id not in links}
    alone = customers_without_client(customers, matched, waiting)
    found = suggest(cache.find(clients, customers), names, matched)
    likest = {each.customer.id: each for each in sorted(found.values(), key=lambda each: each.percent)}
    rows: list[CustomerRow] = []
    for customer in alone:
        each, wait = likest.get(customer.id), waiting.get(customer.id, NONE_WAITING)
        why = "; ".join(services.sentences.text(reason).rstrip(".") for reason in each.reasons) if each else ""
        client = each.client_id if each else ""
        rows.append(CustomerRow(customer=customer, waiting=wait, client_id=client, client=names.get(client, ""), why=why))
    return rows


def filter_customers(rows: Sequence[CustomerRow], wanted: CustomerFilter) -> list[CustomerRow]:
    """The rows that the filters leave."""
    words = wanted.search.casefold().split()
    return [row for row in rows if (row.waiting.count or not wanted.waiting) and all(word in row.text for word in words)]


class CustomerRows(ListedRows[CustomerRow]):
    """The rows in order: by name, or by the column a person chose. Their money is that of the payments that wait."""

    def __init__(self, services: FormServices, every: Sequence[CustomerRow], wanted: CustomerFilter, sort: Sort | None) -> None:
        key = SORTS[sort["key"] if sort else "customer"]
        self._services, self._every, self._wanted = services, every, wanted
        super().__init__(sorted(filter_customers(every, wanted), key=key, reverse=bool(sort and sort.get("descending"))))

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""
        if self.count:
            return None
        empty = EmptyList(
            nothing="empty_customers",
            values={},
            search=self._wanted.search,
            hiders=[EVERY_CUSTOMER] if self._wanted.waiting else [],
            count=lambda search, change: len(filter_customers(self._every, CustomerFilter(search, waiting=not change))),
        )
        return explain_empty(self._services.sentences, empty)

    def id_of(self, item: CustomerRow) -> str:
        """The row's id in the grid."""
        return item.id

    def amounts_of(self, item: CustomerRow) -> Amounts:
        """The payments that wait: a customer has one currency."""
        return [(item.customer.currency, item.waiting.amount)] if item.waiting.count else ()

    def present(self, item: CustomerRow) -> Row:
        """The row for the grid."""
        return present_customer(self._services, item)


def present_customer(services: FormServices, row: CustomerRow) -> Row:
    """The row for the grid."""
    client: Option = {"value": row.client_id, "label": row.client}
    cells: Cells = {
        "customer": label_customer(row.customer),
        "client": client,
        "why": row.why,
        "waiting": str(row.waiting.count or ""),
        "amount": plain_amount(row.waiting.amount) if row.waiting.amount else "",
    }
    alone = Message("customer_without_client", {"customer": row.customer.full_name})
    message = "" if row.client_id else services.sentences.text(alone)
    outcome = Outcome.READY if row.client_id else Outcome.NOT_READY
    return {
        "id": row.id,
        "cells": cells,
        "outcome": outcome.value,
        "message": message,
        "selectable": True,
        "title": row.customer.full_name,
    }
