"""Links: which WorkSpace record and which QuickBooks record are the same, unique both ways per company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from qb_plugin.model import Kind, Link, Ref
from qb_plugin.store.connections import Database, portions
from qb_plugin.store.sources import by_kind
from qb_plugin.store.tables import LIVE, links


class Links:
    """The live links; a removed one stays in the table as history and is not seen here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_source(self, realm: str, sources: Iterable[Ref]) -> Mapping[Ref, Link]:
        """The links of these WorkSpace records."""
        query = select(links).where(links.c.realm == realm, LIVE)
        found: dict[Ref, Link] = {}
        with self._database.read() as connection:
            for kind, identities in by_kind(sources):
                rows = connection.execute(query.where(links.c.source_kind == kind, links.c.source_id.in_(identities)))
                found.update((link.source, link) for link in map(_link, rows))
        return found

    def by_quickbooks(self, realm: str, entity: str, ids: Iterable[str]) -> Mapping[str, Link]:
        """The links of these QuickBooks records, by QuickBooks id."""
        query = select(links).where(links.c.realm == realm, links.c.entity == entity, LIVE)
        found: dict[str, Link] = {}
        with self._database.read() as connection:
            for portion in portions(ids):
                rows = connection.execute(query.where(links.c.quickbooks_id.in_(portion)))
                found.update((link.quickbooks_id, link) for link in map(_link, rows))
        return found

    def all_of(self, realm: str, entity: str) -> Sequence[Link]:
        """All links to this sort of QuickBooks record, oldest first."""
        query = select(links).where(links.c.realm == realm, links.c.entity == entity, LIVE).order_by(links.c.number)
        with self._database.read() as connection:
            return [_link(row) for row in connection.execute(query)]

    def add(self, new: Sequence[Link]) -> Sequence[Link]:
        """Add links; those whose record on either side is linked already are left out. Returns what was added."""
        if not new:
            return []
        with self._database.write() as connection:
            return insert_links(self._database, connection, new)

    def remove(self, realm: str, sources: Sequence[Ref]) -> None:
        """Unlink these WorkSpace records; the rows stay as history."""
        with self._database.write() as connection:
            removal = update(links).where(links.c.realm == realm, LIVE).values(removed_at=self._database.clock.now())
            for kind, identities in by_kind(sources):
                connection.execute(removal.where(links.c.source_kind == kind, links.c.source_id.in_(identities)))


def insert_links(database: Database, connection: Connection, new: Sequence[Link]) -> Sequence[Link]:
    """Add links within a transaction that is open already; returns those that did not exist on either side."""
    if not new:
        return []
    now = database.clock.now()
    # In one order everywhere, against deadlocks; the first of two equal ones wins because the sort is stable.
    rows = [_row(link) | {"made_at": now} for link in sorted(new, key=lambda link: (link.realm, link.source))]
    insert = database.insert(links).on_conflict_do_nothing().returning(links)
    added = {_link(row) for row in connection.execute(insert, rows)}
    return [link for link in dict.fromkeys(new) if link in added]


def _row(link: Link) -> dict[str, object]:
    return {
        "realm": link.realm,
        "source_kind": link.source.kind.value,
        "source_id": link.source.id,
        "entity": link.entity,
        "quickbooks_id": link.quickbooks_id,
        "origin": link.origin,
        "sync_token": link.sync_token,
        "source_version": link.source_version,
    }


def _link(row: Row[Any]) -> Link:
    return Link(
        realm=row.realm,
        source=Ref(Kind(row.source_kind), row.source_id),
        entity=row.entity,
        quickbooks_id=row.quickbooks_id,
        origin=row.origin,
        sync_token=row.sync_token,
        source_version=row.source_version,
    )
