"""Text for a terminal: what it would obey is made visible, because names and reasons come from other people."""

from __future__ import annotations

import re

# C0, DEL and C1 control characters, line and paragraph separators, and the marks that turn the direction of writing.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """One line that does nothing: line ends become blanks, other orders to the terminal become visible signs."""
    return OBEYED.sub(lambda found: _sign(found[0]), " ".join(text.splitlines()))


def escaped_json(text: str) -> str:
    """JSON with what a terminal would obey written as escapes; it means the same."""
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _sign(letter: str) -> str:
    if letter == "\t":
        return " "
    return chr(0x2400 + ord(letter)) if letter < " " else "\ufffd"
