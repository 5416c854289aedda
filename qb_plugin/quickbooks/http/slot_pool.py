"""Permits and places that the firm's count holds for this process and that no call of it uses at this moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from qb_plugin.quickbooks.http.pace_rules import Permits

#: A call that leaves so much later than it was counted is counted anew.
RETIMED = 0.1
_PERMIT_LASTS = 0.05
_PLACE_LASTS = 4.0  # a place given to another call ends as early as for the first one


@dataclass(frozen=True, slots=True)
class Permit:
    """A call's number in the count, its place, since when (monotonic seconds) it is counted, and since when it has the place."""

    call: str
    place: str
    at: float
    placed: float


class SlotPool:
    """Hands out what is idle, as long as it counts; thread-safe. Calls of the two kinds are counted apart."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._calls: list[tuple[str, bool, float]] = []
        self._places: list[tuple[str, float]] = []
        self._lock = Lock()

    @property
    def calls(self) -> int:
        """How many turns are idle."""
        return len(self._calls)

    @property
    def places(self) -> int:
        """How many places are idle."""
        return len(self._places)

    def take(self, batch: bool) -> Permit | None:
        """A turn and a place, if there are both."""
        with self._lock:
            now = self._monotonic()
            call = next((each for each in self._calls if each[1] is batch and now - each[2] <= _PERMIT_LASTS), None)
            place = next((each for each in self._places if now - each[1] <= _PLACE_LASTS), None)
            if call is None or place is None:
                return None
            self._calls.remove(call)
            self._places.remove(place)
            return Permit(call[0], place[0], call[2], place[1])

    def fill(self, turns: Permits, batch: bool, at: float) -> Permit:
        """Take in what the count gave, and hand out the first of it."""
        with self._lock:
            self._calls += [(call, batch, at) for call in turns.calls[1:]]
            self._places += [(place, at) for place in turns.places[1:]]
        return Permit(turns.calls[0], turns.places[0], at, at)

    def put(self, turn: Permit) -> None:
        """The place of a call that is over."""
        with self._lock:
            self._places.append((turn.place, turn.placed))

    def drain(self) -> Permits:
        """Everything, so that it can be given back."""
        with self._lock:
            idle = Permits([call for call, _, _ in self._calls], [place for place, _ in self._places])
            self._calls, self._places = [], []
        return idle

    def restore(self, idle: Permits) -> None:
        """It could not be given back: it is, the next time, and serves nobody until then."""
        with self._lock:
            self._calls += [(call, False, float("-inf")) for call in idle.calls]
            self._places += [(place, float("-inf")) for place in idle.places]
