"""Makes the practice's tables, and brings an older database forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, func, insert, inspect, select, update

from hostsim.practice.births import fresh_birth
from hostsim.practice.sql import tables
from hostsim.practice.sql.connection import Database, PracticeUnavailable
from hostsim.practice.sql.search_index import create_search_index

VERSION = 6
FIRST_SERIALS = ({"kind": 1, "next": 1001}, {"kind": -1, "next": 1}, {"kind": 0, "next": 1})
BIRTHS_AT_ONCE = 10_000
LOCK = 8_400_001  # any number, as long as every workstation uses the same


Births = Callable[[], str]

ADDED_COLUMNS = (
    "practice_firm ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD'",
    "practice_clients ADD COLUMN email TEXT NOT NULL DEFAULT ''",
    "practice_clients ADD COLUMN phone TEXT NOT NULL DEFAULT ''",
    "practice_clients ADD COLUMN currency TEXT NOT NULL DEFAULT ''",
    "practice_records ADD COLUMN birth TEXT NOT NULL DEFAULT ''",
    "practice_marks ADD COLUMN external_id TEXT NOT NULL DEFAULT ''",
)


def add_data_key(connection: Connection, _births: Births) -> None:
    """Version 2 stores the firm's data key, wrapped by a passphrase, for all its workstations."""
    tables.data_key.create(connection, checkfirst=True)


def add_births_and_currencies(connection: Connection, births: Births) -> None:
    """Version 3 gives every record its birth, clients a currency and ways to reach them, and remembers the keys of changes."""
    for column in ADDED_COLUMNS:
        connection.exec_driver_sql(f"ALTER TABLE {column}")
    tables.changes.create(connection)
    connection.execute(insert(tables.counters).values(kind=0, next=1))
    give_births(connection, births)


def add_mark_sets(connection: Connection, _births: Births) -> None:
    """Version 5 keeps marks by company: the first that an add-in names takes over those there are."""
    tables.mark_sets.create(connection, checkfirst=True)


def add_record_events(connection: Connection, _births: Births) -> None:
    """Version 6 notes who recorded and changed what, and when, from now on; and how the firm writes dates."""
    tables.record_events.create(connection, checkfirst=True)
    if "dates" not in {column["name"] for column in inspect(connection).get_columns(tables.firm.name)}:
        connection.exec_driver_sql(f"ALTER TABLE {tables.firm.name} ADD COLUMN dates TEXT NOT NULL DEFAULT 'YYYY-MM-DD'")


def give_births(connection: Connection, births: Births, at_once: int = BIRTHS_AT_ONCE) -> None:
    """Give a birth to each record that has none."""
    records = tables.records
    born = update(records).where(records.c.id == bindparam("at")).values(birth=bindparam("given"))
    without = select(records.c.id).where(records.c.birth == "").order_by(records.c.id).limit(at_once)
    after = 0
    while keys := connection.scalars(without.where(records.c.id > after)).all():
        connection.execute(born, [{"at": key, "given": births()} for key in keys])
        after = keys[-1]


def index_invoice_numbers(connection: Connection, _births: Births) -> None:
    """Version 4 finds invoices by their number whatever its case and outer blanks."""
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS practice_invoices_by_text ON practice_invoices (trim(search_text))")


# The migration from version n to n + 1, at position n - 1.
STEPS: Sequence[Callable[[Connection, Births], None]] = (
    add_data_key,
    add_births_and_currencies,
    index_invoice_numbers,
    add_mark_sets,
    add_record_events,
)


def prepare(database: Database, name: str, short_id: str, births: Births = fresh_birth) -> None:
    """Make what is missing; a new database gets a firm of this name and id, older records get their births.

    PracticeUnavailable when the database is a newer program's.
    """
    if _is_current(database):
        return
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if inspect(connection).has_table(tables.schema.name):
            _bring_forward(connection, births)
        else:
            _create(connection, name, short_id)


def _is_current(database: Database) -> bool:
    """Whether nothing is to be done; found out without waiting for whoever is writing."""
    with database.reading() as connection:
        if not inspect(connection).has_table(tables.schema.name):
            return False
        return connection.scalar(select(tables.schema.c.version)) == VERSION


def _create(connection: Connection, name: str, short_id: str) -> None:
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.schema).values(version=VERSION))
    connection.execute(insert(tables.firm).values(id=1, name=name, short_id=short_id))
    connection.execute(insert(tables.counters), FIRST_SERIALS)
    create_search_index(connection)


def _bring_forward(connection: Connection, births: Births) -> None:
    version = connection.scalar(select(tables.schema.c.version)) or 0
    if version > VERSION:
        raise PracticeUnavailable(
            "A newer version of WorkSpace has written this database. Nothing was changed. Update WorkSpace first."
        )
    for step in STEPS[version - 1 :]:
        step(connection, births)
    if version < VERSION:
        connection.execute(update(tables.schema).values(version=VERSION))
