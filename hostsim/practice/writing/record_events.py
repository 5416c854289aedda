"""Who recorded, changed or removed what, and when: written in the commit that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from hostsim.practice.amounts import from_units
from hostsim.practice.model import RecordEvent
from hostsim.practice.sql import tables
from hostsim.practice.sql.editing import KeptRecord
from hostsim.practice.sql.sql_conditions import in_values


class Happened(StrEnum):
    """What was done to a record."""

    RECORDED = "recorded"
    APPLIED = "applied"
    CHANGED = "changed"
    REMOVED = "removed"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and through what: an add-in's id, a command, or nothing for the host itself."""

    name: str = ""
    through: str = ""


NOBODY = Author()


def write_events(connection: Connection, author: Author, events: Iterable[tuple[str, Happened, str]]) -> None:
    """Write events (ref, what, change) of one commit. Without an author there is nothing to note: demo data and tests."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds")
    rows = [
        {"ref": ref, "at": moment, "by_name": author.name, "through": author.through, "what": what, "change": change}
        for ref, what, change in events
    ]
    if rows and author != NOBODY:
        connection.execute(insert(tables.record_events), rows)


def read_events(connection: Connection, ref: str) -> Sequence[RecordEvent]:
    """What happened to the record, newest first."""
    events = tables.record_events
    rows = connection.execute(select(events).where(events.c.ref == ref).order_by(events.c.id.desc()))
    return [RecordEvent(datetime.fromisoformat(r.at), r.by_name, r.through, r.what, r.change) for r in rows]


def describe_record(connection: Connection, record: KeptRecord) -> str:
    """A record in one line: what a removal leaves to read of it."""
    parts = [record.client_name, record.date.isoformat(), f"{from_units(record.amount):,}"]
    parts += [f"reference {record.reference}"] if record.reference else []
    parts += [f"applied to {applied}"] if (applied := describe_parts(connection, record.applied)) else []
    return " · ".join([record.number, *parts])


def describe_change(connection: Connection, before: KeptRecord, after: KeptRecord) -> str:
    """`amount 450.00 → 460.00; reference – → 10432`: what a change changed."""
    pairs = {
        "date": (before.date.isoformat(), after.date.isoformat()),
        "amount": (f"{from_units(before.amount):,}", f"{from_units(after.amount):,}"),
        "method": (before.method, after.method),
        "reference": (before.reference, after.reference),
        "memo": (before.memo, after.memo),
        "applied to": (describe_parts(connection, before.applied), describe_parts(connection, after.applied)),
    }
    return "; ".join(f"{name} {old or '–'} → {new or '–'}" for name, (old, new) in pairs.items() if old != new)


def describe_parts(connection: Connection, parts: Mapping[int, int]) -> str:
    """`INV-1 100.00, INV-2 50.00`; empty for none."""
    if not parts:
        return ""
    invoices = tables.invoices.c
    rows = connection.execute(select(invoices.id, invoices.number).where(in_values(connection, invoices.id, list(parts))))
    numbers = {row.id: row.number for row in rows}
    return ", ".join(f"{numbers.get(key, key)} {from_units(amount):,}" for key, amount in sorted(parts.items()))
