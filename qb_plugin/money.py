"""Money from text to text: Decimal, never a float, and cents are refused rather than rounded (design section 6)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class BadAmountError(ValueError):
    """The text is not an amount, or has more decimals than the currency has."""


def parse_amount(text: str) -> Decimal:
    """Read `1234.50`; BadAmountError for anything else, a third decimal included."""
    try:
        return exact(Decimal(text.strip()))
    except InvalidOperation:
        raise BadAmountError(text) from None


def exact(amount: Decimal) -> Decimal:
    """Give the amount two decimals; BadAmountError when that would change its value."""
    if not amount.is_finite():
        raise BadAmountError(str(amount))
    cents = amount.quantize(CENT)
    if cents != amount:
        raise BadAmountError(str(amount))
    return cents


def has_whole_cents(amount: Decimal) -> bool:
    """Whether the amount can be stated in cents without rounding."""
    try:
        exact(amount)
    except (BadAmountError, InvalidOperation):
        return False
    return True


def show_amount(amount: Decimal) -> str:
    """Write `1,234.50`, with a minus for negative amounts."""
    return f"{amount:,.2f}"
