"""A process is called dead only when that is proven."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qb_plugin.store.leasing.process import Process, has_died, started_at, this_process


def proc_with(tmp_path: Path, pid: int, state: str, started: int, name: str = "python3") -> Path:
    """A folder like /proc that knows one process."""
    folder = tmp_path / str(pid)
    folder.mkdir()
    between = " ".join("0" for _ in range(18))
    (folder / "stat").write_text(f"{pid} ({name}) {state} {between} {started} 0 0\n", encoding="utf-8")
    return tmp_path


def test_the_start_time_is_the_twenty_second_field(tmp_path: Path) -> None:
    assert started_at(4711, proc_with(tmp_path, 4711, "S", 987654)) == "987654"


def test_a_program_name_with_blanks_and_brackets_does_not_confuse(tmp_path: Path) -> None:
    assert started_at(4711, proc_with(tmp_path, 4711, "R", 5, name="a) Z (b")) == "5"


@pytest.mark.parametrize("state", ["Z", "X"])
def test_a_process_that_only_waits_to_be_buried_is_dead(tmp_path: Path, state: str) -> None:
    assert started_at(4711, proc_with(tmp_path, 4711, state, 5)) is None


def test_a_process_with_the_same_start_time_lives(tmp_path: Path) -> None:
    proc = proc_with(tmp_path, 4711, "S", 5)
    assert not has_died(Process("desk", 4711, "5"), Process("desk", 1, "1"), proc)


def test_a_missing_process_of_this_machine_is_dead(tmp_path: Path) -> None:
    assert has_died(Process("desk", 4711, "5"), Process("desk", 1, "1"), tmp_path)


def test_a_number_given_to_another_process_since_is_dead(tmp_path: Path) -> None:
    proc = proc_with(tmp_path, 4711, "S", 6)
    assert has_died(Process("desk", 4711, "5"), Process("desk", 1, "1"), proc)


@pytest.mark.parametrize(
    ("other", "here"),
    [
        (Process("desk", 4711, "5"), Process("laptop", 1, "1")),
        (Process("desk", 4711, ""), Process("desk", 1, "1")),
        (Process("desk", 4711, "5"), Process("desk", 1, "")),
    ],
)
def test_without_proof_nobody_is_called_dead(tmp_path: Path, other: Process, here: Process) -> None:
    assert not has_died(other, here, tmp_path)


def test_a_system_without_proc_gives_no_start_time(tmp_path: Path) -> None:
    here = this_process(tmp_path)
    assert (here.pid, here.started) == (os.getpid(), "")
    assert here.machine


def test_a_real_process_lives_and_then_is_dead() -> None:
    here = this_process()
    assert not has_died(here, here)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        other = replace(here, pid=child.pid, started=started_at(child.pid) or "")
        assert not has_died(other, here)
    # Where the system tells no start times, nobody can be proven dead.
    assert has_died(other, here) == bool(here.started)
