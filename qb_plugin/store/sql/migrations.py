"""Migrations from each older version of the tables to the current one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, func, insert, inspect, select, text

from qb_plugin.errors import Fatal
from qb_plugin.model import Message
from qb_plugin.store.sql.connections import Database
from qb_plugin.store.sql.tables import METADATA, schema_version
from qb_plugin.store.sql.triggers import protect_history

CURRENT = 16

# Any number that nobody else locks by: two workstations must not migrate the same database at once.
_LOCK = 7_220_451_893

# For each version the statements that lead to it from the one before; both databases understand them.
STEPS: Mapping[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE quickbooks_intents ADD COLUMN settled_at TEXT",
        "UPDATE quickbooks_intents SET settled_at = coalesce(sent_at, opened_at) WHERE state <> 'open'",
        "CREATE INDEX quickbooks_runs_latest ON quickbooks_runs (realm, started)",
    ),
    3: (
        "ALTER TABLE quickbooks_intents ADD COLUMN source_version TEXT NOT NULL DEFAULT '0'",
        "ALTER TABLE quickbooks_intents ADD COLUMN applies BOOLEAN NOT NULL DEFAULT false",
        "CREATE INDEX quickbooks_intents_to_apply ON quickbooks_intents (realm) WHERE applies",
    ),
    4: (
        "ALTER TABLE quickbooks_connection ADD COLUMN ends TEXT",
        "CREATE TABLE quickbooks_oauth_states (digest TEXT NOT NULL, issued_at TEXT NOT NULL, PRIMARY KEY (digest))",
        'CREATE TABLE quickbooks_call_pace ("only" INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY ("only"))',
    ),
    5: (
        "ALTER TABLE quickbooks_intents ADD COLUMN singles BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE quickbooks_intents ADD COLUMN fully_settled BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE quickbooks_intents ADD COLUMN settled_by TEXT",
        "ALTER TABLE quickbooks_intents ADD COLUMN withdrawals BIGINT NOT NULL DEFAULT 0",
        # Until now `withdrawn` meant only what is called closed: no person could give up what was in doubt.
        "UPDATE quickbooks_intents SET state = 'closed' WHERE state = 'withdrawn'",
        "DROP INDEX quickbooks_intents_standing",
        "CREATE UNIQUE INDEX quickbooks_intents_standing ON quickbooks_intents (realm, source_kind, source_id, operation, version)"
        " WHERE state NOT IN ('refused', 'withdrawn', 'closed')",
        "CREATE INDEX quickbooks_intents_withdrawn ON quickbooks_intents (realm) WHERE state = 'withdrawn'",
    ),
    6: (
        # Several clients may share a customer from now on.
        "DROP INDEX quickbooks_links_book",
        "CREATE INDEX quickbooks_links_book ON quickbooks_links (realm, entity, quickbooks_id) WHERE removed_at IS NULL",
        "CREATE UNIQUE INDEX quickbooks_links_transaction ON quickbooks_links (realm, entity, quickbooks_id)"
        " WHERE removed_at IS NULL AND entity <> 'Customer'",
        "CREATE TABLE quickbooks_pair_answers (realm TEXT NOT NULL, source_kind TEXT NOT NULL, source_id TEXT NOT NULL,"
        " entity TEXT NOT NULL, quickbooks_id TEXT NOT NULL, answer TEXT NOT NULL, user_name TEXT NOT NULL, given_at TEXT NOT NULL,"
        " PRIMARY KEY (realm, source_kind, source_id, entity, quickbooks_id))",
    ),
    9: (
        "ALTER TABLE quickbooks_intents ADD COLUMN tid TEXT",
        "ALTER TABLE quickbooks_runs ADD COLUMN company TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE quickbooks_runs ADD COLUMN filters TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE quickbooks_run_results ADD COLUMN ended_at TEXT",
        "ALTER TABLE quickbooks_run_results ADD COLUMN source TEXT",
        "ALTER TABLE quickbooks_run_results ADD COLUMN summary TEXT",
        "ALTER TABLE quickbooks_run_results ADD COLUMN words TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX quickbooks_run_results_source ON quickbooks_run_results (source, number)",
        "CREATE TABLE quickbooks_prunings (number {number} NOT NULL, realm TEXT NOT NULL, cut_off TEXT NOT NULL,"
        " pruned_at TEXT NOT NULL, user_name TEXT NOT NULL, run_count BIGINT NOT NULL,"
        " row_count BIGINT NOT NULL, PRIMARY KEY (number))",
    ),
    13: (
        "ALTER TABLE quickbooks_intents ADD COLUMN record_updated TEXT",
        "CREATE INDEX quickbooks_intents_run ON quickbooks_intents (run_id)",
    ),
    14: (
        "ALTER TABLE quickbooks_links ADD COLUMN own_version TEXT NOT NULL DEFAULT '0'",
        "UPDATE quickbooks_links SET own_version = source_version",
    ),
    15: (
        "ALTER TABLE quickbooks_leases ADD COLUMN asked BOOLEAN NOT NULL DEFAULT false",
        "CREATE TABLE quickbooks_notes (number {number} NOT NULL, realm TEXT NOT NULL, topic TEXT NOT NULL, left_at TEXT NOT NULL,"
        " warns BOOLEAN NOT NULL, said TEXT NOT NULL, read_at TEXT, read_by TEXT, PRIMARY KEY (number))",
        "CREATE INDEX quickbooks_notes_unread ON quickbooks_notes (realm) WHERE read_at IS NULL",
    ),
    16: (
        "ALTER TABLE quickbooks_links ADD COLUMN applied TEXT",
        "ALTER TABLE quickbooks_links ADD COLUMN made_by TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE quickbooks_links ADD COLUMN removed_by TEXT NOT NULL DEFAULT ''",
    ),
}


def bring_up_to_date(database: Database) -> None:
    """Create the tables, or migrate older ones, in one commit; Fatal when they are newer than this program.

    On SQLite a copy of the file is made beside it before older tables are changed.
    """
    with database.write() as connection:
        if database.engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        version = stored_version(connection)
        if version is None:
            METADATA.create_all(connection)
        elif version > CURRENT:
            raise Fatal(Message("database_newer", {"found": version, "known": CURRENT}))
        elif version < CURRENT:
            copy_file(database, version)
            _step(connection, version)
        if version != CURRENT:
            protect_history(connection)
            connection.execute(insert(schema_version), {"version": CURRENT, "applied_at": database.clock.now()})


def stored_version(connection: Connection) -> int | None:
    """The version of the existing tables; None when there are none."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    version: int | None = connection.execute(select(func.max(schema_version.c.version))).scalar_one()
    return version


def copy_file(database: Database, version: int) -> None:
    """Copy a SQLite file as it is to `<file>.version-<n>-<moment>` beside it; PostgreSQL is left to its own backups."""
    if database.engine.dialect.name == "postgresql":
        return
    # VACUUM runs outside any transaction; it reads what is committed, whichever other connection waits to write.
    with database.engine.connect() as connection:
        wanted = f"{database.engine.url.database}.version-{version}-{database.clock.now():%Y%m%dT%H%M%S}"
        connection.execute(text("VACUUM INTO :copy"), {"copy": _free_name(wanted)})


def _free_name(wanted: str) -> str:
    # A copy may be there from an attempt that was cut off; it stays, for it may be the only good one.
    names = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return next(name for name in names if not Path(name).exists())


def _step(connection: Connection, version: int) -> None:
    number = "BIGSERIAL" if connection.dialect.name == "postgresql" else "INTEGER"  # a key that the database counts by itself
    for reached in range(version + 1, CURRENT + 1):
        for statement in STEPS.get(reached, ()):
            connection.execute(text(statement.replace("{number}", number)))
