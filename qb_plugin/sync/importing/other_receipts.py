"""Money of matched customers that QuickBooks received otherwise than by payments: it is counted and not imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from qb_plugin.model import Message, OtherReceipt
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.payers import Payers

NAMES = {"SalesReceipt": ("sales receipt", "sales receipts"), "Deposit": ("bank deposit", "bank deposits")}


def read_other_receipts(context: SyncContext, start: date | None, end: date | None) -> Message | None:
    """How many sales receipts and bank deposits of matched customers there are in the dates, and how much; None for none."""
    found = context.quickbooks.other_receipts(start, end)
    matched = Payers(context).clients_of({each.customer_id for each in found}) if found else {}
    theirs = [each for each in found if each.customer_id in matched and not each.problem]
    kinds = [describe(kind, [each for each in theirs if each.entity == kind]) for kind in NAMES]
    odd = [name_unreadable(each) for each in found if each.problem and (each.customer_id in matched or not each.customer_id)]
    what = " and ".join(filter(None, [*kinds, *odd]))
    return Message("other_receipts", {"what": what}) if what else None


def describe(kind: str, receipts: Sequence[OtherReceipt]) -> str:
    """`2 sales receipts (130.00)`; with several currencies `(EUR 50.00, USD 80.00)`; "" for none."""
    count = len({each.id for each in receipts})
    if not count:
        return ""
    return f"{count} {NAMES[kind][count > 1]} ({sums(receipts)})"


def name_unreadable(receipt: OtherReceipt) -> str:
    """`sales receipt 12 (which we cannot read)`."""
    return f"{NAMES[receipt.entity][0]} {receipt.id} (which we cannot read)"


def sums(receipts: Iterable[OtherReceipt]) -> str:
    """The sum of each currency."""
    found: dict[str, Decimal] = {}
    for each in receipts:
        code = each.currency or ""
        found[code] = found.get(code, ZERO) + each.amount
    several = len(found) > 1
    return ", ".join(f"{code} {show_amount(amount)}" if several else show_amount(amount) for code, amount in sorted(found.items()))
