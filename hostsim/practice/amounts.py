"""Amounts as the database stores them: whole ten-thousandths, so that order and sums are exact and a bad third decimal survives."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache

UNITS = 10_000
UNITS_PER_CENT = 100
LARGEST = Decimal(10) ** 13


class BadAmountError(ValueError):
    """The value is no amount, has more than four decimals, or is too large to store."""


def to_units(amount: Decimal) -> int:
    """Ten-thousandths; BadAmountError when that would round, or the amount is no finite number below 10^13."""
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise BadAmountError(str(amount))
    units = amount * UNITS
    if units != units.to_integral_value():
        raise BadAmountError(str(amount))
    return int(units)


@lru_cache(maxsize=8192)
def from_units(units: int) -> Decimal:
    """The Decimal, with two decimals unless it needs more: 4500000 is 450.00, 100050 is 10.005. Fees are alike: equal amounts are
    mostly one object, of which a long list holds very many."""
    cents, rest = divmod(units, UNITS_PER_CENT)
    if not rest:
        return Decimal(cents).scaleb(-2)
    return Decimal(units).scaleb(-4).normalize()


def has_whole_cents(units: int) -> bool:
    """Whether the amount can be stated in cents."""
    return units % UNITS_PER_CENT == 0


def read_amount(value: object) -> Decimal:
    """The Decimal of a Decimal, whole number or text; BadAmountError for anything else, floats included."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise BadAmountError(str(value))
    try:
        return Decimal(value)
    except InvalidOperation:
        raise BadAmountError(str(value)) from None
