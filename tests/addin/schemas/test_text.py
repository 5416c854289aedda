"""JSON in and out, exact and bounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qb_plugin.schemas.text import BadReplyError, read_json, write_json


def test_decimals_keep_their_digits_both_ways() -> None:
    text = '{"a":450.00,"b":0,"c":1.005}'
    found = read_json(text.encode())
    assert found == {"a": Decimal("450.00"), "b": 0, "c": Decimal("1.005")}
    assert write_json(found) == text


def test_text_is_written_as_it_is_without_padding() -> None:
    assert write_json({"a": ["ü", "\n", '"']}) == '{"a":["ü","\\n","\\""]}'


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"a":', b"\xff", b"[" * 100_000, b"NaN", b"[Infinity]", b"1" * 10_000, b"{} {}"]
)
def test_anything_else_is_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(BadReplyError) as caught:
        read_json(body)
    assert "not JSON" in str(caught.value)
    assert caught.value.__context__ is None


def test_a_float_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json({"a": float("nan")})
