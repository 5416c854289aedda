"""Queries answered: which records, in which order, as one reply."""

import re
from collections.abc import Callable
from datetime import datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from hostsim.qbo_simulator.base.clock import company_day, parse_time
from hostsim.qbo_simulator.base.coverage import not_modelled
from hostsim.qbo_simulator.base.entities import BY_PATH, Cell, Column, Kind
from hostsim.qbo_simulator.base.faults import query_error
from hostsim.qbo_simulator.base.http import Record, dump, load, number
from hostsim.qbo_simulator.base.money import UNITS
from hostsim.qbo_simulator.base.table import Row, Table
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.query.parser import Condition, Statement, parse
from hostsim.qbo_simulator.query.tax_codes import built_in_codes

Rows = dict[int, Row]
Test = Callable[[Row], bool]
_COMPARE: dict[str, Callable[[Cell, Cell], bool]] = {"=": eq, "!=": ne, "<": lt, ">": gt, "<=": le, ">=": ge}  # type: ignore[dict-item]
_PAGE = 1000


def answer(company: Company, text: str, now: datetime) -> bytes:
    """The QueryResponse object for a statement, as bytes."""
    statement = parse(text)
    kind = _kind(statement.entity)
    if statement.start < 1:
        raise query_error(f"value {statement.start} is too small. Min allowed value is 1")
    if statement.limit > _PAGE:
        raise query_error(f"value {statement.limit} is too large. Max allowed value is {_PAGE}")
    found = select(company.tables[kind.name], statement, now)
    if statement.count:
        return b'{"totalCount":%d}' % len(found)
    page = found[statement.start - 1 : statement.start - 1 + statement.limit]
    return _reply(company, kind, statement, page, len(found))


def _kind(name: str) -> Kind:
    if name.lower() not in BY_PATH:
        raise query_error(f"invalid context declaration: {not_modelled(name) or name}")
    return BY_PATH[name.lower()]


def _reply(company: Company, kind: Kind, statement: Statement, page: list[int], total: int) -> bytes:
    everything = kind.name == "TaxCode" and statement.start == 1 and not statement.conditions
    texts = [*(built_in_codes(company) if everything else ()), *(rendered(company, kind.name, record) for record in page)]
    if not texts:
        return b"{}"
    if statement.columns:
        texts = [_only(text, statement.columns) for text in texts]
    tail = b',"totalCount":%d' % total if kind.counted else b""
    head = b'{"%s":[' % kind.name.encode()
    return head + b",".join(texts) + b'],"startPosition":%d,"maxResults":%d%s}' % (statement.start, len(texts), tail)


def _only(text: bytes, columns: tuple[str, ...]) -> bytes:
    record: Record = load(text)
    wanted = {column.partition(".")[0].lower() for column in columns} | {"domain", "id"}
    return dump({**{name: value for name, value in record.items() if name.lower() in wanted}, "sparse": True})


def select(table: Table, statement: Statement, now: datetime) -> list[int]:
    """Ids that fit a statement, all of them, in its order."""
    conditions = _with_active(table.kind, statement.conditions)
    rows = visible(table, now)
    ids = _candidates(table, conditions, now) if rows is table.rows else None
    found = list(rows) if ids is None else ids
    for condition in conditions:
        found = _kept(table, condition, found, rows, now)
    if statement.count:
        return found
    in_order = ids is None and rows is table.rows and table.in_order
    return _ordered(table, statement, found, rows, in_order)


def _kept(table: Table, condition: Condition, found: list[int], rows: Rows, now: datetime) -> list[int]:
    if len(found) == len(rows) and condition.operator in ("=", ">"):
        return _swept(table, condition, rows, now)
    test = _test(table, condition, now)
    return [each for each in found if test(rows[each])]


def _swept(table: Table, condition: Condition, rows: Rows, now: datetime) -> list[int]:
    """The two commonest comparisons over a whole table, without a call per row."""
    column = _column(table.kind, condition.field)
    _check_operator(column, condition.operator)
    position, value = table.positions[column.name], _comparable(column, condition.values[0], now)
    if condition.operator == "=":
        return [each for each, cells in rows.items() if cells[position] == value]
    if value is None:
        return []
    return [each for each, cells in rows.items() if (cell := cells[position]) is not None and cell > value]


def _comparable(column: Column, value: str | bool, now: datetime) -> Any:
    return _literal(column, value, now)


def visible(table: Table, now: datetime) -> Rows:
    """The rows that queries see: the table's own, unless some changes have not reached them yet."""
    hidden = table.earlier(now.timestamp())
    if not hidden:
        return table.rows
    rows = {record: cells for record, cells in table.rows.items() if record not in hidden}
    return {**rows, **{record: each.seen[1] for record, each in hidden.items() if each.seen}}


def rendered(company: Company, kind: str, record: int) -> bytes:
    """The bytes of a record as queries see it."""
    hidden = company.tables[kind].hidden.get(record)
    return hidden.seen[0] if hidden and hidden.seen else company.render(kind, record)


def _with_active(kind: Kind, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    named = {condition.field.lower() for condition in conditions}
    if any(column.name == "Active" for column in kind.columns) and "active" not in named:
        return (*conditions, Condition("Active", "=", (True,)))
    return conditions


def _candidates(table: Table, conditions: tuple[Condition, ...], now: datetime) -> list[int] | None:
    best: list[int] | None = None
    for condition in conditions:
        if condition.operator in ("=", "in"):
            column = _column(table.kind, condition.field)
            found = table.find(column.name, [_literal(column, value, now) for value in condition.values])
            if found is not None and (best is None or len(list(found)) < len(best)):
                best = list(dict.fromkeys(found))
    return best


def _column(kind: Kind, name: str) -> Column:
    for column in kind.columns:
        if column.name.lower() == name.lower():
            if column.filterable:
                return column
            raise query_error(f"property '{column.name}' is not queryable")
    raise query_error(f"Property {name} not found for Entity {kind.name}")


def _test(table: Table, condition: Condition, now: datetime) -> Test:
    column = _column(table.kind, condition.field)
    position = table.positions[column.name]
    operator = condition.operator
    _check_operator(column, operator)
    if operator == "like":
        return _like(position, str(condition.values[0]))
    values = [_literal(column, value, now) for value in condition.values]
    if operator == "in":
        wanted = set(values)
        return lambda cells: cells[position] in wanted
    return _comparison(position, operator, values[0])


def _check_operator(column: Column, operator: str) -> None:
    if column.name == "Id" and operator not in ("=", "in"):
        raise query_error(f"operator {operator} is not supported for property {column.name}")


def _comparison(position: int, operator: str, value: Cell) -> Test:
    if operator == "=":
        return lambda cells: cells[position] == value
    if value is None and operator != "!=":
        return lambda _cells: False
    if operator == ">":
        return lambda cells: (cell := cells[position]) is not None and cell > value  # type: ignore[operator]
    compare = _COMPARE[operator]
    return lambda cells: (cell := cells[position]) is not None and compare(cell, value)


def _like(position: int, pattern: str) -> Test:
    parts = ".*".join(re.escape(part) for part in pattern.lower().split("%"))
    matches = re.compile(parts, re.DOTALL).fullmatch
    return lambda cells: isinstance(cell := cells[position], str) and matches(cell) is not None


def _literal(column: Column, value: str | bool, now: datetime) -> Cell:
    if column.compare == "truth":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    text = str(value).lower() if isinstance(value, bool) else value
    try:
        return _LITERALS[column.compare](text, now)
    except (ValueError, ArithmeticError):
        raise query_error(f"value {text} is not valid for property {column.name}") from None


def _day(text: str, now: datetime) -> Cell:
    if text.upper() == "CURRENT_DATE":
        return company_day(now).isoformat()
    return datetime.fromisoformat(text).date().isoformat()


def _text(text: str, _now: datetime) -> Cell:
    return None if text == " " else text.lower()


def _moment(text: str) -> Any:
    return parse_time(text).timestamp()


def _scaled(text: str, scale: int) -> Any:
    value = number(text) * scale
    return int(value) if value == value.to_integral_value() else value


_LITERALS: dict[str, Callable[[str, datetime], Cell]] = {
    "id": lambda text, _now: int(text) if text else -1,
    "ref": _text,
    "text": _text,
    "email": _text,
    "date": _day,
    "money": lambda text, _now: _scaled(text, UNITS),
    "number": lambda text, _now: _scaled(text, 100_000),
    "time": lambda text, _now: _moment(text),
}


def _ordered(table: Table, statement: Statement, found: list[int], rows: Rows, in_order: bool) -> list[int]:
    if not statement.order:
        return found[::-1] if in_order and table.kind.posts else _default_order(table, found, rows)
    for name, descending in reversed(statement.order):
        column = _sort_column(table.kind, name)
        position = table.positions[column.name]
        if column.name == "Id":
            found = sorted(found, reverse=descending)
        else:
            found = sorted(found, key=lambda each: _rank(rows[each][position]), reverse=descending)
    return found


def _rank(value: Cell) -> tuple[bool, Cell]:
    return value is not None, value


def _default_order(table: Table, found: list[int], rows: Rows) -> list[int]:
    if table.kind.posts:
        position = table.positions["MetaData.LastUpdatedTime"]
        found.sort(key=lambda each: (rows[each][position], rows[each][-1]))  # nearly sorted already: rows keep that order
        found.reverse()
        return found
    position = table.positions[table.kind.order or "Id"]
    return sorted(found, key=lambda each: (str(rows[each][position]), each))


def _sort_column(kind: Kind, name: str) -> Column:
    column = next((each for each in kind.columns if each.name.lower() == name.lower()), None)
    if column is None:
        raise query_error(f"Property {name} not found for Entity {kind.name}")
    if not column.sortable:
        raise query_error(f"property '{column.name}' is not sortable")
    return column
