"""Ordered snapshots of clients and invoices, for the host's own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, or_, select

from hostsim.practice.amounts import from_units
from hostsim.practice.lists.query import BadQuery, search_terms
from hostsim.practice.lists.search import client_condition
from hostsim.practice.model import ListQuery
from hostsim.practice.sql.snapshots import IdSnapshot, read_ordered
from hostsim.practice.sql.sql_conditions import row_number
from hostsim.practice.sql.tables import clients, invoices

SqlColumn: TypeAlias = ColumnElement[Any] | ScalarSelect[Any]

INVOICE_SORTS: Mapping[str, SqlColumn] = {
    "date": invoices.c.date,
    "due": invoices.c.due,
    "number": invoices.c.number,
    "client": invoices.c.client_key,
    "total": invoices.c.total,
    "balance": invoices.c.balance,
}


def invoice_snapshot(connection: Connection, query: ListQuery) -> IdSnapshot:
    """Order the invoices that the query leaves; the total is what they have open."""
    column = _sort_column(INVOICE_SORTS, query.get("sort") or "date")
    wanted = _invoice_conditions(query)
    order = _directed(query, column, invoices.c.id, descending=column is invoices.c.date)
    read = read_ordered(connection, select(invoices.c.id, invoices.c.balance).where(*wanted).order_by(*order))
    return IdSnapshot(read.keys, from_units(read.total))


def client_snapshot(connection: Connection, query: ListQuery) -> IdSnapshot:
    """Order the clients that the query leaves; the total is what they owe."""
    owed = select(func.coalesce(func.sum(invoices.c.balance), 0)).where(invoices.c.client_id == clients.c.id).scalar_subquery()
    column = _sort_column({"name": clients.c.name_key, "balance": owed}, query.get("sort") or "name")
    wanted = [client_condition(term) for term in search_terms(query.get("search"))]
    order = _directed(query, column, clients.c.id, descending=False)
    read = read_ordered(connection, select(clients.c.id, owed.label("owed")).where(*wanted).order_by(*order))
    return IdSnapshot(read.keys, from_units(read.total))


def _invoice_conditions(query: ListQuery) -> list[ColumnElement[bool]]:
    wanted = [
        or_(invoices.c.search_text.contains(term, autoescape=True), invoices.c.client_key.contains(term, autoescape=True))
        for term in search_terms(query.get("search"))
    ]
    if query.get("open"):
        wanted.append(invoices.c.balance > 0)
    if query.get("client_id") is not None:
        wanted.append(invoices.c.client_id == (row_number(str(query["client_id"])) or 0))
    return wanted


def _sort_column(columns: Mapping[str, SqlColumn], name: str) -> SqlColumn:
    if name not in columns:
        raise BadQuery(f"This list cannot be sorted by {name}.")
    return columns[name]


def _directed(query: ListQuery, column: SqlColumn, key: SqlColumn, descending: bool) -> Sequence[ColumnElement[Any]]:
    downward = bool(query.get("descending", descending))
    return [one.desc() if downward else one.asc() for one in (column, key)]
