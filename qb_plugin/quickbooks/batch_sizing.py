"""Batch sizing: fewer batches in flight when answers are slow for their size, half the items after a lost answer."""

from __future__ import annotations

from threading import Lock

_NARROWEST = 2  # with a single batch in flight a run would wait out every slow answer doing nothing
_GOOD_ANSWERS = 8  # in a row and in good time, before more is sent at once


class BatchSizer:
    """The number of `batches` in flight and of `items` in each, at most those given; `slow` is seconds per item. Thread-safe."""

    def __init__(self, most_batches: int, most_items: int, slow: float) -> None:
        self._most_batches = most_batches
        self._most_items = most_items
        self._slow = slow
        self._lock = Lock()
        self._good = 0
        self.batches = most_batches
        self.items = most_items

    def answered(self, items: int, seconds: float) -> None:
        """Note an answer for so many items after so many seconds."""
        with self._lock:
            # A single item takes the whole overhead of a call, so the first five seconds say nothing.
            if seconds > 5.0 + self._slow * items:
                self.batches = max(min(_NARROWEST, self._most_batches), self.batches - 1)
                self._good = 0
                return
            self._good += 1
            if self._good >= _GOOD_ANSWERS:
                self._good = 0
                self.batches = min(self._most_batches, self.batches + 1)
                self.items = min(self._most_items, self.items * 2)

    def lost(self) -> None:
        """Note a call without an answer."""
        with self._lock:
            self.items = max(1, self.items // 2)
            self._good = 0
