"""Forms of several processes go in the order in which they came, whatever they wait for; a run leaves them most of a second."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from qb_plugin.quickbooks.http.call_scope import CallPurpose
from qb_plugin.quickbooks.http.pace_rules import CallAsk, PaceReason, PaceWait, Permits, take_permits
from qb_plugin.quickbooks.http.pace_state import CountedCall, PaceState, QueuedForm, call_number, decode_state, encode_state
from qb_plugin.quickbooks.limits import Limits

NOW = 1024.0
RUN, FORM = CallPurpose.RUN, CallPurpose.FORM
LIMITS = Limits(per_minute=100, per_second=10, batches_per_minute=20, at_once=10, guard=0.5)
ASK_EVERY = 5.0  # a wait is asked about again after so long, as the rate limiter does


def ask(process: str = "us", purpose: CallPurpose = FORM, number: int = 1) -> CallAsk:
    identity = call_number(process, number, purpose is RUN)
    return CallAsk(ids=(identity,), process=process, batch=False, purpose=purpose)


def calls(*ago: float) -> list[CountedCall]:
    return [CountedCall(f"run.{number}r", NOW - seconds, batch=False) for number, seconds in enumerate(ago)]


def at_work(*processes: str) -> dict[str, float]:
    return dict.fromkeys(processes, NOW - 1)


def waits(state: PaceState, call: CallAsk, now: float = NOW) -> float:
    found = take_permits(state, call, now, LIMITS)
    assert isinstance(found, PaceWait)
    return round(found.seconds, 6)


# --- one form and those before it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("queued", "ago", "seconds"),
    [
        (1, [1.2, 1.0, *[0.2] * 7], 0.3),  # room for one, which another waits for: the next is that of the oldest call
        (2, [1.2, 1.0, *[0.2] * 7], 0.5),
        (1, [1.2, 1.0, *[0.2] * 8], 0.5),  # no room: the second oldest
        (3, [0.5], None),
        (9, [0.5], 1.0),
        (10, [], 1.5),  # as many as a second takes leave now
        (10, [0.5], 1.5),
        (19, [0.5], 2.5),
        (20, [0.5], 3.0),
        (12, [1.2, 1.0, 0.9, *[0.2] * 7], 2.1),
    ],
)
def test_a_form_that_comes_later_waits_for_its_turn_after_those_that_wait(
    queued: int, ago: list[float], seconds: float | None
) -> None:
    others = {f"desk{number}": QueuedForm(NOW - 1, NOW + 1) for number in range(queued)}
    state = PaceState(calls=calls(*ago), processes=at_work("us", *others), queue=dict(others))
    if seconds is None:
        assert isinstance(take_permits(state, ask(), NOW, LIMITS), Permits)
        assert state.queue == others
    else:
        assert waits(state, ask()) == seconds
        assert state.queue == {**others, "us": QueuedForm(NOW, round(NOW + seconds + 1, 6))}


def test_one_that_was_first_goes_before_those_that_came_later() -> None:
    queue = {"us": QueuedForm(NOW - 2, NOW + 1), "them": QueuedForm(NOW - 1, NOW + 1)}
    state = PaceState(calls=calls(*[0.2] * 9), processes=at_work("us", "them"), queue=queue)
    assert waits(state, ask("them")) == 1.3
    assert isinstance(take_permits(state, ask("us"), NOW, LIMITS), Permits)
    assert list(state.queue) == ["them"]


def test_of_two_that_came_at_one_moment_one_is_first() -> None:
    queue = {each: QueuedForm(NOW - 1, NOW + 1) for each in ("b", "a")}
    state = PaceState(calls=calls(*[0.2] * 9), processes=at_work("a", "b"), queue=queue)
    assert (state.ahead_of("a"), state.ahead_of("b"), state.ahead_of("c")) == (0, 1, 2)


def test_a_form_that_asks_again_keeps_its_turn() -> None:
    state = PaceState(calls=calls(*[0.2] * 10), processes=at_work("us", "them"))
    waits(state, ask())
    waits(state, ask(), NOW + 0.5)
    assert state.queue == {"us": QueuedForm(NOW, NOW + 0.5 + 0.8 + 1)}


def test_a_place_is_waited_for_in_turn_as_well() -> None:
    state = PaceState(places={f"run.{number}r": NOW + 60 for number in range(9)}, processes=at_work("us", "them"))
    state.queue = {"them": QueuedForm(NOW - 1, NOW + 1)}
    assert take_permits(state, ask(), NOW, LIMITS) == PaceWait(PaceReason.PLACES, 0.25)
    assert state.queue["us"] == QueuedForm(NOW, NOW + 1.25)
    assert isinstance(take_permits(state, ask("them"), NOW, LIMITS), Permits)


def test_a_long_wait_is_asked_about_again_and_keeps_its_turn_until_then() -> None:
    state = PaceState(calls=calls(*[20.0] * 100), processes=at_work("us", "them"))
    assert waits(state, ask()) == 40.5
    assert state.queue == {"us": QueuedForm(NOW, NOW + 6)}
    assert waits(state, ask(), NOW + ASK_EVERY) == 35.5
    assert state.queue == {"us": QueuedForm(NOW, NOW + 11)}


@pytest.mark.parametrize(
    ("call", "processes"), [(ask(purpose=RUN), ("us", "them")), (ask(), ("us",))], ids=["a run", "a process alone"]
)
def test_neither_a_run_nor_a_process_that_is_alone_stands_in_the_queue(call: CallAsk, processes: tuple[str, ...]) -> None:
    state = PaceState(calls=calls(*[0.2] * 10), processes=at_work(*processes))
    waits(state, call)
    assert state.queue == {}


@pytest.mark.parametrize("purpose", [RUN, FORM])
def test_forms_that_wait_stand_before_forms_and_not_before_a_run(purpose: CallPurpose) -> None:
    state = PaceState(calls=calls(*[0.2] * 7), processes=at_work("us", "them"), form_seen_at=float("-inf"))
    state.queue = {f"desk{number}": QueuedForm(NOW - 1, NOW + 1) for number in range(3)}
    assert isinstance(take_permits(state, ask(purpose=purpose), NOW, LIMITS), Permits) is (purpose is RUN)


@pytest.mark.parametrize(
    ("since", "until", "stays"),
    [
        (NOW - 1, NOW, True),
        (NOW, NOW + 1, True),
        (NOW + 0.001, NOW + 1, True),  # moments are written in milliseconds
        (NOW - 9, NOW - 0.01, False),  # its process has died, or its wait was called back
        (NOW + 1, NOW + 2, False),  # a clock that ran ahead has written it
        (NOW - 1, NOW + 61, False),
    ],
)
def test_a_turn_that_nobody_asks_for_again_is_forgotten(since: float, until: float, stays: bool) -> None:
    state = PaceState(processes=at_work("us", "them"), queue={"them": QueuedForm(since, until)})
    state.forget(NOW, 0.5, 305.0)
    assert ("them" in state.queue) is stays


def test_a_process_that_leaves_gives_its_turn_up() -> None:
    state = PaceState(queue={"us": QueuedForm(NOW, NOW + 1), "them": QueuedForm(NOW, NOW + 1)})
    state.leave("us")
    assert (list(state.queue), state.changed) == (["them"], True)
    state.changed = False
    state.leave("us")
    assert not state.changed


def test_the_queue_is_written_down_and_an_earlier_version_knew_none() -> None:
    state = PaceState(queue={"us": QueuedForm(1.5, 2.25)})
    assert decode_state(encode_state(state)) == state
    assert decode_state(encode_state(state).replace('"queue"', '"unknown"')).queue == {}


# --- a run beside forms that wait ----------------------------------------------------------------------


def of_forms(*ago: float) -> list[CountedCall]:
    return [CountedCall(f"desk.{number}", NOW - seconds, batch=False) for number, seconds in enumerate(ago)]


@pytest.mark.parametrize(
    ("runs", "forms", "share", "leaves"),
    [
        (2, 0, 1.0, True),  # seven of ten are left to forms that wait
        (3, 0, 1.0, False),
        (3, 5, 1.0, False),
        (2, 7, 1.0, True),
        (2, 8, 1.0, False),
        (0, 9, 1.0, True),
        (0, 1, 0.5, True),  # of five, three
        (2, 1, 0.5, False),
        (0, 0, 0.2, True),  # of two, the two that are left to forms anyway: one goes
        (1, 0, 0.2, False),
    ],
)
def test_a_run_leaves_most_of_a_second_to_forms_that_wait(runs: int, forms: int, share: float, leaves: bool) -> None:
    them = {"them": QueuedForm(NOW - 1, NOW + 1)}
    both = sorted([*calls(*[0.5] * runs), *of_forms(*[0.5] * forms)], key=lambda each: each.at)
    wait = PaceState(calls=both, processes=at_work("us", "them"), form_seen_at=NOW - 1, queue=them, share=share, faster_at=NOW + 60)
    own = replace(wait, queue={}, calls=list(both))
    assert isinstance(take_permits(wait, ask(purpose=RUN), NOW, LIMITS), Permits) is leaves
    asked = replace(ask(purpose=RUN), forms_wait=True)  # a form of its own process
    assert isinstance(take_permits(own, asked, NOW, LIMITS), Permits) is leaves


def test_a_run_leaves_no_more_than_its_part_to_forms_that_need_not_wait() -> None:
    state = PaceState(calls=calls(*[0.5] * 7), processes=at_work("us", "them"), form_seen_at=NOW - 1)
    assert isinstance(take_permits(state, ask(purpose=RUN), NOW, LIMITS), Permits)
    assert isinstance(take_permits(state, ask(purpose=RUN), NOW, LIMITS), PaceWait)


# --- many forms at once -------------------------------------------------------------------------------


@dataclass
class Desk:
    """A process whose form makes one call after the other: of each, when it asked first, when it might leave, and when it did."""

    name: str
    number: int = 0
    began: float | None = None
    due: float = NOW
    left: list[tuple[float, float, float]] = field(default_factory=list)


def play(desks: int, each: int, limits: Limits, random: Random, dies: int = 0) -> list[Desk]:
    """So many desks whose forms make so many calls each, over a count that is written down after each change; every one asks again
    when it was told to, a little late. The first `dies` of them are killed at their third wait."""
    found = [Desk(f"desk{number}") for number in range(desks)]
    events = [(NOW + random.random(), number) for number in range(desks)]
    heapq.heapify(events)
    text, waited = "", Counter[int]()
    while events:
        now, number = heapq.heappop(events)
        desk, state = found[number], decode_state(text)
        desk.began = now if desk.began is None else desk.began
        desk.due = max(desk.due, desk.began)
        answer = take_permits(state, ask(desk.name, number=desk.number), now, limits)
        late = random.random() * 0.05
        if isinstance(answer, PaceWait):
            waited[number] += 1
            desk.due = now + answer.seconds
            if number >= dies or waited[number] < 3:
                heapq.heappush(events, (now + min(answer.seconds, ASK_EVERY) + late, number))
        else:
            state.give_back((), answer.places)
            desk.left.append((desk.began, desk.due, now))
            desk.number, desk.began = desk.number + 1, None
            if desk.number < each:
                heapq.heappush(events, (now + 0.08 + late, number))
        text = encode_state(state)
    return found


def overtaken(desks: list[Desk]) -> Iterator[int]:
    """Of each call, and each other desk: how often that one left before there was room for the call."""
    for desk in desks:
        for began, due, _ in desk.left:
            yield from (sum(began < left < due for _, _, left in each.left) for each in desks if each is not desk)


def longest(desks: list[Desk]) -> float:
    """The longest that a call waited, in seconds."""
    return max(left - began for desk in desks for began, _, left in desk.left)


SHAPES = [
    pytest.param(Limits(), id="QuickBooks' limits"),
    pytest.param(Limits(per_second=1), id="a call a second"),
    pytest.param(Limits(per_minute=30, per_second=100), id="a narrow minute"),
    pytest.param(Limits(per_minute=20, per_second=2, guard=0.1), id="both narrow"),
]


@pytest.mark.parametrize("limits", SHAPES)
@pytest.mark.parametrize("desks", [2, 3, 5, 12])
@pytest.mark.parametrize("seed", range(3))
def test_no_desk_leaves_twice_while_a_form_of_another_waits(limits: Limits, desks: int, seed: int) -> None:
    found = play(desks, 25, limits, Random(seed))
    assert all(len(desk.left) == 25 for desk in found)
    assert max(overtaken(found)) <= 1


@pytest.mark.parametrize("desks", [3, 6, 12])
@pytest.mark.parametrize("seed", range(3))
def test_a_form_waits_no_longer_than_the_calls_of_those_before_it_take(desks: int, seed: int) -> None:
    found = play(desks, 40, replace(Limits(), per_minute=10_000), Random(seed))
    assert longest(found) <= 1.5 * -(-desks // 10) + 0.2  # ten in a second and its guard; as many as are not too late


@pytest.mark.parametrize("dies", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_desks_that_are_killed_while_they_wait_hold_nobody_up(dies: int, seed: int) -> None:
    found = play(5, 40, replace(Limits(), per_minute=10_000), Random(seed), dies)
    assert all(len(desk.left) == 40 for desk in found[dies:])
    assert longest(found) <= 1.5 + 1.5 + 1.0  # its turn ends a second late
