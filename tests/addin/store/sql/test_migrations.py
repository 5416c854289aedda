"""Older tables are brought up to date and lose nothing; newer ones are left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, select, text

from qb_plugin.errors import Fatal
from qb_plugin.model import (
    Connection,
    ConnectionState,
    Entity,
    IntentState,
    Kind,
    Message,
    Outcome,
    Pair,
    PairAnswer,
    Ref,
    RowResult,
)
from qb_plugin.store.database import open_store
from qb_plugin.store.sql import migrations, tables
from tests.support.addin.store_samples import NOON, REALM, StillClock, payment, sample_intent, sample_link, sample_run

# The tables as version 1 made them. These lines never change again: they stand for databases that exist.
VERSION_1 = """
CREATE TABLE quickbooks_connection (only_ INTEGER NOT NULL, state TEXT NOT NULL, realm TEXT NOT NULL, company TEXT NOT NULL,
 environment TEXT NOT NULL, PRIMARY KEY (only_));
CREATE TABLE quickbooks_intents (id TEXT NOT NULL, realm TEXT NOT NULL, run_id TEXT NOT NULL, source_kind TEXT NOT NULL,
 source_id TEXT NOT NULL, operation TEXT NOT NULL, version TEXT NOT NULL, entity TEXT NOT NULL, payload TEXT NOT NULL,
 requestid TEXT NOT NULL, bid TEXT NOT NULL, quickbooks_time TEXT NOT NULL, customer_id TEXT NOT NULL, state TEXT NOT NULL,
 quickbooks_id TEXT, sync_token TEXT, sent_at TEXT, first_look_at TEXT, sends BIGINT NOT NULL, message TEXT,
 opened_at TEXT NOT NULL, place BIGINT NOT NULL, PRIMARY KEY (id));
CREATE INDEX quickbooks_intents_open ON quickbooks_intents (realm) WHERE state = 'open';
CREATE UNIQUE INDEX quickbooks_intents_standing ON quickbooks_intents (realm, source_kind, source_id, operation, version)
 WHERE state NOT IN ('refused', 'withdrawn');
CREATE TABLE quickbooks_leases (purpose TEXT NOT NULL, realm TEXT NOT NULL, fence BIGINT NOT NULL, held BOOLEAN NOT NULL,
 machine TEXT NOT NULL, pid BIGINT NOT NULL, process_started TEXT NOT NULL, heartbeat TEXT NOT NULL, run TEXT,
 done BIGINT NOT NULL, PRIMARY KEY (purpose, realm));
CREATE TABLE quickbooks_links (number {number} NOT NULL, realm TEXT NOT NULL, source_kind TEXT NOT NULL, source_id TEXT NOT NULL,
 entity TEXT NOT NULL, quickbooks_id TEXT NOT NULL, origin TEXT NOT NULL, sync_token TEXT NOT NULL, source_version TEXT NOT NULL,
 made_at TEXT NOT NULL, removed_at TEXT, PRIMARY KEY (number));
CREATE UNIQUE INDEX quickbooks_links_book ON quickbooks_links (realm, entity, quickbooks_id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX quickbooks_links_source ON quickbooks_links (realm, source_kind, source_id) WHERE removed_at IS NULL;
CREATE TABLE quickbooks_run_results (number {number} NOT NULL, run_id TEXT NOT NULL, row_id TEXT NOT NULL, outcome TEXT NOT NULL,
 message TEXT, quickbooks_id TEXT, applied TEXT NOT NULL, PRIMARY KEY (number));
CREATE INDEX quickbooks_run_results_row ON quickbooks_run_results (row_id, number);
CREATE INDEX quickbooks_run_results_run ON quickbooks_run_results (run_id);
CREATE TABLE quickbooks_runs (id TEXT NOT NULL, realm TEXT NOT NULL, action TEXT NOT NULL, user_name TEXT NOT NULL,
 started TEXT NOT NULL, total BIGINT NOT NULL, done BIGINT NOT NULL, finished TEXT, counts TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE quickbooks_schema (version INTEGER NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (version));
CREATE TABLE quickbooks_settings (realm TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (realm, name));
CREATE TABLE quickbooks_tokens (realm TEXT NOT NULL, sealed {bytes} NOT NULL, saved_at TEXT NOT NULL, PRIMARY KEY (realm));
""".replace("only_", '"only"')

CONTENTS = r"""
INSERT INTO quickbooks_schema VALUES (1, '2026-10-01T08:00:00.000000+00:00');
INSERT INTO quickbooks_connection VALUES (1, 'connected', '9130347798120106', 'Alder & Finch', 'simulator');
INSERT INTO quickbooks_settings VALUES ('9130347798120106', 'item', '"7"');
INSERT INTO quickbooks_runs VALUES ('run', '9130347798120106', 'export-payments', 'Maria Ortiz',
 '2026-11-22T12:00:00.123456+00:00', 200, 0, NULL, '{}');
INSERT INTO quickbooks_run_results (run_id, row_id, outcome, message, quickbooks_id, applied) VALUES ('run', 'payment:1', 'failed',
 '{"$message":["inactive",{"name":"Zoë"},null]}', NULL, '[]');
INSERT INTO quickbooks_links (realm, source_kind, source_id, entity, quickbooks_id, origin, sync_token, source_version, made_at)
 VALUES ('9130347798120106', 'payment', '1', 'Payment', 'qb-1', 'exported', '3', '7', '2026-11-22T12:00:00.123456+00:00');
"""

INTENT = """
INSERT INTO quickbooks_intents VALUES ('first-{0}', '9130347798120106', 'run', 'payment', '{0}', 'create', '0', 'Payment',
 '{{"TotalAmt":{0}.00,"PrivateNote":"Zoë [WS AF-payment-{0}]"}}', '66697273740000000000000000000000', '{0}',
 '2026-11-22T12:00:00.12345{1}+00:00', '58', '{2}', {3}, NULL, '2026-11-22T12:00:00.123456+00:00', NULL, 1, NULL,
 '2026-11-22T12:00:00.123456+00:00', {0});
"""

STATEMENTS = VERSION_1 + CONTENTS + INTENT.format(1, 5, "confirmed", "'qb-1'") + INTENT.format(2, 4, "open", "NULL")


def make_version_1(url: str) -> None:
    engine = create_engine(url)
    number, kind = ("BIGSERIAL", "BYTEA") if engine.dialect.name == "postgresql" else ("INTEGER", "BLOB")
    with engine.begin() as connection:
        for statement in STATEMENTS.replace("{number}", number).replace("{bytes}", kind).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        connection.execute(tables.tokens.insert(), {"realm": REALM, "sealed": b"\x00sealed\xff", "saved_at": NOON})
    engine.dispose()


@pytest.fixture
def old_url(database_url: str) -> str:
    make_version_1(database_url)
    return database_url


def test_everything_kept_by_version_1_is_still_there(old_url: str) -> None:
    with closing(open_store(old_url, StillClock())) as store:
        done = replace(sample_intent(1), state=IntentState.CONFIRMED, quickbooks_id="qb-1", sent_at=NOON, sends=1)
        still_open = replace(sample_intent(2), sent_at=NOON, sends=1)
        assert store.journal.standing(REALM, [payment(1), payment(2)]) == [done, still_open]
        assert store.links.all_of(REALM, Entity.PAYMENT) == [sample_link(1)]
        assert store.runs.latest(REALM, 5) == [sample_run()]
        assert store.runs.results("run") == [
            RowResult(id="payment:1", outcome=Outcome.FAILED, message=Message("inactive", {"name": "Zoë"}))
        ]
        assert store.settings.get(REALM) == {"item": "7"}
        assert store.tokens.load(REALM) == b"\x00sealed\xff"
        assert store.tokens.connection() == Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator")


def test_an_intent_that_had_ended_says_when(old_url: str) -> None:
    with closing(open_store(old_url, StillClock())) as store, store.database.read() as connection:
        ended = connection.execute(select(tables.intents.c.settled_at).order_by(tables.intents.c.id)).scalars().all()
    assert ended == [NOON, None]


def test_tables_brought_up_to_date_are_those_made_today(old_url: str) -> None:
    open_store(old_url, StillClock()).close()
    migrated = shape_of(old_url)
    drop_all(old_url)
    open_store(old_url, StillClock()).close()
    assert migrated == shape_of(old_url)


def test_version_3_learns_when_the_sign_in_ends_and_gets_the_tables_of_pace_and_states(old_url: str) -> None:
    engine = create_engine(old_url)
    with engine.begin() as connection:
        for version in (2, 3):
            for statement in migrations.STEPS[version]:
                connection.execute(text(statement))
            connection.execute(tables.schema_version.insert(), {"version": version, "applied_at": NOON})
    engine.dispose()
    with closing(open_store(old_url, StillClock())) as store, closing(store.open_ledger(StillClock())) as ledger:
        assert store.tokens.connection() == Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator", None)
        store.tokens.save_connection(Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator", NOON))
        assert store.tokens.connection().ends == NOON
        store.tokens.add_state("digest")
        assert store.tokens.take_state("digest")
        assert ledger.change(lambda kept, _: ("kept", kept)) == ""
        assert ledger.change(lambda kept, _: (kept, kept)) == "kept"


def test_what_was_called_withdrawn_is_closed_and_makes_room_for_what_follows(old_url: str) -> None:
    engine = create_engine(old_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE quickbooks_intents SET state = 'withdrawn' WHERE source_id = '1'"))
    engine.dispose()
    with closing(open_store(old_url, StillClock())) as store:
        assert store.journal.withdrawn(REALM) == []
        assert store.journal.standing(REALM, [payment(1)]) == []
        again = replace(sample_intent(1), id="second-1", requestid="second")
        assert [intent and intent.id for intent in store.journal.open([again], fence=1)] == ["second-1"]


def test_the_way_is_written_down_and_not_gone_twice(old_url: str) -> None:
    open_store(old_url, StillClock()).close()
    with closing(open_store(old_url, StillClock())) as store, store.database.read() as connection:
        versions = connection.execute(select(tables.schema_version.c.version).order_by("version")).scalars().all()
    assert versions == [1, migrations.CURRENT]


def test_an_old_file_is_copied_beside_before_it_is_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    make_version_1(url)
    open_store(url, StillClock()).close()
    copy = tmp_path / "firm.db.version-1-20261122T120000"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT max(version) FROM quickbooks_schema").fetchall() == [(1,)]
        assert connection.execute("SELECT id FROM quickbooks_intents ORDER BY id").fetchall() == [("first-1",), ("first-2",)]


def test_a_copy_from_an_attempt_that_was_cut_off_stays_beside_the_next(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    make_version_1(url)
    first = tmp_path / "firm.db.version-1-20261122T120000"
    first.write_text("cut off", encoding="ascii")
    open_store(url, StillClock()).close()
    assert first.read_text(encoding="ascii") == "cut off"
    with closing(sqlite3.connect(tmp_path / f"{first.name}-2")) as connection:
        assert connection.execute("SELECT max(version) FROM quickbooks_schema").fetchall() == [(1,)]


def test_tables_of_today_are_neither_copied_nor_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    open_store(url).close()
    open_store(url).close()
    assert [file.name for file in tmp_path.iterdir() if "version" in file.name] == []


def test_tables_newer_than_this_program_are_refused_untouched(database_url: str) -> None:
    with closing(open_store(database_url)) as store, store.database.write() as connection:
        connection.execute(text("UPDATE quickbooks_schema SET version = 99"))
    with pytest.raises(Fatal) as refused:
        open_store(database_url)
    assert refused.value.message.key == "database_newer"
    assert refused.value.message.values == {"found": 99, "known": migrations.CURRENT}


def test_a_migration_that_dies_half_way_leaves_the_old_tables_and_can_be_repeated(old_url: str) -> None:
    before = shape_of(old_url)
    with dying_at("CREATE INDEX quickbooks_runs_latest"), pytest.raises(KeyboardInterrupt):
        open_store(old_url, StillClock())
    assert shape_of(old_url) == before
    test_everything_kept_by_version_1_is_still_there(old_url)


class dying_at:
    """While it lasts, the process is interrupted before a statement that begins so."""

    def __init__(self, beginning: str) -> None:
        self._beginning = beginning

    def __enter__(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._die)

    def __exit__(self, *error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._die)

    def _die(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(self._beginning):
            raise KeyboardInterrupt


def shape_of(url: str) -> dict[str, Any]:
    """Every table's columns and indexes, as the database itself describes them."""
    engine = create_engine(url)
    seen = inspect(engine)
    shape = {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            sorted(_index_shape(index) for index in seen.get_indexes(table)),
            seen.get_pk_constraint(table)["constrained_columns"],
        )
        for table in seen.get_table_names()
    }
    engine.dispose()
    return shape


def _index_shape(index: Any) -> tuple[str, bool, list[str], list[str]]:
    conditions = [" ".join(str(condition).split()) for condition in index.get("dialect_options", {}).values()]
    return index["name"], bool(index["unique"]), index["column_names"], conditions


def drop_all(url: str) -> None:
    engine = create_engine(url)
    tables.METADATA.drop_all(engine)
    engine.dispose()


def test_links_are_unique_by_kind_afterwards_and_answers_have_a_place(old_url: str) -> None:
    with closing(open_store(old_url, StillClock())) as store:
        clients = [
            replace(sample_link(n), source=Ref(Kind.CLIENT, str(n)), entity=Entity.CUSTOMER, quickbooks_id="58") for n in (1, 2)
        ]
        assert store.links.add(clients) == clients
        assert store.links.add([sample_link(2, "qb-1")]) == []
        store.links.unlink(REALM, [payment(1)], "Maria")
        assert store.links.answers(REALM) == {Pair(payment(1), Entity.PAYMENT, "qb-1"): PairAnswer.UNLINKED}
        assert store.journal.standing(REALM, [payment(1)]) == []


@pytest.mark.parametrize(
    "beginning",
    ["DROP INDEX quickbooks_links_book", "CREATE UNIQUE INDEX quickbooks_links_transaction", "CREATE TABLE quickbooks_pair"],
)
def test_the_step_to_links_by_kind_may_die_anywhere(old_url: str, beginning: str) -> None:
    before = shape_of(old_url)
    with dying_at(beginning), pytest.raises(KeyboardInterrupt):
        open_store(old_url, StillClock())
    assert shape_of(old_url) == before
    test_links_are_unique_by_kind_afterwards_and_answers_have_a_place(old_url)
