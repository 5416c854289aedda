"""Notes that what ran by itself left for people, until somebody puts them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from qb_plugin.model import PROGRAM, JobNote, Message
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.encoding import decode, encode
from qb_plugin.store.sql.tables import notes

KEPT = timedelta(days=90)  # a note that was read is no history: that stands in the runs


class Notes:
    """The notes of each company."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def leave(self, note: JobNote) -> None:
        """Leave a note; one that `replaces` puts the unread ones of its topic away, which are not true any more."""
        said = encode({"lines": note.lines, "opens": note.opens})
        values = {"realm": note.realm, "topic": note.topic, "left_at": note.at, "warns": note.warns, "said": said}
        with self._database.write() as connection:
            connection.execute(delete(notes).where(notes.c.realm == note.realm, notes.c.read_at < note.at - KEPT))
            if note.replaces:
                unread = (notes.c.realm == note.realm, notes.c.topic == note.topic, notes.c.read_at.is_(None))
                connection.execute(update(notes).where(*unread).values(read_at=note.at, read_by=PROGRAM))
            connection.execute(insert(notes), values)

    def unread(self, realm: str) -> Sequence[JobNote]:
        """Those that nobody has put away, newest first."""
        query = select(notes).where(notes.c.realm == realm, notes.c.read_at.is_(None)).order_by(notes.c.number.desc())
        with self._database.read() as connection:
            return [_note(row) for row in connection.execute(query)]

    def latest(self, realm: str, most: int) -> Sequence[JobNote]:
        """The newest, read or not, newest first."""
        query = select(notes).where(notes.c.realm == realm).order_by(notes.c.number.desc()).limit(most)
        with self._database.read() as connection:
            return [_note(row) for row in connection.execute(query)]

    def put_away(self, realm: str, numbers: Sequence[int], by: str) -> None:
        """Note that somebody has read them."""
        which = (notes.c.realm == realm, notes.c.number.in_(numbers), notes.c.read_at.is_(None))
        with self._database.write() as connection:
            connection.execute(update(notes).where(*which).values(read_at=self._database.clock.now(), read_by=by))

    def withdraw(self, realm: str, topic: str) -> None:
        """Put the unread ones of a topic away: they are not true any more."""
        which = (notes.c.realm == realm, notes.c.topic == topic, notes.c.read_at.is_(None))
        with self._database.write() as connection:
            connection.execute(update(notes).where(*which).values(read_at=self._database.clock.now(), read_by=PROGRAM))


def _note(row: Row[Any]) -> JobNote:
    said = decode(row.said)
    lines, opens = (said["lines"], said["opens"]) if isinstance(said, Mapping) else ((), {})
    return JobNote(
        number=row.number,
        realm=row.realm,
        topic=row.topic,
        at=row.left_at,
        warns=row.warns,
        lines=tuple(line for line in lines if isinstance(line, Message)),
        opens={str(name): str(value) for name, value in opens.items()},
        read_by=row.read_by or "",
    )
