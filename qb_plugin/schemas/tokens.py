"""What the sign-in service answers: a token pair, or an OAuth error; and the pair as we seal it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from marshmallow import ValidationError

from qb_plugin.schemas.conversions import as_moment, as_text, as_whole
from qb_plugin.schemas.flat_schema import ReplySchema, load_reply, required
from qb_plugin.schemas.text import BadReplyError, read_json, write_json

_TOKEN = re.compile(r"[!-~]{1,4096}")  # printable ASCII, so that a token cannot add a line to a header
TOKEN_REPLY_KEYS = frozenset({"access_token", "refresh_token", "expires_in", "x_refresh_token_expires_in", "token_type"})


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Access and refresh token with the instants they end; never shown."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_ends: datetime
    refresh_ends: datetime


def as_token(value: object) -> str:
    """A token; anything that could not stand in an HTTP header is refused."""
    text = as_text(value)
    if not _TOKEN.fullmatch(text):
        raise ValidationError("not a token")
    return text


class TokenReply(ReplySchema):
    """The token endpoint's answer; lifetimes are seconds from now."""

    access = required(as_token, "access_token")
    refresh = required(as_token, "refresh_token")
    expires_in = required(as_whole, "expires_in")
    refresh_expires_in = required(as_whole, "x_refresh_token_expires_in")


class SealedPair(ReplySchema):
    """A token pair as it is sealed; `reconnect` tells that QuickBooks has signed us out."""

    access = required(as_text, "access")
    refresh = required(as_text, "refresh")
    access_ends = required(as_text, "access_ends")
    refresh_ends = required(as_text, "refresh_ends")


@cache
def _token_reply() -> TokenReply:
    return TokenReply()


@cache
def _sealed_pair() -> SealedPair:
    return SealedPair()


def read_token_reply(raw: object) -> dict[str, Any]:
    """`access`, `refresh`, `expires_in`, `refresh_expires_in`; BadReplyError without repeating any value."""
    try:
        found: dict[str, Any] = _token_reply().load(raw)
    except ValidationError as problem:
        wrong = sorted(problem.messages_dict)
    else:
        return found
    raise BadReplyError(f"the token answer lacks or misspells {', '.join(map(str, wrong))}")


def oauth_error(body: bytes) -> str:
    """The error code out of an OAuth answer, such as invalid_grant; "" when there is none. Descriptions are left behind."""
    try:
        raw = read_json(body)
    except BadReplyError:
        return ""
    code = raw.get("error") if isinstance(raw, dict) else None
    return code if isinstance(code, str) and code.replace("_", "").isalpha() and len(code) < 64 else ""


def write_pair(pair: TokenPair) -> bytes:
    """The pair as text to seal."""
    body = {
        "access": pair.access,
        "refresh": pair.refresh,
        "access_ends": pair.access_ends.isoformat(),
        "refresh_ends": pair.refresh_ends.isoformat(),
    }
    return write_json(body).encode()


def read_pair(sealed: bytes) -> TokenPair:
    """The pair out of what was sealed."""
    found = load_reply(_sealed_pair(), read_json(sealed))
    return TokenPair(found["access"], found["refresh"], as_moment(found["access_ends"]), as_moment(found["refresh_ends"]))
