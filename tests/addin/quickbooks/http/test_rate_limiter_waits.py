"""The edges of the rate limiter's waits: what is told and what is not, who is called back, what is kept, read and written."""

from __future__ import annotations

from contextlib import suppress

import pytest

from qb_plugin.errors import CallCancelled, Fatal
from qb_plugin.model import Message
from qb_plugin.quickbooks.http import rate_limiter
from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_rules import PaceReason, PaceWait
from qb_plugin.quickbooks.http.pace_state import PaceState, decode_state
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.http.slot_pool import RETIMED
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.pace_line import Line, call

RUN, FORM = CallPurpose.RUN, CallPurpose.FORM


def test_a_process_that_is_told_nothing_has_a_name_and_numbers_its_calls_from_one() -> None:
    line = Line()
    with RateLimiter(line.limits, line.clock.monotonic, line.clock.sleep, line.told.append, ledger=line.ledger).slot():
        state = line.ledger.state()
        assert [each.id for each in state.calls] == [f"here.{number}" for number in range(1, 6)]
        assert set(state.processes) == {"here"}


def test_a_call_that_leaves_a_tenth_of_a_second_late_is_not_counted_again() -> None:
    line = Line()
    with line.process().slot() as slot:
        line.clock.move(RETIMED)
        slot.leaves()
        assert (line.ledger.changes, slot.at) == (1, RETIMED)


def test_while_another_call_is_under_way_the_place_of_one_that_ends_is_kept_for_the_next() -> None:
    line = Line()
    limiter = line.process()
    with limiter.slot():
        call(limiter)
        assert line.ledger.changes == 1
    assert (line.ledger.changes, line.ledger.state().places) == (2, {})


def test_who_leaves_while_the_database_is_away_is_not_told() -> None:
    line = Line()
    limiter = line.process()
    call(limiter)
    line.ledger.away = True
    limiter.leave()
    line.ledger.away = False
    assert set(line.ledger.state().processes) == {"us"}


def test_a_call_waits_for_the_database_from_when_it_asked_first_to_the_end_of_its_patience() -> None:
    line = Line(Limits(ledger_wait=3.0))
    limiter = line.process()
    line.clock.move(1000.0)
    line.ledger.away = True
    with pytest.raises(Fatal), limiter.slot():
        raise AssertionError("it left")
    assert (line.clock.monotonic(), line.ledger.changes) == (1003.0, 4)


@pytest.mark.parametrize(("guard", "slept"), [(1.0, [2.0]), (2.0, [1.0, 2.0])])
def test_a_wait_of_two_seconds_is_slept_through_and_one_of_three_is_not_told(guard: float, slept: list[float]) -> None:
    line = Line(Limits(per_second=1, guard=guard))
    call(line.process(), 2)
    assert (line.clock.slept, line.told) == (slept, [])


def test_a_run_that_long_lets_forms_of_its_own_process_go_first_says_that_it_waits_for_a_place() -> None:
    line = Line(Limits(at_once=3))
    limiter, runs = line.process(), list[str]()
    held = [limiter.slot(purpose=RUN) for _ in range(2)]
    for each in held:
        each.__enter__()
    with limiter.slot(purpose=FORM):

        def run() -> None:
            """A run that asks while another form waits, and is called back some seconds later."""
            if not runs:
                runs.append("asked")
                with pytest.raises(CallCancelled) as caught, limiter.slot(stop=lambda: line.clock.monotonic() > 3.0, purpose=RUN):
                    raise AssertionError("it left")
                assert caught.value.message == Message("cancelled_row")
                runs.append("called back")
                held.pop().__exit__(None, None, None)

        line.meanwhile = run
        with limiter.slot(purpose=FORM):
            assert runs == ["asked", "called back"]
            assert PaceWait(PaceReason.PLACES, 0) in line.told
    held.pop().__exit__(None, None, None)


def test_who_stands_behind_another_call_that_waits_is_called_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limiter, "_STEP", 0.01)  # this wait alone is for a lock, in real time
    line = Line(Limits(per_second=1))
    limiter, called_back = line.process(), list[Message]()
    call(limiter)

    def ask_too() -> None:
        if not called_back:
            with pytest.raises(CallCancelled) as caught, limiter.slot(stop=lambda: True):
                raise AssertionError("it left")
            called_back.append(caught.value.message)

    line.meanwhile = ask_too
    call(limiter)
    assert called_back == [Message("cancelled_row")]


@pytest.mark.parametrize(("purpose", "leaves"), [(FORM, False), (RUN, True)])
def test_a_form_that_waits_leaves_before_one_of_another_process_that_came_later(purpose: CallPurpose, leaves: bool) -> None:
    line = Line(Limits(per_second=1))
    us, them, left = line.process(), line.process("them"), list[str]()
    call(us)
    call(them)

    def ask_later() -> None:
        line.meanwhile = lambda: None
        end = line.clock.monotonic() + 1.9  # after the first might leave, which stands still meanwhile
        with suppress(CallCancelled), them.slot(stop=lambda: line.clock.monotonic() > end):
            left.append("them")

    line.meanwhile = ask_later
    with us.slot(purpose=purpose):
        left.append("us")
    assert left == (["them", "us"] if leaves else ["us"])


def test_a_process_reads_again_only_what_another_has_written(monkeypatch: pytest.MonkeyPatch) -> None:
    read, line = list[str](), Line()

    def reading(text: str) -> PaceState:
        read.append(text)
        return decode_state(text)

    monkeypatch.setattr(rate_limiter, "decode_state", reading)
    limiter, other = line.process(), line.process("them")
    call(limiter, 3)
    assert read == [""]
    call(other)
    assert len(read) == 2
    call(limiter, 2)
    assert len(read) == 3


def test_a_call_that_only_waits_has_nothing_written_down_though_time_has_passed() -> None:
    line = Line(Limits(at_once=1))
    limiter = line.process()
    call(line.process("them"))
    line.clock.move(55.0)
    with limiter.slot():
        line.clock.move(6.0)  # the first call is more than a minute and its guard ago now
        written = line.ledger.state()
        with pytest.raises(CallCancelled), limiter.slot(stop=lambda: line.clock.monotonic() > 62.0):
            raise AssertionError("it left")
        assert [each.id for each in written.calls] == ["them.1", "us.1"]
        assert line.ledger.state() == written
