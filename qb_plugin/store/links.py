"""Links: which WorkSpace record and which QuickBooks record are the same, unique both ways per company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from qb_plugin.model import Kind, Link, Ref
from qb_plugin.store.connections import Database, send_many
from qb_plugin.store.encoding import encode_moment
from qb_plugin.store.sources import by_kind
from qb_plugin.store.tables import LIVE, links


class Links:
    """The live links; a removed one stays in the table as history and is not seen here."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = prepare_links(database)

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
        with self._database.read() as connection:
            rows = connection.execute(query.where(self._database.among(links.c.quickbooks_id, ids)))
            return {link.quickbooks_id: link for link in map(_link, rows)}

    def all_of(self, realm: str, entity: str) -> Sequence[Link]:
        """All links to this sort of QuickBooks record, oldest first."""
        query = select(links).where(links.c.realm == realm, links.c.entity == entity, LIVE).order_by(links.c.number)
        with self._database.read() as connection:
            return [_link(row) for row in connection.execute(query)]

    def add(self, new: Sequence[Link]) -> Sequence[Link]:
        """Add links; those whose record on either side is linked already are left out. Returns what was added."""
        if not new:
            return []
        now = self._database.clock.now()
        with self._database.write() as connection:
            with connection.begin_nested() as attempt:
                if send_many(connection, self._insert, rows_in_order(new, encode_moment(now))) == len(new):
                    return list(new)
                attempt.rollback()  # some were left out: which ones is asked for, and costs several times as much
            insert = self._database.insert(links).on_conflict_do_nothing().returning(links)
            added = {_link(row) for row in connection.execute(insert, rows_in_order(new, now))}
        return [link for link in dict.fromkeys(new) if link in added]

    def remove(self, realm: str, sources: Sequence[Ref]) -> None:
        """Unlink these WorkSpace records; the rows stay as history."""
        with self._database.write() as connection:
            removal = update(links).where(links.c.realm == realm, LIVE).values(removed_at=self._database.clock.now())
            for kind, identities in by_kind(sources):
                connection.execute(removal.where(links.c.source_kind == kind, links.c.source_id.in_(identities)))


def prepare_links(database: Database) -> str:
    """The insert of links for `send_many`; those whose record on either side is linked already are left out."""
    names = [column.name for column in links.c if column.name not in ("number", "removed_at")]
    return database.prepare(database.insert(links).on_conflict_do_nothing(), names)


def rows_in_order(new: Sequence[Link], made_at: datetime | str) -> list[dict[str, Any]]:
    """The links as rows, in one order everywhere, against deadlocks; the sort is stable, so the first of two equal ones wins."""
    made = {"made_at": made_at}
    return [_row(link) | made for link in sorted(new, key=lambda link: (link.realm, link.source))]


def _row(link: Link) -> dict[str, Any]:
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
