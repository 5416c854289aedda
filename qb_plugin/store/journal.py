"""The journal of intents: each is written before it is sent, and settled when its outcome is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, select, update

from qb_plugin.errors import LeaseLost
from qb_plugin.model import Intent, IntentState, Message, Operation, Ref, Settlement
from qb_plugin.store.intent_rows import COLUMNS, intent_of, row_of
from qb_plugin.store.links import close_intents, forget_applied, prepare_links, remove_links, renew_links, rows_in_order
from qb_plugin.store.sources import by_kind
from qb_plugin.store.sql.connections import Database, insert_text, portions
from qb_plugin.store.sql.encoding import encode_message, encode_moment
from qb_plugin.store.sql.tables import APPLIES, OPEN, STANDING, WITHDRAWN, intents, leases
from qb_plugin.store.undone import select_created, take_away

_IN_ORDER = (intents.c.opened_at, intents.c.requestid, intents.c.place)


SPENT = "requestid spent"  # what stands in the place of who gave up an intent whose requestid answers for others


class _ClosedMeanwhileError(Exception):
    """An intent of this commit is settled already, so the whole commit is rolled back."""


class Journal:
    """Intents and their outcomes; every method is one commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.many(insert_text(intents, COLUMNS), len(COLUMNS))
        self._close = database.many_changes(_CLOSE, 8)
        self._link = prepare_links(database)
        self._unapplied = _select_unapplied()

    def open(self, wanted: Sequence[Intent], fence: int) -> Sequence[Intent | None]:
        """Write the intents down as sent once; None for one whose source has a standing intent of this kind already.

        What an intent `replaces` is closed, and its link removed, in the same commit. An intent that stands there itself,
        under its own id and not settled, counts as written. LeaseLost when the lease of
        their company has a higher fence: then nothing is written.
        """
        if not wanted:
            return []
        now = self._database.clock.now()
        opened = [_as_sent(intent, now) for intent in wanted]
        opened_at = encode_moment(now)
        # In the same order everywhere: two workstations inserting the same sources crosswise would deadlock.
        rows = sorted((row_of(intent, opened_at, place) for place, intent in enumerate(opened)), key=itemgetter(0, 1))
        with self._database.write() as connection:
            _check_fence(connection, sorted({intent.realm for intent in wanted}), fence)
            _close_replaced(connection, wanted, now)
            if self._insert.send(connection, rows) == len(rows):
                return opened
            written = _still_open(connection, [intent.id for intent in opened])
        return [intent if intent.id in written else None for intent in opened]

    def mark_sent(self, intent_ids: Sequence[str], at: datetime) -> None:
        """Count one more send; the note of an earlier look-up is cleared, because it proves nothing about this send."""
        self._change(intent_ids, sends=intents.c.sends + 1, sent_at=at, first_look_at=None, fully_settled=False)

    def take_back(self, intent_ids: Sequence[str]) -> None:
        """Count one send less: it was called back before it left."""
        if intent_ids:
            self._change(intent_ids, sends=intents.c.sends - 1)

    def count_single(self, intent_id: str) -> None:
        """Count a send in a batch of one that came back in doubt."""
        self._change([intent_id], singles=intents.c.singles + 1)

    def mark_fully_settled(self, intent_ids: Sequence[str]) -> None:
        """Note that nothing more is tried by itself: from now on these are only looked up."""
        if intent_ids:
            self._change(intent_ids, fully_settled=True)

    def give_up(self, intent_ids: Sequence[str], by: str) -> None:
        """Withdraw intents in doubt that were settled fully, with who gave them up and when."""
        at = self._database.clock.now()
        with self._database.write() as connection:
            for portion in portions(intent_ids):
                given_up = update(intents).where(intents.c.id.in_(portion), OPEN, intents.c.fully_settled)
                connection.execute(given_up.values(_given_up(at, by)))

    def withdrawn(self, realm: str, since: datetime | None = None) -> Sequence[Intent]:
        """The company's intents that were given up, oldest first; with `since` only those given up from then on."""
        query = select(intents).where(intents.c.realm == realm, WITHDRAWN).order_by(*_IN_ORDER)
        with self._database.read() as connection:
            return [
                intent_of(row) for row in connection.execute(query if since is None else query.where(intents.c.settled_at >= since))
            ]

    def renew(self, spent: Sequence[str], fresh: Sequence[Intent], fence: int) -> None:
        """Withdraw intents whose requestid is spent, and open what takes their place in one commit; LeaseLost as in `open`."""
        now = self._database.clock.now()
        rows = [row_of(intent, encode_moment(now), place) for place, intent in enumerate(fresh)]
        with self._database.write() as connection:
            _check_fence(connection, sorted({intent.realm for intent in fresh}), fence)
            for portion in portions(spent):
                connection.execute(update(intents).where(intents.c.id.in_(portion), OPEN).values(_given_up(now, SPENT)))
            self._insert.send(connection, rows)

    def reopen(self, realm: str, intent_ids: Sequence[str], fence: int) -> None:
        """Open withdrawn intents again with their bytes and requestid, to be settled once more; LeaseLost as in `open`."""
        with self._database.write() as connection:
            _check_fence(connection, [realm], fence)
            for portion in portions(intent_ids):
                reopened = update(intents).where(intents.c.id.in_(portion), WITHDRAWN)
                values = {"state": IntentState.OPEN, "settled_at": None, "settled_by": None, "fully_settled": False, "singles": 1}
                connection.execute(reopened.values(values))

    def look(self, intent_ids: Sequence[str], at: datetime) -> None:
        """Note the first look-up since the last send that found nothing; later ones change nothing."""
        self._change(intent_ids, first_look_at=func.coalesce(intents.c.first_look_at, bindparam("at", at, intents.c.sent_at.type)))

    def settle(self, settlements: Sequence[Settlement], fence: int | None = None) -> None:
        """Close intents and make their links in one commit; those that are closed already are left as they are.

        LeaseLost when the company's lease has a higher fence than `fence` and some end otherwise than confirmed: those stay open,
        because another workstation may have sent them meanwhile, and what this one was told says nothing of that.
        """
        facts = [settlement for settlement in settlements if settlement.state is IntentState.CONFIRMED]
        try:
            self._settle(settlements, None if len(facts) == len(settlements) else fence)
        except LeaseLost:
            self._settle(facts, None)
            raise

    def _settle(self, settlements: Sequence[Settlement], fence: int | None) -> None:
        if not settlements:
            return
        first = {settlement.intent_id: settlement for settlement in reversed(settlements)}
        # In one order everywhere, so that two settling the same batch wait for each other instead of deadlocking.
        closing = [first[identity] for identity in sorted(first)]
        try:
            self._close_in_one(closing, fence)
        except _ClosedMeanwhileError:  # rare, and only then worth asking which are still open
            self._close_in_one(closing, fence, only_open=True)

    def _close_in_one(self, closing: Sequence[Settlement], fence: int | None, only_open: bool = False) -> None:
        """Close these in one commit, of them only those that are still open if asked for."""
        with self._database.write() as connection:
            _check_fence_of(connection, closing[0].intent_id, fence)
            if only_open:
                still_open = _still_open(connection, [settlement.intent_id for settlement in closing])
                closing = [settlement for settlement in closing if settlement.intent_id in still_open]
            self._close_all(connection, closing)

    def _close_all(self, connection: Connection, closing: Sequence[Settlement]) -> None:
        """Close these, all of them, and make their links."""
        if not closing:
            return
        now = self._database.clock.now()
        at = encode_moment(now)
        if self._close.send(connection, [_closing(settlement, at) for settlement in closing]) < len(closing):
            raise _ClosedMeanwhileError
        made = [settlement.link for settlement in closing if settlement.link is not None]
        if made:
            self._link.send(connection, rows_in_order(made, now))
        for settlement in closing:
            if settlement.undone_by is not None:
                take_away(self._database, connection, settlement)
        renew_links(connection, [settlement.renewed for settlement in closing if settlement.renewed is not None])
        done = [each.intent_id for each in closing if each.link is None and each.state is IntentState.CONFIRMED]
        for portion in portions(done):
            forget_applied(connection, portion)

    def open_intents(self, realm: str) -> Sequence[Intent]:
        """All intents of the company that are not settled, batch by batch in the order in which they were sent."""
        with self._database.read() as connection:
            return [intent_of(row) for row in connection.execute(_UNSETTLED, {"realm": realm})]

    def counts(self, realm: str) -> Mapping[tuple[str, str], int]:
        """How many intents the company has, by operation and state."""
        what = (intents.c.operation, intents.c.state)
        query = select(*what, func.count()).where(intents.c.realm == realm).group_by(*what).order_by(*what)
        with self._database.read() as connection:
            return {(operation, state): number for operation, state, number in connection.execute(query)}

    def standing(self, realm: str, sources: Sequence[Ref]) -> Sequence[Intent]:
        """Intents of these sources that are open or confirmed, oldest first."""
        query = select(intents)
        with self._database.read() as connection:
            rows = [
                row
                for condition in _conditions(sources)
                for row in connection.execute(query.where(intents.c.realm == realm, STANDING, condition))
            ]
        rows.sort(key=lambda row: (row.opened_at, row.requestid, row.place))
        return [intent_of(row) for row in rows]

    def created_in(self, realm: str, run_id: str) -> Sequence[Intent]:
        """The confirmed creates and applications of a run, in the order in which they were sent."""
        with self._database.read() as connection:
            return [intent_of(row) for row in connection.execute(select_created(realm, run_id).order_by(*_IN_ORDER))]

    def to_apply(self, realm: str) -> Sequence[Intent]:
        """Creates of credit memos that were to be applied next and no application of which stands, oldest first."""
        with self._database.read() as connection:
            return [intent_of(row) for row in connection.execute(self._unapplied, {"realm": realm})]

    def leave_unapplied(self, realm: str, sources: Sequence[Ref]) -> None:
        """Note that there is nothing to apply these credit memos to."""
        flagged = update(intents).where(intents.c.realm == realm, APPLIES)
        with self._database.write() as connection:
            for condition in _conditions(sources):
                connection.execute(flagged.where(condition).values(applies=False))

    def withdraw(self, realm: str, sources: Sequence[Ref]) -> None:
        """Close the confirmed intents of these sources, so that their records can be sent again under a new requestid."""
        with self._database.write() as connection:
            close_intents(connection, realm, sources)

    def _change(self, intent_ids: Sequence[str], **values: Any) -> None:
        with self._database.write() as connection:
            for portion in portions(intent_ids):
                connection.execute(update(intents).where(intents.c.id.in_(portion), OPEN).values(**values))


_CLOSE = f"""
UPDATE {intents.name}
SET state = new.column2, quickbooks_id = new.column3, sync_token = new.column4, message = new.column5, settled_at = new.column6,
    tid = new.column7, record_updated = new.column8
FROM (VALUES {{rows}}) AS new
WHERE {intents.name}.id = new.column1 AND {intents.name}.{OPEN}
"""  # noqa: S608 - names of our own


_UNSETTLED = select(intents).where(intents.c.realm == bindparam("realm"), OPEN).order_by(*_IN_ORDER)


def _select_unapplied() -> Select[Any]:
    other = intents.alias()
    same = (
        other.c.realm == intents.c.realm,
        other.c.source_kind == intents.c.source_kind,
        other.c.source_id == intents.c.source_id,
    )
    application = (other.c.operation == Operation.APPLY, other.c.state.in_((IntentState.OPEN, IntentState.CONFIRMED)))
    pending = (intents.c.realm == bindparam("realm"), APPLIES, intents.c.state == IntentState.CONFIRMED)
    return select(intents).where(*pending, ~exists().where(*same, *application)).order_by(*_IN_ORDER)


# The shared lock keeps a taker of the lease waiting until these intents are committed.
_FENCE = select(leases.c.fence).where(leases.c.purpose == "run", leases.c.realm == bindparam("realm")).with_for_update(read=True)


def _given_up(at: datetime, by: str) -> dict[str, Any]:
    return {"state": IntentState.WITHDRAWN, "settled_at": at, "settled_by": by, "withdrawals": intents.c.withdrawals + 1}


def _closing(settlement: Settlement, at: str) -> tuple[str | None, ...]:
    return (
        settlement.intent_id,
        settlement.state.value,
        settlement.quickbooks_id,
        settlement.sync_token,
        encode_message(settlement.message),
        None if settlement.state is IntentState.OPEN else at,
        settlement.tid,
        encode_moment(settlement.record_updated) if settlement.record_updated else None,
    )


def _check_fence(connection: Connection, realms: Iterable[str], fence: int) -> None:
    for realm in realms:
        stored = connection.execute(_FENCE, {"realm": realm}).scalar()
        if stored is not None and stored > fence:
            raise LeaseLost(Message("lease_lost"))


def _close_replaced(connection: Connection, wanted: Sequence[Intent], at: datetime) -> None:
    for realm in sorted({intent.realm for intent in wanted if intent.replaces}):
        sources = [intent.source for intent in wanted if intent.replaces and intent.realm == realm]
        close_intents(connection, realm, sources)
        remove_links(connection, realm, sources, at)


def _check_fence_of(connection: Connection, intent_id: str, fence: int | None) -> None:
    if fence is not None:
        _check_fence(connection, connection.execute(select(intents.c.realm).where(intents.c.id == intent_id)).scalars(), fence)


def _still_open(connection: Connection, intent_ids: Sequence[str]) -> set[str]:
    query = select(intents.c.id).where(OPEN).order_by(intents.c.id).with_for_update()
    return {
        identity
        for portion in portions(intent_ids)
        for identity in connection.execute(query.where(intents.c.id.in_(portion))).scalars()
    }


def _conditions(sources: Iterable[Ref]) -> Iterable[ColumnElement[bool]]:
    for kind, identities in by_kind(sources):
        yield (intents.c.source_kind == kind) & intents.c.source_id.in_(identities)


def _as_sent(intent: Intent, now: datetime) -> Intent:
    return intent if intent.sends and intent.sent_at else replace(intent, sends=intent.sends or 1, sent_at=intent.sent_at or now)
