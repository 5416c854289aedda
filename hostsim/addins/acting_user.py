"""Who acts in a call of a form."""

from __future__ import annotations

from typing import Protocol


class ActingUser(Protocol):
    """A name, and rights."""

    @property
    def name(self) -> str: ...
    @property
    def rights(self) -> frozenset[str]: ...


def may_not(name: str, right: str) -> str:
    """The sentence for somebody who does not have the right."""
    return f"{name} may not {right}. Ask whoever manages users."
