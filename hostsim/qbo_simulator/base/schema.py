"""Which properties each entity has, of what kind, and in which order they are written."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from hostsim.qbo_simulator.base.faults import refuse, required, unsupported_property
from hostsim.qbo_simulator.base.http import MONEY, Record, load, money, plain

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_REFERENCE = {"value": "string", "name": "string", "type": "string"}
_PARTS = ("entities", "types", "enums")
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Schema:
    """The field tables: property name to kind, in wire order; a kind ending in [] is a list."""

    entities: dict[str, dict[str, str]]
    types: dict[str, dict[str, str]]
    enums: dict[str, list[str]]


@cache
def schema() -> Schema:
    """The tables, read once when first needed."""
    folder = files("hostsim.qbo_simulator.base").joinpath("data")
    tables = [load(folder.joinpath(name).read_bytes()) for name in ("fields.json", "fields_books.json")]
    entities, types, enums = ({name: each for table in tables for name, each in table[part].items()} for part in _PARTS)
    return Schema(entities, types, enums)


def read_entity(kind: str, body: object) -> Record:
    """A client's object, checked property by property, empty ones dropped, values in their proper types."""
    if not isinstance(body, dict):
        raise unsupported_property("Can not deserial")
    return _read_object(kind, schema().entities[kind], body)


def _read_object(kind: str, table: dict[str, str], body: Record) -> Record:
    result: Record = {}
    for name, value in body.items():
        if name not in table:
            raise _unknown(kind, name, table)
        known = _read_value(name, table[name], value)
        if known is not None:
            result[name] = known
    return result


def _unknown(kind: str, name: str, table: dict[str, str]) -> Exception:
    known = ", ".join(f'"{each}"' for each in list(table)[:61])
    text = (
        f'Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), not marked as ignorable '
        f"({len(table)} known properties: {known} [truncated]])\n"
    )
    return unsupported_property(text)


def _read_value(name: str, kind: str, value: object) -> Any:
    if value is None:
        return None
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise unsupported_property("Can not deserial")
        return [_read_value(name, kind[:-2], each) for each in value if each is not None]
    if kind in _READERS:
        return _READERS[kind](name, value)
    if kind.startswith("enum:"):
        return _read_enum(name, kind[5:], value)
    return _read_nested(kind, value)


def _read_nested(kind: str, value: object) -> Record | None:
    if value == "":
        return None
    if not isinstance(value, dict):
        raise unsupported_property("Can not instanti")
    if kind == "IntuitAnyType":
        return None
    return _read_object(kind, schema().types.get(kind, {}), value)


def _read_text(_name: str, value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise unsupported_property("Can not deserial")
    return str(value) if value != "" else None


def _read_number(name: str, value: object) -> Decimal | None:
    if value == "":
        return None
    if isinstance(value, bool | dict | list):
        raise unsupported_property("Can not deserial")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise refuse("2090", "Invalid Number", f"Invalid Number : {name} is not a number", name) from None
    if not amount.is_finite() or abs(amount) >= _LARGEST or amount.adjusted() < -12:
        raise refuse("2100", "Invalid Amount", f"Invalid Amount : {name} is out of range", name)
    return amount


def _read_truth(_name: str, value: object) -> bool | None:
    if value == "":
        return None
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise unsupported_property("Can not construc")
    return value


def _read_date(name: str, value: object) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or not _DATE.match(value):
        raise refuse("2060", "Invalid Date", f"Invalid Date : {name} should be a date like YYYY-MM-DD", name)
    return value[:10]


def _read_reference(name: str, value: object) -> Record | None:
    if value in ("", {}):
        return None
    if not isinstance(value, dict):
        raise unsupported_property("Can not instanti")
    reference = _read_object("ReferenceType", _REFERENCE, value)
    if "value" not in reference:
        raise required(name)
    return reference


def _read_enum(name: str, enum: str, value: object) -> str | None:
    if value == "":
        return None
    choices = schema().enums[enum]
    if not isinstance(value, str) or (choices and value not in choices):
        raise refuse("2170", "Invalid Enumeration", f"Invalid Enumeration : {value} is not a valid {name}", name)
    return value


_READERS = {
    "string": _read_text,
    "number": _read_number,
    "integer": _read_number,
    "boolean": _read_truth,
    "date": _read_date,
    "dateTime": _read_text,
    "ref": _read_reference,
}


def write_entity(kind: str, record: Record, known: Record | None = None) -> Record:
    """`record` in wire order, its numbers in wire spelling, without nulls; values that `known` holds are fine as they are."""
    table, fine = schema().entities[kind], known or {}
    return {
        name: value if value is fine.get(name) else _write(name, table[name], value)
        for name in _wire_order(kind, False, tuple(record))
        if (value := record[name]) is not None
    }


@cache
def _ranks(kind: str, of_type: bool) -> dict[str, int]:
    table = schema().types[kind] if of_type else schema().entities[kind]
    return {name: rank for rank, name in enumerate(table)}


@lru_cache(4096)
def _wire_order(kind: str, of_type: bool, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that the entity or type has, in wire order; most objects of a kind have the same ones."""
    ranks = _ranks(kind, of_type)
    return tuple(sorted((name for name in names if name in ranks), key=ranks.__getitem__))


def _ordered(kind: str, table: dict[str, str], record: Record, of_type: bool = False) -> Record:
    names = _wire_order(kind, of_type, tuple(record))
    return {name: _write(name, table[name], value) for name in names if (value := record[name]) is not None}


def _write(name: str, kind: str, value: Any) -> Any:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return money(value) if name in MONEY else plain(value)
    if isinstance(value, list):
        return [_write(name, kind.removesuffix("[]"), each) for each in value]
    if isinstance(value, dict) and kind in schema().types:
        return _ordered(kind, schema().types[kind], value, of_type=True)
    return value
