"""An add-in's mark sets: one of its own, or one for each company that it works with; the row of a set stands in `practice_addins`.

A set holds a mark for every record, so that a filter by its marks is one stretch of one index. The first company takes the set that
the add-in had; a further one gets a copy of it with what a person has hidden, and without states.
"""

from __future__ import annotations

from sqlalchemy import CompoundSelect, Connection, insert, literal, select, union, update

from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.tables import addins, counters, mark_sets, marks, records


class MarkSets:
    """The mark sets of one add-in; thread-safe."""

    def __init__(self, database: Database, addin_id: int) -> None:
        self._database, self.addin_id = database, addin_id
        self._known: dict[str, int] = {}

    def find(self, scope: str) -> int:
        """The set of this company, made when there is none; without a company the set in use."""
        if not scope:
            with self._database.reading() as connection:
                return set_in_use(connection, self.addin_id)
        if scope not in self._known:
            self._known[scope] = self._read(scope) or self._make(scope)
        return self._known[scope]

    def use(self, scope: str) -> None:
        """Let the host's own lists show this company's marks from now on."""
        chosen = self.find(scope)
        with self._database.reading() as connection:
            if set_in_use(connection, self.addin_id) == chosen:
                return
        mine = mark_sets.c.addin_id == self.addin_id
        with self._database.writing() as connection:
            connection.execute(update(mark_sets).where(mine).values(in_use=mark_sets.c.set_id == chosen))

    def _read(self, scope: str) -> int | None:
        with self._database.reading() as connection:
            return read_set(connection, self.addin_id, scope)

    def _make(self, scope: str) -> int:
        with self._database.writing() as connection:
            # Held by whoever records, so that no record is left without its mark; and two that make one set queue up.
            connection.execute(select(counters).order_by(counters.c.kind).with_for_update())
            return read_set(connection, self.addin_id, scope) or make_set(connection, self.addin_id, scope)


def set_in_use(connection: Connection, addin_id: int) -> int:
    """The set of the company in use; the add-in's own before it has named one."""
    query = select(mark_sets.c.set_id).where(mark_sets.c.addin_id == addin_id, mark_sets.c.in_use)
    found: int | None = connection.scalar(query)
    return addin_id if found is None else found


def read_set(connection: Connection, addin_id: int, scope: str) -> int | None:
    """The set of a company."""
    query = select(mark_sets.c.set_id).where(mark_sets.c.addin_id == addin_id, mark_sets.c.scope == scope)
    found: int | None = connection.scalar(query)
    return found


def sets_of(addin_id: int) -> CompoundSelect[tuple[int]]:
    """All sets of an add-in, as a query."""
    return union(select(literal(addin_id)), select(mark_sets.c.set_id).where(mark_sets.c.addin_id == addin_id))


def make_set(connection: Connection, addin_id: int, scope: str) -> int:
    """Make a company's set: the add-in's own for the first, a copy without states for the others."""
    is_first = not _has_company(connection, addin_id)
    set_id = addin_id if is_first else _copy(connection, addin_id, scope)
    connection.execute(insert(mark_sets).values(addin_id=addin_id, scope=scope, set_id=set_id, in_use=is_first))
    return set_id


def _has_company(connection: Connection, addin_id: int) -> bool:
    return connection.scalar(select(mark_sets.c.scope).where(mark_sets.c.addin_id == addin_id).limit(1)) is not None


def _copy(connection: Connection, addin_id: int, scope: str) -> int:
    name = connection.scalar(select(addins.c.name).where(addins.c.id == addin_id))
    added = connection.execute(insert(addins).values(name=f"{name} {scope}")).inserted_primary_key
    set_id = int(added[0]) if added else 0
    own = marks.alias()
    copied = (records.c.id, records.c.kind, records.c.date, records.c.value, own.c.hidden)
    source = records.join(own, (own.c.addin_id == addin_id) & (own.c.record_id == records.c.id))
    rows = select(literal(set_id), *copied).select_from(source)
    connection.execute(insert(marks).from_select(["addin_id", "record_id", "kind", "date", "value", "hidden"], rows))
    return set_id
