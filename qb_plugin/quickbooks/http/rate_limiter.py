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
from qb_plugin.quickbooks.http.call_scope import CallPurpose, never
from qb_plugin.quickbooks.http.pace_rules import (
    CallAsk,
    PaceReason,
    PaceWait,
    be_silent,
    runs_at_once,
    take_turn,
)
from qb_plugin.quickbooks.http.pace_state import PLACE_LASTS, PaceState, decode_state, encode_state
from qb_plugin.quickbooks.limits import Limits

T = TypeVar("T")

_STEP = 1.0
_TELL_AFTER = 2.0  # seconds in which nothing moves before a wait for our own pace is told
_FORMS_FIRST = 0.1  # how soon a run asks again that lets a form of this process go first
_RETIMED = 0.25  # a call that leaves so much later than it was counted is counted anew


def full() -> float:
    """All of QuickBooks' limits."""
    return 1.0


def punctual() -> float:
    """No jitter."""
    return 0.0


class Slot:
    """A call's place in the windows. It counts from the moment it leaves: on a busy machine that may be a while after its turn
    came, and QuickBooks counts arrivals."""

    def __init__(self, identity: str, at: float, monotonic: Callable[[], float], recount: Callable[[str], None]) -> None:
        self.id = identity
        self.at = at
        self._monotonic = monotonic
        self._recount = recount

    def leaves(self) -> None:
        """It leaves only now."""
        now = self._monotonic()
        if now - self.at > _RETIMED:
            self._recount(self.id)
        self.at = now


class RateLimiter:
    """Gives each call its turn. Thread-safe; `monotonic` and `sleep` are in seconds.

    `publish` hears what calls wait for: a silence each second, our own pace and the database once nothing has moved for two.
    `pace` is the share of QuickBooks' limits that the firm wants used, asked for at each call; `ledger` holds the count, `process`
    is this process's name in it; `jitter` gives seconds from 0 to 5, so that firms which were silenced together do not wake so.
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
        self._numbers = count(1)
        # Of the calls that wait for the same, one asks the ledger; runs wait apart from forms, which come first.
        self._turns = {purpose: Lock() for purpose in CallPurpose}
        self._waiting: dict[CallPurpose, int] = dict.fromkeys(CallPurpose, 0)
        self._seen = (PaceState(), 0.0)
        self._moved_at = dict.fromkeys(CallPurpose, monotonic())
        self._told: PaceWait | None = None
        self._under_way = 0
        self._over: list[str] = []  # calls that are over and whose places the ledger still holds
        self._ends = Lock()

    @property
    def at_once(self) -> int:
        """How many calls a run should have under way: as the windows, a share of the limit while it is shared with others."""
        state, behind = self._seen
        return runs_at_once(state, self._process, self._pace(), self._monotonic() - behind, self._limits)

    @property
    def waits(self) -> PaceWait | None:
        """What the calls of this process wait for at this moment."""
        return self._told

    @contextmanager
    def slot(
        self, batch: bool = False, stop: Callable[[], bool] = never, purpose: CallPurpose = CallPurpose.FORM
    ) -> Iterator[Slot]:
        """Wait until one call more is within all limits, and hold its place until it is over.

        CallCancelled when `stop` says so while the call still waits: it has not left, so it need not. Fatal when the count cannot
        be read for `Limits.ledger_wait`: without it nothing leaves.
        """
        identity = f"{self._process}.{next(self._numbers)}"
        at = self._wait_for_turn(CallAsk(id=identity, process=self._process, batch=batch, purpose=purpose), stop)
        with self._ends:
            self._under_way += 1
        try:
            yield Slot(identity, at, self._monotonic, self._recount)
        finally:
            self._free(identity)

    def throttled(self, retry_after: float | None = None) -> None:
        """QuickBooks answered 429; `retry_after` is what it said of how long to wait."""
        # While the database is away nothing leaves anyway.
        with suppress(Fatal):
            self._change(lambda state, now: be_silent(state, retry_after, self._jitter(), now, self._limits))

    def _wait_for_turn(self, ask: CallAsk, stop: Callable[[], bool]) -> float:
        """The moment from which the call is counted."""
        began = self._monotonic()
        turn = self._turns[ask.purpose]
        while not turn.acquire(timeout=_STEP):
            _check(stop)
        self._waiting[ask.purpose] += 1
        try:
            while isinstance(wait := self._try(ask, began), PaceWait):
                _check(stop)
                self._tell(wait, began, ask.purpose)
                self._sleep(min(wait.seconds, _STEP) if self._in_steps(wait, stop) else wait.seconds)
        finally:
            self._waiting[ask.purpose] -= 1
            turn.release()
        self._moved_at[ask.purpose], self._told = wait, None
        return wait

    def _in_steps(self, wait: PaceWait, stop: Callable[[], bool]) -> bool:
        """Whether a wait is cut into seconds: to tell it, to be called back, or because others may shorten it."""
        return stop is not never or wait.reason is not PaceReason.OWN_CALLS or wait.seconds > _TELL_AFTER

    def _try(self, ask: CallAsk, began: float) -> PaceWait | float:
        if ask.purpose is CallPurpose.RUN and self._waiting[CallPurpose.FORM]:
            return PaceWait(PaceReason.PLACES, _FORMS_FIRST)
        asked = replace(ask, pace=self._pace())
        try:
            return self._change(lambda state, now: take_turn(state, asked, now, self._limits) or self._monotonic())
        except Fatal:
            if self._monotonic() - began >= self._limits.ledger_wait:
                raise
            return PaceWait(PaceReason.DATABASE, _STEP)

    def _recount(self, identity: str) -> None:
        def recount(state: PaceState, now: float) -> None:
            for call in state.calls:
                if call.id == identity:
                    call.at = now
            state.places[identity] = now + PLACE_LASTS

        self._change(recount)

    def _free(self, identity: str) -> None:
        """Give the place back: at once when others wait for places or nothing more is under way, else with the next call."""
        with self._ends:
            self._over.append(identity)
            self._under_way -= 1
            waits = self._under_way > 0 and not self._seen[0].others(self._process)
        # A place that cannot be given back ends by itself.
        if not waits:
            with suppress(Fatal):
                self._change(lambda _state, _now: None)

    def _change(self, act: Callable[[PaceState, float], T]) -> T:
        """Let `act` change the firm's count, and remember how it stands."""

        with self._ends:
            over = list(self._over)

        def change(text: str, now: float) -> tuple[str, T]:
            state = decode_state(text)
            for identity in over:
                state.places.pop(identity, None)
            found = act(state, now)
            self._seen = (state, self._monotonic() - now)
            return encode_state(state), found

        found = self._ledger.change(change)
        with self._ends:
            self._over = [identity for identity in self._over if identity not in over]
        return found

    def _tell(self, wait: PaceWait, began: float, purpose: CallPurpose) -> None:
        """A silence is told at once, all else when nothing has moved for a while; each second anew."""
        still = self._monotonic() - max(began, self._moved_at[purpose])
        told = PaceWait(wait.reason, 0 if wait.reason is PaceReason.PLACES else ceil(wait.seconds))
        if told != self._told and (wait.reason is PaceReason.SILENCE or still >= _TELL_AFTER):
            self._told = told
            self._publish(told)


def _check(stop: Callable[[], bool]) -> None:
    if stop():
        raise CallCancelled(Message("cancelled_row"))
