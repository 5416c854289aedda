"""Changes rules one by one, and expects a test to fail each time: `make mutants`, or ARGS="--only money".

mutmut makes the mutants: in a copy of the project, with one thing of one function changed, the module's own tests run until the
first one fails. A mutant that survives them must stand in `mutants.toml`, with the reason why it does no harm; so must one that ran
out of time, with the reason why it never ends.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.harness.databases import MEMORY
from tests.mutation.targets import TARGETS, Target
from tests.support.paths import ROOT

EXPLANATIONS = Path(__file__).with_name("mutants.toml")
PARTS = ("qb_plugin", "hostsim", "tests", "manifest.toml", "pyproject.toml")
LEAST = 90.0  # percent of each module's mutants that must not survive
DIFFERENCES = """
import sys
from pathlib import Path
from mutmut.mutation.diff_apply import get_diff_for_mutant
for name in sys.argv[2:]:
    print(get_diff_for_mutant(name, path=Path(sys.argv[1])), end="\\0")
"""
NAME = re.compile(r"^\s*\S+\.x(?:ǁ(?P<owner>\w+)ǁ|_)(?P<name>\w+)__mutmut_\d+$")


@dataclass(frozen=True, slots=True)
class Place:
    """What was changed, named so that it is found again in other versions: mutmut's own numbers move."""

    module: str
    function: str
    becomes: str  # the changed line, or lines

    def __str__(self) -> str:
        return f"{self.module} {self.function}: {self.becomes}"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a module's mutants, in `seconds` of processor time: `survived` and `timed_out` name those not killed."""

    module: str
    mutants: int
    survived: Sequence[Place]
    timed_out: Sequence[Place]
    seconds: float

    @property
    def killed(self) -> int:
        """How many a test found."""
        return self.mutants - len(self.survived) - len(self.timed_out)

    @property
    def percent(self) -> float:
        """How many did not survive; a mutant that never ends is found by the time it takes, and explained."""
        return 100.0 * (self.mutants - len(self.survived)) / self.mutants if self.mutants else 0.0


def read_explanations(text: str, kind: str = "survivor") -> dict[Place, str]:
    """Every survivor that is explained, and its reason; or of the kind `endless`, every mutant that never ends."""
    entries = tomllib.loads(text).get(kind, [])
    return {Place(e["module"], e["function"], line): e["reason"].strip() for e in entries for line in e["becomes"]}


def find_problems(runs: Sequence[Ran], explained: Mapping[Place, str], endless: Mapping[Place, str]) -> list[str]:
    """What is wrong: too few killed, a survivor or one out of time without a reason, a reason without a survivor.

    A reason for one that never ends need not be used: a test may find the mutant before it comes to the end of its time.
    """
    few = [f"below {LEAST:.0f} %: {ran.module}" for ran in runs if ran.percent < LEAST]
    survivors = [place for ran in runs for place in ran.survived]
    late = [place for ran in runs for place in ran.timed_out]
    unexplained = [f"survived, and nobody says why: {place}" for place in survivors if place not in explained]
    unexplained += [f"ran out of time, and nobody says why: {place}" for place in late if place not in {**explained, **endless}]
    modules, alive = {ran.module for ran in runs}, {*survivors, *late}
    stale = [f"explained, but does not survive: {place}" for place in explained if place.module in modules and place not in alive]
    return few + unexplained + stale


def table(runs: Sequence[Ran]) -> str:
    """One line a module."""
    lines = [f"{'module':32} {'mutants':>8} {'killed':>8} {'survived':>9} {'timed out':>10} {'percent':>8} {'processor':>11}"]
    for ran in runs:
        counts = f"{ran.mutants:8} {ran.killed:8} {len(ran.survived):9} {len(ran.timed_out):10}"
        lines.append(f"{ran.module:32} {counts} {ran.percent:8.1f} {ran.seconds:9.0f} s")
    return "\n".join(lines)


def run_target(target: Target, workers: int) -> Ran:
    """Make and run all mutants of a module, in a copy of the project that is thrown away."""
    before = processor_seconds()
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        project = lay_out(Path(folder), target)
        mutmut(project, "run", "--max-children", str(workers))
        states = read_states(mutmut(project, "results", "--all", "true"))
        alive = {name: changed_place(target.module, name, text) for name, text in differences(project, target, not_killed(states))}
    survived = [place for name, place in alive.items() if states[name] != "timeout"]
    timed_out = [place for name, place in alive.items() if states[name] == "timeout"]
    return Ran(target.module, len(states), survived, timed_out, processor_seconds() - before)


def lay_out(folder: Path, target: Target) -> Path:
    """The project in a folder of its own, with settings for this module alone."""
    project = folder / "project"
    project.mkdir()
    (folder / "tmp").mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, project / part)
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(settings(target))
    return project


def settings(target: Target) -> str:
    """Hypothesis draws the same examples each time, so that a mutant dies always or never; PostgreSQL would only cost time."""
    chosen = {
        "source_paths": ["qb_plugin"],
        "only_mutate": [target.module],
        "also_copy": ["hostsim", "manifest.toml"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "--hypothesis-profile=ci", "-m", "not postgres"],
        "pytest_add_cli_args_test_selection": list(target.tests),
        "timeout_multiplier": 5.0,  # times what its tests take when nothing is changed, and the constant in seconds
        "timeout_constant": 6.0,
    }
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in chosen.items())


def differences(project: Path, target: Target, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What each of these mutants changes, in one process for all: `mutmut show` starts one for each."""
    if names:
        found = printed(project, sys.executable, "-c", DIFFERENCES, target.module, *names)
        yield from zip(names, found.removesuffix("\0").split("\0"), strict=True)


def mutmut(project: Path, *arguments: str) -> str:
    """What mutmut prints."""
    return printed(project, str(Path(sysconfig.get_path("scripts")) / "mutmut"), *arguments)


def printed(project: Path, *command: str) -> str:
    """What a program prints; its failure ends everything, with the end of what it said."""
    environment = os.environ | {"TMPDIR": str(project.parent / "tmp")}
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)[:200]} failed\n{(ended.stdout + ended.stderr)[-4000:]}")
    return ended.stdout


def read_states(listing: str) -> dict[str, str]:
    """Each mutant's name and what became of it."""
    pairs = (line.strip().rpartition(": ") for line in listing.splitlines())
    return {name: state for name, _, state in pairs if NAME.match(name)}


def not_killed(states: Mapping[str, str]) -> list[str]:
    """Whatever no test found counts as alive: survived, no test at all, timed out, broken off."""
    return [name for name, state in states.items() if state != "killed"]


def changed_place(module: str, name: str, difference: str) -> Place:
    """Where a mutant differs from the module, as mutmut shows it."""
    found = NAME.match(name)
    assert found is not None, name
    function = ".".join(part for part in found.group("owner", "name") if part)
    new = [line[1:].strip() for line in difference.splitlines() if line.startswith("+") and not line.startswith("+++")]
    return Place(module, function, " ".join(new))


def processor_seconds() -> float:
    """What the processes that were waited for have used so far, by themselves and in the system."""
    used = os.times()
    return used.children_user + used.children_system


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("--only", choices=TARGETS, nargs="+", default=list(TARGETS))
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    runs = []
    for name in asked.only:
        print(f"{TARGETS[name].module} …", flush=True)
        runs.append(run_target(TARGETS[name], asked.workers))
    text = EXPLANATIONS.read_text(encoding="utf-8")
    problems = find_problems(runs, read_explanations(text), read_explanations(text, "endless"))
    print(f"\n{table(runs)}")
    for line in (*(f"timed out: {place}" for ran in runs for place in ran.timed_out), *problems):
        print(line)
    print("\nsomething is wrong" if problems else "\nevery survivor is explained")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
