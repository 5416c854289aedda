"""Who works with the practice, and what they may do. A firm's own host signs people in; here a name is chosen at start."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from hostsim.practice.model import User
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database

CONFIGURE = "configure"  # the right to give rights


class LastToConfigure(Exception):
    """After this change nobody could give rights any more; the text is a sentence."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is the only one who may configure. Nothing was saved. Let somebody else configure first.")


class PracticeUsers:
    """The users in the practice's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[User]:
        """Everybody, by name."""
        with self._database.reading() as connection:
            return _read(connection)

    def get(self, name: str) -> User | None:
        """The user of this name."""
        return next((user for user in self.all() if user.name == name), None)

    def keep(self, user: User, first: User | None = None) -> None:
        """Add a user, or write their rights; `first` is kept beside them where there is nobody yet. LastToConfigure is refused."""
        users = tables.users
        with self._database.writing() as connection:
            before = _read(connection)
            if not before and first is not None and first.name != user.name:
                connection.execute(insert(users).values(_row(first)))
            if user.name in {each.name for each in before}:
                connection.execute(update(users).where(users.c.name == user.name).values(_row(user)))
            else:
                connection.execute(insert(users).values(_row(user)))
            _check(connection, before, user.name)

    def remove(self, name: str) -> None:
        """Remove a user; LastToConfigure is refused."""
        with self._database.writing() as connection:
            before = _read(connection)
            connection.execute(delete(tables.users).where(tables.users.c.name == name))
            _check(connection, before, name)


def _read(connection: Connection) -> list[User]:
    rows = connection.execute(select(tables.users).order_by(tables.users.c.name))
    return [User(row.name, frozenset(row.rights.split())) for row in rows]


def _row(user: User) -> dict[str, str]:
    return {"name": user.name, "rights": " ".join(sorted(user.rights))}


def _check(connection: Connection, before: Sequence[User], name: str) -> None:
    """Undo the change, by raising, when it took the right to configure from the last who had it."""
    could = any(CONFIGURE in user.rights for user in before)
    if could and not any(CONFIGURE in user.rights for user in _read(connection)):
        raise LastToConfigure(name)
