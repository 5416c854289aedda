"""One entity's records: bytes as they go over the wire, beside small rows to search in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import NamedTuple

from hostsim.qbo_simulator.base.entities import Cell, Kind, row
from hostsim.qbo_simulator.base.http import Record, dump, load
from hostsim.qbo_simulator.base.schema import write_entity

Row = tuple[Cell, ...]
Ids = dict[int, None]
_UPDATED = 2
_MOST_READ = 512
_LOOKED_UP = ("CustomerRef", "DocNumber", "DisplayName", "Name", "PaymentRefNum")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What queries still see of a record until `until`; None for a record they do not see yet."""

    until: float
    seen: tuple[bytes, Row] | None


class Before(NamedTuple):
    """A record as it was before its first change in an atomic block; None for what did not exist."""

    text: bytes | None
    cells: Row | None
    hidden: Earlier | None


@dataclass(slots=True)
class UndoLog:
    """The records changed in an atomic block, by entity and id, as they were before; None outside of one."""

    changes: dict[tuple[str, int], Before] | None = None


class Table:
    """Records of one kind; iteration order of `rows` is the order of last update."""

    def __init__(self, kind: Kind, note: Callable[[str, int], None], undo: UndoLog) -> None:
        self.kind = kind
        self.rows: dict[int, Row] = {}
        self.buried: dict[int, int] = {}
        self._bytes: dict[int, bytes] = {}
        self._read: dict[int, Record] = {}
        self._note = note
        self.hidden: dict[int, Earlier] = {}
        self.lag_until = 0.0
        self.in_order = True
        self.undo = undo
        self._latest: Cell = 0
        self._sequence = count()
        self._lookups: dict[str, dict[Cell, Ids]] = {name: {} for name in _LOOKED_UP if name in self.positions}

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each column stands in a row."""
        return {column.name: position for position, column in enumerate(self.kind.columns)}

    def __len__(self) -> int:
        return len(self._bytes)

    def __contains__(self, record: int) -> bool:
        return record in self._bytes

    def raw(self, record: int) -> bytes:
        """The stored bytes; KeyError when there is no such record."""
        return self._bytes[record]

    def get(self, record: int) -> Record | None:
        """The stored object; its top level is the caller's own, what is inside must not be changed."""
        known = self._read.get(record)
        if known is None:
            text = self._bytes.get(record)
            if text is None:
                return None
            known = self._remember(record, load(text))
        return dict(known)

    def _remember(self, record: int, known: Record) -> Record:
        if len(self._read) >= _MOST_READ:
            self._read.clear()
        self._read[record] = known
        return known

    def all(self) -> Iterator[Record]:
        """Every object, oldest update first."""
        return (load(self._bytes[record]) for record in list(self.rows))

    def put(self, record: Record, quietly: bool = False) -> Record:
        """Store an object; `quietly` keeps its place in the order of update."""
        record_id = int(record["Id"])
        written = write_entity(self.kind.name, record, self._read.get(record_id))
        self.restore(record_id, dump(written), row(self.kind, written), quietly)
        return self._remember(record_id, written)

    def resume(self, position: int) -> None:
        """Number the next change after `place`."""
        self._sequence = count(position)

    def restore(self, record: int, text: bytes, cells: Row | None = None, quietly: bool = False) -> None:
        """Store bytes as they are."""
        self._save_for_undo(record)
        old = self.rows.get(record) if quietly else self.rows.pop(record, None)
        self._hide(record, old)
        position = old[-1] if old and quietly else next(self._sequence)
        cells = (*(cells or row(self.kind, load(text))), position)
        self._reindex(record, old, cells)
        self._read.pop(record, None)
        self._bytes[record] = text
        self.rows[record] = cells
        if not quietly:
            self.in_order = self.in_order and int(cells[_UPDATED] or 0) >= int(self._latest or 0)
            self._latest = cells[_UPDATED]
        self._note(self.kind.name, record)

    def remove(self, record: int, at: int) -> None:
        """Delete a record and remember when."""
        self._save_for_undo(record)
        old = self.rows.pop(record)
        self._hide(record, old)
        self._reindex(record, old, None)
        self._read.pop(record, None)
        del self._bytes[record]
        self.buried.pop(record, None)
        self.buried[record] = at
        self._note(self.kind.name, record)

    def find(self, column: str, values: Iterable[Cell]) -> Iterable[int] | None:
        """Ids whose `column` is one of `values`, if that column has an index."""
        if column == "Id":
            return [value for value in values if isinstance(value, int) and value in self._bytes]
        index = self._lookups.get(column)
        if index is None:
            return None
        return [record for value in dict.fromkeys(values) for record in index.get(value, ())]

    def earlier(self, now: float) -> dict[int, Earlier]:
        """Records that queries do not see as they are, because changes reach them late."""
        if self.hidden:
            self.hidden = {record: each for record, each in self.hidden.items() if each.until > now}
        return self.hidden

    def _save_for_undo(self, record: int) -> None:
        changes = self.undo.changes
        if changes is not None and (self.kind.name, record) not in changes:
            before = Before(self._bytes.get(record), self.rows.get(record), self.hidden.get(record))
            changes[self.kind.name, record] = before

    def roll_back(self, changes: dict[int, Before]) -> None:
        """Put back these records as they were before, and the order of update."""
        for record, before in changes.items():
            self._put_back(record, before)
        self.rows = dict(sorted(self.rows.items(), key=lambda item: item[1][-1] or 0))

    def _put_back(self, record: int, before: Before) -> None:
        self._reindex(record, self.rows.pop(record, None), before.cells)
        self._read.pop(record, None)
        self._bytes.pop(record, None)
        self.hidden.pop(record, None)
        if before.hidden is not None:
            self.hidden[record] = before.hidden
        if before.text is not None and before.cells is not None:
            self.buried.pop(record, None)
            self._bytes[record], self.rows[record] = before.text, before.cells
        self._note(self.kind.name, record)

    def _hide(self, record: int, old: Row | None) -> None:
        if self.lag_until and record not in self.hidden:
            seen = (self._bytes[record], old) if old is not None else None
            self.hidden[record] = Earlier(self.lag_until, seen)

    def _reindex(self, record: int, old: Row | None, new: Row | None) -> None:
        for name, index in self._lookups.items():
            position = self.positions[name]
            before = old[position] if old else None
            after = new[position] if new else None
            if before == after:
                continue
            if old:
                index.get(before, {}).pop(record, None)
            if new:
                index.setdefault(after, {})[record] = None
