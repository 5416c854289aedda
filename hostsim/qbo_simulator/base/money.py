"""Money as whole numbers, and the currencies of ISO 4217 with their decimals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from importlib.resources import files

from hostsim.qbo_simulator.base.http import load

#: Ten-thousandths: the finest step that any currency of ISO 4217 has.
UNITS = 10_000
_WIDE = Context(prec=64)  # a product of two numbers of 15 digits has too many for the usual 28 once it has cents


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency's English name and how many decimals its amounts have."""

    name: str
    decimals: int


@cache
def currencies() -> dict[str, Currency]:
    """Every currency by its code, read once when first needed."""
    text = files("hostsim.qbo_simulator.base").joinpath("data/currencies.json").read_bytes()
    return {code: Currency(name, int(decimals)) for code, (name, decimals) in load(text).items()}


def units(value: object) -> int:
    """A money value in units of 1/10,000; what is finer is cut off."""
    if isinstance(value, int):
        return value * UNITS
    return int((value if isinstance(value, Decimal) else Decimal(str(value))) * UNITS)


def amount(value: int) -> Decimal:
    """Units as a decimal amount."""
    return Decimal(value).scaleb(-4)


def rounded(value: Decimal, code: str) -> Decimal:
    """`value` with as many decimals as its currency has, half up; an unknown currency has two."""
    known = currencies().get(code)
    return value.quantize(Decimal(1).scaleb(-(known.decimals if known else 2)), ROUND_HALF_UP, _WIDE)
