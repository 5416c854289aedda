"""QuickBooks' limits on what is sent, as fields: a draft that breaks one is refused here (QuickBooks' codes 2050, 2040, 2290)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import Line, Message
from qb_plugin.money import LARGEST, BadAmountError, exact, show_amount
from qb_plugin.schemas.flat_schema import Converted

LONGEST_REFERENCE = 21
LONGEST_NOTE = 4000
MOST_LINES = 10_000
# Control characters, lone surrogates and non-characters: code 2040. A text of one line refuses line breaks as well.
_REFUSED_IN_ONE_LINE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_REFUSED_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def refuse(key: str, **values: object) -> ValidationError:
    """The error for a broken limit, with the key of its sentence."""
    return ValidationError([Message(key, values)])


def bounded(name: str, label: str, longest: int, one_line: bool = True) -> Converted:
    """A text within QuickBooks' length, without characters that it refuses; "" and None mean absent."""
    refused = _REFUSED_IN_ONE_LINE if one_line else _REFUSED_IN_TEXT

    def convert(value: str) -> str:
        if len(value) > longest:
            raise refuse("quickbooks_too_long", field=label, length=len(value), max=longest)
        bad = refused.search(value)
        if bad:
            raise refuse("quickbooks_bad_character", field=label, character=f"U+{ord(bad[0]):04X}")
        return value

    return Converted(convert, attribute=name, load_default=None, allow_none=True)


def ref_to(name: str, missing: str | None = None) -> Converted:
    """A reference `{"value": id}`; `missing` is the key of the sentence when a required one is absent."""

    def convert(value: str) -> dict[str, str] | None:
        if not value and missing:
            raise refuse(missing)
        return {"value": value} if value else None

    return Converted(convert, attribute=name, load_default=None, allow_none=missing is None)


def sent(convert: Callable[[Any], Any], name: str) -> Converted:
    """A required value."""
    return Converted(convert, attribute=name, required=True)


def optional_value(convert: Callable[[Any], Any], name: str) -> Converted:
    """A value that may be absent."""
    return Converted(convert, attribute=name, load_default=None, allow_none=True)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency; None stands for one with two decimals."""

    amount: Decimal
    currency: str | None


def as_amount(value: Money) -> Decimal:
    """The amount with its currency's decimals, two at least; refused, never rounded, when it has more, is negative or too large."""
    if value.amount.is_finite() and value.amount > LARGEST:
        raise refuse("quickbooks_amount_too_large", amount=value.amount, max=LARGEST)
    try:
        amount = exact(value.amount, value.currency)
    except (BadAmountError, InvalidOperation):
        raise refuse("quickbooks_bad_amount", amount=str(value.amount)) from None
    if amount < 0:
        raise refuse("quickbooks_bad_amount", amount=show_amount(amount))
    return amount


def as_day_text(value: date) -> str:
    """An ISO date; a time of day is cut off."""
    return value.isoformat()[:10]


def as_linked_lines(value: tuple[Sequence[Line], str | None]) -> list[dict[str, object]]:
    """One line for each transaction paid or credit spent, of a payment in this currency; without lines nothing is applied."""
    lines, currency = value
    if len(lines) > MOST_LINES:
        raise refuse("quickbooks_too_many_lines", count=len(lines), max=MOST_LINES)
    return [_build_line(line, currency) for line in lines]


def _build_line(line: Line, currency: str | None) -> dict[str, object]:
    return {"Amount": as_amount(Money(line.amount, currency)), "LinkedTxn": [{"TxnId": line.id, "TxnType": line.type}]}
