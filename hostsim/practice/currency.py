"""Currencies by their ISO 4217 codes, and how many decimals each has."""

from __future__ import annotations

from hostsim.practice.amounts import UNITS

USUAL_DECIMALS = 2
# ISO 4217, list one: every currency whose minor unit is not a hundredth.
NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"
FOUR = "CLF UYW"
DECIMALS = {code: decimals for codes, decimals in ((NONE, 0), (THREE, 3), (FOUR, 4)) for code in codes.split()}


def decimals_of(currency: str) -> int:
    """How many decimals an amount in this currency may have."""
    return DECIMALS.get(currency, USUAL_DECIMALS)


def is_currency_code(text: str) -> bool:
    """Whether the text has the shape of a code: three capital letters."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def fits_currency(units: int, currency: str) -> bool:
    """Whether an amount in ten-thousandths has no more decimals than its currency."""
    return not units % (UNITS // 10 ** decimals_of(currency))
