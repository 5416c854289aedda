"""The run that creates customers in QuickBooks for clients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from qb_plugin.forms.descriptions import Edits, RunSummary
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, Ref, RowResult
from qb_plugin.sync.clients.creating import NewCustomer, create_customers
from qb_plugin.sync.lease import LeasedRun


def create_in_quickbooks(services: FormServices, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
    """Create a customer for each of these clients, under the name of its edit where it has one."""
    return RunTask(services, task).run("create-customers", ids, partial(_create, services, ids, edits))


def _create(services: FormServices, ids: Sequence[str], edits: Edits, run: LeasedRun) -> None:
    # Read under the lease, so that the run belongs to the company that is connected now.
    connection = services.connection()
    services.use_saved_pace(connection.realm)
    clients = {f"client:{client.id}": client for client in services.host.ledger.clients()}
    for identity in ids:
        if identity not in clients:
            run.reporter.row(RowResult(id=identity, outcome=Outcome.FAILED, message=Message("record_unknown")))
    wanted = [
        NewCustomer(
            client_id=Ref.parse(identity).id,
            name=str(edits.get(identity, {}).get("name") or clients[identity].name),
            email=clients[identity].email,
            phone=clients[identity].phone,
            currency=clients[identity].currency,
        )
        for identity in ids
        if identity in clients
    ]
    create_customers(services.context(connection), run, wanted)
