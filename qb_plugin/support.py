"""What a support bundle shows of the add-in: counts, keys, codes and trace ids; no name, amount, reference or token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qb_plugin.model import Connection, Lease, RowResult, RunInfo
from qb_plugin.store.database import Store
from qb_plugin.store.sql.migrations import CURRENT

RUNS = 20
ROWS = 200  # of one run: those that were not synchronized, newest first

NumbersOf = Callable[[str], Mapping[str, str]]
"""What of a message's raw details names nobody: HTTP status, fault code, trace id."""


def support_parts(store: Store, connection: Connection, numbers_of: NumbersOf) -> dict[str, Any]:
    """The connection, the tables, who runs and the intents; and the last runs with the rows that did not come through."""
    realm = connection.realm
    state = {
        "connection": {"state": connection.state.value, "realm": realm, "environment": connection.environment},
        "schema": {"found": store.schema_version(), "known": CURRENT},
        "lease": show_lease(store.leases.current(realm)),
        "intents": [
            {"operation": operation, "state": state, "count": number}
            for (operation, state), number in store.journal.counts(realm).items()
        ],
    }
    runs = [
        {**show_run(run), "rows": [show_row(row, numbers_of) for row in store.runs.unfinished_rows(run.id, ROWS)]}
        for run in store.runs.latest(realm, RUNS)
    ]
    return {"state": state, "runs": runs}


def show_lease(lease: Lease | None) -> dict[str, Any] | None:
    """What runs now, if anything does."""
    return None if lease is None else {"fence": lease.fence, "run": show_run(lease.run) if lease.run else None}


def show_run(run: RunInfo) -> dict[str, Any]:
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


def show_row(row: RowResult, numbers_of: NumbersOf) -> dict[str, Any]:
    """A row by its number, its outcome and the key of its sentence; of the raw details only what names nobody."""
    message = row.message
    return {
        "id": row.id,
        "outcome": row.outcome.value,
        "quickbooks_id": row.quickbooks_id,
        "key": message.key if message else None,
        **(numbers_of(message.details) if message and message.details else {}),
    }
