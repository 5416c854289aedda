"""What Auto Apply did with a row, in a sentence: the invoices, what stays unapplied, and why (docs/architecture.md rule M2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from qb_plugin.model import (
    Application,
    Customer,
    Line,
    Message,
    Outcome,
    QboInvoice,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.exporting.allocation import same_currency
from qb_plugin.sync.exporting.drafting.invoices_there import invoice_ref
from qb_plugin.sync.exporting.snapshot import ExportSnapshot

TOLD_BETTER = frozenset({"partly_applied"})  # sentences that a run gives without knowing what Auto Apply had to work with
MOST_NAMED = 10  # invoices in one sentence; the row's own list holds them all


def explain_rest(
    record: SourceRecord, customer: Customer, lines: Sequence[Line], *, snapshot: ExportSnapshot, as_in_workspace: bool
) -> Message:
    """Why part of an amount, or all of it, goes to no invoice."""
    if not as_in_workspace:
        return Message("nothing_more_open" if lines else "nothing_open", {"customer": customer.full_name})
    for reason in reasons_by_invoice(record, customer, lines, snapshot):
        return reason
    return Message("unapplied_in_workspace")


def reasons_by_invoice(
    record: SourceRecord, customer: Customer, lines: Sequence[Line], snapshot: ExportSnapshot
) -> Iterator[Message]:
    """Why applications made here were not made there in full, each in a sentence."""
    placed = {line.id: line.amount for line in lines}
    for part in record.applications:
        found = snapshot.invoices_there.get(invoice_ref(part))
        if invoice_ref(part) in snapshot.invoices_there.several:
            yield Message("invoice_twice_there", {"no": part.invoice_number, "customer": customer.full_name})
        elif found is None:
            yield Message("invoice_not_there", {"no": part.invoice_number, "customer": customer.full_name})
        elif placed.get(found.id, ZERO) < part.amount:
            yield why_less(part, found, customer, snapshot)


def why_less(part: Application, invoice: QboInvoice, customer: Customer, snapshot: ExportSnapshot) -> Message:
    """Why an invoice takes less in QuickBooks than was applied to it here."""
    owner = snapshot.customer(invoice.customer_id)
    if not snapshot.families.pays_for(customer.id, invoice.customer_id):
        return Message("invoice_of_other_customer", {"no": part.invoice_number, "other": owner.full_name})
    if not same_currency(invoice.currency, customer.currency):
        return Message("invoice_in_other_currency", {"no": part.invoice_number, "currency": invoice.currency})
    return Message("invoice_open_less", {"no": part.invoice_number, "amount": invoice.balance})


def tell_applied(result: RowResult, customer: Customer, to_apply: Decimal, why: Message | None) -> RowResult:
    """The result of a row that Auto Apply worked on, with what it did; worse news stays as it is."""
    said = result.message
    if result.outcome is not Outcome.SYNCHRONIZED or (said and said.key not in TOLD_BETTER):
        return result
    done = sum((each.amount for each in result.applied), ZERO)
    rest, named = to_apply - done, {"id": result.quickbooks_id or "", "invoices": name_invoices(result.applied)}
    if result.applied and rest <= 0:
        return result.with_words(Message("auto_applied", named))
    reason = why or Message("nothing_more_open", {"customer": customer.full_name})
    if not result.applied:
        return replace(result, message=Message("nothing_applied", {"amount": rest, "reason": reason}), not_applied=True)
    values = {**named, "a": done, "b": to_apply, "c": rest, "reason": reason}
    return result.with_words(Message("auto_applied_partly", values))


def name_invoices(applied: Sequence[Application]) -> str:
    """`INV-1001 450.00, INV-1002 12.50`; of very many the first, and how many more."""
    named = [f"{each.invoice_number} {show_amount(each.amount)}" for each in applied[:MOST_NAMED]]
    more = len(applied) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])])
