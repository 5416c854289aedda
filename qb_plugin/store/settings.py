"""Settings by name, per company; those of the company "" belong to no company."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.encoding import decode, encode
from qb_plugin.store.sql.tables import settings


class Settings:
    """Values that were saved; whoever reads them brings the defaults."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, realm: str) -> Mapping[str, object]:
        """All saved values of this company."""
        with self._database.read() as connection:
            rows = connection.execute(select(settings.c.name, settings.c.value).where(settings.c.realm == realm))
            return {row.name: decode(row.value) for row in rows}

    def put(self, realm: str, values: Mapping[str, object]) -> None:
        """Save these values; names not given keep theirs. TypeError for a value that cannot be encoded, and then none is saved."""
        rows = [{"realm": realm, "name": name, "value": encode(value)} for name, value in sorted(values.items())]
        if not rows:
            return
        insert = self._database.insert(settings)
        upsert = insert.on_conflict_do_update(index_elements=["realm", "name"], set_={"value": insert.excluded.value})
        with self._database.write() as connection:
            connection.execute(upsert, rows)
