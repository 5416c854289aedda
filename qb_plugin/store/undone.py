"""What an undo leaves behind: records that are gone from QuickBooks stand for nothing here any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select, update

from qb_plugin.model import Entity, IntentState, Kind, Operation, Pair, PairAnswer, Ref, Settlement
from qb_plugin.store.pair_answers import GivenAnswer, write_answers
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import LIVE, STANDING, intents, links

MAKING = (Operation.CREATE, Operation.APPLY)
_NAMED = (intents.c.realm, intents.c.source_kind, intents.c.source_id, intents.c.entity)


def select_created(realm: str, run_id: str) -> Select[Any]:
    """The confirmed intents of a run that made something in QuickBooks."""
    made = (intents.c.operation.in_(MAKING), intents.c.state == IntentState.CONFIRMED)
    return select(intents).where(intents.c.run_id == run_id, intents.c.realm == realm, *made)


def take_away(database: Database, connection: Connection, settlement: Settlement) -> None:
    """Close the intents that made or changed the record, take its link back, and remember that no mark is to bring it back."""
    row = connection.execute(select(*_NAMED).where(intents.c.id == settlement.intent_id)).one()
    of_record = (intents.c.entity == row.entity, intents.c.quickbooks_id == settlement.quickbooks_id)
    made = (intents.c.operation.not_in((Operation.VOID, Operation.DELETE)), intents.c.state == IntentState.CONFIRMED)
    closing = update(intents).where(*_of_source(intents, row), STANDING, *made, *of_record)
    connection.execute(closing.values(state=IntentState.CLOSED))
    linked = (LIVE, links.c.entity == row.entity, links.c.quickbooks_id == settlement.quickbooks_id)
    removed = {"removed_at": database.clock.now(), "removed_by": settlement.undone_by or ""}
    connection.execute(update(links).where(*_of_source(links, row), *linked).values(**removed))
    # A link that stands is that of a credit memo of which only the application was taken away: what was seen applied is not true.
    connection.execute(update(links).where(*_of_source(links, row), LIVE).values(applied=None))
    pair = Pair(Ref(Kind(row.source_kind), row.source_id), Entity(row.entity), settlement.quickbooks_id or "")
    write_answers(database, connection, [pair], GivenAnswer(row.realm, PairAnswer.UNLINKED, settlement.undone_by or ""))


def _of_source(table: Any, row: Any) -> tuple[Any, ...]:
    return (table.c.realm == row.realm, table.c.source_kind == row.source_kind, table.c.source_id == row.source_id)
