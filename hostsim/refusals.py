"""Requests that the host refuses, wherever they come from; the text of each is a sentence for the person."""

from __future__ import annotations


class Refused(Exception):
    """A request that is not carried out."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Unfit(Refused):
    """A request that does not fit what it is about: no such action, a selection outside the rows."""


class RightMissing(Refused):
    """A request that this user may not make."""


class RowsGone(Refused):
    """A snapshot of rows that is no longer held; its page reads them again."""
