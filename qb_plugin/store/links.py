"""Links between WorkSpace records and QuickBooks records, unique both ways per company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, select, update

from qb_plugin.model import Entity, IntentState, Kind, Link, LinkOrigin, Operation, Pair, PairAnswer, Ref
from qb_plugin.store.pair_answers import GivenAnswer, forget_answers, read_answers, write_answers
from qb_plugin.store.sources import by_kind, ids_by_kind
from qb_plugin.store.sql.connections import Database, Many, insert_text
from qb_plugin.store.sql.encoding import encode_moment
from qb_plugin.store.sql.tables import LIVE, STANDING, intents, links


class Links:
    """The live links; removed ones stay in the table as history and are never returned."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = prepare_links(database)
        of_kind = (links.c.realm == bindparam("realm"), links.c.source_kind == bindparam("kind"), LIVE)
        self._of_sources = select(links).where(*of_kind, database.among_listed(links.c.source_id, "ids"))
        of_entity = (links.c.realm == bindparam("realm"), links.c.entity == bindparam("entity"), LIVE)
        self._of_ids = select(links).where(*of_entity, database.among_listed(links.c.quickbooks_id, "ids"))
        self._of_entity = select(links).where(*of_entity).order_by(links.c.number)

    def by_source(self, realm: str, sources: Iterable[Ref]) -> Mapping[Ref, Link]:
        """The links of these WorkSpace records."""
        found: dict[Ref, Link] = {}
        with self._database.read() as connection:
            for kind, identities in ids_by_kind(sources).items():
                wanted = {"realm": realm, "kind": kind, "ids": self._database.listed(identities)}
                rows = connection.execute(self._of_sources, wanted)
                found.update((link.source, link) for link in map(read_link, rows))
        return found

    def by_quickbooks(self, realm: str, entity: Entity, ids: Iterable[str]) -> Mapping[str, Link]:
        """The links of these QuickBooks records, by QuickBooks id."""
        wanted = {"realm": realm, "entity": entity, "ids": self._database.listed(ids)}
        with self._database.read() as connection:
            rows = connection.execute(self._of_ids, wanted)
            return {link.quickbooks_id: link for link in map(read_link, rows)}

    def all_of(self, realm: str, entity: Entity) -> Sequence[Link]:
        """All links to this QuickBooks entity, oldest first."""
        with self._database.read() as connection:
            return [read_link(row) for row in connection.execute(self._of_entity, {"realm": realm, "entity": entity})]

    def imported_between(self, realm: str, start: datetime, end: datetime | None) -> Sequence[Link]:
        """The live links of payments that were imported between the two moments, both included, oldest first."""
        query = select(links).where(links.c.realm == realm, LIVE, links.c.origin == LinkOrigin.IMPORTED, links.c.made_at >= start)
        bounded = query if end is None else query.where(links.c.made_at <= end)
        with self._database.read() as connection:
            return [read_link(row) for row in connection.execute(bounded.order_by(links.c.number))]

    def add(self, new: Sequence[Link]) -> Sequence[Link]:
        """Add links; those whose record on either side is linked already are left out. Returns what was added."""
        if not new:
            return []
        now = self._database.clock.now()
        rows = rows_in_order(new, now)
        with self._database.write() as connection:
            with connection.begin_nested() as attempt:
                if self._insert.send(connection, rows) == len(new):
                    return list(new)
                attempt.rollback()  # some were left out: which ones is asked for, and costs several times as much
            insert = self._database.insert(links).on_conflict_do_nothing().returning(links)
            values = [dict(zip(_COLUMNS, row, strict=True)) | {"made_at": now} for row in rows]
            added = {read_link(row) for row in connection.execute(insert, values)}
        return [link for link in dict.fromkeys(new) if link in added]

    def remove(self, realm: str, sources: Sequence[Ref], by: str = "") -> None:
        """Unlink these WorkSpace records; the rows stay as history. `by` is the person who wanted that, if one did."""
        with self._database.write() as connection:
            remove_links(connection, realm, sources, self._database.clock.now(), by)

    def renew(self, renewed: Sequence[Link]) -> None:
        """Note both sides' versions of links that stand; those that were taken back meanwhile stay so."""
        with self._database.write() as connection:
            renew_links(connection, renewed)

    def elsewhere(self, realm: str, source: Ref) -> Sequence[Link]:
        """The live links of this record in all other companies, oldest first."""
        mine = (links.c.source_kind == source.kind, links.c.source_id == source.id)
        query = select(links).where(*mine, links.c.realm != realm, LIVE).order_by(links.c.number)
        with self._database.read() as connection:
            return [read_link(row) for row in connection.execute(query)]

    def exported_elsewhere(self, realm: str) -> Mapping[str, int]:
        """How much was exported to each other company, while nothing is linked in this one; else nothing."""
        here = select(links.c.number).where(links.c.realm == realm, links.c.entity != Entity.CUSTOMER, LIVE).limit(1)
        counted = select(links.c.realm, func.count()).where(links.c.origin == LinkOrigin.EXPORTED, links.c.realm != realm, LIVE)
        with self._database.read() as connection:
            if connection.execute(here).first() is not None:
                return {}
            return {row[0]: row[1] for row in connection.execute(counted.group_by(links.c.realm))}

    def unlink(self, realm: str, sources: Sequence[Ref], by: str) -> Sequence[Link]:
        """Take the links of these records back, close their confirmed intents and remember that; all in one commit."""
        if not sources:
            return ()
        found = list(self.by_source(realm, sources).values())
        pairs = [Pair(link.source, link.entity, link.quickbooks_id) for link in found]
        with self._database.write() as connection:
            remove_links(connection, realm, sources, self._database.clock.now(), by)
            close_intents(connection, realm, sources)
            write_answers(self._database, connection, pairs, GivenAnswer(realm, PairAnswer.UNLINKED, by))
        return found

    def answers(self, realm: str) -> Mapping[Pair, PairAnswer]:
        """What people said of pairs that are not linked."""
        return read_answers(self._database, realm)

    def answer(self, realm: str, pairs: Sequence[Pair], answer: PairAnswer, by: str) -> None:
        """Remember what a person said of these pairs, in the place of an earlier answer."""
        if pairs:
            with self._database.write() as connection:
                write_answers(self._database, connection, pairs, GivenAnswer(realm, answer, by))

    def forget(self, realm: str, pairs: Sequence[Pair]) -> None:
        """Forget what was said of these pairs: a person says that they are the same after all."""
        if pairs:
            with self._database.write() as connection:
                forget_answers(connection, realm, pairs)


def remove_links(connection: Connection, realm: str, sources: Iterable[Ref], at: datetime, by: str = "") -> None:
    """Mark the live links of these records as removed."""
    removal = update(links).where(links.c.realm == realm, LIVE).values(removed_at=at, removed_by=by)
    for kind, identities in by_kind(sources):
        connection.execute(removal.where(links.c.source_kind == kind, links.c.source_id.in_(identities)))


def renew_links(connection: Connection, renewed: Iterable[Link]) -> None:
    """Write both sides' versions of links that stand."""
    for link in renewed:
        same = (links.c.realm == link.realm, links.c.entity == link.entity, links.c.quickbooks_id == link.quickbooks_id)
        source = (links.c.source_kind == link.source.kind, links.c.source_id == link.source.id)
        versions = {"sync_token": link.sync_token, "source_version": link.source_version}
        versions |= {} if link.own_version is None else {"own_version": link.own_version}
        versions |= {} if link.applied is None else {"applied": link.applied}
        connection.execute(update(links).where(*same, *source, LIVE).values(**versions))


def forget_applied(connection: Connection, applications: Sequence[str]) -> None:
    """Note that more is applied of credit memos than was seen: this program itself did it, by these of its intents."""
    ours = (intents.c.id.in_(applications), intents.c.operation == Operation.APPLY, intents.c.realm == links.c.realm)
    of_link = (intents.c.source_kind == links.c.source_kind, intents.c.source_id == links.c.source_id)
    memos = update(links).where(LIVE, links.c.entity == Entity.CREDIT_MEMO, exists().where(*ours, *of_link))
    connection.execute(memos.values(applied=None))


def close_intents(connection: Connection, realm: str, sources: Iterable[Ref]) -> None:
    """Close the confirmed intents of these records: what follows has a new requestid (docs/architecture.md rule 11)."""
    closing = update(intents).where(intents.c.realm == realm, STANDING, intents.c.state == IntentState.CONFIRMED)
    for kind, identities in by_kind(sources):
        here = closing.where(intents.c.source_kind == kind, intents.c.source_id.in_(identities))
        connection.execute(here.values(state=IntentState.CLOSED))


_COLUMNS = (
    "realm",
    "source_kind",
    "source_id",
    "entity",
    "quickbooks_id",
    "origin",
    "sync_token",
    "source_version",
    "own_version",
    "made_at",
    "applied",
    "made_by",
)


def prepare_links(database: Database) -> Many:
    """The insert of links; those whose record on either side is linked already are left out."""
    return database.many(insert_text(links, _COLUMNS), len(_COLUMNS))


def rows_in_order(new: Sequence[Link], made_at: datetime) -> list[tuple[str | None, ...]]:
    """The links as rows, in one order everywhere, against deadlocks; the sort is stable, so the first of two equal ones wins."""
    made = encode_moment(made_at)
    return sorted((_row(link, made) for link in new), key=itemgetter(0, 1, 2))


def _row(link: Link, made_at: str) -> tuple[str | None, ...]:
    return (
        link.realm,
        link.source.kind.value,
        link.source.id,
        link.entity,
        link.quickbooks_id,
        link.origin,
        link.sync_token,
        link.source_version,
        link.source_version if link.own_version is None else link.own_version,
        made_at,
        link.applied,
        link.by,
    )


def read_link(row: Row[Any]) -> Link:
    return Link(
        realm=row.realm,
        source=Ref(Kind(row.source_kind), row.source_id),
        entity=Entity(row.entity),
        quickbooks_id=row.quickbooks_id,
        origin=LinkOrigin(row.origin),
        sync_token=row.sync_token,
        source_version=row.source_version,
        own_version=row.own_version,
        made_at=row.made_at,
        applied=row.applied,
        by=row.made_by,
    )
