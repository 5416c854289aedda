"""The keys of changes: a change given again under its key is answered with what it did the first time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from hostsim.practice.sql import tables
from hostsim.practice.sql.sql_conditions import in_values


@dataclass(frozen=True, slots=True)
class DoneChange:
    """The record or client that a change was about, and the version it left."""

    subject_id: int
    version: int


def read_done(connection: Connection, action: str, keys: Collection[str]) -> dict[str, DoneChange]:
    """The changes of this action that were made under these keys."""
    changes = tables.changes.c
    wanted = select(changes.key, changes.subject_id, changes.version).where(
        changes.action == action, in_values(connection, changes.key, keys)
    )
    return {row.key: DoneChange(row.subject_id, row.version) for row in connection.execute(wanted)} if keys else {}


def keep_done(connection: Connection, action: str, key: str, done: DoneChange) -> None:
    """Remember a change in the commit that makes it."""
    row = {"action": action, "key": key, "subject_id": done.subject_id, "version": done.version}
    connection.execute(insert(tables.changes).values(row))
