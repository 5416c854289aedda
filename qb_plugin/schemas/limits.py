"""QuickBooks' limits on what is sent, as fields: a draft that breaks one is refused here (QuickBooks' codes 2050, 2040, 2290)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError

from qb_plugin.model import Line, Message
from qb_plugin.money import BadAmountError, exact, show_amount
from qb_plugin.schemas.flat_schema import Converted

LONGEST_REFERENCE = 21
LONGEST_NOTE = 4000
MOST_LINES = 10_000
# Control characters, lone surrogates and non-characters: code 2040. A text of one line refuses line breaks as well.
_REFUSED_IN_ONE_LINE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_REFUSED_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LARGEST = Decimal("9999999999.99")


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


def as_cents(value: Decimal) -> Decimal:
    """The amount with two decimals; refused, never rounded, when it has more, is negative or has too many digits."""
    try:
        amount = exact(value)
    except (BadAmountError, InvalidOperation):
        raise refuse("quickbooks_bad_amount", amount=str(value)) from None
    if not 0 <= amount <= _LARGEST:
        raise refuse("quickbooks_bad_amount", amount=show_amount(amount))
    return amount


def as_day_text(value: date) -> str:
    """An ISO date; a time of day is cut off."""
    return value.isoformat()[:10]


def as_linked_lines(value: Sequence[Line]) -> list[dict[str, object]]:
    """One line for each transaction paid or credit spent; without lines nothing is applied."""
    if len(value) > MOST_LINES:
        raise refuse("quickbooks_too_many_lines", count=len(value), max=MOST_LINES)
    return [_build_line(line) for line in value]


def _build_line(line: Line) -> dict[str, object]:
    return {"Amount": as_cents(line.amount), "LinkedTxn": [{"TxnId": line.id, "TxnType": line.type}]}
