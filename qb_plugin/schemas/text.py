"""JSON text, read and written with exact decimals and without padding."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

import simplejson

JsonObject: TypeAlias = Mapping[str, Any]
"""A JSON object as QuickBooks sends it: nothing in it is checked."""

ReplyValues: TypeAlias = dict[str, Any]
"""Values of a reply under the names of its schema's fields, each converted and checked."""


class BadReplyError(ValueError):
    """An answer is not as QuickBooks' reference describes it; the text names the place and the kind of error, never a value."""


@cache
def _build_encoder() -> simplejson.JSONEncoder:
    # Bodies hold neither named tuples nor cycles; looking for either doubles the time.
    return simplejson.JSONEncoder(
        use_decimal=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        namedtuple_as_object=False,
        check_circular=False,
    )


@cache
def _build_decoder() -> simplejson.JSONDecoder:
    return simplejson.JSONDecoder(parse_float=Decimal, allow_nan=False)


def write_json(value: object) -> str:
    """JSON without padding; a Decimal keeps its digits (`450.00`)."""
    return str(_build_encoder().encode(value))


def read_json(body: bytes) -> object:
    """Read UTF-8 JSON with Decimal for every fraction; BadReplyError for anything else, endless nesting included."""
    try:
        value: object = _build_decoder().decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        why = type(problem).__name__
    else:
        return value
    raise BadReplyError(f"not JSON ({why}, {len(body)} bytes)")
