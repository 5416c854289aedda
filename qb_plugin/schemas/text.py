"""JSON text in and out: numbers stay exact decimals both ways, and nothing is padded."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import simplejson


class BadReplyError(ValueError):
    """What came back is not what QuickBooks' reference describes; the text says where and how, without repeating values."""


@cache
def _encoder() -> simplejson.JSONEncoder:
    # What is written here holds neither named tuples nor itself; looking for either doubles the time.
    return simplejson.JSONEncoder(
        use_decimal=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        namedtuple_as_object=False,
        check_circular=False,
    )


@cache
def _decoder() -> simplejson.JSONDecoder:
    return simplejson.JSONDecoder(parse_float=Decimal, allow_nan=False)


def write_json(value: object) -> str:
    """JSON without padding; a Decimal is written as the number it shows (`450.00`)."""
    return str(_encoder().encode(value))


def read_json(body: bytes) -> object:
    """Read UTF-8 JSON with Decimal for every fraction; BadReplyError for anything else, nesting without end included."""
    try:
        value: object = _decoder().decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        why = type(problem).__name__
    else:
        return value
    raise BadReplyError(f"not JSON ({why}, {len(body)} bytes)")
