"""Conversions of JSON values: plain functions that return the value or raise ValidationError."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from marshmallow import ValidationError

from qb_plugin.money import CENT
from qb_plugin.schemas.text import JsonObject

_EXACT_DIGITS = 15  # beyond any amount of money, and well within the 28 digits that `quantize` can keep


def as_mapping(value: object) -> JsonObject:
    """A JSON object."""
    if not isinstance(value, dict):
        raise ValidationError("not an object")
    return value


def as_text(value: object) -> str:
    """A text; numbers are not taken for one."""
    if not isinstance(value, str):
        raise ValidationError("not a text")
    return value


def as_flag(value: object) -> bool:
    """true or false; 0, 1 and texts are refused."""
    if not isinstance(value, bool):
        raise ValidationError("not true or false")
    return value


def as_whole(value: object) -> int:
    """A whole number; `true` is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError("not a whole number")
    return value


def as_money(value: object) -> Decimal:
    """A JSON number as Decimal, with two decimals when that does not change it; a text, a boolean or a float is refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or value.adjusted() >= _EXACT_DIGITS:
        raise ValidationError("not an amount")
    return _in_cents(value)


@lru_cache(maxsize=8192)
def _in_cents(value: Decimal) -> Decimal:
    """The amount with two decimals when that does not change it; fees are alike, and equal amounts are mostly one object."""
    cents = value.quantize(CENT)
    return cents + 0 if cents == value else value  # a zero without a sign: equal ones are one object


def as_day(value: object) -> date:
    """The date of an ISO date or instant, as written: it is never shifted by a time zone."""
    try:
        return _day(as_text(value)[:10])
    except ValueError:
        raise ValidationError("not a date") from None


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    """The date, one object for all records of the day: a run holds very many."""
    return date.fromisoformat(text)


def as_moment(value: object) -> datetime:
    """An instant with its offset, such as `2020-09-29T06:02:35.106-07:00`."""
    try:
        instant = _instant(as_text(value))
    except ValueError:
        raise ValidationError("not a time") from None
    if instant.tzinfo is None:
        raise ValidationError("a time without its offset")
    return instant


@lru_cache(maxsize=256)
def _instant(text: str) -> datetime:
    """The instant, cached: the records that one batch saved share it."""
    return datetime.fromisoformat(text)


def as_ref_id(value: object) -> str:
    """The id of a reference `{"value": "58", "name": …}`."""
    return as_text(as_mapping(value).get("value"))


def as_reference(value: object) -> tuple[str, str]:
    """Id and name of a reference; the name is "" when QuickBooks gives none."""
    found = as_mapping(value)
    return as_text(found.get("value")), as_text(found.get("name") or "")


def as_times(value: object) -> tuple[datetime | None, datetime | None]:
    """The instants of creation and last change in MetaData."""
    found = as_mapping(value)
    return _as_moment_or_none(found.get("CreateTime")), _as_moment_or_none(found.get("LastUpdatedTime"))


def _as_moment_or_none(value: object) -> datetime | None:
    return None if value is None else as_moment(value)
