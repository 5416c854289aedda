"""Withdrawing rows that stay in doubt, when a person says that they are not in QuickBooks."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import ActResult
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.run_task import MARKS, mark_change
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Ref, RowResult
from qb_plugin.sync.exporting.withdrawal import withdraw
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunProgress, run_under_lease


def withdraw_rows(services: FormServices, ids: Sequence[str]) -> ActResult:
    """Look once more under the lease, withdraw what is not there, and set the rows' marks; a run of its own in the history."""
    context, run = services.context(services.connection()), services.new_run("withdraw", len(ids))
    results: list[RowResult] = []

    def work(leased: LeasedRun) -> None:
        withdraw(context, leased, frozenset(Ref.parse(identity) for identity in ids), run.user)

    progress = RunProgress(tuple(ids))
    run_under_lease(services.run_ports, run, work, progress=progress, listener=Reporter(results.append, ignore_notice))
    services.host.marks.put([mark_change(each.id, MARKS.get(each.outcome, ""), each.quickbooks_id, run.realm) for each in results])
    return {"rows": [present_result(services.sentences, result) for result in results]}


def ignore_notice(message: Message) -> None:
    """Drop a notice: a single look is over at once."""
