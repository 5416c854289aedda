"""Totals of money in a grid: in whole cents; a record that has fractions of one is named instead of being counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from qb_plugin.host import Record
from qb_plugin.money import ZERO, has_whole_cents, plain_amount, show_amount


def show_totals(amounts: Iterable[tuple[str | None, Decimal]]) -> str:
    """The sum of the amounts; `1,000.00 USD · 200.00 EUR` where there are several currencies, which nobody adds to each other."""
    sums = defaultdict[str | None, Decimal](lambda: ZERO)
    for currency, amount in amounts:
        sums[currency] += amount
    if len(sums) < 2:
        return plain_amount(sum(sums.values(), ZERO))
    return " · ".join(f"{show_amount(sums[each])} {each or ''}".rstrip() for each in sorted(sums, key=lambda each: each or ""))


def whole_total(total: Decimal, records: Callable[[], Iterable[Record]]) -> str:
    """The total as it crosses to the host. Only one with fractions of a cent costs a look at the records, for who has them."""
    if has_whole_cents(total):
        return plain_amount(total)
    odd = [record for record in records() if not has_whole_cents(record.amount)]
    whole = total - sum((record.amount for record in odd), ZERO)
    others = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    return f"{show_amount(whole)} without {odd[0].number} ({show_amount(odd[0].amount)}){others}" if odd else show_amount(whole)
