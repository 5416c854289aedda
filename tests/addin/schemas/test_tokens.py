"""What the sign-in service answers, and the pair as it is sealed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qb_plugin.schemas.text import BadReplyError
from qb_plugin.schemas.tokens import TokenPair, read_oauth_error, read_pair, read_token_reply, write_pair

GOOD = {"access_token": "A", "refresh_token": "R", "expires_in": 3600, "x_refresh_token_expires_in": 8726400}


def test_a_good_answer() -> None:
    found = read_token_reply({**GOOD, "token_type": "bearer", "new": 1})
    assert found == {"access": "A", "refresh": "R", "expires_in": 3600, "refresh_expires_in": 8726400, "hard_expires_in": None}


def test_the_hard_end_is_read_where_it_is_told() -> None:
    assert read_token_reply({**GOOD, "x_refresh_token_hard_expires_in": 157680000})["hard_expires_in"] == 157680000


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "line\r\nSet-Cookie: x"},
        {"access_token": "x" * 4097},
        {"refresh_token": 7},
        {"expires_in": "3600"},
        {"expires_in": True},
        {"x_refresh_token_expires_in": None},
    ],
)
def test_a_bad_answer_is_refused_without_repeating_it(wrong: dict[str, object]) -> None:
    with pytest.raises(BadReplyError) as caught:
        read_token_reply({**GOOD, **wrong})
    assert next(iter(wrong)) in str(caught.value)
    assert str(next(iter(wrong.values())) or "?") not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error":"invalid_grant"}', "invalid_grant"),
        (b'{"error_description":"Incorrect or invalid refresh token","error":"invalid_grant"}', "invalid_grant"),
        (b'{"error":"RT1-abc"}', ""),
        (b'{"error":7}', ""),
        (b"[]", ""),
        (b"<html>", ""),
        (b"", ""),
        (b'{"error":"' + b"a" * 64 + b'"}', ""),
    ],
)
def test_only_an_error_code_is_taken_from_a_refusal(body: bytes, code: str) -> None:
    assert read_oauth_error(body) == code


def test_a_pair_comes_back_as_it_was_and_does_not_show_itself() -> None:
    end = datetime(2026, 11, 22, 20, tzinfo=UTC)
    pair = TokenPair("ACCESS", "REFRESH", end, end)
    assert read_pair(write_pair(pair)) == pair
    assert "ACCESS" not in repr(pair)
    assert "REFRESH" not in repr(pair)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"access":"A","refresh":"R","access_ends":7,"refresh_ends":"x"}'])
def test_what_is_no_pair_is_refused(text: bytes) -> None:
    with pytest.raises(BadReplyError):
        read_pair(text)


def test_a_pair_sealed_before_the_hard_end_was_known_is_read_without_it() -> None:
    end = datetime(2026, 11, 22, 12, tzinfo=UTC)
    pair = TokenPair("A", "R", end, end)
    assert read_pair(write_pair(pair)) == pair
    old = b'{"access":"A","refresh":"R","access_ends":"%s","refresh_ends":"%s"}' % ((end.isoformat().encode(),) * 2)
    assert read_pair(old) == pair


def test_a_pair_keeps_its_hard_end() -> None:
    end = datetime(2026, 11, 22, 12, tzinfo=UTC)
    pair = TokenPair("A", "R", end, end, datetime(2031, 11, 21, 12, tzinfo=UTC))
    assert read_pair(write_pair(pair)) == pair
