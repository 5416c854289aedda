"""One pace for the firm, counted on a clock that moves only when somebody waits: several processes over one real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import cycle

import pytest

from qb_plugin.errors import CallCancelled, Fatal
from qb_plugin.model import Message
from qb_plugin.quickbooks.http.call_ledger import Change, MemoryLedger, T
from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_rules import PaceReason, PaceWait
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.store.call_ledger import SharedCallLedger
from qb_plugin.store.database import open_store
from tests.support.addin.quickbooks_fakes import StoppedClock

RUN, FORM = CallPurpose.RUN, CallPurpose.FORM
SMALL = Limits(per_minute=40, per_second=1000, batches_per_minute=12)


def most_within(times: list[float], seconds: float) -> int:
    """The fullest window of this length."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)


class FlakyLedger:
    """A ledger whose database is away while `away`."""

    def __init__(self, clock: StoppedClock) -> None:
        self._behind = MemoryLedger(clock.monotonic)
        self.away = False

    def change(self, act: Change[T]) -> T:
        if self.away:
            raise Fatal(Message("database_lost"))
        return self._behind.change(act)


class Firm:
    """Processes of one firm, each with a rate limiter and a connection of its own, on one clock."""

    def __init__(self, ledgers: Iterator[SharedCallLedger | FlakyLedger], clock: StoppedClock) -> None:
        self.clock, self._ledgers = clock, ledgers
        self.told: dict[str, list[PaceWait]] = {}

    def process(self, name: str, limits: Limits | None = None, jitter: float = 0.0) -> RateLimiter:
        told = self.told[name] = []
        return RateLimiter(
            limits or Limits(),
            self.clock.monotonic,
            self.clock.sleep,
            told.append,
            ledger=next(self._ledgers),
            process=name,
            jitter=lambda: jitter,
        )


@pytest.fixture
def firm(database_url: str) -> Iterator[Firm]:
    clock, opened = StoppedClock(), list[SharedCallLedger]()
    with closing(open_store(database_url)) as store:

        def ledgers() -> Iterator[SharedCallLedger]:
            while True:
                opened.append(store.open_ledger(clock))
                yield opened[-1]

        yield Firm(ledgers(), clock)
        for ledger in opened:
            ledger.close()


def sent_at(firm: Firm, *limiters: RateLimiter, calls: int, batch: bool = False, purpose: CallPurpose = FORM) -> list[float]:
    """When so many calls went out, by these processes in turn, none taking any time."""
    times = []
    for _, limiter in zip(range(calls), cycle(limiters), strict=False):
        with limiter.slot(batch, purpose=purpose):
            times.append(firm.clock.monotonic())
    return times


@contextmanager
def places_of(limiter: RateLimiter, clock: StoppedClock, most: int, purpose: CallPurpose) -> Iterator[int]:
    """How many calls this process may have under way at once, up to `most`; they are, until the end."""
    held = []
    for _ in range(most):
        end = clock.monotonic() + 3.0
        slot = limiter.slot(stop=lambda end=end: clock.monotonic() >= end, purpose=purpose)  # type: ignore[misc]
        try:
            slot.__enter__()
        except CallCancelled:
            break
        held.append(slot)
    yield len(held)
    for slot in held:
        slot.__exit__(None, None, None)


def test_two_processes_together_never_exceed_a_window(firm: Firm) -> None:
    times = sent_at(firm, firm.process("a", SMALL), firm.process("b", SMALL), calls=100)
    assert most_within(times, 60) == 40
    assert times[-1] == pytest.approx(121.0, abs=0.1)


def test_two_processes_share_the_batches_of_the_app(firm: Firm) -> None:
    times = sent_at(firm, firm.process("a", SMALL), firm.process("b", SMALL), calls=30, batch=True)
    assert most_within(times, 60) == 12


def test_two_processes_share_a_second(firm: Firm) -> None:
    times = sent_at(firm, firm.process("a"), firm.process("b"), calls=40)
    assert most_within(times, 1) == 10


def test_a_process_alone_lets_a_run_use_all_places_and_two_are_kept_as_soon_as_another_is_there(firm: Firm) -> None:
    alone, other = firm.process("a"), firm.process("b")
    with places_of(alone, firm.clock, 12, RUN) as found:
        assert found == 10
        assert alone.at_once == 10
    with other.slot():
        pass
    with places_of(alone, firm.clock, 12, RUN) as found:
        assert found == 8
        assert alone.at_once == 8
        with places_of(other, firm.clock, 5, FORM) as kept:
            assert kept == 2


def test_a_minute_after_the_other_process_was_seen_last_a_run_is_alone_again(firm: Firm) -> None:
    alone, other = firm.process("a"), firm.process("b")
    with other.slot():
        pass
    firm.clock.sleep(61)
    with places_of(alone, firm.clock, 12, RUN) as found:
        assert found == 10


def test_beside_another_process_a_run_leaves_two_calls_a_second_and_a_fifth_of_the_minute(firm: Firm) -> None:
    run, other = firm.process("a", Limits(per_minute=50)), firm.process("b", Limits(per_minute=50))
    times = []
    for _ in range(70):
        with other.slot(), run.slot(purpose=RUN):  # the other one is seen to be at work all the time
            times.append(firm.clock.monotonic())
    assert most_within(times, 60) <= 40
    quick = sent_at(firm, firm.process("c", Limits(per_minute=10_000)), calls=30, purpose=RUN)
    assert most_within(quick, 1) == 8


def test_a_process_that_dies_leaves_places_that_end_by_themselves(firm: Firm) -> None:
    dead, living = firm.process("a"), firm.process("b")
    left_behind = [dead.slot() for _ in range(10)]
    for slot in left_behind:
        slot.__enter__()  # and does not leave while the other waits
    began = firm.clock.monotonic()
    with living.slot():
        assert 129 <= firm.clock.monotonic() - began <= 131
    for slot in left_behind:
        slot.__exit__(None, None, None)


def test_what_a_clock_that_ran_ahead_has_counted_stops_nobody(firm: Firm) -> None:
    ahead, here = firm.process("a", SMALL), firm.process("b", SMALL)
    sent_at(firm, ahead, calls=40)
    ahead.throttled(300)
    firm.clock.sleep(-3600)
    began = firm.clock.monotonic()
    assert sent_at(firm, here, calls=40) == [began] * 40


def test_a_429_silences_all_processes_and_lowers_the_pace_of_all(firm: Firm) -> None:
    limits = Limits(per_second=1000, per_minute=100)
    one, other = firm.process("a", limits), firm.process("b", limits)
    one.throttled()
    assert sent_at(firm, other, calls=1) == [60.0]
    assert firm.told["b"] == [PaceWait(PaceReason.SILENCE, seconds) for seconds in range(60, 0, -1)]
    firm.clock.sleep(61)
    assert most_within(sent_at(firm, one, other, calls=150), 60) == 70


@pytest.mark.parametrize(
    ("told", "jitter", "silence"),
    [(7, 0.0, 7.0), (7, 2.5, 9.5), (None, 0.0, 60.0), (None, 4.0, 64.0), (0, 0.0, 1.0), (900, 0.0, 300.0)],
)
def test_quickbooks_own_word_of_how_long_counts_the_first_time(
    told: float | None, jitter: float, silence: float, firm: Firm
) -> None:
    limiter = firm.process("a", jitter=jitter)
    limiter.throttled(told)
    assert sent_at(firm, limiter, calls=1)[0] == pytest.approx(silence, abs=0.01)


@pytest.mark.parametrize(("told", "silence"), [(7, 60.0), (90, 90.0), (None, 60.0)])
def test_the_second_time_within_a_minute_it_is_sixty_seconds_at_least(told: float | None, silence: float, firm: Firm) -> None:
    limiter = firm.process("a")
    limiter.throttled(7)
    firm.clock.sleep(8)
    limiter.throttled(told)
    assert sent_at(firm, limiter, calls=1)[0] == pytest.approx(8 + silence, abs=0.01)


def test_answers_of_one_burst_are_one_time(firm: Firm) -> None:
    limiter = firm.process("a")
    for _ in range(5):
        limiter.throttled(7)
    assert sent_at(firm, limiter, calls=1) == [7.0]


def test_more_than_a_minute_later_quickbooks_word_counts_again(firm: Firm) -> None:
    limiter = firm.process("a")
    limiter.throttled(7)
    firm.clock.sleep(7 + 61)
    limiter.throttled(7)
    assert sent_at(firm, limiter, calls=1) == [75.0]


@pytest.mark.parametrize(("purpose", "first"), [(RUN, 59), (FORM, 61)])
def test_a_long_wait_for_our_own_pace_is_told_to_a_form_at_once_and_to_a_run_after_two_seconds(
    purpose: CallPurpose, first: int, firm: Firm
) -> None:
    limiter = firm.process("a", SMALL)
    sent_at(firm, limiter, calls=41, purpose=purpose)
    told = firm.told["a"]
    assert {wait.reason for wait in told} == {PaceReason.OWN_CALLS}
    assert [wait.seconds for wait in told] == list(range(first, 1, -1))
    assert limiter.waits is None


def test_a_wait_of_less_than_two_seconds_is_not_told(firm: Firm) -> None:
    sent_at(firm, firm.process("a"), calls=40)
    assert firm.told["a"] == []


def test_a_wait_for_the_calls_of_another_process_says_so(firm: Firm) -> None:
    sent_at(firm, firm.process("a", SMALL), calls=40)
    sent_at(firm, firm.process("b", SMALL), calls=1)
    assert {wait.reason for wait in firm.told["b"]} == {PaceReason.OTHER_CALLS}


def test_a_wait_for_a_place_is_told_once(firm: Firm) -> None:
    busy, waiting = firm.process("a"), firm.process("b")
    under_way = [busy.slot() for _ in range(10)]
    for slot in under_way:
        slot.__enter__()
    with waiting.slot():
        assert firm.told["b"] == [PaceWait(PaceReason.PLACES, 0)]
    for slot in under_way:
        slot.__exit__(None, None, None)


def test_a_call_that_waits_for_a_window_of_the_firm_is_called_back(firm: Firm) -> None:
    sent_at(firm, firm.process("a", SMALL), calls=40)
    other, began = firm.process("b", SMALL), firm.clock.monotonic()
    with pytest.raises(CallCancelled), other.slot(stop=lambda: firm.clock.monotonic() - began > 5):
        raise AssertionError("it left")
    assert firm.clock.monotonic() - began <= 7


def away() -> tuple[Firm, RateLimiter, FlakyLedger]:
    clock = StoppedClock()
    ledger = FlakyLedger(clock)
    firm = Firm(cycle([ledger]), clock)
    return firm, firm.process("a"), ledger


def test_while_the_database_is_away_nothing_leaves_and_it_is_said() -> None:
    firm, limiter, ledger = away()
    ledger.away = True
    with pytest.raises(Fatal) as caught, limiter.slot():
        raise AssertionError("it left")
    assert caught.value.message.key == "database_lost"
    assert 60 <= firm.clock.monotonic() <= 62
    assert firm.told["a"] == [PaceWait(PaceReason.DATABASE, 1)]


def test_a_call_that_waits_for_the_database_is_called_back() -> None:
    firm, limiter, ledger = away()
    ledger.away = True
    with pytest.raises(CallCancelled), limiter.slot(stop=lambda: firm.clock.monotonic() > 3):
        raise AssertionError("it left")
    assert firm.clock.monotonic() <= 5


def test_a_database_that_comes_back_lets_the_call_leave() -> None:
    firm, limiter, ledger = away()
    ledger.away = True

    def come_back() -> bool:
        ledger.away = firm.clock.monotonic() < 6
        return False

    with limiter.slot(stop=come_back):
        assert 6 <= firm.clock.monotonic() <= 8


def test_a_database_that_goes_while_a_call_is_under_way_costs_it_nothing() -> None:
    _, limiter, ledger = away()
    with limiter.slot():
        ledger.away = True
        limiter.throttled()
