"""Keeps to QuickBooks' limits, together with all other processes of the firm: true sliding windows, filled in bursts, and silence
when it asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from math import ceil
from threading import Lock
from typing import TypeVar

from qb_plugin.errors import CallCancelled, Fatal
from qb_plugin.model import Message
from qb_plugin.quickbooks.http.call_ledger import CallLedger, MemoryLedger
from qb_plugin.quickbooks.http.call_scope import CallPurpose, call_at_end, never
from qb_plugin.quickbooks.http.pace_rules import (
    CallAsk,
    PaceReason,
    PaceWait,
    be_silent,
    runs_at_once,
    seconds_until_sent,
    take_permits,
)
from qb_plugin.quickbooks.http.pace_state import PaceState, call_number, decode_state, encode_state
from qb_plugin.quickbooks.http.slot_pool import RETIMED, Permit, SlotPool
from qb_plugin.quickbooks.limits import Limits

T = TypeVar("T")

_STEP = 1.0
_TELL_AFTER = 2.0  # seconds in which nothing moves before a wait for our own pace is told
_LONG = 3.0  # a wait known to last so long is told at once to whoever looks at a form
_ASK_EVERY = 5.0  # how soon a known wait is asked for again: others may have left meanwhile
_AT_A_TIME = 5  # turns that a process alone takes at a time: each change of the count costs as much as a small call


def full() -> float:
    """All of QuickBooks' limits."""
    return 1.0


def punctual() -> float:
    """No jitter."""
    return 0.0


class Slot:
    """A call's place in the windows. It counts from the moment it leaves: on a busy machine that may be a while after its turn
    came, and QuickBooks counts arrivals."""

    def __init__(self, turn: Permit, monotonic: Callable[[], float], recount: Callable[[Permit], None]) -> None:
        self.turn = turn
        self.at = turn.at
        self._monotonic = monotonic
        self._recount = recount

    def leaves(self) -> None:
        """It leaves only now."""
        now = self._monotonic()
        if now - self.at > RETIMED:
            self._recount(self.turn)
        self.at = now


class RateLimiter:
    """Gives each call its turn. Thread-safe; `monotonic` and `sleep` are in seconds.

    `publish` hears what calls wait for: a silence each second, our own pace and the database once nothing has moved for two.
    `pace` is the share of QuickBooks' limits that the firm wants used, asked for at each call. `ledger` holds the count, `process`
    is this process's name in it, whose calls this one numbers from `number_from` on. `jitter` gives seconds from 0 to 5, so that
    firms which were silenced together do not wake together.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        publish: Callable[[PaceWait], None],
        pace: Callable[[], float] = full,
        *,
        ledger: CallLedger | None = None,
        process: str = "here",
        number_from: int = 1,
        jitter: Callable[[], float] = punctual,
    ) -> None:
        self._limits = limits
        self._pace = pace
        self._monotonic = monotonic
        self._sleep = sleep
        self._publish = publish
        self._ledger: CallLedger = ledger or MemoryLedger(monotonic)
        self._process = process
        self._jitter = jitter
        self._numbers = count(number_from)
        # Of the calls that wait for the same, one asks the ledger; runs wait apart from forms, which come first.
        self._turns = {purpose: Lock() for purpose in CallPurpose}
        self._waiting: dict[CallPurpose, int] = dict.fromkeys(CallPurpose, 0)
        self._seen = (PaceState(), 0.0)
        self._kept: tuple[str, PaceState] | None = None  # what this process wrote last, so that it need not be read again
        self._pool = SlotPool(monotonic)
        self._moved_at = dict.fromkeys(CallPurpose, monotonic())
        self._told: dict[CallPurpose, PaceWait | None] = dict.fromkeys(CallPurpose)
        self._under_way = 0
        self._lock = Lock()

    @property
    def at_once(self) -> int:
        """How many calls a run should have under way: as the windows, less while forms are used beside it."""
        state, behind = self._seen
        return runs_at_once(state, self._process, self._pace(), self._monotonic() - behind, self._limits)

    def seconds_until_sent(self, batches: int) -> float:
        """Seconds until the last of so many batches more may leave, by what is known now."""
        state, behind = self._seen
        return seconds_until_sent(state, batches, self._pace(), self._monotonic() - behind, self._limits)

    @property
    def waits(self) -> PaceWait | None:
        """What the calls of this process wait for at this moment."""
        return next((each for each in self._told.values() if each), None)

    @contextmanager
    def slot(
        self, batch: bool = False, stop: Callable[[], bool] = never, purpose: CallPurpose = CallPurpose.FORM
    ) -> Iterator[Slot]:
        """Wait until one call more is within all limits, and hold its place until it is over.

        CallCancelled when `stop` says so while the call still waits: it has not left, so it need not. Fatal when the count cannot
        be read for `Limits.ledger_wait`: without it nothing leaves.
        """
        turn = self._wait_for_turn(CallAsk(ids=(), process=self._process, batch=batch, purpose=purpose), stop)
        with self._lock:
            self._under_way += 1
        try:
            yield Slot(turn, self._monotonic, self._recount)
        finally:
            self._end(turn)

    def leave(self) -> None:
        """This process calls QuickBooks no more: others need not wait until it has not been seen for a while."""
        with suppress(Fatal):
            self._change(lambda state, _now: state.leave(self._process))

    def throttled(self, retry_after: float | None = None) -> None:
        """QuickBooks answered 429; `retry_after` is what it said of how long to wait."""
        # While the database is away nothing leaves anyway.
        with suppress(Fatal):
            self._change(lambda state, now: be_silent(state, retry_after, self._jitter(), now, self._limits))

    def _wait_for_turn(self, ask: CallAsk, stop: Callable[[], bool]) -> Permit:
        """The call's turn, counted from this moment or from a little before."""
        began = self._monotonic()
        lock = self._turns[ask.purpose]
        while not lock.acquire(timeout=_STEP):
            _check(stop)
        self._waiting[ask.purpose] += 1
        try:
            while isinstance(turn := self._try(ask, began), PaceWait):
                self._sit_out(turn, began, ask.purpose, stop)
        finally:
            self._waiting[ask.purpose] -= 1
            lock.release()
        self._moved_at[ask.purpose], self._told[ask.purpose] = self._monotonic(), None
        return turn

    def _sit_out(self, wait: PaceWait, began: float, purpose: CallPurpose, stop: Callable[[], bool]) -> None:
        """Wait until it is worth asking again; meanwhile this process's own clock counts the seconds down."""
        now = self._monotonic()
        end, ask_again = now + wait.seconds, now + _ASK_EVERY
        while (left := end - now) > 0 and now < ask_again:
            _check(stop)
            self._tell(rest := PaceWait(wait.reason, left), began, purpose)
            self._sleep(min(left, _STEP) if self._in_steps(rest, stop) else left)
            now = self._monotonic()

    def _in_steps(self, wait: PaceWait, stop: Callable[[], bool]) -> bool:
        """Whether a wait is cut into seconds: to tell it, to be called back, or because others may shorten it."""
        return stop is not never or wait.reason is not PaceReason.OWN_CALLS or wait.seconds > _TELL_AFTER

    def _try(self, ask: CallAsk, began: float) -> PaceWait | Permit:
        run = ask.purpose is CallPurpose.RUN
        forms_wait = run and self._waiting[CallPurpose.FORM] > 0
        if not forms_wait and (turn := self._pool.take(ask.batch)):
            return turn
        ids = tuple(call_number(self._process, next(self._numbers), run) for _ in range(_AT_A_TIME))
        asked = replace(ask, ids=ids, pace=self._pace(), forms_wait=forms_wait)
        try:
            found = self._change(lambda state, now: (take_permits(state, asked, now, self._limits), self._monotonic()))
        except Fatal:
            if self._monotonic() - began >= self._limits.ledger_wait:
                raise
            return PaceWait(PaceReason.DATABASE, _STEP)
        turns, at = found
        return turns if isinstance(turns, PaceWait) else self._pool.fill(turns, ask.batch, at)

    def _recount(self, turn: Permit) -> None:
        self._change(lambda state, now: state.count_again(turn.call, turn.place, now))

    def _end(self, turn: Permit) -> None:
        """The call is over. Its place is given back with the next change, at once if others are at work or none may follow."""
        self._pool.put(turn)
        with self._lock:
            self._under_way -= 1
            more = self._under_way > 0
        may_stay = more or (self._pool.places <= _AT_A_TIME and call_at_end(self._give_back))
        if not may_stay or self._seen[0].others(self._process):
            self._give_back()

    def _give_back(self) -> None:
        # A place that cannot be given back ends by itself.
        if self._pool.calls or self._pool.places:
            with suppress(Fatal):
                self._change(lambda _state, _now: None)

    def _change(self, act: Callable[[PaceState, float], T]) -> T:
        """Let `act` change the firm's count, in which nothing idle is left, and remember how it stands."""
        idle = self._pool.drain()
        written: list[tuple[str, PaceState]] = []

        def change(text: str, now: float) -> tuple[str, T]:
            state = self._read(text)
            state.give_back(idle.calls, idle.places)
            found = act(state, now)
            self._seen = (state.summary(), self._monotonic() - now)
            if not state.changed:
                return text, found
            state.changed = False
            written.append((encode_state(state), state))
            return written[0][0], found

        try:
            found = self._ledger.change(change)
        except Fatal:
            self._pool.restore(idle)
            raise
        self._kept = written[0] if written else None
        return found

    def _read(self, text: str) -> PaceState:
        """The state of this text. Nobody else has the one that is kept, and it is kept again only when its change is written."""
        kept, self._kept = self._kept, None
        return kept[1] if kept and kept[0] == text else decode_state(text)

    def _tell(self, wait: PaceWait, began: float, purpose: CallPurpose) -> None:
        """A silence is told at once, all else when nothing has moved for a while; each second anew."""
        still = self._monotonic() - max(began, self._moved_at[purpose])
        told = PaceWait(wait.reason, 0 if wait.reason is PaceReason.PLACES else ceil(wait.seconds))
        if told == self._told[purpose]:
            return
        if wait.reason is PaceReason.SILENCE or still >= _TELL_AFTER or (purpose is CallPurpose.FORM and wait.seconds > _LONG):
            self._told[purpose] = told
            self._publish(told)


def _check(stop: Callable[[], bool]) -> None:
    if stop():
        raise CallCancelled(Message("cancelled_row"))
