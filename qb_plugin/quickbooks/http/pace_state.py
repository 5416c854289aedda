"""The firm's count of calls as a value: what has left, what is under way, how long QuickBooks wants silence, who is at work."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: A place ends by itself: a call is over after 125 s, whatever became of its process.
PLACE_LASTS = 130.0
#: A process that has asked for nothing for so long is no longer at work.
SEEN_LASTS = 60.0
_MINUTE = 60.0
_EVER = float("-inf")


@dataclass(slots=True)
class CountedCall:
    """A call that left, or is about to; `id` begins with its process."""

    id: str
    at: float
    batch: bool


@dataclass(slots=True, kw_only=True)
class PaceState:
    """All moments are seconds of the ledger's clock."""

    #: calls of the last minute and the guard
    calls: list[CountedCall] = field(default_factory=list)
    #: by call, when the place of one under way ends by itself
    places: dict[str, float] = field(default_factory=dict)
    #: by process, when it asked last
    processes: dict[str, float] = field(default_factory=dict)
    #: until when QuickBooks wants no calls
    silent_until: float = _EVER
    #: the share of the limits that is used since QuickBooks has answered 429, and when it grows again
    share: float = 1.0
    faster_at: float = _EVER

    def forget(self, now: float, guard: float, longest_silence: float) -> None:
        """Drop what is over, and what lies in the future: a clock that was put back would otherwise stop everything."""
        self.calls = [call for call in self.calls if now - _MINUTE - guard < call.at <= now + guard]
        self.places = {call: end for call, end in self.places.items() if now < end <= now + PLACE_LASTS}
        self.processes = {each: at for each, at in self.processes.items() if now - SEEN_LASTS < at <= now + guard}
        if self.silent_until > now + longest_silence:
            self.silent_until, self.share, self.faster_at = _EVER, 1.0, _EVER

    def others(self, process: str) -> bool:
        """Whether another process is at work."""
        return any(each != process for each in self.processes)

    def starts(self, batch: bool) -> Iterable[float]:
        """When calls left; `batch`: only the batches among them."""
        return (call.at for call in self.calls if call.batch or not batch)


def encode_state(state: PaceState) -> str:
    """The state as text; moments to the millisecond."""
    return json.dumps(
        {
            "calls": [[call.id, round(call.at, 3), int(call.batch)] for call in state.calls],
            "places": {call: round(end, 3) for call, end in state.places.items()},
            "processes": {each: round(at, 3) for each, at in state.processes.items()},
            "silent_until": _finite(state.silent_until),
            "share": state.share,
            "faster_at": _finite(state.faster_at),
        },
        separators=(",", ":"),
    )


def decode_state(text: str) -> PaceState:
    """The state out of its text; a fresh one when there is none."""
    if not text:
        return PaceState()
    found: dict[str, Any] = json.loads(text)
    return PaceState(
        calls=[CountedCall(call, at, bool(batch)) for call, at, batch in found["calls"]],
        places=found["places"],
        processes=found["processes"],
        silent_until=_EVER if found["silent_until"] is None else found["silent_until"],
        share=found["share"],
        faster_at=_EVER if found["faster_at"] is None else found["faster_at"],
    )


def _finite(moment: float) -> float | None:
    return None if moment == _EVER else round(moment, 3)
