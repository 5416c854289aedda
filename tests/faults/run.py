"""`python -m tests.faults.run`: plays everything, prints a table of figures, and says how to play a bad case alone.

The enumerated cases and the controls, a soak, real processes that are killed, and a crowd of them at once.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from tests.faults.cases.case import DATABASES, read_case
from tests.faults.cases.case_counts import CaseCounts, Promise, show, tell, total
from tests.faults.cases.matrix import ALL_CONTROLS, CONTROLLED, PARTS, Part, Place, chosen_worlds, play, run_part
from tests.faults.cases.survey import Sample
from tests.faults.harness.databases import MEMORY
from tests.faults.processes import crowd, kills, undo_kills
from tests.faults.processes.crowd import Crowd
from tests.faults.processes.kills import Scene
from tests.faults.soak import SHARE, Soaked, soak
from tests.support.postgres import running_postgres

CASES, ON_POSTGRESQL = 30_000, 1_500  # promised at least
KILLS, PAYMENTS, RESTARTS = 200, 20_000, 10
UNDO_KILLS, UNDONE_ROWS = 100, 1_000  # of undos, each of a run of so many rows
SPARE = 20  # kills asked for beyond those, as work may end before the last of them
ROWS, PROCESSES = 2_000, 8  # of a crowd
LEAST_BAD = 5  # bad cases that a control must show; one, when it is played in part
LEFT_OUT = {
    "cases": "leave the enumerated cases out",
    "controls": "leave the wrong ways out",
    "kills": "leave the processes out that are killed",
    "crowd": "leave the processes out that export at once",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 when a case is bad, a control is blind, or less was played than promised."""
    asked = read_arguments(arguments)
    undo_kills.preload()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None))
        wants_server = "postgresql" in (asked.case or asked.databases)
        server = stack.enter_context(running_postgres()) if wants_server else None
        place = Place(folder, stack.enter_context(server.new_database()) if server else "")
        if asked.case:
            return replay(asked.case, place, asked.control)
        return run_all(asked, place)


def replay(text: str, place: Place, control: str) -> int:
    """Play one case alone and tell all about it."""
    case = read_case(text)
    played = play(case, place.databases(case.world.database), control)
    print(f"{case}\npoints passed in each life: {played.lives}")
    for problem in played.bad or ["nothing is wrong"]:
        print(f"  {problem}")
    return 1 if played.bad else 0


def run_all(asked: argparse.Namespace, place: Place) -> int:
    """Every part in turn, each a line of the table; then the sums, and what is bad."""
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("spawn")) as pool:
        parts = {part: run_scenario(part, asked, place, pool) for part in PARTS if asked.cases and part.database in asked.databases}
        controls = [run_control(name, part, asked, place, pool) for name, part in CONTROLLED if asked.controls]
    soaked = [run_soak(seed, asked.rows) for seed in asked.soak]
    killed = [run_scene(number, *scene) for number, scene in enumerate(kills.scenes(PAYMENTS, KILLS + SPARE)) if asked.kills]
    undos = [run_undo(number, *scene) for number, scene in enumerate(undo_kills.scenes(UNDONE_ROWS, UNDO_KILLS)) if asked.kills]
    controls += [run_undo(0, *undo_kills.CONTROLLED)[1]] if asked.kills and asked.controls else []
    crowds = [run_crowd(*each) for each in crowd.crowds(ROWS, PROCESSES) if asked.crowd]
    all_cases = total("all cases, the controls left out", list(parts.values()))
    on_postgresql = total("of them on PostgreSQL", [counts for part, counts in parts.items() if part.database == "postgresql"])
    show(all_cases)
    show(on_postgresql)
    print(f"{(time.monotonic() - begun) / 60:.1f} minutes in all", flush=True)
    promises = [
        *kept_by_kills([outcome for outcome, _ in killed]),
        *kept_by_undos([outcome for outcome, _ in undos]),
        *kept_by_soaks(soaked),
    ]
    if parts and not is_thinned(asked):
        promises += [Promise("cases", CASES, all_cases.played), Promise("cases on PostgreSQL", ON_POSTGRESQL, on_postgresql.played)]
    honest = [*parts.values(), *(counts for _, counts in soaked), *(counts for _, counts in (*killed, *undos)), *crowds]
    return tell(honest, controls, promises, 1 if is_thinned(asked) else LEAST_BAD)


def is_thinned(asked: argparse.Namespace) -> bool:
    """Whether only a part of the cases was asked for."""
    return bool(asked.only) or asked.points > 1 or set(asked.databases) != set(DATABASES)


def run_scenario(part: Part, asked: argparse.Namespace, place: Place, pool: ProcessPoolExecutor, control: str = "") -> CaseCounts:
    """All worlds of a scenario on one database."""
    chosen = chosen_worlds(part.database, [part.scenario], f"{asked.only} {part.words}")
    name = f"control: {control}" if control else f"{part.scenario}, {part.database}"
    sample = Sample(part.points * asked.points, 0 if control else asked.seconds)
    return run_part(name, chosen, place, sample, pool, control, asked.count)


def run_control(name: str, part: Part, asked: argparse.Namespace, place: Place, pool: ProcessPoolExecutor) -> CaseCounts:
    """A way of sending known to be wrong, over a part of the same cases."""
    return run_scenario(part, asked, place, pool, name)


def run_soak(seed: int, rows: int) -> tuple[Soaked, CaseCounts]:
    """One long export."""
    begun = time.monotonic()
    soaked = soak(seed, rows)
    bad = [(problem, f"python -m tests.faults.soak --seed {seed} --rows {rows}") for problem in soaked.bad]
    more = f"{soaked.troubled:,} of {soaked.answers:,} answers troubled, {soaked.deaths} deaths, {soaked.presses} presses"
    counts = CaseCounts(f"soak, seed {seed}", rows, bad, time.monotonic() - begun, "rows", more)
    show(counts)
    return soaked, counts


def run_scene(number: int, database: str, scene: Scene) -> tuple[kills.Outcome, CaseCounts]:
    """Real processes that are killed."""
    outcome = kills.play_on(scene, 1 + number, database)
    bad = [(problem, f"python -m tests.faults.processes.kills --only {number}") for problem in outcome.found.bad]
    more = f"{outcome.kills} SIGKILLs, {outcome.restarts} server restarts"
    counts = CaseCounts(f"kills: {scene.name}", scene.payments, bad, outcome.seconds, "payments", more)
    show(counts)
    return outcome, counts


def run_undo(number: int, database: str, scene: undo_kills.Scene) -> tuple[undo_kills.Outcome, CaseCounts]:
    """An undo in real processes that are killed; what it refused is named."""
    outcome = undo_kills.play_on(scene, 1 + number, database)
    bad = [(problem, f"python -m tests.faults.processes.undo_kills --only {number}") for problem in outcome.bad]
    more = f"{outcome.kills} SIGKILLs, {outcome.at_work} of them at work, {outcome.undone} undone, {len(outcome.kept)} refused"
    name = f"control: {scene.name}" if scene.control else f"undo killed: {scene.name}"
    counts = CaseCounts(name, scene.rows, bad, outcome.seconds, "rows", more)
    show(counts)
    for row, reason in outcome.kept.items() if not scene.control else ():
        print(f"    {row}: {reason}", flush=True)
    return outcome, counts


def run_crowd(database: str, many: Crowd) -> CaseCounts:
    """Real processes that export the same rows at once."""
    outcome = crowd.play_on(many, database)
    bad = [(problem, f"python -m tests.faults.processes.crowd --databases {database}") for problem in outcome.bad]
    more = f"{many.processes} processes at once, {outcome.figures.rotations} rotations of the refresh token"
    counts = CaseCounts(f"crowd: {many.name}", many.rows, bad, outcome.seconds, "rows", more)
    show(counts)
    return counts


def kept_by_kills(outcomes: Sequence[kills.Outcome]) -> list[Promise]:
    """What was promised of the kills, if any were asked for."""
    if not outcomes:
        return []
    return [
        Promise("SIGKILLs of real processes", KILLS, sum(outcome.kills for outcome in outcomes)),
        Promise("payments of processes that were killed", PAYMENTS, sum(outcome.scene.payments for outcome in outcomes)),
        Promise("restarts of PostgreSQL", RESTARTS, sum(outcome.restarts for outcome in outcomes)),
    ]


def kept_by_undos(outcomes: Sequence[undo_kills.Outcome]) -> list[Promise]:
    """What was promised of the undos that are killed, if any were asked for."""
    if not outcomes:
        return []
    return [
        Promise("SIGKILLs during undo", UNDO_KILLS, sum(outcome.kills for outcome in outcomes)),
        Promise("of them while rows were left", UNDO_KILLS // 2, sum(outcome.at_work for outcome in outcomes)),
        Promise("rows of the smallest run undone", UNDONE_ROWS, min(outcome.scene.rows for outcome in outcomes)),
    ]


def kept_by_soaks(soaked: Sequence[tuple[Soaked, CaseCounts]]) -> list[Promise]:
    """What was promised of each soak: a fifth of the answers troubled, give or take a few of a drawn number, and deaths."""
    troubled = [
        Promise(f"troubled answers of {found.answers:,}", int(found.answers * SHARE * 0.9), found.troubled) for found, _ in soaked
    ]
    return [*troubled, *(Promise("deaths in a soak", 1, found.deaths) for found, _ in soaked)]


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--case", help="play this case alone", default="")
    parser.add_argument("--control", help="play it in this wrong way", choices=["", *ALL_CONTROLS], default="")
    parser.add_argument("--databases", nargs="*", choices=DATABASES, default=list(DATABASES), help="of the cases")
    parser.add_argument("--only", help="worlds whose name holds all these words", default="")
    parser.add_argument("--points", type=int, default=1, help="so many times fewer points")
    parser.add_argument("--seconds", type=int, default=3, help="a second death in every n-th case; 0 in none")
    parser.add_argument("--soak", type=int, nargs="*", default=[7], help="seeds of long exports")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each long export")
    for part, help_ in LEFT_OUT.items():
        parser.add_argument(f"--no-{part}", dest=part, action="store_false", help=help_)
    parser.add_argument(
        "--count", action="store_true", help="count the cases: of each world only the one without a death is played"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at work")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
