"""Unlinking rows of the export and the import form, by a button or in a run."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.forms.descriptions import ActResult, Edits
from qb_plugin.forms.presentation import present_result
from qb_plugin.forms.services import FormServices
from qb_plugin.host import MarkChange
from qb_plugin.model import QUICKBOOKS_PAYMENT, Entity, Message, Outcome, Ref, RowResult, Side, side_of
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunProgress, run_under_lease
from qb_plugin.sync.unlinking import unlink


def unlink_rows(services: FormServices, ids: Sequence[str]) -> ActResult:
    """Unlink the rows' records from their QuickBooks transactions; a run of its own in the history."""
    context = services.context(services.connection())
    records = find_records(context, ids)
    linked = context.links.by_source(context.realm, [ref for ref in records.values() if ref])
    going = [identity for identity in ids if records[identity] in linked]
    # What is linked to nothing is no row of the run: the history's newest end of a row is what the row goes on to show.
    idle = [identity for identity in ids if identity not in going]
    results = [RowResult(id=identity, outcome=Outcome.READY, message=Message("nothing_to_unlink")) for identity in idle]

    def work(leased: LeasedRun) -> None:
        unlink_in_run(services, context, leased, going, Outcome.READY)

    if going:
        listener = Reporter(results.append, ignore_notice)
        run = services.new_run("unlink", len(going))
        run_under_lease(services.run_ports, run, work, progress=RunProgress(tuple(going)), listener=listener)
    return {"rows": [present_result(services.sentences, result) for result in results], "reload": True}


def unlink_in_run(services: FormServices, context: SyncContext, run: LeasedRun, ids: Sequence[str], ended: Outcome) -> None:
    """Unlink the records of these rows, and take their marks off."""
    removed = unlink(context, run, find_records(context, ids), services.user_name, ended)
    marks: list[MarkChange] = [{"ref": ref, "state": "", "external_id": "", "scope": context.realm} for ref in sorted(removed)]
    if marks:
        services.host.marks.put(marks)


def find_records(context: SyncContext, ids: Sequence[str]) -> dict[str, Ref | None]:
    """The WorkSpace record of each row: the row itself, or what a QuickBooks payment is linked to."""
    prefix = f"{QUICKBOOKS_PAYMENT}:"
    there = {identity: identity.removeprefix(prefix) for identity in ids if side_of(identity) is Side.QUICKBOOKS}
    links = context.links.by_quickbooks(context.realm, Entity.PAYMENT, there.values()) if there else {}
    found = {identity: links[payment].source for identity, payment in there.items() if payment in links}
    return {identity: found.get(identity) if identity in there else Ref.parse(identity) for identity in ids}


def rows_to_unlink(edits: Edits) -> list[str]:
    """The rows that a run is to unlink instead of sending or recording them."""
    return [identity for identity, change in edits.items() if change.get("unlink")]


def ignore_notice(message: Message) -> None:
    """Drop a notice: unlinking is over at once."""
