"""A slice of the undo that is killed (`make faults`): both sides end as before the run, apart from what was named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.processes.ledger_states import LedgerStates, differences
from tests.faults.processes.undo_kills import Outcome, Scene, play, preload, scenes
from tests.faults.processes.undo_verdict import After, changed_here, judge_quickbooks, judge_told
from tests.faults.processes.undone_run import Made

ROWS, KILLS = 60, 2


@pytest.fixture(autouse=True)
def quick_starts() -> None:
    preload()


def play_slice(folder: Path, kills: int = KILLS, control: str = "", form: str = "export-payments") -> Outcome:
    """A small scene on SQLite."""
    scene = Scene(name="slice", rows=ROWS, kills=kills, form=form, control=control)
    return play(scene, 3, folder, f"sqlite:///{folder / 'firm.db'}")


def test_an_export_is_undone_though_the_undo_is_killed(tmp_path: Path) -> None:
    outcome = play_slice(tmp_path)
    assert list(outcome.bad) == []
    assert outcome.kills == KILLS
    assert len(outcome.kept) == 3
    assert sum("bank transaction" in text for text in outcome.kept.values()) == 1
    assert outcome.undone > ROWS / 2


def test_an_import_is_undone_though_the_undo_is_killed(tmp_path: Path) -> None:
    outcome = play_slice(tmp_path, form="import-payments")
    assert list(outcome.bad) == []
    assert (outcome.kills, outcome.undone, len(outcome.kept)) == (KILLS, ROWS - 1, 1)


def test_an_undo_that_writes_nothing_down_before_it_sends_is_seen(tmp_path: Path) -> None:
    assert play_slice(tmp_path, kills=4, control="saved after").bad


def test_the_kills_of_a_full_run_are_shared_and_each_scene_has_all_rows() -> None:
    found = [scene for _, scene in scenes(1000, 100)]
    assert sum(scene.kills for scene in found) >= 100
    assert {scene.rows for scene in found} == {1000}
    assert {(scene.form, scene.void) for scene in found} == {
        ("export-payments", False),
        ("export-payments", True),
        ("import-payments", False),
    }


MADE = Made(
    run="r",
    rows=["payment:1", "payment:2"],
    unapplied=[],
    there={"payment:1": "11", "payment:2": "12"},
    ours={"payment:1": "1", "payment:2": "2"},
    refused=["payment:3"],
    imported=False,
    touched={"payment:2": "edited"},
)
STAYS = {"id": "payment:2", "outcome": "failed", "message": "It was changed."}
SAID = ({"id": "payment:1", "outcome": "ready"}, {"id": "payment:2", "outcome": "not_ready"})
KEPT: Mapping[str, object] = {"Payment:12": {"TotalAmt": 5}}


def after(quickbooks: Mapping[str, object] = KEPT, last: object = (STAYS,), said: object = SAID, void: bool = False) -> After:
    return After(said=said, last=last, states=LedgerStates(quickbooks, {}), void=void)  # type: ignore[arg-type]


def test_what_is_told_is_held_against_what_was_touched() -> None:
    assert list(judge_told(MADE, after())) == []
    assert list(judge_told(MADE, after(last=())))
    assert list(judge_told(MADE, after(last=({**STAYS, "outcome": "changed"},))))
    assert list(judge_told(MADE, after(last=({**STAYS, "message": ""},))))
    assert list(judge_told(MADE, after(said=SAID[:1])))


@pytest.mark.parametrize(
    ("now", "void"),
    [
        ({}, False),  # what was to stay is gone
        ({**KEPT, "Payment:11": {"TotalAmt": 3}}, False),  # what was to go stands
        ({**KEPT, "Payment:11": {"TotalAmt": 3}}, True),  # what was to be voided is not
        ({**KEPT, "Payment:11": {"TotalAmt": 0, "PrivateNote": "mine"}}, True),
        (KEPT, True),  # what was to be voided is gone
    ],
)
def test_what_stands_otherwise_in_quickbooks_is_seen(now: Mapping[str, object], void: bool) -> None:
    assert list(judge_quickbooks(MADE, {}, after(now, void=void)))


def test_what_is_void_or_stays_is_as_it_should_be() -> None:
    assert list(judge_quickbooks(MADE, {}, after())) == []
    now = {**KEPT, "Payment:11": {"TotalAmt": 0, "PrivateNote": "Voided - mine"}}
    assert list(judge_quickbooks(MADE, {}, after(now, void=True))) == []


def test_a_state_is_compared_record_by_record() -> None:
    before = {"practice_records:1": {"value": 5}, "practice_marks:1:3": {"state": ""}}
    assert list(differences(before, before)) == []
    assert [*differences(before, {})] == ["practice_marks:1:3 is gone", "practice_records:1 is gone"]
    assert "has come" in "".join(differences({}, {"practice_records:9": {"value": 1}}))
    assert "(5, 6)" in "".join(differences(before, {**before, "practice_records:1": {"value": 6}}))
    now = {**before, "practice_marks:1:3": {"state": "failed"}}
    assert list(differences(before, now, changed_here(MADE, now))) == []
