"""QuickBooks' customers without a client here, and their payments that wait to be imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_plugin.model import Customer, Entity, QboPayment
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext

_LEVELS = 6  # QuickBooks' customers have at most four levels of sub-customers


@dataclass(frozen=True, slots=True)
class WaitingPayments:
    """How many payments of a customer wait, and how much they are."""

    count: int = 0
    amount: Decimal = ZERO


NONE_WAITING = WaitingPayments()


def read_waiting(context: SyncContext, start: date, end: date) -> Mapping[str, WaitingPayments]:
    """The payments dated on or between the two that carry money and are linked to nothing here, by customer."""
    found = [each for each in context.quickbooks.payments(start, end) if isinstance(each, QboPayment) and each.total > 0]
    linked = context.links.by_quickbooks(context.realm, Entity.PAYMENT, [payment.id for payment in found])
    waiting: dict[str, WaitingPayments] = {}
    for payment in found:
        if payment.id not in linked and payment.customer_id:
            before = waiting.get(payment.customer_id, NONE_WAITING)
            waiting[payment.customer_id] = WaitingPayments(before.count + 1, before.amount + payment.total)
    return waiting


def customers_without_client(
    customers: Sequence[Customer], matched: frozenset[str], waiting: Mapping[str, WaitingPayments]
) -> list[Customer]:
    """Customers that neither have a client nor are under one that has; of the inactive only those with payments waiting."""
    by_id = {customer.id: customer for customer in customers}
    return [
        customer
        for customer in customers
        if (customer.active or customer.id in waiting) and not _is_covered(customer, by_id, matched)
    ]


def _is_covered(customer: Customer, by_id: Mapping[str, Customer], matched: frozenset[str]) -> bool:
    """Whether a client is linked to it or to a customer above it, whose client covers it."""
    at: Customer | None = customer
    for _ in range(_LEVELS):
        if at is None or at.id in matched:
            break
        at = by_id.get(at.parent_id or "")
    return at is not None and at.id in matched
