"""How often the rate limiter changes the firm's count, what it holds there, how it waits, and how it leaves."""

from __future__ import annotations

import pytest

from qb_plugin.errors import CallCancelled
from qb_plugin.quickbooks.http.call_scope import CallPurpose, calls_of_form, never
from qb_plugin.quickbooks.http.pace_rules import PaceReason, PaceWait
from qb_plugin.quickbooks.http.pace_state import PLACE_LASTS
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.pace_line import Line, call

RUN, FORM = CallPurpose.RUN, CallPurpose.FORM


def test_calls_are_numbered_from_where_the_process_is_told_to_begin() -> None:
    line = Line()
    with line.process("us", 7).slot():
        assert [each.id for each in line.ledger.state().calls] == ["us.7", "us.8", "us.9", "us.10", "us.11"]


def test_a_process_alone_changes_the_count_once_for_five_calls_of_a_form() -> None:
    line = Line()
    limiter = line.process()
    with calls_of_form():
        call(limiter, 5)
        assert line.ledger.changes == 1
        call(limiter)
        assert line.ledger.changes == 2
    assert line.ledger.state().places == {}
    assert len(line.ledger.state().calls) == 6


def test_a_call_outside_of_a_form_gives_everything_back_at_its_end() -> None:
    line = Line()
    call(line.process())
    assert line.ledger.state().places == {}
    assert [each.id for each in line.ledger.state().calls] == ["us.1"]


def test_beside_another_process_a_place_is_given_back_at_once() -> None:
    line = Line()
    other, limiter = line.process("them"), line.process()
    call(other)
    with calls_of_form():
        call(limiter)
        assert line.ledger.state().places == {}


def test_a_process_that_leaves_is_at_work_no_longer() -> None:
    line = Line()
    other, limiter = line.process("them"), line.process()
    call(other)
    call(limiter)
    assert limiter.at_once == 8
    other.leave()
    assert set(line.ledger.state().processes) == {"us"}
    call(limiter)
    assert limiter.at_once == 10


def test_a_call_that_is_held_up_is_counted_again_with_its_place_and_one_that_is_not_costs_nothing() -> None:
    line = Line()
    line.clock.move(1000.0)
    with line.process().slot() as slot:
        assert slot.at == 1000.0
        line.clock.move(0.0625)
        slot.leaves()
        assert (line.ledger.changes, slot.at) == (1, 1000.0625)
        line.clock.move(0.4375)
        slot.leaves()
        assert (line.ledger.changes, slot.at) == (2, 1000.5)
        state = line.ledger.state()
        assert {each.id: each.at for each in state.calls}[slot.turn.call] == 1000.5
        assert state.places[slot.turn.place] == 1000.5 + PLACE_LASTS


def test_a_short_wait_for_our_own_calls_is_slept_through_unless_somebody_may_call_it_back() -> None:
    line = Line(Limits(per_second=1))
    limiter = line.process()
    call(limiter, 2)
    assert line.clock.slept == [1.5]
    with limiter.slot(stop=lambda: False):
        assert line.clock.slept == [1.5, 1.0, 0.5]
    assert line.told == []


def test_a_long_wait_is_cut_into_seconds_told_and_asked_for_again_every_five() -> None:
    line = Line(Limits(per_minute=1))
    limiter = line.process()
    call(limiter)
    changes = line.ledger.changes
    with limiter.slot():
        assert line.clock.slept[0] == 1.0
        assert sum(line.clock.slept) == pytest.approx(60.5)
        assert max(line.clock.slept[:-1]) <= 1.0
        assert line.ledger.changes - changes == 13
    assert line.told[0] == PaceWait(PaceReason.OWN_CALLS, 61)
    assert line.told[-1].seconds >= 1


def test_what_is_waited_for_stands_there_until_the_call_leaves() -> None:
    line, seen = Line(), list[PaceWait | None]()
    limiter = line.process()
    limiter.throttled(3)

    def stop() -> bool:
        seen.append(limiter.waits)
        return False

    with limiter.slot(stop=stop):
        assert limiter.waits is None
    assert seen == [None, *(PaceWait(PaceReason.SILENCE, seconds) for seconds in (3, 2))]


def test_a_form_that_has_gone_leaves_all_places_to_a_run_of_its_process() -> None:
    line = Line(Limits(at_once=2))
    limiter = line.process()
    call(limiter)
    with limiter.slot(purpose=RUN), limiter.slot(stop=lambda: line.clock.monotonic() > 3.0, purpose=RUN):
        assert (line.told, line.clock.slept) == ([], [])


@pytest.mark.parametrize("before", [0, 1])
def test_a_run_lets_a_form_of_its_own_process_go_first_whatever_forms_were_there_before(before: int) -> None:
    line = Line(Limits(at_once=3))
    limiter, asked = line.process(), list[str]()
    call(limiter, before)
    runs = [limiter.slot(purpose=RUN) for _ in range(3)]
    for each in runs:
        each.__enter__()

    def run() -> None:
        """A run that asks as soon as one of its calls is over, while the form waits; it is called back at once."""
        if not asked:
            asked.append("run")
            runs.pop().__exit__(None, None, None)
            with pytest.raises(CallCancelled), limiter.slot(stop=lambda: True, purpose=RUN):
                raise AssertionError("it left")

    line.meanwhile = run
    with limiter.slot(purpose=FORM):
        assert asked == ["run"]
    with limiter.slot(stop=never, purpose=RUN):
        pass
    for each in runs:
        each.__exit__(None, None, None)


def test_a_call_that_was_called_back_leaves_the_line_to_others() -> None:
    line = Line(Limits(per_second=1))
    limiter = line.process()
    call(limiter)
    with pytest.raises(CallCancelled), limiter.slot(stop=lambda: True):
        raise AssertionError("it left")
    with limiter.slot(purpose=RUN):
        assert line.clock.monotonic() == 1.5
    call(limiter)
    assert line.clock.monotonic() == 3.0
