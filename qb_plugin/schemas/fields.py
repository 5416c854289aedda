"""The kinds of value QuickBooks' JSON is made of: plain functions that convert or refuse, and one marshmallow field for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.exceptions import SCHEMA

from qb_plugin.money import CENT
from qb_plugin.schemas.text import BadReplyError

_EXACT_DIGITS = 15
_OBJECTS = (dict, Mapping)  # the first is what comes; to ask the abstract class costs more


class FlatSchema(Schema):
    """A shape without hooks of its own: keys it does not know are left out, and one plain loop reads it."""

    class Meta:
        unknown = EXCLUDE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._steps = [_step(name, field) for name, field in self.load_fields.items()]

    def load(self, data: Any, **_: Any) -> dict[str, Any]:
        """The values by our names; ValidationError with all that do not fit. Three times as fast as marshmallow's own,
        which looks again for each record at options and hooks that no shape here has."""
        if not isinstance(data, _OBJECTS):
            raise ValidationError({SCHEMA: ["Invalid input type."]})
        found: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for key, name, convert, deserialize in self._steps:
            value = data.get(key)
            try:
                value = convert(value) if value is not None else deserialize(data.get(key, missing))
            except ValidationError as problem:
                wrong[key] = problem.messages
            else:
                if value is not missing:
                    found[name] = value
        if wrong:
            raise ValidationError(wrong)
        return found


class ReplySchema(FlatSchema):
    """A shape QuickBooks sends: keys we do not know are ignored, because new ones arrive without notice."""


class Converted(fields.Field[Any]):
    """A field that is one function: flat, and several times as fast as nested schemas."""

    def __init__(self, convert: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(**options)
        self.convert = convert

    def deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        """What marshmallow's own does, without the hooks and validators that these fields never have: half the time."""
        if value is not missing and value is not None:
            return self.convert(value)
        self._validate_missing(value)
        return self.load_default if value is missing else None


def _step(name: str, field: fields.Field[Any]) -> tuple[str, str, Callable[[Any], Any], Callable[[Any], Any]]:
    """Where a field's value stands, what it is called here, how it is converted, and what is done when there is none."""
    convert = field.convert if isinstance(field, Converted) else field.deserialize
    return field.data_key or name, field.attribute or name, convert, field.deserialize


def optional(convert: Callable[[Any], Any], name: str, default: object = None) -> Converted:
    """A field that may be absent or null: QuickBooks leaves out what has no value."""
    return Converted(convert, data_key=name, load_default=default, allow_none=True)


def required(convert: Callable[[Any], Any], name: str) -> Converted:
    """A field without which the record means nothing to us."""
    return Converted(convert, data_key=name, required=True)


def load_reply(schema: Schema, raw: object) -> dict[str, Any]:
    """The values of `raw` by our names; BadReplyError naming the fields that do not fit."""
    try:
        values: dict[str, Any] = schema.load(raw)  # type: ignore[arg-type]
    except ValidationError as problem:
        wrong = f"{type(schema).__name__}: {problem.messages}"
    else:
        return values
    raise BadReplyError(wrong)


def as_mapping(value: object) -> Mapping[str, Any]:
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
    """true or false, nothing that merely looks like it."""
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
    cents = value.quantize(CENT)
    return cents if cents == value else value


def as_day(value: object) -> date:
    """A bare date, never shifted by a time zone."""
    try:
        return _day(as_text(value)[:10])
    except ValueError:
        raise ValidationError("not a date") from None


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    """The date, one object for all records of the day: a run holds very many of them."""
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
    """The instant; what one batch saved has few of them."""
    return datetime.fromisoformat(text)


def as_ref_id(value: object) -> str:
    """The id out of a reference `{"value": "58", "name": …}`."""
    return as_text(as_mapping(value).get("value"))


def as_reference(value: object) -> tuple[str, str]:
    """Id and name out of a reference; the name is "" when QuickBooks gives none."""
    found = as_mapping(value)
    return as_text(found.get("value")), as_text(found.get("name") or "")


def as_times(value: object) -> tuple[datetime | None, datetime | None]:
    """When a record was created and last changed, out of MetaData."""
    found = as_mapping(value)
    return _moment_or_none(found.get("CreateTime")), _moment_or_none(found.get("LastUpdatedTime"))


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else as_moment(value)
