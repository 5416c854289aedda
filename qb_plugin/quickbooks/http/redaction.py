"""Takes tokens out of any text that could be shown, logged or kept: a 401 echoes the access token."""

from __future__ import annotations

import re

_REMOVED = "[removed]"
_LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{40,}")
_NAMED = re.compile(
    r"(?i)(token(?: expired)?|bearer|basic|secret|authorization|code)(\s*[:=]\s*|\s+)(?!message\b)(?=\S*\d)[^\s;,\"'<>]{8,}"
)


def redact(text: str) -> str:
    """The text without anything that could be a token: long unbroken runs, and what follows words such as `Bearer`."""
    return _NAMED.sub(rf"\1\2{_REMOVED}", _LONG.sub(_REMOVED, text))
