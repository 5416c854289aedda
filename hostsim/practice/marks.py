"""An add-in's marks on records: what is synchronized, what failed, what a person has hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, literal, select, update

from hostsim.practice.lists.listing import signed_keys
from hostsim.practice.mark_sets import MarkSets, set_in_use, sets_of
from hostsim.practice.model import Kind, Mark, MarkChange
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.sql_conditions import in_values
from hostsim.practice.sql.tables import addins, marks, records

SYNCHRONIZED = "synchronized"
STATES_COLUMNS = frozenset({"state", "synchronized", "external_id"})
HIDDEN_COLUMN = frozenset({"hidden"})
STATES = ("", SYNCHRONIZED, "failed", "not_confirmed")


class PracticeMarks:
    """The marks of one add-in. Records that do not exist have no mark; giving them one changes nothing.

    A state is that of one company, which its `scope` names; without one it is that of the company in use. What is hidden is hidden
    whichever company it is.
    """

    def __init__(self, database: Database, sets: MarkSets) -> None:
        self._database, self._sets = database, sets

    def use(self, scope: str) -> None:
        """Let the host's own lists show this company's marks from now on."""
        self._sets.use(scope)

    def get(self, refs: Sequence[str], scope: str = "") -> Mapping[str, Mark]:
        """The marks of these records, those without state and not hidden too."""
        keys, chosen = signed_keys(refs), self._sets.find(scope)
        with self._database.reading() as connection:
            among_refs = in_values(connection, marks.c.record_id, [abs(key) for key in keys])
            rows = connection.execute(select(marks).where(marks.c.addin_id == chosen, among_refs)).all()
        found = {mark.ref: mark for mark in (_mark(row) for row in rows)}
        return {ref: found[ref] for ref in refs if ref in found}

    def put(self, changes: Sequence[MarkChange]) -> None:
        """Change marks, all in one commit. ValueError for a state there is not.

        In order of record: two callers that mark the same records in different orders would deadlock.
        """
        in_order = sorted(changes, key=lambda change: _key(change)["at"])
        given = [(change, _columns(change)) for change in in_order]
        scopes = sorted({change.get("scope", "") for change, columns in given if columns})
        sets = {scope: self._sets.find(scope) for scope in scopes}
        if not sets:
            return
        with self._database.writing() as connection:
            for scope, chosen in sets.items():
                here = [each for each in given if each[0].get("scope", "") == scope]
                _update(connection, marks.c.addin_id == chosen, here, STATES_COLUMNS)
            _update(connection, marks.c.addin_id.in_(sets_of(self._sets.addin_id)), given, HIDDEN_COLUMN)

    def marked(self, state: str, scope: str = "") -> Sequence[str]:
        """All records with this state, in order of id."""
        wanted = (marks.c.addin_id == self._sets.find(scope), marks.c.state == state, marks.c.state != "")
        with self._database.reading() as connection:
            rows = connection.execute(select(marks.c.kind, marks.c.record_id).where(*wanted).order_by(marks.c.record_id))
            return [_ref(sign, key) for sign, key in rows]


def _update(
    connection: Connection,
    where: ColumnElement[bool],
    given: Sequence[tuple[MarkChange, dict[str, object]]],
    of: frozenset[str],
) -> None:
    """Change these columns of these sets: one statement for all, whatever each change names; what it leaves out stays as it is."""
    named = sorted(set[str]().union(*(columns for _, columns in given)) & of)
    if not named:
        return
    kept = {name: func.coalesce(bindparam(f"new_{name}", type_=marks.c[name].type), marks.c[name]) for name in named}
    mine = (where, marks.c.record_id == bindparam("at"), marks.c.kind == bindparam("sign"))
    rows = [{**_key(change), **{f"new_{name}": columns.get(name) for name in named}} for change, columns in given]
    connection.execute(update(marks).where(*mine).values(kept), rows)


def register_addin(connection: Connection, name: str) -> int:
    """The number of this add-in; a new one gets a mark for every record there is."""
    existing: int | None = connection.scalar(select(addins.c.id).where(addins.c.name == name))
    if existing is not None:
        return existing
    added = connection.execute(insert(addins).values(name=name)).inserted_primary_key
    addin_id = int(added[0]) if added else 0
    _fill(connection, addin_id, 0)
    return addin_id


def first_addin(connection: Connection) -> int | None:
    """The add-in that was registered first."""
    first: int | None = connection.scalar(select(func.min(addins.c.id)))
    return first


def first_set_in_use(connection: Connection) -> int | None:
    """The marks of the add-in that was registered first, for the company in use."""
    first = first_addin(connection)
    return None if first is None else set_in_use(connection, first)


def mark_new_records(connection: Connection, after_id: int) -> None:
    """Give the records above this id, just inserted, their mark for every add-in."""
    for addin_id in connection.scalars(select(addins.c.id)).all():
        _fill(connection, addin_id, after_id)


def _fill(connection: Connection, addin_id: int, after_id: int) -> None:
    copied = (records.c.id, records.c.kind, records.c.date, records.c.value)
    rows = select(literal(addin_id), *copied).where(records.c.id > after_id)
    connection.execute(insert(marks).from_select(["addin_id", "record_id", "kind", "date", "value"], rows))


def _mark(row: Row[Any]) -> Mark:
    return Mark(_ref(row.kind, row.record_id), row.state, row.hidden, row.external_id)


def _ref(sign: int, key: int) -> str:
    return f"{Kind.of_sign(sign).value}:{key}"


def _key(change: MarkChange) -> dict[str, int]:
    (signed,) = signed_keys([change["ref"]]) or [0]
    return {"at": abs(signed), "sign": 1 if signed >= 0 else -1}


def _columns(change: MarkChange) -> dict[str, object]:
    """The columns that a change names, with their new values."""
    columns: dict[str, object] = {}
    if "state" in change:
        if change["state"] not in STATES:
            raise ValueError(f"A record cannot be marked {change['state']}.")
        columns |= {"state": change["state"], "synchronized": change["state"] == SYNCHRONIZED}
    if "hidden" in change:
        columns["hidden"] = bool(change["hidden"])
    if "external_id" in change:
        columns["external_id"] = str(change["external_id"])
    return columns
