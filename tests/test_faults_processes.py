"""A slice of the runs with real processes (`make faults`): killed at random moments, and many at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.faults.kills import Scene, play, preload

SLICE = Scene("slice", payments=240, kills=5, workers=2, seconds=60.0)


def test_killed_processes_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    preload()
    outcome = play(replace(SLICE, exclusive=False), 3, tmp_path, f"sqlite:///{tmp_path / 'firm.db'}")
    assert list(outcome.found.bad) == []
    assert outcome.kills == SLICE.kills
    assert outcome.found.saved + outcome.found.refused == SLICE.payments
    assert outcome.found.saved > SLICE.payments / 2
