"""Money from text to text: Decimal, never a float, and cents are refused rather than rounded (docs/architecture.md rule M1)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class BadAmountError(ValueError):
    """The amount is not a number, or has more decimals than the currency has."""


def exact(amount: Decimal) -> Decimal:
    """Give the amount two decimals; BadAmountError when that would change its value."""
    if not amount.is_finite():
        raise BadAmountError(str(amount))
    try:
        cents = amount.quantize(CENT)
    except InvalidOperation:  # more digits than can be kept exactly
        raise BadAmountError(str(amount)) from None
    if cents != amount:
        raise BadAmountError(str(amount))
    return cents


def has_whole_cents(amount: Decimal) -> bool:
    """Whether the amount can be stated in cents without rounding."""
    try:
        exact(amount)
    except BadAmountError:
        return False
    return True


def show_amount(amount: Decimal) -> str:
    """Write `1,234.50`, with a minus for negative amounts; more decimals are shown, never rounded away."""
    return f"{amount:,.2f}" if has_whole_cents(amount) else f"{amount.normalize():,f}"


def plain_amount(amount: Decimal) -> str:
    """Write `1234.50`, as it crosses the border to the host; more decimals are kept."""
    return show_amount(amount).replace(",", "")
