"""Turns a query into an ordered snapshot of payments and credit memos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, FromClause, ScalarSelect, Select, and_, not_, select
from sqlalchemy.sql.elements import ColumnElement

from hostsim.practice.amounts import from_units
from hostsim.practice.lists.query import RecordQuery
from hostsim.practice.lists.search import term_condition
from hostsim.practice.model import Kind
from hostsim.practice.sql.snapshots import Snapshot, read_ordered
from hostsim.practice.sql.sql_conditions import in_values, row_number
from hostsim.practice.sql.tables import marks, records

MarkSet = int | ScalarSelect[int]  # its id, or what finds it
SORT_COLUMNS = {
    "date": (records.c.date,),
    "client": (records.c.client_key,),
    "method": (records.c.method,),
    "reference": (records.c.reference,),
    "amount": (records.c.value,),
    "number": (records.c.kind,),  # numbers of a kind grow with the ids
    "kind": (records.c.kind, records.c.date),
}
SIGNS = {kind.value: kind.sign for kind in Kind}


def take_snapshot(connection: Connection, query: RecordQuery, marked_by: MarkSet | None) -> Snapshot:
    """Order what the query leaves, ties by id; the marks are those of this set, none without one."""
    if marked_by is not None and query.hide_synchronized and query.sort == "date" and not query.terms:
        return _read(connection, query, *_waiting(query, marked_by))
    return _read(connection, query, *_recorded(connection, query, marked_by))


def _waiting(query: RecordQuery, marked_by: MarkSet) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """The marks alone answer the everyday question: not synchronized, newest first."""
    wanted = [marks.c.addin_id == marked_by, not_(marks.c.synchronized), *_kinds_and_dates(marks, query)]
    if not query.show_hidden:
        wanted.append(not_(marks.c.hidden))
    return marks, wanted


def _recorded(
    connection: Connection, query: RecordQuery, marked_by: MarkSet | None
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    by_marks = marked_by is not None and query.hide_synchronized and not query.terms
    wanted = _kinds_and_dates(marks if by_marks else records, query)
    if by_marks and connection.dialect.name != "sqlite":
        wanted += _kinds_and_dates(records, query)  # or PostgreSQL reads every record there is; SQLite finds each by its id
    if query.refs is not None:
        wanted.append(_these(connection, query.refs))
    wanted.extend(term_condition(connection, term) for term in query.terms)
    if marked_by is None or query.refs is not None:
        return records, wanted
    if query.hide_synchronized:
        joined = records.join(marks, and_(marks.c.addin_id == marked_by, marks.c.record_id == records.c.id))
        hidden = [] if query.show_hidden else [not_(marks.c.hidden)]
        return joined, [*wanted, not_(marks.c.synchronized), *hidden]
    if not query.show_hidden:
        hidden_ids = select(marks.c.record_id).where(marks.c.addin_id == marked_by, marks.c.hidden)
        wanted.append(records.c.id.not_in(hidden_ids))
    return records, wanted


def _kinds_and_dates(source: FromClause, query: RecordQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if len(query.kinds) < len(Kind):
        wanted.append(source.c.kind.in_([kind.sign for kind in query.kinds]))
    if query.start is not None:
        wanted.append(source.c.date >= query.start)
    if query.end is not None:
        wanted.append(source.c.date <= query.end)
    return wanted


def _these(connection: Connection, refs: Sequence[str]) -> ColumnElement[bool]:
    """Exactly these records; each id must be of the kind it is named with."""
    keys = signed_keys(refs)
    signed: ColumnElement[int] = records.c.id * records.c.kind
    return and_(
        in_values(connection, records.c.id, [abs(key) for key in keys]),
        in_values(connection, signed, keys),
    )


def signed_keys(refs: Sequence[str]) -> list[int]:
    """`payment:17` as 17, `credit_memo:18` as -18; what is neither is left out."""
    keys = []
    for ref in refs:
        kind, _, text = ref.partition(":")
        number = row_number(text)
        if number is not None and kind in SIGNS:
            keys.append(SIGNS[kind] * number)
    return keys


def _read(connection: Connection, query: RecordQuery, source: FromClause, wanted: Sequence[ColumnElement[bool]]) -> Snapshot:
    columns: Any = marks.c if source is marks else records.c
    key = marks.c.record_id if source is marks else records.c.id
    order = (marks.c.date,) if source is marks else SORT_COLUMNS[query.sort]
    # Credit memos are stored as negative: among themselves, the largest is the one with the lowest value.
    descending = query.descending != (query.sort == "amount" and query.only_kind is Kind.CREDIT_MEMO)
    directed = [column.desc() if descending else column.asc() for column in (*order, key)]
    signed = key if query.only_kind is Kind.PAYMENT else key * columns.kind
    rows: Select[Any] = select(signed, columns.value).select_from(source)
    read = read_ordered(connection, rows.where(*wanted).order_by(*directed), mixed=query.only_kind is None)
    negative = read.total if query.only_kind is Kind.CREDIT_MEMO else read.negative
    return Snapshot(
        signed=read.keys,
        totals={Kind.PAYMENT: from_units(read.total - negative), Kind.CREDIT_MEMO: from_units(-negative)},
        total=from_units(read.total if query.only_kind is not Kind.CREDIT_MEMO else -read.total),
    )
