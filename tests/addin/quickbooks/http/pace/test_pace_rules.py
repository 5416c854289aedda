"""The rules of pace, one by one, on states that are written down: when a call leaves, what it waits for, what a 429 changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_rules import (
    CallAsk,
    PaceReason,
    PaceWait,
    Permits,
    be_silent,
    present_share,
    runs_at_once,
    take_permits,
)
from qb_plugin.quickbooks.http.pace_state import PLACE_LASTS, CountedCall, PaceState
from qb_plugin.quickbooks.limits import Limits

NOW = 1024.0
RUN, FORM = CallPurpose.RUN, CallPurpose.FORM
LIMITS = Limits(per_minute=100, per_second=10, batches_per_minute=20, at_once=10, guard=0.5)
WIDE = replace(LIMITS, per_second=1000)


def ask(*ids: str, purpose: CallPurpose = FORM, batch: bool = False, pace: float = 1.0) -> CallAsk:
    """A call of process `us`."""
    return CallAsk(ids=ids or ("us.1",), process="us", batch=batch, purpose=purpose, pace=pace)


def calls(*ago: float, process: str = "us", batch: bool = False) -> list[CountedCall]:
    """Calls that left so many seconds ago, the longest ago first."""
    return [CountedCall(f"{process}.{number}", NOW - seconds, batch) for number, seconds in enumerate(ago, start=100)]


def seen(*processes: str) -> dict[str, float]:
    """These processes are at work."""
    return dict.fromkeys(processes, NOW - 1)


def waits(state: PaceState, call: CallAsk, limits: Limits = LIMITS) -> tuple[PaceReason, float]:
    """What the call waits for, and how long."""
    found = take_permits(state, call, NOW, limits)
    assert isinstance(found, PaceWait)
    return found.reason, round(found.seconds, 6)


def given(state: PaceState, call: CallAsk, limits: Limits = LIMITS) -> tuple[Sequence[str], Sequence[str]]:
    """The calls that are counted and the places that are given."""
    found = take_permits(state, call, NOW, limits)
    assert isinstance(found, Permits)
    return found.calls, found.places


# --- one call -----------------------------------------------------------------------------------------


def test_a_call_that_leaves_is_counted_and_has_a_place() -> None:
    state = PaceState()
    assert given(state, ask("us.7", batch=True)) == (("us.7",), ("us.7",))
    assert state.calls == [CountedCall("us.7", NOW, True)]
    assert state.places == {"us.7": NOW + PLACE_LASTS}
    assert state.processes == {"us": NOW}
    assert state.changed


@pytest.mark.parametrize(("left", "reason"), [(60.0, PaceReason.SILENCE), (0.002, PaceReason.SILENCE), (0.0, None)])
def test_while_quickbooks_wants_silence_nothing_leaves(left: float, reason: PaceReason | None) -> None:
    state = PaceState(silent_until=NOW + left)
    if reason is None:
        assert given(state, ask()) == (("us.1",), ("us.1",))
    else:
        assert waits(state, ask()) == (reason, left)
        assert (state.calls, state.places, state.processes) == ([], {}, {"us": NOW})


def test_a_second_that_is_full_makes_the_next_call_wait_for_its_oldest() -> None:
    state = PaceState(calls=calls(1.4, 1.0, *[0.2] * 8))
    assert waits(state, ask()) == (PaceReason.OWN_CALLS, 0.1)


def test_a_second_and_its_guard_that_have_passed_make_nobody_wait() -> None:
    assert given(PaceState(calls=calls(1.5, *[0.2] * 9)), ask()) == (("us.1",), ("us.1",))


def test_a_minute_that_is_full_makes_the_next_call_wait_for_its_oldest() -> None:
    state = PaceState(calls=calls(50.0, *[20.0] * 99))
    assert waits(state, ask()) == (PaceReason.OWN_CALLS, 10.5)
    assert given(PaceState(calls=calls(*[20.0] * 99)), ask("us.1", "us.2")) == (("us.1",), ("us.1", "us.2"))


def test_of_more_calls_than_may_leave_the_wait_is_for_the_one_that_makes_room() -> None:
    state = PaceState(calls=calls(50.0, 40.0, *[20.0] * 99))
    assert waits(state, ask()) == (PaceReason.OWN_CALLS, 20.5)


def test_batches_have_a_minute_of_their_own_and_count_as_calls() -> None:
    full = calls(*[30.0] * 20, batch=True)
    assert waits(PaceState(calls=list(full)), ask(batch=True)) == (PaceReason.OWN_CALLS, 30.5)
    assert given(PaceState(calls=list(full)), ask()) == (("us.1",), ("us.1",))
    assert given(PaceState(calls=full[1:]), ask(batch=True)) == (("us.1",), ("us.1",))
    both = [*full[1:], *calls(*[25.0] * 81)]
    assert waits(PaceState(calls=both), ask(batch=True)) == (PaceReason.OWN_CALLS, 30.5)


def test_a_wait_of_less_than_a_millisecond_is_none() -> None:
    assert given(PaceState(calls=calls(1.4995, *[0.2] * 9)), ask()) == (("us.1",), ("us.1",))


@pytest.mark.parametrize(
    ("own", "others", "reason"), [(5, 5, PaceReason.OWN_CALLS), (6, 4, PaceReason.OWN_CALLS), (4, 6, PaceReason.OTHER_CALLS)]
)
def test_whose_calls_fill_a_window_is_told_by_the_greater_part(own: int, others: int, reason: PaceReason) -> None:
    state = PaceState(calls=[*calls(*[0.5] * own), *calls(*[0.5] * others, process="them")])
    assert waits(state, ask()) == (reason, 1.0)


def test_as_many_calls_are_under_way_as_may_be() -> None:
    places = {f"them.{number}": NOW + 60 for number in range(9)}
    assert given(PaceState(places=dict(places)), ask()) == (("us.1",), ("us.1",))
    full = PaceState(places={**places, "them.9": NOW + 60})
    assert waits(full, ask()) == (PaceReason.PLACES, 0.25)
    assert full.calls == []


def test_places_that_ended_by_themselves_are_free() -> None:
    state = PaceState(places={f"them.{number}": NOW for number in range(10)})
    assert given(state, ask()) == (("us.1",), ("us.1",))


def test_a_silence_that_a_wrong_clock_wrote_down_is_forgotten() -> None:
    assert waits(PaceState(silent_until=NOW + 305.0), ask()) == (PaceReason.SILENCE, 305.0)
    assert given(PaceState(silent_until=NOW + 305.1), ask()) == (("us.1",), ("us.1",))


@pytest.mark.parametrize(("ends", "taken"), [(PLACE_LASTS, True), (PLACE_LASTS + 0.5, True), (PLACE_LASTS + 0.6, False)])
def test_places_that_a_wrong_clock_wrote_down_are_free(ends: float, taken: bool) -> None:
    state = PaceState(places={f"them.{number}": NOW + ends for number in range(10)})
    assert isinstance(take_permits(state, ask(), NOW, LIMITS), PaceWait) is taken


def test_a_silence_of_a_millisecond_more_is_none() -> None:
    assert take_permits(PaceState(silent_until=0.001), ask(), 0.0, LIMITS) == Permits(("us.1",), ("us.1",))


# --- several turns for a process that is alone --------------------------------------------------------


def test_a_process_alone_gets_all_the_turns_that_it_asks_for() -> None:
    ids = ("us.1", "us.2", "us.3")
    assert given(PaceState(processes=seen("us")), ask(*ids)) == (ids, ids)


def test_beside_another_process_it_gets_one() -> None:
    assert given(PaceState(processes=seen("us", "them")), ask("us.1", "us.2")) == (("us.1",), ("us.1",))


def test_it_gets_no_more_turns_than_there_is_room_for_and_no_more_places() -> None:
    ids = tuple(f"us.{number}" for number in range(5))
    assert given(PaceState(calls=calls(*[0.2] * 8)), ask(*ids)) == (ids[:2], ids)
    assert given(PaceState(calls=calls(*[20.0] * 97)), ask(*ids)) == (ids[:3], ids)
    places = {f"us.{number}": NOW + 60 for number in range(100, 106)}
    assert given(PaceState(places=places), ask(*ids)) == (ids, ids[:4])
    assert given(PaceState(calls=calls(1.4995, *[0.2] * 9)), ask(*ids)) == (ids[:1], ids)


# --- runs leave a part to forms, and forms to a run that waits ----------------------------------------


def under_way(runs: int, forms: int) -> dict[str, float]:
    """Places of so many calls of each kind."""
    numbers = [*(f"us.{number}r" for number in range(runs)), *(f"them.{number}" for number in range(forms))]
    return dict.fromkeys(numbers, NOW + 60)


def left(runs: int, forms: int, ago: float) -> list[CountedCall]:
    """So many calls of each kind that left then."""
    numbers = [*(f"us.{number}r" for number in range(runs)), *(f"them.{number}" for number in range(forms))]
    return [CountedCall(number, NOW - ago, batch=False) for number in numbers]


@pytest.mark.parametrize(
    ("purpose", "processes", "runs", "forms"),
    [
        (RUN, ("us", "them"), 8, 0),  # two are kept for forms
        (RUN, ("us", "them"), 8, 1),
        (RUN, ("us", "them"), 8, 2),  # which have them
        (RUN, ("us", "them"), 1, 9),
        (RUN, ("us",), 10, 0),
        (FORM, ("us", "them"), 10, 0),
        (FORM, ("us", "them"), 8, 2),
        (FORM, ("us", "them"), 0, 10),  # no run waits
    ],
)
def test_beside_another_process_a_run_leaves_two_places_to_forms(
    purpose: CallPurpose, processes: tuple[str, ...], runs: int, forms: int
) -> None:
    full = PaceState(places=under_way(runs, forms), processes=seen(*processes), form_seen_at=NOW - 1)
    assert waits(full, ask(purpose=purpose)) == (PaceReason.PLACES, 0.25)
    room = under_way(runs, forms)
    room.pop(next(iter(room)) if runs else "them.0")
    assert given(PaceState(places=room, processes=seen(*processes), form_seen_at=NOW - 1), ask(purpose=purpose))[0] == ("us.1",)


@pytest.mark.parametrize(("ago", "kept"), [(0.0, True), (20.0, True), (20.1, False), (float("inf"), False)])
def test_a_run_leaves_a_part_for_some_seconds_after_a_form_has_asked(ago: float, kept: bool) -> None:
    state = PaceState(places=under_way(8, 0), processes=seen("us", "them"), form_seen_at=NOW - ago)
    assert runs_at_once(replace(state), "us", 1.0, NOW, LIMITS) == (8 if kept else 10)
    if kept:
        assert waits(state, ask(purpose=RUN)) == (PaceReason.PLACES, 0.25)
    else:
        assert given(state, ask(purpose=RUN))[0] == ("us.1",)


def test_that_a_form_has_asked_is_written_down_each_ten_seconds_and_that_a_run_has_is_not() -> None:
    state = PaceState(processes=seen("us", "them"))
    take_permits(state, ask(purpose=RUN), NOW, LIMITS)
    assert state.form_seen_at == float("-inf")
    take_permits(state, ask(purpose=FORM), NOW, LIMITS)
    take_permits(state, ask(purpose=FORM), NOW + 9.9, LIMITS)
    assert state.form_seen_at == NOW
    take_permits(state, ask(purpose=FORM), NOW + 10.0, LIMITS)
    assert state.form_seen_at == NOW + 10.0
    state.changed = False
    state.see_form(NOW + 19.5)
    assert not state.changed
    state.forget(NOW, 0.5, 305.0)
    assert state.form_seen_at == float("-inf")  # a clock that ran ahead has written it


def test_a_run_leaves_the_part_of_forms_that_wait_in_its_own_process_too() -> None:
    call = replace(ask(purpose=RUN), forms_wait=True)
    assert waits(PaceState(places=under_way(8, 0), processes=seen("us")), call) == (PaceReason.PLACES, 0.25)
    assert given(PaceState(places=under_way(7, 0), processes=seen("us")), call)[0] == ("us.1",)


@pytest.mark.parametrize(
    ("runs", "forms", "leaves"),
    [(0, 1, True), (0, 2, False), (3, 2, False), (7, 1, True), (7, 2, False), (8, 1, True), (1, 8, False)],
)
def test_forms_leave_eight_places_to_a_run_that_waits(runs: int, forms: int, leaves: bool) -> None:
    state = PaceState(places=under_way(runs, forms), processes=seen("us", "them"), run_waits_until=NOW + 1)
    if leaves:
        assert given(state, ask(purpose=FORM))[0] == ("us.1",)
    else:
        assert waits(state, ask(purpose=FORM)) == (PaceReason.PLACES, 0.25)
    over = PaceState(places=under_way(runs, forms), processes=seen("us", "them"), run_waits_until=NOW)
    assert given(over, ask(purpose=FORM))[0] == ("us.1",)


@pytest.mark.parametrize(
    ("runs", "forms", "ago", "leaves"),
    [
        (0, 7, 0.5, True),
        (0, 8, 0.5, False),
        (1, 8, 0.5, False),
        (1, 7, 0.5, True),
        (2, 7, 0.5, True),
        (0, 79, 20.5, True),
        (0, 80, 20.5, False),
        (10, 80, 20.5, False),
        (20, 79, 20.5, True),
        (30, 69, 20.5, True),
    ],
)
def test_forms_leave_two_calls_a_second_and_a_fifth_of_the_minute_to_a_run_that_waits(
    runs: int, forms: int, ago: float, leaves: bool
) -> None:
    state = PaceState(calls=left(runs, forms, ago), processes=seen("us", "them"), run_waits_until=NOW + 1)
    if leaves:
        assert given(state, ask(purpose=FORM))[0] == ("us.1",)
    else:
        assert waits(state, ask(purpose=FORM))[0] is PaceReason.OTHER_CALLS
    assert given(replace(state, calls=left(runs, forms, ago), run_waits_until=NOW), ask(purpose=FORM))[0] == ("us.1",)


@pytest.mark.parametrize(("places", "calls"), [(under_way(8, 0), []), ({}, left(80, 0, 20.5))])
def test_a_run_that_waits_says_so_until_it_has_asked_again_and_no_longer_when_it_goes(
    places: dict[str, float], calls: list[CountedCall]
) -> None:
    wait = PaceState(places=dict(places), calls=list(calls), processes=seen("us", "them"), form_seen_at=NOW)
    waits(wait, ask(purpose=RUN))
    assert wait.run_waits_until == NOW + 6.0
    wait.places, wait.calls = {}, []
    given(wait, ask(purpose=RUN))
    assert wait.run_waits_until == float("-inf")


def test_a_run_that_gets_the_last_place_does_not_wait() -> None:
    state = PaceState(places=under_way(9, 0))
    assert given(state, ask(purpose=RUN))[0] == ("us.1",)
    assert state.run_waits_until == float("-inf")


def test_a_run_may_leave_a_millisecond_early_and_waits_then_if_there_is_no_place() -> None:
    limits, now = replace(LIMITS, per_second=1, at_once=1, guard=0.0), -0.001  # moments that are exact as differences
    free = PaceState(calls=[CountedCall("us.100", -1.0, batch=False)])
    full = PaceState(calls=[CountedCall("us.100", -1.0, batch=False)], places={"us.100": 60.0})
    assert take_permits(free, ask(purpose=RUN), now, limits) == Permits(("us.1",), ("us.1",))
    assert free.run_waits_until == float("-inf")
    assert take_permits(full, ask(purpose=RUN), now, limits) == PaceWait(PaceReason.PLACES, 0.25)
    assert full.run_waits_until == now + 6.0


@pytest.mark.parametrize("runs", [0, 3, 8])
def test_a_run_that_waits_for_room_for_a_batch_takes_nothing_from_forms(runs: int) -> None:
    batches = [CountedCall(f"us.{number}r", NOW - 20.5, batch=True) for number in range(20)]
    state = PaceState(calls=batches, places=under_way(runs, 0), processes=seen("us", "them"), form_seen_at=NOW)
    assert waits(state, ask(purpose=RUN, batch=True)) == (PaceReason.OWN_CALLS, 40.0)
    assert state.run_waits_until == float("-inf")
    for number in range(10 - runs):
        call = CallAsk(ids=(f"them.{number}",), process="them", batch=False, purpose=FORM)
        assert given(state, call)[0] == (f"them.{number}",)


def test_a_run_that_waits_for_a_batch_and_for_what_forms_hold_says_so() -> None:
    batches = [CountedCall(f"us.{number}r", NOW - 20.5, batch=True) for number in range(20)]
    state = PaceState(calls=[*batches, *left(0, 10, 0.5)], processes=seen("us", "them"), form_seen_at=NOW)
    assert waits(state, ask(purpose=RUN, batch=True)) == (PaceReason.OWN_CALLS, 40.0)
    assert state.run_waits_until == NOW + 6.0


def test_that_a_run_waits_is_written_down_each_three_seconds_and_forgotten_when_a_wrong_clock_wrote_it() -> None:
    state = PaceState()
    state.run_waits(NOW)
    assert state.changed
    state.changed = False
    state.run_waits(NOW + 2.9)
    assert (state.run_waits_until, state.changed) == (NOW, False)
    state.run_waits(NOW + 3.0)
    assert (state.run_waits_until, state.changed) == (NOW + 3.0, True)
    state.run_waits_until = NOW + 3600
    state.forget(NOW, 0.5, 305.0)
    assert state.run_waits_until == float("-inf")


def test_a_form_that_waits_says_nothing_of_runs() -> None:
    state = PaceState(places=under_way(0, 10), processes=seen("us", "them"))
    assert waits(state, ask(purpose=FORM)) == (PaceReason.PLACES, 0.25)
    assert state.run_waits_until == float("-inf")


def test_beside_another_process_a_run_leaves_two_calls_a_second_and_a_fifth_of_the_minute() -> None:
    both = seen("us", "them")
    for runs, forms in ((8, 0), (8, 1), (8, 2), (0, 10)):
        assert waits(PaceState(calls=left(runs, forms, 0.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[1] == 1.0
    assert given(PaceState(calls=left(7, 0, 0.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[0] == ("us.1",)
    assert given(PaceState(calls=left(1, 8, 0.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[0] == ("us.1",)
    for runs, forms in ((80, 0), (80, 10), (80, 20), (0, 100)):
        assert waits(PaceState(calls=left(runs, forms, 20.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[1] == 40.0
    assert given(PaceState(calls=left(79, 0, 20.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[0] == ("us.1",)
    assert given(PaceState(calls=left(0, 99, 20.5), processes=dict(both), form_seen_at=NOW), ask(purpose=RUN))[0] == ("us.1",)
    assert given(PaceState(calls=left(80, 0, 20.5), processes=dict(both), form_seen_at=NOW), ask(purpose=FORM))[0] == ("us.1",)


@pytest.mark.parametrize(
    ("share", "faster_at", "pace", "most"),
    [
        (1.0, NOW, 0.5, 40),
        (0.5, NOW + 60, 1.0, 40),
        (0.5, NOW + 60, 0.5, 20),
        (0.25, NOW, 1.0, 28),  # it grows to 0.357 now
        (0.25, NOW + 60, 1.0, 20),
    ],
)
def test_what_a_run_leaves_of_the_minute_is_a_fifth_of_its_share(share: float, faster_at: float, pace: float, most: int) -> None:
    state = PaceState(processes=seen("us", "them"), form_seen_at=NOW, share=share, faster_at=faster_at)
    call = ask(purpose=RUN, pace=pace)
    assert waits(replace(state, calls=left(most, 0, 20.5)), call) == (PaceReason.OWN_CALLS, 40.0)
    assert given(replace(state, calls=left(most - 1, 0, 20.5)), call)[0] == ("us.1",)


def test_calls_of_forms_take_of_their_part_while_they_count_in_the_window_and_no_longer() -> None:
    in_the_minute, before_the_second = left(0, 20, 60.0), left(0, 2, 2.0)
    both = seen("us", "them")
    minute = PaceState(calls=[*in_the_minute, *left(60, 0, 20.5)], processes=dict(both), form_seen_at=NOW)
    assert given(minute, ask(purpose=RUN))[0] == ("us.1",)
    second = PaceState(calls=[*before_the_second, *left(8, 0, 0.5)], processes=dict(both), form_seen_at=NOW)
    assert waits(second, ask(purpose=RUN)) == (PaceReason.OWN_CALLS, 1.0)
    in_the_second = PaceState(calls=[*left(0, 2, 1.25), *left(6, 0, 0.5)], processes=dict(both), form_seen_at=NOW)
    assert given(in_the_second, ask(purpose=RUN))[0] == ("us.1",)


def test_the_smallest_limits_let_one_call_through() -> None:
    one = Limits(per_minute=1, per_second=1, batches_per_minute=1, at_once=1)
    call = ask(purpose=RUN, batch=True, pace=0.1)
    assert given(PaceState(processes=seen("us", "them")), call, one) == (("us.1",), ("us.1",))
    assert waits(PaceState(calls=calls(1.0, batch=True)), call, one) == (PaceReason.OWN_CALLS, 59.5)


@pytest.mark.parametrize(
    ("limits", "state", "batch", "waited_for"),
    [
        (replace(WIDE, per_minute=0), PaceState(calls=calls(20.5)), False, (PaceReason.OWN_CALLS, 40.0)),
        (replace(LIMITS, per_second=0), PaceState(calls=calls(0.5)), False, (PaceReason.OWN_CALLS, 1.0)),
        (replace(LIMITS, batches_per_minute=0), PaceState(calls=calls(20.5, batch=True)), True, (PaceReason.OWN_CALLS, 40.0)),
        (replace(LIMITS, at_once=0), PaceState(places={"us.100": NOW + 60}), False, (PaceReason.PLACES, 0.25)),
    ],
)
def test_where_a_limit_leaves_none_one_call_goes_and_the_next_waits(
    limits: Limits, state: PaceState, batch: bool, waited_for: tuple[PaceReason, float]
) -> None:
    assert given(PaceState(), ask(batch=batch), limits) == (("us.1",), ("us.1",))
    assert waits(state, ask(batch=batch), limits) == waited_for


# --- the share of the limits --------------------------------------------------------------------------


def test_the_firms_pace_and_the_share_after_a_429_narrow_every_window_but_the_places() -> None:
    state = PaceState(calls=calls(*[20.5] * 25, batch=False), share=0.5, faster_at=NOW + 60)
    assert waits(replace(state), ask(pace=0.5), WIDE) == (PaceReason.OWN_CALLS, 40.0)
    assert given(replace(state, calls=state.calls[1:]), ask(pace=0.5), WIDE)[0] == ("us.1",)
    batches = replace(state, calls=calls(*[20.5] * 5, batch=True))
    assert waits(batches, ask(pace=0.5, batch=True), WIDE) == (PaceReason.OWN_CALLS, 40.0)
    second = replace(state, calls=calls(*[0.5] * 2))
    assert waits(second, ask(pace=0.5), LIMITS) == (PaceReason.OWN_CALLS, 1.0)


@pytest.mark.parametrize(
    ("share", "faster_at", "found", "again"),
    [
        (0.5, NOW + 0.1, 0.5, NOW + 0.1),
        (0.49, NOW, 0.7, NOW + 300),
        (0.7, NOW - 1, 1.0, NOW + 300),
        (0.9, NOW - 1, 1.0, NOW + 300),
        (1.0, NOW - 1, 1.0, NOW - 1),
    ],
)
def test_the_share_grows_again_after_each_recovery(share: float, faster_at: float, found: float, again: float) -> None:
    state = PaceState(share=share, faster_at=faster_at)
    assert present_share(state, NOW, LIMITS) == pytest.approx(found)
    assert state.share == pytest.approx(found)
    assert state.faster_at == again


def test_a_share_that_has_grown_again_counts_at_once() -> None:
    state = PaceState(calls=calls(*[0.5] * 7), share=0.7, faster_at=NOW)
    assert given(replace(state), ask())[0] == ("us.1",)
    assert runs_at_once(replace(state), "us", 1.0, NOW, LIMITS) == 10


@pytest.mark.parametrize(
    ("processes", "share", "pace", "most"),
    [
        (("us",), 1.0, 1.0, 10),
        (("us", "them"), 1.0, 1.0, 8),
        (("us", "them"), 0.5, 0.5, 2),
        ((), 1.0, 0.01, 1),
        (("us",), 0.5, 1.0, 5),
    ],
)
def test_a_run_has_as_many_calls_under_way_as_its_share_lets(
    processes: tuple[str, ...], share: float, pace: float, most: int
) -> None:
    state = PaceState(processes=seen(*processes), form_seen_at=NOW, share=share, faster_at=NOW + 60)
    assert runs_at_once(state, "us", pace, NOW, LIMITS) == most


# --- silence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retry_after", "silence"), [(None, 60.0), (0.0, 1.0), (1.0, 1.0), (7.0, 7.0), (300.0, 300.0), (900.0, 300.0)]
)
def test_the_first_429_brings_the_silence_that_quickbooks_names_within_bounds(retry_after: float | None, silence: float) -> None:
    state = PaceState()
    be_silent(state, retry_after, 2.5, NOW, LIMITS)
    assert (state.silent_until, state.share) == (NOW + silence + 2.5, 0.7)
    assert state.faster_at == state.silent_until + 300
    assert state.changed


@pytest.mark.parametrize(
    ("ended", "retry_after", "silence"),
    [(0.0, 7.0, 60.0), (59.9, 7.0, 60.0), (59.9, 90.0, 90.0), (60.0, 7.0, 7.0)],
)
def test_within_a_minute_of_a_silence_the_next_is_a_minute_at_least(
    ended: float, retry_after: float | None, silence: float
) -> None:
    state = PaceState(silent_until=NOW - ended, share=0.7)
    be_silent(state, retry_after, 0.0, NOW, LIMITS)
    assert state.silent_until == NOW + silence
    assert state.share == pytest.approx(0.49)


@pytest.mark.parametrize(("retry_after", "until"), [(7.0, NOW + 30), (90.0, NOW + 90), (None, NOW + 60)])
def test_a_429_during_a_silence_may_lengthen_it_and_lowers_nothing(retry_after: float | None, until: float) -> None:
    state = PaceState(silent_until=NOW + 30, share=0.7)
    be_silent(state, retry_after, 3.0, NOW, LIMITS)
    assert (state.silent_until, state.share, state.faster_at) == (until, 0.7, until + 300)


def test_the_share_never_falls_below_a_quarter() -> None:
    state = PaceState(share=0.3)
    be_silent(state, None, 0.0, NOW, LIMITS)
    assert state.share == 0.25
