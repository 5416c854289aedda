"""Ordered lists of ids, taken at one moment: any page of a list costs the same, and rows do not jump while it is shown."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, Select, func, literal, select
from sqlalchemy.dialects.postgresql import BYTEA

from hostsim.practice.model import Kind


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Ids in order; `signed` holds payments as they are and credit memos negated. `totals` has one sum per kind, all positive;
    `total` counts credit memos negative, unless the list holds nothing else.
    """

    signed: array[int]
    totals: Mapping[Kind, Decimal]
    total: Decimal

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.signed)

    def refs(self, start: int, stop: int) -> Sequence[str]:
        """The records at places start ≤ i < stop, as `payment:17`."""
        return [f"payment:{key}" if key > 0 else f"credit_memo:{-key}" for key in self.signed[max(start, 0) : max(stop, 0)]]


@dataclass(frozen=True, slots=True)
class IdSnapshot:
    """Ids of clients or invoices in order, and what they have open."""

    keys: array[int]
    total: Decimal

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.keys)

    def ids(self, start: int, stop: int) -> Sequence[str]:
        """The ids at places start ≤ i < stop."""
        return [str(key) for key in self.keys[max(start, 0) : max(stop, 0)]]


def read_keys(connection: Connection, ordered: Select[int]) -> array[int]:
    """Run a statement of one whole number per row; a million of them in a fraction of a second."""
    read: Callable[[Connection, Select[int]], array[int]] = _sqlite_keys if connection.dialect.name == "sqlite" else _postgres_keys
    return read(connection, ordered)


def _sqlite_keys(connection: Connection, ordered: Select[int]) -> array[int]:
    """As one text of all keys, read as JSON: half the time of a row per key (0.28 s against 0.58 s for a million)."""
    inner = ordered.subquery()
    joined = connection.scalar(select(func.group_concat(inner.c[0])))
    return array("q", json.loads(f"[{joined or ''}]"))


def _postgres_keys(connection: Connection, ordered: Select[int]) -> array[int]:
    """One value of eight bytes per key, since a million rows cost the driver more than the server."""
    inner = ordered.subquery()
    packed = connection.scalar(select(func.string_agg(func.int8send(inner.c[0]), literal(b"", BYTEA))))
    keys = array("q", packed or b"")
    keys.byteswap()
    return keys
