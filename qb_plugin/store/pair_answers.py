"""What people said of pairs that are not, or no longer, linked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from qb_plugin.model import Entity, Kind, Pair, PairAnswer, Ref
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import pair_answers

_ANSWERS = select(pair_answers).where(pair_answers.c.realm == bindparam("realm"))


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, in which company, and who gave it."""

    realm: str
    answer: PairAnswer
    by: str


def read_answers(database: Database, realm: str) -> Mapping[Pair, PairAnswer]:
    """All answers of this company: people give few."""
    with database.read() as connection:
        rows = connection.execute(_ANSWERS, {"realm": realm})
        return {
            Pair(Ref(Kind(row.source_kind), row.source_id), Entity(row.entity), row.quickbooks_id): PairAnswer(row.answer)
            for row in rows
        }


def write_answers(database: Database, connection: Connection, pairs: Sequence[Pair], given: GivenAnswer) -> None:
    """Write an answer down for each pair, in the place of an earlier one."""
    forget_answers(connection, given.realm, pairs)
    values = {"realm": given.realm, "answer": given.answer, "user_name": given.by, "given_at": database.clock.now()}
    rows = [{**values, **_key(pair)} for pair in sorted(set(pairs), key=_in_order)]
    if rows:
        connection.execute(database.insert(pair_answers).on_conflict_do_nothing(), rows)


def forget_answers(connection: Connection, realm: str, pairs: Iterable[Pair]) -> None:
    """Forget what was said of these pairs: a person says now that they are the same."""
    for pair in sorted(set(pairs), key=_in_order):
        here = [pair_answers.c[name] == value for name, value in _key(pair).items()]
        connection.execute(delete(pair_answers).where(pair_answers.c.realm == realm, *here))


def _key(pair: Pair) -> dict[str, str]:
    return {
        "source_kind": pair.source.kind.value,
        "source_id": pair.source.id,
        "entity": pair.entity.value,
        "quickbooks_id": pair.quickbooks_id,
    }


def _in_order(pair: Pair) -> tuple[str, ...]:
    return tuple(_key(pair).values())
