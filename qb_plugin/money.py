"""Money from text to text: Decimal, never a float, and what a currency cannot hold is refused rather than rounded
(docs/architecture.md rule M1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("9999999999.99")  # that QuickBooks takes in one amount
USUAL_DECIMALS = 2
# ISO 4217, list one: every currency whose minor unit is not a hundredth.
NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"
FOUR = "CLF UYW"
DECIMALS: Mapping[str | None, int] = {
    code: decimals for codes, decimals in ((NONE, 0), (THREE, 3), (FOUR, 4)) for code in codes.split()
}

_LAST_PLACE: Mapping[int, Decimal] = {decimals: Decimal(f"1e-{decimals}") for decimals in {USUAL_DECIMALS, *DECIMALS.values()}}


class BadAmountError(ValueError):
    """The amount is not a number, or has more decimals than the currency has."""


def decimals_of(currency: str | None) -> int:
    """How many decimals an amount in this currency may have; two where none is named."""
    return DECIMALS.get(currency, USUAL_DECIMALS)


def exact(amount: Decimal, currency: str | None = None) -> Decimal:
    """Give the amount the decimals of its currency, two at least; BadAmountError when it has more than the currency."""
    if not amount.is_finite():
        raise BadAmountError(str(amount))
    decimals = decimals_of(currency)
    try:
        kept = amount.quantize(_LAST_PLACE[decimals])
        shown = kept if decimals >= USUAL_DECIMALS else kept.quantize(_LAST_PLACE[USUAL_DECIMALS])
    except InvalidOperation:  # more digits than can be kept exactly
        raise BadAmountError(str(amount)) from None
    if kept != amount:
        raise BadAmountError(str(amount))
    return shown


def fits_currency(amount: Decimal, currency: str | None) -> bool:
    """Whether the amount can be stated in this currency without rounding."""
    try:
        exact(amount, currency)
    except BadAmountError:
        return False
    return True


def has_whole_cents(amount: Decimal) -> bool:
    """Whether the amount can be stated in cents without rounding."""
    return fits_currency(amount, None)


def show_amount(amount: Decimal) -> str:
    """Write `1,234.50`, with a minus for negative amounts; more decimals are shown, never rounded away."""
    return f"{amount:,.2f}" if has_whole_cents(amount) else f"{amount.normalize():,f}"


def plain_amount(amount: Decimal) -> str:
    """Write `1234.50`, as it crosses the border to the host; more decimals are kept."""
    return show_amount(amount).replace(",", "")
