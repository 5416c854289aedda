"""`python -m tests.faults.run`: plays every case, prints a table of figures, and says how to play a bad one alone."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from tests.faults.cases import Case, World, read_case, worlds
from tests.faults.controls import CONTROLS, PLAIN
from tests.faults.databases import MEMORY, Databases, Files, Servers
from tests.faults.imports import ImportPlay, import_worlds
from tests.faults.play import Play, Played
from tests.faults.soak import soak
from tests.faults.soak import tell as tell_soak
from tests.faults.survey import Sample, survey
from tests.postgres import running_postgres

FRESH_KEYS = "import under fresh keys"


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the table: a death at every `points`-th point of each world."""

    database: str
    scenario: str
    points: int = 1


# PostgreSQL costs several times more a case, and payments without Auto Apply take the path that applied ones take.
PARTS = (
    Part("sqlite", "applied"),
    Part("sqlite", "memos"),
    Part("sqlite", "payments", 3),
    Part("sqlite", "import"),
    Part("postgresql", "applied", 8),
    Part("postgresql", "memos", 8),
    Part("postgresql", "import", 8),
)


@dataclass(slots=True)
class Tally:
    """One line of the table."""

    name: str
    cases: int = 0
    bad: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def take(self, found: Tally) -> None:
        """Add another's figures."""
        self.cases += found.cases
        self.bad += found.bad


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker process finds its databases."""

    folder: str
    postgres: str = ""

    def databases(self, kind: str) -> Databases:
        """This process's own."""
        return opened(self, kind)


@cache
def opened(place: Place, kind: str) -> Databases:
    """Databases of one kind for this process; their names hold its number."""
    if kind == "postgresql":
        return Servers(place.postgres, f"faults_{os.getpid()}")
    folder = Path(place.folder) / str(os.getpid())
    folder.mkdir()
    return Files(folder)


def play(case: Case, databases: Databases, control: str = "") -> Played:
    """Play one case, in the way named by `control` if there is one."""
    if case.world.scenario == "import":
        return ImportPlay(case, databases, fresh_keys=control == FRESH_KEYS).run()
    return Play(case, databases, CONTROLS[control] if control else PLAIN).run()


def play_world(place: Place, sample: Sample, control: str, world: World) -> Tally:
    """Play all cases of one world."""
    databases = place.databases(world.database)
    tally = Tally(world.scenario)
    for case, played in survey(world, sample, lambda case: play(case, databases, control)):
        tally.cases += 1
        if played.bad:
            tally.bad.append((str(case), "; ".join(played.bad)))
    return tally


def run_part(
    name: str, chosen: Iterable[World], place: Place, sample: Sample, pool: ProcessPoolExecutor, control: str = ""
) -> Tally:
    """Play the worlds on all workers."""
    begun, tally = time.monotonic(), Tally(name)
    for found in pool.map(partial(play_world, place, sample, control), chosen):
        tally.take(found)
    tally.seconds = time.monotonic() - begun
    show(tally)
    return tally


def show(tally: Tally) -> None:
    """One line of the table, as soon as it is known."""
    print(f"{tally.name:34} {tally.cases:7} cases {len(tally.bad):6} bad {tally.seconds:8.1f} s", flush=True)


def chosen_worlds(database: str, scenarios: Sequence[str], words: str) -> list[World]:
    """The worlds of these scenarios whose name holds all the words."""
    every = (*worlds(database), *import_worlds(database))
    return [w for w in every if w.scenario in scenarios and all(word in str(w) for word in words.split())]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 when a case is bad or a control is blind."""
    asked = read_arguments(arguments)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None))
        wants_server = "postgresql" in (asked.case or asked.databases)
        server = stack.enter_context(running_postgres()) if wants_server else None
        place = Place(folder, stack.enter_context(server.new_database()) if server else "")
        if asked.case:
            return replay(asked.case, place, asked.control)
        return run_all(asked, place, stack)


def replay(text: str, place: Place, control: str) -> int:
    """Play one case alone and tell all about it."""
    case = read_case(text)
    played = play(case, place.databases(case.world.database), control)
    print(f"{case}\npoints passed in each life: {played.lives}")
    for problem in played.bad or ["nothing is wrong"]:
        print(f"  {problem}")
    return 1 if played.bad else 0


def run_all(asked: argparse.Namespace, place: Place, stack: ExitStack) -> int:
    """Every part in turn, then the table."""
    pool = stack.enter_context(ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("spawn")))
    parts = [run_scenario(part, asked, place, pool) for part in PARTS if part.database in asked.databases]
    controls = [run_control(name, asked, place, pool) for name in (*CONTROLS, FRESH_KEYS)] if asked.controls else []
    soaked = [run_soak(seed, asked.rows) for seed in asked.soak]
    return tell(parts, soaked, controls)


def run_scenario(part: Part, asked: argparse.Namespace, place: Place, pool: ProcessPoolExecutor) -> Tally:
    """All worlds of a scenario on one database."""
    chosen = chosen_worlds(part.database, [part.scenario], asked.only)
    sample = Sample(part.points * asked.points, asked.seconds)
    return run_part(f"{part.scenario}, {part.database}", chosen, place, sample, pool)


def run_control(name: str, asked: argparse.Namespace, place: Place, pool: ProcessPoolExecutor) -> Tally:
    """A way of sending known to be wrong, over a part of the same cases; an invoice that is paid would protect from some of it."""
    chosen = chosen_worlds("sqlite", ["import" if name == FRESH_KEYS else "payments"], asked.only)
    fewer = 1 if name == FRESH_KEYS else 8
    return run_part(f"control: {name}", chosen, place, Sample(fewer * asked.points, 0), pool, name)


def run_soak(seed: int, rows: int) -> Tally:
    """One long export; its cases are rows."""
    begun = time.monotonic()
    soaked = soak(seed, rows)
    tell_soak(seed, rows, soaked, time.monotonic() - begun)
    return Tally(f"soak, seed {seed}", rows, [(f"soak {seed}", problem) for problem in soaked.bad])


def tell(parts: Sequence[Tally], soaked: Sequence[Tally], controls: Sequence[Tally]) -> int:
    """Print the sum and the bad cases; 1 when there is a bad case or a control without one."""
    bad = [each for tally in parts for each in tally.bad]
    print(f"{'in all, without the controls':34} {sum(tally.cases for tally in parts):7} cases {len(bad):6} bad")
    for case, problem in bad:
        print(f"BAD {problem}\n    python -m tests.faults.run --case {case}")
    blind = [tally.name for tally in controls if not tally.bad]
    for name in blind:
        print(f"BLIND {name}: it must show bad cases")
    return 1 if bad or blind or any(tally.bad for tally in soaked) else 0


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--case", help="play this case alone", default="")
    parser.add_argument("--control", help="play it in this wrong way", choices=["", *CONTROLS, FRESH_KEYS], default="")
    parser.add_argument("--databases", nargs="*", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--only", help="worlds whose name holds all these words", default="")
    parser.add_argument("--points", type=int, default=1, help="so many times fewer points")
    parser.add_argument("--seconds", type=int, default=3, help="a second death in every n-th case; 0 in none")
    parser.add_argument("--soak", type=int, nargs="*", default=[7], help="seeds of long exports")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each long export")
    parser.add_argument("--no-controls", dest="controls", action="store_false", help="leave the wrong ways out")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at work")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
