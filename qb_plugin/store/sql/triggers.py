"""Triggers that keep the history as it was written: nothing in it is changed, and only what a pruning names is deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

FINAL = "an entry of the history cannot be changed"

# What each table refuses: a change of an entry at all, of a run once it has ended, or of who began it, when and how.
_BEGUN = ("realm", "action", "user_name", "started", "total", "company", "filters")
_CHANGES = {
    "quickbooks_run_results": "TRUE",
    "quickbooks_prunings": "TRUE",
    "quickbooks_runs": " OR ".join(["old.finished IS NOT NULL", *(f"new.{name} <> old.{name}" for name in _BEGUN)]),
}
_STARTED = {
    "quickbooks_run_results": "(SELECT started FROM quickbooks_runs WHERE id = old.run_id)",
    "quickbooks_runs": "old.started",
}
_REALM = {
    "quickbooks_run_results": "(SELECT realm FROM quickbooks_runs WHERE id = old.run_id)",
    "quickbooks_runs": "old.realm",
}


def protect_history(connection: Connection) -> None:
    """Make the triggers; those of an older version are replaced."""
    statements = _postgresql() if connection.dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _kept(table: str) -> str:
    """The condition under which a row must stay: no pruning of its company names the time when its run began."""
    if table == "quickbooks_prunings":
        return "TRUE"
    pruned = f"SELECT 1 FROM quickbooks_prunings WHERE realm = {_REALM[table]} AND cut_off > {_STARTED[table]}"  # noqa: S608 - names of our own
    return f"NOT EXISTS ({pruned})"


def _sqlite() -> Sequence[str]:
    made: list[str] = []
    for table, condition in _CHANGES.items():
        for event, when in (("UPDATE", condition), ("DELETE", _kept(table))):
            name = f"{table}_{event.lower()}"
            made += [
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END",
            ]
    return made


def _postgresql() -> Sequence[str]:
    made: list[str] = []
    for table, condition in _CHANGES.items():
        for event, when, rest in (("UPDATE", condition, "new"), ("DELETE", _kept(table), "old")):
            name = f"{table}_{event.lower()}"
            body = f"BEGIN IF {when} THEN RAISE EXCEPTION '{FINAL}'; END IF; RETURN {rest}; END"
            made += [
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ]
    return made
