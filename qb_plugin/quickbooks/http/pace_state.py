"""The firm's count of calls as a value: what has left, what is under way, how long QuickBooks wants silence, who is at work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import attrgetter
from typing import Any

#: A place ends by itself: a call is over after 125 s, whatever became of its process, and 5 s pass at most before it leaves.
PLACE_LASTS = 130.0
#: A process that has asked for nothing for so long is no longer at work.
SEEN_LASTS = 60.0
#: After a form has asked, a run leaves forms their part for so long.
FORMS_LAST = 20.0
_SEEN_AGAIN = 10.0  # how often a process that waits, and a form, is written down as at work
_LATER = 3.0  # by how much later a run's wait must end to be written down anew
_MINUTE = 60.0
_ROUNDED = 0.001  # moments are written in milliseconds
_EVER = float("-inf")
_SHAPE = 2  # of the text
_OF_RUN = "r"  # ends the number of a run's call, and of its place


def call_number(process: str, number: int, run: bool) -> str:
    """The id of a call and of its place: its process, its number, and whether it is a run's."""
    return f"{process}.{number}{_OF_RUN if run else ''}"


def is_of_run(number: str) -> bool:
    """Whether the call, or the place, of this id is a run's."""
    return number.endswith(_OF_RUN)


@dataclass(slots=True)
class CountedCall:
    """A call that left, or is about to; `id` begins with its process."""

    id: str
    at: float
    batch: bool


@dataclass(frozen=True, slots=True)
class QueuedForm:
    """A form that waits: since when, and until when it is known to ask again."""

    since: float
    until: float


@dataclass(slots=True, kw_only=True)
class PaceState:
    """All moments are seconds of the ledger's clock."""

    #: calls of the last minute and the guard, the oldest first
    calls: list[CountedCall] = field(default_factory=list)
    #: by name, when the place of a call under way ends by itself
    places: dict[str, float] = field(default_factory=dict)
    #: by process, when it asked last
    processes: dict[str, float] = field(default_factory=dict)
    #: when a form of any process asked last
    form_seen_at: float = _EVER
    #: by process, its form that waits, where others are at work: who came first goes first
    queue: dict[str, QueuedForm] = field(default_factory=dict)
    #: until when a run is known to wait for what forms hold
    run_waits_until: float = _EVER
    #: until when QuickBooks wants no calls
    silent_until: float = _EVER
    #: the share of the limits that is used since QuickBooks has answered 429, and when it grows again
    share: float = 1.0
    faster_at: float = _EVER
    #: whether there is something to write down; that time has passed is not
    changed: bool = field(default=False, compare=False)

    def forget(self, now: float, guard: float, longest_silence: float) -> None:
        """Drop what is over, and what lies in the future: a clock that was put back would otherwise stop everything.

        What lies there by less than the guard is none: moments are rounded up when they are written, and may be read at once.
        """
        if self.calls and not now - _MINUTE - guard < self.calls[0].at <= self.calls[-1].at <= now + guard:
            self.calls = [call for call in self.calls if now - _MINUTE - guard < call.at <= now + guard]
        self.places = {place: end for place, end in self.places.items() if now < end <= now + PLACE_LASTS + guard}
        self.processes = {each: at for each, at in self.processes.items() if now - SEEN_LASTS < at <= now + guard}
        self.queue = {
            each: form for each, form in self.queue.items() if form.since <= now + guard and now <= form.until <= now + _MINUTE
        }
        if self.form_seen_at > now + guard:
            self.form_seen_at = _EVER
        if self.run_waits_until > now + _MINUTE:
            self.run_waits_until = _EVER
        if self.silent_until > now + longest_silence + _ROUNDED:
            self.silent_until, self.share, self.faster_at = _EVER, 1.0, _EVER

    def see(self, process: str, now: float) -> None:
        """The process is at work."""
        if now - self.processes.get(process, _EVER) >= _SEEN_AGAIN:
            self.processes[process] = now
            self.changed = True

    def see_form(self, now: float) -> None:
        """A form asks."""
        if now - self.form_seen_at >= _SEEN_AGAIN:
            self.form_seen_at, self.changed = now, True

    def leave(self, process: str) -> None:
        """The process is at work no longer."""
        self.changed |= self.processes.pop(process, None) is not None
        self.leave_queue(process)

    def join_queue(self, process: str, until: float, now: float) -> None:
        """A form of this process waits, and asks again by then. It keeps its turn for as long as it does."""
        here = self.queue.get(process)
        self.queue[process], self.changed = QueuedForm(here.since if here else now, until), True

    def leave_queue(self, process: str) -> None:
        """No form of this process waits."""
        self.changed |= self.queue.pop(process, None) is not None

    def ahead_of(self, process: str) -> int:
        """How many forms of other processes wait for longer than the one of this process, of all if none of its own does."""
        own = self.queue.get(process)
        return sum((form.since, each) < (own.since, process) for each, form in self.queue.items()) if own else len(self.queue)

    def run_waits(self, until: float) -> None:
        """A run waits, and asks again by then; `-inf` when one has got what it waited for. A little later is not written down."""
        if until == _EVER < self.run_waits_until or until >= self.run_waits_until + _LATER:
            self.run_waits_until, self.changed = until, True

    def count(self, calls: Iterable[str], places: Iterable[str], now: float, *, batch: bool) -> None:
        """Count calls, and give places."""
        self.calls += [CountedCall(each, now, batch) for each in calls]
        self.places |= dict.fromkeys(places, now + PLACE_LASTS)
        self._sort()

    def count_again(self, call: str, place: str, now: float) -> None:
        """The call leaves only now."""
        for each in self.calls:
            if each.id == call:
                each.at = now
        self.places[place] = now + PLACE_LASTS
        self._sort()

    def give_back(self, calls: Sequence[str], places: Sequence[str]) -> None:
        """Count no longer the calls that never left, and free the places."""
        if calls:
            self.calls = [each for each in self.calls if each.id not in calls]
        for place in places:
            self.places.pop(place, None)
        self.changed |= bool(calls or places)

    def others(self, process: str) -> bool:
        """Whether another process is at work."""
        return any(each != process for each in self.processes)

    def forms_beside(self, process: str, now: float) -> bool:
        """Whether people use forms beside this process: another is at work, and a form has asked a little while ago."""
        return self.others(process) and now - self.form_seen_at <= FORMS_LAST

    def summary(self) -> PaceState:
        """How it stands, of the calls the batches alone: a value of its own, that may be read while this one changes."""
        return PaceState(
            calls=[call for call in self.calls if call.batch],
            processes=self.processes.copy(),
            form_seen_at=self.form_seen_at,
            run_waits_until=self.run_waits_until,
            silent_until=self.silent_until,
            share=self.share,
            faster_at=self.faster_at,
        )

    def since(self, moment: float, *, batch: bool) -> Sequence[float]:
        """When calls left after the moment, the newest first; `batch`: only the batches among them."""
        return [call.at for call in self._newest(moment) if call.batch or not batch]

    def of_runs(self, moment: float) -> int:
        """How many calls of runs left after the moment."""
        return sum(is_of_run(call.id) for call in self._newest(moment))

    @property
    def places_of_runs(self) -> int:
        """How many calls of runs are under way."""
        return sum(map(is_of_run, self.places))

    def _newest(self, moment: float) -> Iterator[CountedCall]:
        return takewhile(lambda call: call.at > moment, reversed(self.calls))

    def _sort(self) -> None:
        # A clock that was put back a little, and a call that is counted anew, would stand in the wrong place.
        self.calls.sort(key=attrgetter("at"))
        self.changed = True


def encode_state(state: PaceState) -> str:
    """The state as text; moments in milliseconds. What is of a kind stands together: that is read and written fastest."""
    return json.dumps(
        {
            "shape": _SHAPE,
            "calls": [call.id for call in state.calls],
            "at": [round(call.at * 1000) for call in state.calls],
            "batches": [int(call.batch) for call in state.calls],
            "places": _milliseconds(state.places),
            "processes": _milliseconds(state.processes),
            "form_seen_at": _finite(state.form_seen_at),
            "queue": {process: [round(form.since * 1000), round(form.until * 1000)] for process, form in state.queue.items()},
            "run_waits_until": _finite(state.run_waits_until),
            "silent_until": _finite(state.silent_until),
            "share": state.share,
            "faster_at": _finite(state.faster_at),
        },
        separators=(",", ":"),
    )


def decode_state(text: str) -> PaceState:
    """The state out of its text; a fresh one when there is none, or one of another shape."""
    found: dict[str, Any] = json.loads(text) if text else {}
    if found.get("shape") != _SHAPE:
        return PaceState()
    return PaceState(
        calls=[
            CountedCall(call, at / 1000, bool(batch))
            for call, at, batch in zip(found["calls"], found["at"], found["batches"], strict=True)
        ],
        places=_seconds(found["places"]),
        processes=_seconds(found["processes"]),
        form_seen_at=_moment(found.get("form_seen_at")),
        queue={process: QueuedForm(since / 1000, until / 1000) for process, (since, until) in found.get("queue", {}).items()},
        run_waits_until=_moment(found.get("run_waits_until")),
        silent_until=_moment(found["silent_until"]),
        share=found["share"],
        faster_at=_moment(found["faster_at"]),
    )


def _milliseconds(moments: dict[str, float]) -> dict[str, int]:
    return {name: round(at * 1000) for name, at in moments.items()}


def _seconds(moments: dict[str, int]) -> dict[str, float]:
    return {name: at / 1000 for name, at in moments.items()}


def _moment(found: float | None) -> float:
    return _EVER if found is None else found


def _finite(moment: float) -> float | None:
    return None if moment == _EVER else round(moment, 3)
