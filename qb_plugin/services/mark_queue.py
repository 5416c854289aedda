"""Marks that wait until the host has taken them: its database may be away for a while, and no run stops for that."""

from __future__ import annotations

from itertools import islice
from threading import Lock

from qb_plugin.host import MarkChange, Marks

GROUP = 500  # marks a commit of the host's, at most


class MarkQueue:
    """The newest mark of each record and company that the host has not taken yet; thread-safe.

    One for the whole process, so that what a run could not set is set by the settle job, and never after a newer mark.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._waiting: dict[tuple[str, str], MarkChange] = {}
        self._lock, self._writing = Lock(), Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, change: MarkChange) -> None:
        """Let the mark wait, in the place of an older one of the same record."""
        with self._lock:
            self._waiting[_key(change)] = change

    def write(self) -> None:
        """Set the marks in the host. Raises what the host raises; the marks that it has not taken go on waiting."""
        with self._writing:
            while group := self._next_group():
                self._marks.put(group)
                self._remove(group)

    def _next_group(self) -> list[MarkChange]:
        with self._lock:
            return list(islice(self._waiting.values(), GROUP))

    def _remove(self, group: list[MarkChange]) -> None:
        with self._lock:
            for change in group:
                if self._waiting.get(_key(change)) is change:  # else a newer one has come meanwhile
                    del self._waiting[_key(change)]


def _key(change: MarkChange) -> tuple[str, str]:
    return change.get("scope", ""), change["ref"]
