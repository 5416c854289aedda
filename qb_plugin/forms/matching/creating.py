"""The run that creates customers in QuickBooks for clients: of Match Clients, or of rows whose client has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from qb_plugin.forms.descriptions import Edits, RunSummary
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.run_task import RunTask
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome, RowResult
from qb_plugin.sync.clients.creating import NewCustomer, create_customers, foresee_customers
from qb_plugin.sync.lease import LeasedRun

CREATE_CUSTOMERS = "create_customers"


def create_in_quickbooks(services: FormServices, ids: Sequence[str], edits: Edits, task: Task, *, seen: str = "") -> RunSummary:
    """Create a customer for each of these clients, under the name of its edit where it has one."""
    clients = {identity: identity.partition(":")[2] for identity in ids}
    return RunTask(services, task).run("create-customers", ids, partial(_create, services, clients, edits), seen=seen)


def foresee_in_quickbooks(services: FormServices, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
    """Say what would become of each of these clients; nothing is sent."""
    clients = {identity: identity.partition(":")[2] for identity in ids}

    def plan() -> Iterator[RowResult]:
        unknown = list[RowResult]()
        wanted = _read_wanted(services, clients, edits, unknown.append)
        yield from unknown
        yield from foresee_customers(services.context(services.connection()), wanted)

    return RunTask(services, task).preview(ids, plan)


def _create(services: FormServices, wanted: Mapping[str, str], edits: Edits, run: LeasedRun) -> None:
    # Read under the lease, so that the run belongs to the company that is connected now.
    connection = services.connection()
    services.use_saved_pace(connection.realm)
    create_customers(services.context(connection), run, _read_wanted(services, wanted, edits, run.reporter.row))


def _read_wanted(
    services: FormServices, wanted: Mapping[str, str], edits: Edits, report: Callable[[RowResult], None]
) -> list[NewCustomer]:
    """The customers to create for these clients, given by row; what is no client any more is reported."""
    clients = {client.id: client for client in services.host.ledger.clients()}
    for row, client in wanted.items():
        if client not in clients:
            report(RowResult(id=row, outcome=Outcome.FAILED, message=Message("record_unknown")))
    return [
        NewCustomer(
            client_id=client,
            name=str(edits.get(row, {}).get("name") or clients[client].name),
            email="" if edits.get(row, {}).get("without_email") else clients[client].email,
            phone=clients[client].phone,
            currency=clients[client].currency,
        )
        for row, client in wanted.items()
        if client in clients
    ]
