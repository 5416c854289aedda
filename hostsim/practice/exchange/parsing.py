"""Reads a firm's JSON into entries: names, shapes, amounts and dates are checked before anything is loaded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from hostsim.practice.exchange.firm_file import (
    KIND_OF_LIST,
    LISTS,
    ClientEntry,
    FirmFile,
    InvoiceEntry,
    LoadMistake,
    PartEntry,
    RecordEntry,
)
from hostsim.practice.exchange.json_entry import JsonEntry

Parsed = TypeVar("Parsed")
CLIENT_NAMES = frozenset({"name", "email", "phone", "active", "currency", "deleted"})
INVOICE_NAMES = frozenset({"number", "client", "date", "total", "currency", "deleted"})
RECORD_NAMES = frozenset(
    {"number", "client", "date", "amount", "method", "reference", "memo", "applications", "currency", "deleted"}
)
PART_NAMES = frozenset({"invoice", "amount"})


def parse_firm_file(text: str) -> FirmFile:
    """The entries of a file; LoadMistake for the first thing that is wrong with it."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise LoadMistake(f"Line {error.lineno}, column {error.colno}", f"This is not JSON ({error.msg}).") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists in lists
        raise LoadMistake("The file", "A number in it is too long, or its lists stand too deep in one another.") from None
    if not isinstance(found, dict):
        raise LoadMistake("The file", f"It is not an object with {', '.join(LISTS)}.")
    whole = JsonEntry("The file", found)
    whole.check_names(frozenset({*LISTS, "currency"}))
    return FirmFile(
        currency=whole.currency(),
        clients=_list(whole, "clients", _client),
        invoices=_list(whole, "invoices", _invoice),
        payments=_list(whole, "payments", _record),
        credit_memos=_list(whole, "credit_memos", _record),
    )


def _list(whole: JsonEntry, name: str, parse: Callable[[JsonEntry, str], Parsed]) -> tuple[Parsed, ...]:
    return tuple(parse(entry, name) for entry in _entries(whole, name, name))


def _entries(parent: JsonEntry, name: str, place: str) -> Iterable[JsonEntry]:
    listed = parent.values.get(name)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise LoadMistake(place, "This is not a list.")
    for position, each in enumerate(listed):
        if not isinstance(each, dict):
            raise LoadMistake(f"{place}[{position}]", "This is not an object.")
        yield JsonEntry(f"{place}[{position}]", each)


def _client(entry: JsonEntry, _name: str) -> ClientEntry:
    entry.check_names(CLIENT_NAMES)
    return ClientEntry(
        place=entry.place,
        name=entry.required("name"),
        email=entry.text("email"),
        phone=entry.text("phone"),
        active=entry.flag("active"),
        currency=entry.currency(),
        deleted=bool(entry.flag("deleted")),
    )


def _invoice(entry: JsonEntry, _name: str) -> InvoiceEntry:
    entry.check_names(INVOICE_NAMES)
    return InvoiceEntry(
        place=entry.place,
        number=entry.required("number"),
        client=entry.required("client"),
        date=entry.day("date"),
        total=entry.money("total"),
        currency=entry.currency(),
        deleted=bool(entry.flag("deleted")),
    )


def _record(entry: JsonEntry, name: str) -> RecordEntry:
    entry.check_names(RECORD_NAMES)
    kind = KIND_OF_LIST[name]
    return RecordEntry(
        place=entry.place,
        kind=kind,
        serial=entry.serial(kind),
        client=entry.text("client"),
        date=entry.day("date"),
        amount=entry.money("amount"),
        method=entry.text("method"),
        reference=entry.text("reference"),
        memo=entry.text("memo"),
        applications=_parts(entry),
        currency=entry.currency(),
        deleted=bool(entry.flag("deleted")),
    )


def _parts(entry: JsonEntry) -> tuple[PartEntry, ...] | None:
    if entry.values.get("applications") is None:
        return None
    parts = tuple(_part(part) for part in _entries(entry, "applications", f"{entry.place}.applications"))
    twice = [number for number, times in Counter(part.invoice for part in parts).items() if times > 1]
    if twice:
        raise LoadMistake(f"{entry.place}.applications", f"{twice[0]} is named twice.")
    return parts


def _part(entry: JsonEntry) -> PartEntry:
    entry.check_names(PART_NAMES)
    amount = entry.money("amount")
    if not amount:
        raise LoadMistake(entry.place, "What is applied to an invoice must be more than zero.")
    return PartEntry(place=entry.place, invoice=entry.required("invoice"), amount=amount)
