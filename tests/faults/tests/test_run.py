"""What `make faults` promises: it fails when a case is bad, when a control is blind, and when less was played than promised."""

from __future__ import annotations

import pytest

from tests.faults.cases.case import DATABASES
from tests.faults.cases.case_counts import CaseCounts, Promise, tell, total
from tests.faults.cases.controls import CONTROLS
from tests.faults.cases.matrix import CONTROLLED, FRESH_KEYS, PARTS
from tests.faults.cases.undoing.imports import UNDO_IMPORT_CONTROLS
from tests.faults.cases.updates import UPDATE_CONTROLS
from tests.faults.run import is_thinned, read_arguments

BAD = ("payment:1 stands 2 times in QuickBooks", "python -m tests.faults.run --case …")
CLEAN = CaseCounts("applied, sqlite", 10_404)
SEEING = CaseCounts("control: look-up off", 1_381, [BAD] * 5)
KEPT = Promise("cases", 10_000, 10_404)


def test_nothing_bad_every_control_seeing_and_every_promise_kept_is_a_success() -> None:
    assert tell([CLEAN], [SEEING], [KEPT], 5) == 0


@pytest.mark.parametrize(
    ("honest", "control", "promise", "told"),
    [
        (CaseCounts("soak, seed 7", 10_000, [BAD]), SEEING, KEPT, "BAD payment:1 stands 2 times"),
        (CLEAN, CaseCounts("control: fresh id", 1_381, [BAD] * 4), KEPT, "BLIND control: fresh id: 4 bad cases of 1,381"),
        (CLEAN, SEEING, Promise("SIGKILLs", 200, 199), "TOO FEW: 199 SIGKILLs"),
    ],
    ids=["bad", "blind", "too few"],
)
def test_anything_else_is_a_failure_and_is_told(
    honest: CaseCounts, control: CaseCounts, promise: Promise, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell([CLEAN, honest], [control], [promise], 5) == 1
    assert told in capsys.readouterr().out


def test_a_sum_has_all_cases_and_all_that_is_bad() -> None:
    found = total("all", [CLEAN, SEEING])
    assert (found.played, len(found.bad)) == (11_785, 5)


def test_all_is_played_unless_something_is_left_out() -> None:
    asked = read_arguments([])
    assert all((asked.cases, asked.controls, asked.kills, asked.crowd, asked.soak))
    assert not is_thinned(asked)
    assert {part.database for part in PARTS} == set(DATABASES)
    assert {part.scenario for part in PARTS if part.database == "sqlite"} == {
        part.scenario for part in PARTS if part.database == "postgresql"
    }
    assert len(CONTROLLED) == 22
    assert {name for name, _ in CONTROLLED} == {*CONTROLS, FRESH_KEYS, *UPDATE_CONTROLS, *UNDO_IMPORT_CONTROLS}


@pytest.mark.parametrize("words", ["--points 2", "--only late_commit", "--databases sqlite"])
def test_a_part_of_the_cases_is_held_to_no_promise(words: str) -> None:
    assert is_thinned(read_arguments(words.split()))
