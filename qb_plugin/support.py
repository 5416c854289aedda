"""What a support bundle shows of the add-in: counts, keys, codes and trace ids; no name, amount, reference or token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypedDict

from qb_plugin.model import Connection, Lease, RowResult, RunInfo
from qb_plugin.store.database import Store
from qb_plugin.store.sql.migrations import CURRENT

RUNS = 20
ROWS = 200  # of one run: those that were not synchronized, newest first

NumbersOf = Callable[[str], Mapping[str, str]]
"""What of a message's raw details names nobody: HTTP status, fault code, trace id."""


ShownRow: TypeAlias = Mapping[str, str | None]
"""`id`, `outcome`, `quickbooks_id`, the sentence's `key`, and what `NumbersOf` found."""


class ShownRun(TypedDict):
    """A run without who pressed the button; times in ISO format."""

    id: str
    action: str
    started: str
    finished: str | None
    done: int
    total: int
    counts: Mapping[str, int]


class ShownRunWithRows(ShownRun):
    """A run with the rows that were not synchronized."""

    rows: list[ShownRow]


class ShownLease(TypedDict):
    """The run that holds the company."""

    fence: int
    run: ShownRun | None


class ShownConnection(TypedDict):
    """The connected company, by number."""

    state: str
    realm: str
    environment: str


class ShownSchema(TypedDict):
    """Versions of the add-in's tables: found in the database, and known to this program."""

    found: int | None
    known: int


class ShownIntents(TypedDict):
    """How many intents are in one state."""

    operation: str
    state: str
    count: int


class ShownState(TypedDict):
    """How the add-in stands now."""

    connection: ShownConnection
    schema: ShownSchema
    lease: ShownLease | None
    intents: list[ShownIntents]


class SupportParts(TypedDict):
    """The add-in's parts of a support bundle."""

    state: ShownState
    runs: list[ShownRunWithRows]


def support_parts(store: Store, connection: Connection, numbers_of: NumbersOf) -> SupportParts:
    """The connection, the tables, who runs and the intents; and the last runs with the rows that did not come through."""
    realm = connection.realm
    state: ShownState = {
        "connection": {"state": connection.state.value, "realm": realm, "environment": connection.environment},
        "schema": {"found": store.schema_version(), "known": CURRENT},
        "lease": show_lease(store.leases.current(realm)),
        "intents": [
            {"operation": operation, "state": state, "count": number}
            for (operation, state), number in store.journal.counts(realm).items()
        ],
    }
    runs: list[ShownRunWithRows] = [
        {**show_run(run), "rows": [show_row(row, numbers_of) for row in store.runs.unfinished_rows(run.id, ROWS)]}
        for run in store.runs.latest(realm, RUNS)
    ]
    return {"state": state, "runs": runs}


def show_lease(lease: Lease | None) -> ShownLease | None:
    """What runs now, if anything does."""
    return None if lease is None else {"fence": lease.fence, "run": show_run(lease.run) if lease.run else None}


def show_run(run: RunInfo) -> ShownRun:
    """A run without who pressed the button."""
    return {
        "id": run.id,
        "action": run.action,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "done": run.done,
        "total": run.total,
        "counts": dict(run.counts),
    }


def show_row(row: RowResult, numbers_of: NumbersOf) -> ShownRow:
    """A row by its number, its outcome and the key of its sentence; of the raw details only what names nobody."""
    message = row.message
    return {
        "id": row.id,
        "outcome": row.outcome.value,
        "quickbooks_id": row.quickbooks_id,
        "key": message.key if message else None,
        **(numbers_of(message.details) if message and message.details else {}),
    }
