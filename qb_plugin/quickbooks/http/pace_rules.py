"""The rules of pace: whether one call more may leave, what it waits for otherwise, and what a 429 changes. No input or output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_state import PaceState
from qb_plugin.quickbooks.limits import Limits

_READY = 0.001
_SLOWER = 0.7
_SLOWEST = 0.25
_SHORTEST_SILENCE, _LONGEST_SILENCE = 1.0, 300.0
_SAME_MINUTE = 60.0
_LONGEST_JITTER = 5.0
_LOOK_EVERY = 0.25  # how soon a place is asked for again: nobody knows when a call ends
_ASKED_AGAIN = 6.0  # within how many seconds a call that waits asks again
_LATE = 1.0  # by how much later than it meant to
_NOT = float("-inf")


class PaceReason(StrEnum):
    """What a call waits for."""

    SILENCE = "silence"  # QuickBooks has answered 429
    OWN_CALLS = "own_calls"  # a window is full of this process's calls
    OTHER_CALLS = "other_calls"  # a window is full of calls of other processes
    PLACES = "places"  # as many calls are under way as may be
    DATABASE = "database"  # the count cannot be read


@dataclass(frozen=True, slots=True)
class PaceWait:
    """What a call waits for, and seconds: until it may leave, or, of places, until it is worth asking again."""

    reason: PaceReason
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAsk:
    """A call that wants to leave; `pace` is the share of the limits that the firm wants used. `ids`: its own, and those of calls
    that may follow at once. `forms_wait`: calls of forms wait in its own process."""

    ids: Sequence[str]
    process: str
    batch: bool
    purpose: CallPurpose
    pace: float = 1.0
    forms_wait: bool = False


@dataclass(frozen=True, slots=True)
class Permits:
    """The calls that are counted, and the places given, by their ids; the first of each is that of the call which asked."""

    calls: Sequence[str]
    places: Sequence[str]


def take_permits(state: PaceState, ask: CallAsk, now: float, limits: Limits) -> PaceWait | Permits:
    """Count the call and give it its place, or say what it waits for. Either way its process is seen to be at work.

    A process that is alone gets as many turns more as there are ids and room; whoever comes meanwhile finds them counted.
    """
    state.forget(now, limits.guard, _LONGEST_SILENCE + _LONGEST_JITTER)
    state.see(ask.process, now)
    if ask.purpose is CallPurpose.FORM:
        state.see_form(now)
    if state.silent_until - now > _READY:
        return PaceWait(PaceReason.SILENCE, state.silent_until - now)
    return _permits(state, ask, now, limits)


def _permits(state: PaceState, ask: CallAsk, now: float, limits: Limits) -> PaceWait | Permits:
    share = present_share(state, now, limits) * ask.pace
    kept = _kept_for_others(state, ask, now, limits, share)
    shared = list(_windows(state, now, limits, share, kept))
    windows = [*shared, *([_window_of_batches(state, now, limits, share)] if ask.batch else ())]
    ahead = state.ahead_of(ask.process) if ask.purpose is CallPurpose.FORM else 0
    wait = max(window.wait(now, ahead) for window in windows)
    places = max(1, limits.at_once - kept.places) - len(state.places) - ahead
    if ask.purpose is CallPurpose.RUN:
        # Where only the batches' window is full, there is nothing that forms could leave.
        has_room = max(window.wait(now) for window in shared) <= _READY and (wait > _READY or places > 0)
        state.run_waits(_NOT if has_room else now + _ASKED_AGAIN)
    if wait > _READY:
        return _stand_in_queue(state, ask, now, PaceWait(_whose(state, ask), wait))
    if places <= 0:
        return _stand_in_queue(state, ask, now, PaceWait(PaceReason.PLACES, _LOOK_EVERY))
    state.leave_queue(ask.process)
    ids = ask.ids[:1] if state.others(ask.process) else ask.ids
    turns = Permits(ids[: max(1, min(window.room for window in windows))], ids[:places])
    state.count(turns.calls, turns.places, now, batch=ask.batch)
    return turns


def _stand_in_queue(state: PaceState, ask: CallAsk, now: float, wait: PaceWait) -> PaceWait:
    """Forms go in the order in which they came: the seconds of all are full where many are used, and without an order each of a
    form's calls would have to be lucky. Runs need none: one goes on at a time, and what is kept for it is its own."""
    if ask.purpose is CallPurpose.FORM and state.others(ask.process):
        state.join_queue(ask.process, now + min(wait.seconds + _LATE, _ASKED_AGAIN), now)
    return wait


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a call leaves to those of the other kind: places, and calls of a second and a minute."""

    places: int = 0
    second: int = 0
    minute: int = 0


def _kept_for_others(state: PaceState, ask: CallAsk, now: float, limits: Limits, share: float) -> _Kept:
    """What is left of the part that the other kind of calls is sure of; `share` of the limits is used.

    A run leaves a part to forms while they are used beside it, or forms of its own process wait. Forms leave a part to a run that
    waits: a batch is under way for many seconds and a form's call for a part of one, so forms that come and come again would find
    every place before the run does.
    """
    minute, second = now - 60 - limits.guard, now - 1 - limits.guard
    if ask.purpose is CallPurpose.RUN:
        if not (ask.forms_wait or state.forms_beside(ask.process, now)):
            return _Kept()
        places, in_second, in_minute = limits.places_for_forms, limits.second_for_forms, limits.minute_for_forms
        if ask.forms_wait or state.queue:
            # A run sends in bursts, each of which would take more than a second of all; spread over a few it loses nothing.
            in_second = max(in_second, int(limits.per_second * share * limits.second_for_waiting_forms))
        under_way = len(state.places) - state.places_of_runs
        seconds_calls = len(state.since(second, batch=False)) - state.of_runs(second)
        minutes_calls = len(state.since(minute, batch=False)) - state.of_runs(minute)
    else:
        if now >= state.run_waits_until:
            return _Kept()
        places, in_second, in_minute = limits.places_for_runs, limits.second_for_runs, limits.minute_for_runs
        under_way, seconds_calls, minutes_calls = state.places_of_runs, state.of_runs(second), state.of_runs(minute)
    of_minute = int(limits.per_minute * share * in_minute)
    return _Kept(max(0, places - under_way), max(0, in_second - seconds_calls), max(0, of_minute - minutes_calls))


@dataclass(frozen=True, slots=True)
class _Window:
    """A window that slides: when calls left in it, the newest first, how many may, and its length in seconds."""

    starts: Sequence[float]
    most: int
    length: float

    @property
    def room(self) -> int:
        """How many calls more fit in."""
        return self.most - len(self.starts)

    def wait(self, now: float, ahead: int = 0) -> float:
        """Seconds until one call more fits in, after so many others that leave as soon as they may."""
        if self.room > ahead:
            return 0.0
        rounds, place = divmod(ahead, self.most)
        oldest = self.most - 1 - place
        if oldest < len(self.starts):
            return self.starts[oldest] + self.length * (rounds + 1) - now
        return self.length * rounds  # of the room that there is, others make use at this moment


def _windows(state: PaceState, now: float, limits: Limits, share: float, kept: _Kept) -> Iterator[_Window]:
    """The windows that every call must fit in, less what it leaves to others."""
    minute, second = 60 + limits.guard, 1 + limits.guard
    a_minute = int(limits.per_minute * share) - kept.minute
    a_second = int(limits.per_second * share) - kept.second
    yield _Window(state.since(now - minute, batch=False), max(1, a_minute), minute)
    yield _Window(state.since(now - second, batch=False), max(1, a_second), second)


def _window_of_batches(state: PaceState, now: float, limits: Limits, share: float) -> _Window:
    """The window that a batch must fit in, too."""
    minute = 60 + limits.guard
    return _Window(state.since(now - minute, batch=True), max(1, int(limits.batches_per_minute * share)), minute)


def _whose(state: PaceState, ask: CallAsk) -> PaceReason:
    own = sum(call.id.startswith(ask.process) for call in state.calls)
    return PaceReason.OWN_CALLS if own * 2 >= len(state.calls) else PaceReason.OTHER_CALLS


def present_share(state: PaceState, now: float, limits: Limits) -> float:
    """The share of the limits that is used; it grows again some minutes after the last 429."""
    if state.share < 1.0 and now >= state.faster_at:
        state.share = min(1.0, state.share / _SLOWER)
        state.faster_at = now + limits.recovery
    return state.share


def be_silent(state: PaceState, retry_after: float | None, jitter: float, now: float, limits: Limits) -> None:
    """QuickBooks answered 429 though our count is right: strangers share the company's quota. Be silent, then slower.

    `retry_after`: as QuickBooks said, in seconds; the second time within a minute it is not believed to be enough. Answers to
    calls that left before a silence began tell nothing new, and lower the pace no further.
    """
    again = now < state.silent_until + _SAME_MINUTE
    told = limits.silence if retry_after is None else min(max(retry_after, _SHORTEST_SILENCE), _LONGEST_SILENCE)
    if now >= state.silent_until:
        state.share = max(_SLOWEST, state.share * _SLOWER)
        told = max(told, limits.silence) if again else told
        state.silent_until = now + told + jitter
    else:
        state.silent_until = max(state.silent_until, now + told)
    state.faster_at = state.silent_until + limits.recovery
    state.changed = True


def seconds_until_sent(state: PaceState, batches: int, pace: float, now: float, limits: Limits) -> float:
    """Seconds until the last of so many batches more may leave, by what is known: the silence, and the window of batches."""
    most = max(1, int(limits.batches_per_minute * present_share(state, now, limits) * pace))
    starts = list(reversed(state.since(now - 60 - limits.guard, batch=True)))
    first = max(now, state.silent_until)
    for _ in range(batches):
        starts.append(first if len(starts) < most else max(first, starts[-most] + 60 + limits.guard))
    return starts[-1] - now if batches > 0 else 0.0


def runs_at_once(state: PaceState, process: str, pace: float, now: float, limits: Limits) -> int:
    """How many calls a run should have under way: all that may be, less what forms beside it are left."""
    most = limits.at_once - state.forms_beside(process, now) * limits.places_for_forms
    return max(1, int(most * present_share(state, now, limits) * pace))
