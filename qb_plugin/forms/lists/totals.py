"""Totals of money in a grid: in whole cents; a record that has fractions of one is named instead of being counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from qb_plugin.host import Record
from qb_plugin.money import ZERO, has_whole_cents, plain_amount, show_amount


def whole_total(total: Decimal, records: Callable[[], Iterable[Record]]) -> str:
    """The total as it crosses to the host. Only one with fractions of a cent costs a look at the records, for who has them."""
    if has_whole_cents(total):
        return plain_amount(total)
    odd = [record for record in records() if not has_whole_cents(record.amount)]
    whole = total - sum((record.amount for record in odd), ZERO)
    others = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    return f"{show_amount(whole)} without {odd[0].number} ({show_amount(odd[0].amount)}){others}" if odd else show_amount(whole)
