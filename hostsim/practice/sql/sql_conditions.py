"""Conditions over any number of values, passed as one parameter, so that no limit on parameters is met."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, and_, any_, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import SQLCoreOperations


def in_values(
    connection: Connection, subject: SQLCoreOperations[Any], values: Collection[int] | Collection[str]
) -> ColumnElement[bool]:
    """The subject is one of the values (all whole numbers, or all texts)."""
    if connection.dialect.name == "sqlite":
        rows = func.json_each(bindparam(None, json.dumps(list(values)))).table_valued("value")
        return subject.in_(select(rows.c.value))
    kind: Any = Text() if any(isinstance(value, str) for value in values) else BigInteger()
    return subject == any_(bindparam(None, list(values), ARRAY(kind)))


def in_rows(
    connection: Connection, columns: Sequence[ColumnElement[Any]], rows: Collection[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """The columns together are one of the rows. SQLite looks each row up in the index that begins with the first columns, if
    no other condition tempts it to another index; a row given twice is found twice there."""
    if connection.dialect.name != "sqlite":
        return tuple_(*columns).in_(rows)
    row = func.json_each(bindparam(None, json.dumps(rows, default=str))).table_valued("value").c.value
    return and_(*(column == func.json_extract(row, f"$[{position}]") for position, column in enumerate(columns)))


def row_number(text: str) -> int | None:
    """The id that a text states, or None; what is no whole number is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def row_numbers(texts: Collection[str]) -> list[int]:
    """The ids that these texts state; the others are left out."""
    return [number for number in map(row_number, texts) if number is not None]
