"""Turns that a process alone takes ahead: fewer changes of the count, and never more calls than the limits take together."""

from __future__ import annotations

from contextlib import ExitStack
from random import Random

import pytest

from qb_plugin.quickbooks.http.call_ledger import Change, MemoryLedger, T
from qb_plugin.quickbooks.http.call_scope import CallPurpose, calls_of_form
from qb_plugin.quickbooks.http.pace_state import PaceState, decode_state
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import StoppedClock

WIDE = Limits(per_second=1000)


class CountingLedger:
    """A ledger that counts how often its text was changed."""

    def __init__(self, clock: StoppedClock) -> None:
        self._behind = MemoryLedger(clock.monotonic)
        self.texts = [""]

    def change(self, act: Change[T]) -> T:
        def changed(text: str, now: float) -> tuple[str, T]:
            kept, found = act(text, now)
            if kept != text:
                self.texts.append(kept)
            return kept, found

        return self._behind.change(changed)

    @property
    def state(self) -> PaceState:
        """How the count stands."""
        return decode_state(self.texts[-1])


class Firm:
    """Processes that share one count, on one clock."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.ledger = CountingLedger(self.clock)

    def process(self, name: str, limits: Limits = WIDE) -> RateLimiter:
        return RateLimiter(limits, self.clock.monotonic, self.clock.sleep, lambda _: None, ledger=self.ledger, process=name)


def test_a_process_alone_changes_the_count_once_for_five_calls_and_leaves_nothing_behind() -> None:
    firm = Firm()
    limiter = firm.process("a")
    with calls_of_form():
        for _ in range(10):
            with limiter.slot():
                pass
    assert len(firm.ledger.texts) - 1 == 3  # five, five, and all given back
    assert len(firm.ledger.state.calls) == 10
    assert firm.ledger.state.places == {}


def test_turns_that_were_not_used_are_not_counted() -> None:
    firm = Firm()
    limiter = firm.process("a")
    with calls_of_form(), limiter.slot():
        assert len(firm.ledger.state.calls) == 5
    assert len(firm.ledger.state.calls) == 1


def test_beside_another_process_each_call_is_counted_and_given_back_for_itself() -> None:
    firm = Firm()
    limiter, other = firm.process("a"), firm.process("b")
    with other.slot(), limiter.slot():
        assert len([call for call in firm.ledger.state.calls if call.id.startswith("a")]) == 1
    assert firm.ledger.state.places == {}


def test_what_a_process_that_died_took_ahead_ends_by_itself() -> None:
    firm = Firm()
    dead, living = firm.process("a"), firm.process("b")
    left_behind = dead.slot()
    left_behind.__enter__()  # and never leaves: five places are taken
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(living.slot())
        began = firm.clock.monotonic()
        with living.slot():
            assert 129 <= firm.clock.monotonic() - began <= 131


def test_a_turn_taken_ahead_that_is_used_late_is_counted_anew() -> None:
    firm = Firm()
    limiter = firm.process("a")
    with calls_of_form():
        with limiter.slot():
            pass
        firm.clock.sleep(3.0)
        with limiter.slot():
            pass
    assert [call.at for call in firm.ledger.state.calls] == [0.0, 3.0]


def test_whoever_waits_changes_the_count_every_ten_seconds_at_most() -> None:
    firm = Firm()
    limiter = firm.process("a", Limits(per_minute=20, per_second=1000))
    for _ in range(20):
        with limiter.slot():
            pass
    before = len(firm.ledger.texts)
    with limiter.slot(stop=lambda: False):
        pass
    assert firm.clock.monotonic() >= 60
    assert len(firm.ledger.texts) - before <= 8


def test_a_process_that_ends_is_no_longer_at_work() -> None:
    firm = Firm()
    limiter, other = firm.process("a"), firm.process("b")
    with other.slot():
        pass
    other.leave()
    with limiter.slot(purpose=CallPurpose.RUN):
        pass
    assert list(firm.ledger.state.processes) == ["a"]
    assert limiter.at_once == 10


@pytest.mark.parametrize("seed", range(12))
def test_however_processes_come_and_go_no_window_is_ever_too_full(seed: int) -> None:
    """Calls of one to three processes, long and short: arrivals in every window, places at each moment."""
    random, firm, limits = Random(seed), Firm(), Limits(per_minute=12, per_second=4, batches_per_minute=6, at_once=6)
    processes = [firm.process(name, limits) for name in "abc"[: random.randint(1, 3)]]
    left: list[tuple[float, bool]] = []
    for _ in range(40):
        limiter, purpose = random.choice(processes), random.choice(list(CallPurpose))
        with calls_of_form():
            for _ in range(random.randint(1, 7)):
                batch = random.random() < 0.3
                with limiter.slot(batch, purpose=purpose) as slot:
                    firm.clock.sleep(random.choice([0.0, 0.0, 0.04, 0.2]))  # it is a while until it leaves
                    slot.leaves()
                    left.append((firm.clock.monotonic(), batch))
                    assert len(firm.ledger.state.places) <= limits.at_once
                    firm.clock.sleep(random.choice([0.0, 0.0, 0.01, 0.5, 4.0]))
    for length, most, kind in ((60.0, 12, False), (1.0, 4, False), (60.0, 6, True)):
        times = [at for at, batch in left if batch or not kind]
        assert max(sum(start <= at < start + length for at in times) for start in times) <= most
