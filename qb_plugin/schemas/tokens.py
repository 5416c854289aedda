"""Answers of the OAuth service, a token pair or an error, and the text in which a pair is sealed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, cast

from marshmallow import ValidationError

from qb_plugin.schemas.conversions import as_moment, as_text, as_whole
from qb_plugin.schemas.flat_schema import ReplySchema, build_schema, load_reply, optional, required
from qb_plugin.schemas.text import BadReplyError, read_json, write_json

_TOKEN = re.compile(r"[!-~]{1,4096}")  # printable ASCII, so that a token cannot add a line to a header
_HARD_END = "x_refresh_token_hard_expires_in"
TOKEN_REPLY_KEYS = frozenset({"access_token", "refresh_token", "expires_in", "x_refresh_token_expires_in", _HARD_END, "token_type"})


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Access and refresh token with the instants they expire; never shown."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_ends: datetime
    refresh_ends: datetime
    #: when a person must sign in again however often the pair is refreshed; None where Intuit does not tell
    hard_ends: datetime | None = None


def as_token(value: object) -> str:
    """A token; anything that could not stand in an HTTP header is refused."""
    text = as_text(value)
    if not _TOKEN.fullmatch(text):
        raise ValidationError("not a token")
    return text


class NewTokens(TypedDict):
    """A token pair as the token endpoint gives it."""

    access: str
    refresh: str
    expires_in: int  # seconds from now
    refresh_expires_in: int  # seconds from now
    hard_expires_in: int | None  # seconds from now; None where Intuit does not tell


class TokenReply(ReplySchema):
    """The answer of the token endpoint; lifetimes in seconds from now."""

    access = required(as_token, "access_token")
    refresh = required(as_token, "refresh_token")
    expires_in = required(as_whole, "expires_in")
    refresh_expires_in = required(as_whole, "x_refresh_token_expires_in")
    hard_expires_in = optional(as_whole, _HARD_END)


class SealedPair(ReplySchema):
    """A token pair in the text that is sealed."""

    access = required(as_text, "access")
    refresh = required(as_text, "refresh")
    access_ends = required(as_text, "access_ends")
    refresh_ends = required(as_text, "refresh_ends")
    hard_ends = optional(as_text, "hard_ends")


def read_token_reply(raw: object) -> NewTokens:
    """The token pair of the answer; BadReplyError without repeating any value."""
    try:
        found = cast(NewTokens, build_schema(TokenReply).load(raw))
    except ValidationError as problem:
        wrong = sorted(problem.messages_dict)
    else:
        return found
    raise BadReplyError(f"the token answer lacks or misspells {', '.join(map(str, wrong))}")


def read_oauth_error(body: bytes) -> str:
    """The error code of an OAuth answer, such as invalid_grant; "" when there is none. Its free text is dropped."""
    try:
        raw = read_json(body)
    except BadReplyError:
        return ""
    code = raw.get("error") if isinstance(raw, dict) else None
    return code if isinstance(code, str) and code.replace("_", "").isalpha() and len(code) < 64 else ""


def write_pair(pair: TokenPair) -> bytes:
    """The text to seal."""
    body = {
        "access": pair.access,
        "refresh": pair.refresh,
        "access_ends": pair.access_ends.isoformat(),
        "refresh_ends": pair.refresh_ends.isoformat(),
        "hard_ends": pair.hard_ends and pair.hard_ends.isoformat(),
    }
    return write_json(body).encode()


def read_pair(sealed: bytes) -> TokenPair:
    """The pair out of what was sealed."""
    found = load_reply(SealedPair, read_json(sealed))
    ends = [found[name] and as_moment(found[name]) for name in ("access_ends", "refresh_ends", "hard_ends")]
    return TokenPair(found["access"], found["refresh"], *ends)
