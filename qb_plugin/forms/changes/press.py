"""A press that settles changed pairs: a run of its own, from the Changes form or from Reconcile's differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from qb_plugin.forms.descriptions import RunSummary
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.sync.changes.settling import Way, settle_changes
from qb_plugin.sync.lease import LeasedRun


def settle_rows(
    services: FormServices, way: Way, ids: Sequence[str], task: Task, filters: Mapping[str, str], *, seen: str
) -> RunSummary:
    """Settle these rows the way that was chosen; each ends with an outcome. `seen` is the company of the list they stand in."""
    return RunTask(services, task).run(f"{way}-changes", ids, partial(_settle, services, way, ids), filters=filters, seen=seen)


def _settle(services: FormServices, way: Way, ids: Sequence[str], run: LeasedRun) -> None:
    # Read under the lease, so that the run belongs to the company that is connected now.
    connection = services.connection()
    services.use_saved_pace(connection.realm)
    settle_changes(services.context(connection), run, services.host.ledger, way, ids)
