"""What one process has written another reads at once, within the same millisecond: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

import pytest

from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_rules import CallAsk, PaceReason, PaceWait, be_silent, take_permits
from qb_plugin.quickbooks.http.pace_state import PaceState, call_number, decode_state, encode_state
from qb_plugin.quickbooks.limits import Limits

LIMITS = Limits()
WIDE = Limits(per_minute=100_000, per_second=100_000, batches_per_minute=100_000)
LATER = (0.0, 0.000001, 0.0001, 0.0004, 0.0006, 0.0011)  # seconds until the other reads


def moments() -> Iterator[float]:
    """Moments in every part of a millisecond, as a clock of microseconds tells them."""
    return (1795855183.613 + number / 1_000_000 for number in range(0, 1000, 37))


def run(number: int) -> CallAsk:
    return CallAsk(ids=(call_number("us", number, True),), process="us", batch=True, purpose=CallPurpose.RUN)


def form(process: str) -> CallAsk:
    return CallAsk(ids=(call_number(process, 1, False),), process=process, batch=False, purpose=CallPurpose.FORM)


@pytest.mark.parametrize("later", LATER)
def test_calls_places_and_processes_are_there(later: float) -> None:
    for now in moments():
        state = PaceState()
        take_permits(state, run(1), now, LIMITS)
        take_permits(state, form("them"), now, LIMITS)
        read = decode_state(encode_state(state))
        read.forget(now + later, LIMITS.guard, 305.0)
        assert [call.id for call in read.calls] == ["us.1r", "them.1"], now
        assert set(read.places) == {"us.1r", "them.1"}, now
        assert set(read.processes) == {"us", "them"}, now


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize(("retry_after", "jitter"), [(1.0, 0.0), (60.0, 2.5), (300.0, 5.0), (None, 5.0)])
def test_the_longest_silence_is_kept(later: float, retry_after: float | None, jitter: float) -> None:
    for now in moments():
        state = PaceState()
        be_silent(state, retry_after, jitter, now, LIMITS)
        found = take_permits(decode_state(encode_state(state)), run(1), now + later, LIMITS)
        assert isinstance(found, PaceWait), now
        assert found.reason is PaceReason.SILENCE, now


@pytest.mark.parametrize("later", LATER)
def test_a_turn_in_the_queue_and_a_run_that_waits_are_known(later: float) -> None:
    for now in moments():
        state = PaceState(processes={"us": now, "them": now}, places={f"them.{number}r": now + 60 for number in range(10)})
        take_permits(state, form("us"), now, LIMITS)
        take_permits(state, run(1), now, LIMITS)
        read = decode_state(encode_state(state))
        read.forget(now + later, LIMITS.guard, 305.0)
        assert set(read.queue) == {"us"}, now
        assert read.run_waits_until > now + later, now


@pytest.mark.parametrize("seed", range(5))
def test_however_fast_processes_ask_one_after_the_other_no_more_than_ten_calls_are_under_way(seed: int) -> None:
    random, numbers, now, text = Random(seed), count(1), 1795855183.0, ""
    under_way: dict[str, float] = {}
    for _ in range(3000):
        now += random.choice((0.00002, 0.0002, 0.0005, 0.02))
        state = decode_state(text)
        over = [place for place, end in under_way.items() if end <= now]
        state.give_back((), over)
        for place in over:
            del under_way[place]
        process = f"p{random.randrange(4)}"
        call = CallAsk(ids=(call_number(process, next(numbers), True),), process=process, batch=True, purpose=CallPurpose.RUN)
        found = take_permits(state, call, now, WIDE)
        if not isinstance(found, PaceWait):
            under_way[found.places[0]] = now + random.uniform(0.1, 0.5)
        assert len(under_way) <= WIDE.at_once
        text = encode_state(state)
