"""Why calls of forms take longer, in an add-in's words: passed on to the pages, or to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class WaitNotices:
    """Passes each sentence on to whoever shows them; `say` comes from any thread."""

    listeners: list[Callable[[str], object]] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Call every listener, in the thread that waits."""
        for listener in list(self.listeners):
            listener(text)
