"""A form that waits says so at once and counts down: for QuickBooks, for the firm's pace; a run's waits are the run's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from tests.addin.forms.test_text_host import Scene, scene
from tests.support.hurried_clock import HurriedClock

__all__ = ["scene"]


def read_import(scene: Scene) -> None:
    """Read QuickBooks' payments, as opening Import does."""
    scene.form("import-payments").rows(scene.opened("import-payments"), None).page(0, 20)


def open_export(scene: Scene) -> None:
    """Open Export: its lists are read anew."""
    scene.opened("export-payments")


def read_matches(scene: Scene) -> None:
    """Read QuickBooks' customers, as opening Match Clients does."""
    scene.form("match-clients").rows(scene.opened("match-clients"), None).page(0, 20)


OPENINGS = [read_import, open_export, read_matches]


def seconds_of(scene: Scene, beginning: str) -> list[int]:
    """The seconds that were said, of sentences that begin so; no other was said."""
    found = [re.fullmatch(rf"{beginning} (\d+) s\b.*", text) for text in scene.host.waits]
    assert found, "nothing was said"
    assert all(found), scene.host.waits
    return [int(each[1]) for each in found if each]


def stop_clock(scene: Scene) -> None:
    """Let time pass by waiting alone, so that no second is missed on a busy machine."""
    clock = scene.addin.runtime().parts.clock
    assert isinstance(clock, HurriedClock)
    clock.stop()


def other_process(scene: Scene, limits: Limits | None = None) -> RateLimiter:
    """The count of another process of the firm, on the same clock."""
    runtime = scene.addin.runtime()
    clock = runtime.parts.clock
    return RateLimiter(
        limits or runtime.parts.limits, clock.monotonic, clock.sleep, lambda _: None, ledger=runtime.ledger, process="other"
    )


@contextmanager
def limited(scene: Scene, limits: Limits) -> Iterator[None]:
    """While it lasts, the add-in keeps to these limits."""
    runtime = scene.addin.runtime()
    limiter = runtime.company.open_quickbooks().rate_limiter
    before, limiter._limits = limiter._limits, limits
    yield
    limiter._limits = before


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_list_that_meets_a_429_says_it_and_counts_down(opening: Callable[[Scene], None], scene: Scene) -> None:
    scene.simulator.trouble("throttled", times=1, match={"path": "/query"})
    stop_clock(scene)
    opening(scene)
    said = seconds_of(scene, r"QuickBooks asked us to slow down. Continuing in")
    assert said == list(range(said[0], 0, -1))
    assert 60 <= said[0] <= 65


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_silence_that_another_process_met_is_said_too(opening: Callable[[Scene], None], scene: Scene) -> None:
    stop_clock(scene)
    other_process(scene).throttled(8.5)
    opening(scene)
    said = seconds_of(scene, r"QuickBooks asked us to slow down. Continuing in")
    assert said == list(range(9, 0, -1))


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_minute_that_another_process_has_filled_is_said_at_once_and_counted_down(
    opening: Callable[[Scene], None], scene: Scene
) -> None:
    few = Limits(per_minute=20, per_second=10_000, read_waits=())
    stop_clock(scene)
    scene.addin.runtime().parts.clock.sleep(61)  # what this process has called before is no longer counted
    other = other_process(scene, few)
    for _ in range(20):
        with other.slot():
            pass
    with limited(scene, few):
        opening(scene)
    said = seconds_of(scene, "Waiting")
    assert said[:3] == [said[0], said[0] - 1, said[0] - 2]
    assert 59 <= said[0] <= 61


@pytest.mark.parametrize("opening", OPENINGS)
def test_ten_calls_of_others_that_are_under_way_are_said(opening: Callable[[Scene], None], scene: Scene) -> None:
    other = other_process(scene)
    held = [other.slot() for _ in range(10)]
    for slot in held:
        slot.__enter__()
    opening(scene)
    assert scene.host.waits[0].startswith("Waiting for an answer: QuickBooks takes 10 calls at once")


def test_a_runs_wait_is_said_by_the_run_alone(scene: Scene) -> None:
    scene.simulator.trouble("throttled", times=1, match={"path": "/batch"})
    scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1"])
    assert scene.host.waits == []
    assert any("slow down" in line for line in scene.host.lines)


def test_what_need_not_wait_says_nothing(scene: Scene) -> None:
    for opening in OPENINGS:
        opening(scene)
    assert scene.host.waits == []
