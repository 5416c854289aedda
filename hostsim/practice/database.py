"""Opens a practice: the firm, its ledger and the marks of each add-in, in one database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from hostsim.practice.births import fresh_birth
from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.mark_sets import MarkSets
from hostsim.practice.marks import PracticeMarks, first_addin, register_addin
from hostsim.practice.model import Firm, User
from hostsim.practice.related import RelatedRecords
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database
from hostsim.practice.sql.schema import prepare
from hostsim.practice.users import PracticeUsers
from hostsim.practice.writing.record_events import NOBODY, Author

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


class Practice:
    """An open practice. Close it when done; methods may be called from any thread."""

    def __init__(self, database: Database, births: Callable[[], str] = fresh_birth) -> None:
        self.database = database
        self._births = births
        self._mark_sets: dict[str, MarkSets] = {}  # by add-in; an id that was given stays

    @property
    def firm(self) -> Firm:
        """The firm's name, short id, currency and way to write dates, as they are now."""
        with self.database.reading() as connection:
            row = connection.execute(select(tables.firm)).one()
            return Firm(row.name, row.short_id, row.currency, row.dates)

    def write_dates_as(self, pattern: str) -> None:
        """Write dates on screens by this pattern from now on."""
        with self.database.writing() as connection:
            connection.execute(update(tables.firm).values(dates=pattern))

    @property
    def users(self) -> Sequence[User]:
        """The users by name, with their rights; empty before the practice is filled."""
        return self.people.all()

    @property
    def people(self) -> PracticeUsers:
        """The users, to read and to change."""
        return PracticeUsers(self.database)

    @property
    def related(self) -> RelatedRecords:
        """What belongs to one record."""
        return RelatedRecords(self.database)

    @property
    def schema_version(self) -> int | None:
        """The version of the tables."""
        with self.database.reading() as connection:
            version: int | None = connection.scalar(select(tables.schema.c.version))
            return version

    def wrapped_key(self) -> bytes | None:
        """The firm's data key, wrapped by a passphrase; None when the firm uses none."""
        with self.database.reading() as connection:
            return connection.scalar(select(tables.data_key.c.wrapped))

    def store_wrapped_key(self, wrapped: bytes) -> bytes:
        """Store the wrapped key, unless another workstation was first; gives the stored one."""
        try:
            with self.database.writing() as connection:
                connection.execute(insert(tables.data_key).values(id=1, wrapped=wrapped))
        except IntegrityError:
            return self.wrapped_key() or wrapped
        return wrapped

    @property
    def ledger(self) -> PracticeLedger:
        """The ledger; its filters go by the marks of the first add-in, which is all there is to choose where there is one."""
        return PracticeLedger(self.database, births=self._births)

    def ledger_for(self, addin: str, author: Author = NOBODY) -> PracticeLedger:
        """The ledger whose `hide_synchronized` and `show_hidden` go by this add-in's marks, for this author."""
        return PracticeLedger(self.database, self._sets_of(addin), self._births, author)

    def marks(self, addin: str) -> PracticeMarks:
        """The marks of this add-in."""
        return PracticeMarks(self.database, self._sets_of(addin))

    def first_addin_id(self) -> int | None:
        """The add-in that this practice has known longest; None before it has known any."""
        with self.database.reading() as connection:
            return first_addin(connection)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _sets_of(self, addin: str) -> MarkSets:
        if addin not in self._mark_sets:
            self._mark_sets[addin] = MarkSets(self.database, self._addin_id(addin))
        return self._mark_sets[addin]

    def _addin_id(self, name: str) -> int:
        with self.database.reading() as connection:
            existing: int | None = connection.scalar(select(tables.addins.c.id).where(tables.addins.c.name == name))
        if existing is not None:
            return existing
        with self.database.writing() as connection:
            return register_addin(connection, name)


def open_practice(
    url: str, *, new_firm: str = "New firm", new_id: Callable[[], str] | None = None, births: Callable[[], str] = fresh_birth
) -> Practice:
    """Open a practice by its database address, making what is missing. A new one gets this name and a fresh short id.

    `births` makes the birth of each record that is recorded from now on, and of those of an older database.

    PracticeUnavailable, with a sentence, when the database cannot be used.
    """
    database = Database(url)
    try:
        prepare(database, new_firm, (new_id or fresh_firm_id)(), births)
    except BaseException:
        database.close()
        raise
    return Practice(database, births)


def fresh_firm_id() -> str:
    """Five letters and digits."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(5))
