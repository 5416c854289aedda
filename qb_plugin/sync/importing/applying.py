"""Applies here the credit memos that paid a payment's invoices in QuickBooks, when a person asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from qb_plugin.host import Ledger, Record
from qb_plugin.ledger_changes import ApplicationToRecord, ApplyChange
from qb_plugin.model import Application, Entity, Message, Outcome, QboPayment, RecordingStatus, RowResult
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.figures import Role, read_figures
from qb_plugin.sync.importing.evidence import external_key
from qb_plugin.sync.importing.host_snapshot import HostSnapshot
from qb_plugin.sync.importing.planning import ImportPlanner
from qb_plugin.sync.importing.row import ImportRow, combine

_DONE = frozenset({RecordingStatus.RECORDED, RecordingStatus.EXISTS})


def apply_credits(context: SyncContext, ledger: Ledger, payment: QboPayment) -> RowResult:
    """Apply linked memos to what they paid in QuickBooks and is open here, and report the row."""
    planner = ImportPlanner(context=context, ledger=ledger)
    row = planner.plan([payment])[0]
    memos = read_memos(ledger, planner.snapshot, payment)
    rooms = read_rooms(planner, row)
    changes = list(plan_changes(planner, row, memos, rooms))
    outcomes = ledger.apply(changes) if changes else ()
    refused = [outcome.reason for outcome in outcomes if outcome.status not in _DONE]
    if refused or not changes:
        reason = refused[0] if refused else Message("credits_nothing_left")
        return RowResult(id=row.id, outcome=row.outcome, message=Message("credits_not_applied", {"reason": reason}))
    numbers = {str(memo.id): memo.number for memo, _ in memos}
    said = [Message("credits_applied", {"what": describe(changes, numbers)}), *left_open(ledger, rooms)]
    return RowResult(id=row.id, outcome=row.outcome, message=combine(said))


def left_open(ledger: Ledger, rooms: Mapping[str, Decimal]) -> Iterator[Message]:
    """What credits paid in QuickBooks and stays open here all the same."""
    rests = {invoice: room for invoice, room in rooms.items() if room > 0}
    if rests:
        numbers = ", ".join(invoice.number for invoice in ledger.invoices(list(rests)))
        yield Message("credits_leave_open", {"c": sum(rests.values(), ZERO), "no": numbers})


def read_memos(ledger: Ledger, snapshot: HostSnapshot, payment: QboPayment) -> list[tuple[Record, Decimal]]:
    """The linked memos that the payment used in QuickBooks, each with what can be applied of it here as there."""
    lines = [line for line in read_figures(payment).of(Role.CREDIT) if line.type == Entity.CREDIT_MEMO]
    sources = {str(link.source): line for line in lines if (link := snapshot.memo_links.get(line.id))}
    records = ledger.records(list(sources))
    return [(memo, min(sources[f"{memo.kind}:{memo.id}"].amount, left_of(memo))) for memo in records]


def left_of(record: Record) -> Decimal:
    """What of a record is not applied."""
    return record.amount - sum((each.amount for each in record.applications), ZERO)


def plan_changes(
    planner: ImportPlanner, row: ImportRow, memos: Sequence[tuple[Record, Decimal]], rooms: dict[str, Decimal]
) -> Iterator[ApplyChange]:
    """How much of each memo goes to which invoice: as in QuickBooks, the last lines are the credits'. It is taken off the rooms."""
    for memo, most in memos:
        parts: list[ApplicationToRecord] = []
        free = most
        for invoice, room in rooms.items():
            part = min(free, room)
            if part > 0:
                parts.append({"invoice_id": invoice, "amount": part})
                free, rooms[invoice] = free - part, room - part
        if parts:
            key = f"{external_key(planner.context.realm, row.payment.id)}:CreditMemo:{memo.id}:{memo.version}"
            yield {"key": key, "ref": f"{memo.kind}:{memo.id}", "version": memo.version, "applications": parts}


def read_rooms(planner: ImportPlanner, row: ImportRow) -> dict[str, Decimal]:
    """What credits paid in QuickBooks of each invoice and is open here, the last line first."""
    snapshot, applied = planner.snapshot, list(row.applications)
    client = row.client_id
    is_here = row.outcome is Outcome.SYNCHRONIZED
    if is_here:
        for record in planner.ledger.records([str(row.existing)]):
            client, applied = record.client_id, [Application(a.invoice_id, a.invoice_number, a.amount) for a in record.applications]
    cash = {each.invoice_id: each.amount for each in applied}
    open_here = snapshot.balances({} if is_here else cash)
    paid: dict[str, Decimal] = {}
    for line in reversed(read_figures(row.payment).of(Role.INVOICE)):
        invoice = snapshot.find_invoice(client, line)
        if invoice and invoice.client_id == client:
            paid[invoice.id] = paid.get(invoice.id, ZERO) + line.amount
    return {invoice: min(amount - cash.get(invoice, ZERO), open_here[invoice]) for invoice, amount in paid.items()}


def describe(changes: Sequence[ApplyChange], numbers: Mapping[str, str]) -> str:
    """`2.00 of CM-0031`, for each memo."""
    sums = {change["ref"]: sum((part["amount"] for part in change["applications"]), ZERO) for change in changes}
    return ", ".join(f"{show_amount(amount)} of {numbers[ref.partition(':')[2]]}" for ref, amount in sums.items())
