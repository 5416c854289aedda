"""HTTP values (requests, responses, lost answers) and JSON with amounts spelled as QuickBooks spells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from urllib.parse import parse_qsl

import simplejson

Record = dict[str, Any]

MONEY = frozenset(
    [
        "Amount",
        "TotalAmt",
        "Balance",
        "BalanceWithJobs",
        "UnappliedAmt",
        "RemainingCredit",
        "TotalTax",
        "HomeTotalAmt",
        "HomeBalance",
        "Deposit",
        "CurrentBalance",
        "CurrentBalanceWithSubAccounts",
        "OpeningBalance",
        "DiscountAmt",
        "NetAmountTaxable",
    ]
)
_CENT, _FINEST = Decimal("0.01"), Decimal("0.0001")
_WIDE = Context(prec=64)  # a product of two numbers of 15 digits has too many for the usual 28 once it has cents
_DECODER = simplejson.JSONDecoder(parse_float=Decimal, allow_nan=False)
_ENCODER = simplejson.JSONEncoder(use_decimal=True, ensure_ascii=False, separators=(",", ":"), namedtuple_as_object=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One call, as the core sees it; header names are lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parameter(self, name: str) -> str | None:
        """The first query parameter of that name, in any case."""
        return next((value for key, value in self.query if key.lower() == name), None)

    def form(self) -> dict[str, str]:
        """The body read as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `delay` is in seconds, `cut` is how many body bytes get through before the line drops."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """The loss of an answer: the connection ends with a close ('closed') or a reset ('reset')."""

    how: str = "closed"
    delay: float = 0.0


def dump(value: object) -> bytes:
    """JSON text as QuickBooks writes it: no blanks, UTF-8, decimals as they are."""
    return str(_ENCODER.encode(value)).encode()


def load(text: bytes) -> Any:
    """JSON read with exact decimals; ValueError for anything that is not JSON."""
    try:
        return _DECODER.decode(text.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def money(value: Decimal | int) -> Decimal | int:
    """At least two decimals and at most four, except zero, which is written as 0."""
    exact = Decimal(value).quantize(_FINEST, ROUND_HALF_UP, _WIDE)
    if not exact:
        return 0
    cents = exact.quantize(_CENT, ROUND_HALF_UP, _WIDE)
    return cents if cents == exact else exact.normalize(_WIDE)


def plain(value: Decimal | int) -> Decimal | int:
    """The shortest spelling of a rate or a quantity: 75, 22.5."""
    if isinstance(value, int) or value == value.to_integral_value():
        return int(value)
    return Decimal(format(value.normalize(), "f"))


def number(value: object) -> Decimal:
    """A stored JSON number as Decimal; absent is zero."""
    if isinstance(value, Decimal):
        return value
    if value is None or value == "":
        return Decimal(0)
    return Decimal(str(value))
