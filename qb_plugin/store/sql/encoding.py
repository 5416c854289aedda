"""Exact encoding of values as text: JSON, with a tag for types that JSON lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from qb_plugin.model import (
    Application,
    Message,
    RecordSummary,
    Ref,
    RunInfo,
)

_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))  # asked first: most values are of these very types
_OBJECT = "$object"
_MESSAGE = "$message"
_SUMMARY = tuple(field.name for field in fields(RecordSummary))
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))  # `json.dumps` with options builds one at each call


def encode(value: object) -> str:
    """Write None, bool, int, float, text, list, tuple, dict with text keys, Decimal, date, datetime, Ref and Message.

    TypeError for anything else; ValueError for a datetime without a zone and for what JSON cannot write (NaN).
    """
    return _ENCODER.encode(_plain(value))


def decode(text: str) -> object:
    """The value of a text that `encode` wrote."""
    return _value(json.loads(text))


def encode_message(message: Message | None) -> str | None:
    """The text of a message for a nullable column."""
    return None if message is None else encode(message)


def decode_message(text: str | None) -> Message | None:
    """The message in a column; TypeError when it holds another value."""
    if text is None:
        return None
    message = decode(text)
    if not isinstance(message, Message):
        raise TypeError(text)
    return message


def encode_run(run: RunInfo | None) -> str | None:
    """The text of a run for a nullable column."""
    return None if run is None else encode(asdict(run))


def decode_run(text: str | None) -> RunInfo | None:
    """The run in a column."""
    return None if text is None else RunInfo(**_value(json.loads(text)))


def encode_applications(applications: tuple[Application, ...]) -> str:
    """The text of applications: the invoice's number, the amount, and the invoice's id."""
    return json.dumps([[each.invoice_number, str(each.amount), each.invoice_id] for each in applications])


def decode_applications(text: str) -> tuple[Application, ...]:
    """The applications in a column; those that version 3 of the tables and older wrote have no invoice id."""
    return tuple(Application("".join(identity), number, Decimal(amount)) for number, amount, *identity in json.loads(text))


def encode_summary(summary: RecordSummary | None) -> str | None:
    """The text of a record's summary for a nullable column."""
    return None if summary is None else encode({name: getattr(summary, name) for name in _SUMMARY})


def decode_summary(text: str | None) -> RecordSummary | None:
    """The summary in a column; older versions of this program wrote none."""
    return None if text is None else RecordSummary(**_value(json.loads(text)))


@lru_cache(maxsize=256)
def encode_moment(moment: datetime) -> str:
    """A moment as text in UTC to the microsecond, always of the same length, so that text order is time order.

    The rows of a batch share their moments, so the last texts are cached.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: object) -> object:
    if type(value) in _AS_THEY_ARE or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Message):
        return {_MESSAGE: [value.key, _plain(value.values), value.details]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return _plain_object(value)
    for kind, tag, write in _WRITERS:
        if isinstance(value, kind):
            return {tag: write(value)}
    raise TypeError(f"{type(value).__name__} cannot be encoded")


def _plain_object(value: Mapping[object, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} is not text")
        plain[key] = _plain(item)
    # An object of one key that looks like a tag is wrapped, so that it comes back as what it was.
    return {_OBJECT: plain} if len(plain) == 1 and next(iter(plain)).startswith("$") else plain


_WRITERS: tuple[tuple[type, str, Callable[..., object]], ...] = (
    (Decimal, "$decimal", str),
    (datetime, "$moment", encode_moment),
    (date, "$date", date.isoformat),
    (Ref, "$ref", str),
    (tuple, "$tuple", lambda value: [_plain(item) for item in value]),  # after Ref, which is one
)

_READERS: Mapping[str, Callable[..., object]] = {
    "$tuple": lambda items: tuple(_value(item) for item in items),
    "$decimal": Decimal,
    "$moment": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$ref": Ref.parse,
    _MESSAGE: lambda parts: Message(parts[0], _value(parts[1]), parts[2]),
    _OBJECT: lambda plain: {key: _value(item) for key, item in plain.items()},
}


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_value(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1:
        tag, content = next(iter(plain.items()))
        if tag in _READERS:
            return _READERS[tag](content)
    return {key: _value(item) for key, item in plain.items()}
