"""The enumerated cases: which parts of them are played how densely, and by whom."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tests.faults.cases.case import Case, World, worlds
from tests.faults.cases.case_counts import CaseCounts, show
from tests.faults.cases.controls import CONTROLS, PLAIN
from tests.faults.cases.imports import ImportPlay, import_worlds
from tests.faults.cases.run_case import Play, Played
from tests.faults.cases.stories import STORIES, story_worlds
from tests.faults.cases.survey import Sample, count_cases, survey
from tests.faults.cases.undoing.exports import UNDONE, UndoPlay, undo_worlds
from tests.faults.cases.undoing.imports import UNDO_IMPORT_CONTROLS, UndoImportPlay, undo_import_worlds
from tests.faults.cases.updates import UPDATE_CONTROLS, UpdatePlay, update_worlds
from tests.faults.harness.databases import Databases, Files, Servers
from tests.faults.harness.points import Killed

FRESH_KEYS = "import under fresh keys"
ALL_CONTROLS = (*CONTROLS, FRESH_KEYS, *UPDATE_CONTROLS, *UNDO_IMPORT_CONTROLS)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the table: a death at every `points`-th point of each world."""

    database: str
    scenario: str
    points: int = 1
    words: str = ""  # which worlds of the scenario


# About half an hour on two quiet cores with all that is played beside them. What costs little is played densely: an edited record
# costs a sixth of an update's case, and PostgreSQL half as much again as SQLite. Each world begins at another point, so that all
# of them are met.
PARTS = (
    Part("sqlite", "applied", 6),
    Part("sqlite", "memos", 5),
    Part("sqlite", "payments", 3),
    Part("sqlite", "import"),
    Part("sqlite", "update", 20),
    Part("sqlite", "edited"),
    Part("sqlite", "unchanged", 4),
    Part("sqlite", "queue"),
    Part("sqlite", "away"),
    Part("sqlite", "company", 20),
    Part("sqlite", "restored", 4),
    Part("sqlite", "undo", 6),
    Part("sqlite", "undo-memos", 16),
    Part("sqlite", "void", 20),
    Part("sqlite", "undo-import"),
    Part("postgresql", "applied", 60, "lag"),
    Part("postgresql", "memos", 60, "lag"),
    Part("postgresql", "payments", 60, "lag"),
    Part("postgresql", "import", 4),
    Part("postgresql", "update", 60, "forgets+lag"),
    Part("postgresql", "edited", 20),
    Part("postgresql", "unchanged", 30),
    Part("postgresql", "queue", 5),
    Part("postgresql", "away", 10),
    Part("postgresql", "company", 60, "lag"),
    Part("postgresql", "restored", 60, "lag"),
    Part("postgresql", "undo", 40, "lag batch"),
    Part("postgresql", "undo-memos", 60, "lag batch"),
    Part("postgresql", "void", 60, "lag batch"),
    Part("postgresql", "undo-import", 4),
)
LOST = "answer_lost_after"
# Ways known to be wrong are played where no paid invoice protects from them, and where they are found wrong soon.
CONTROLLED = (
    *((name, Part("sqlite", "payments", 3, LOST)) for name in ("look-up off", "fresh id", "no waiting")),
    *((name, Part("sqlite", "payments", 1, LOST)) for name in ("saved after", "another clock")),
    ("eager singles", Part("sqlite", "payments", 3, f"single {LOST}")),
    ("no heartbeat check", Part("sqlite", "queue", 4)),
    ("unfenced", Part("sqlite", "queue", 4)),
    ("hasty withdraw", Part("sqlite", "edited", 20)),
    ("new id unchanged", Part("sqlite", "unchanged", 40)),
    ("one company", Part("sqlite", "company", 10, LOST)),
    ("mark alone", Part("sqlite", "restored", 10, LOST)),
    ("no end", Part("sqlite", "payments", 10_000, "lasting_500 single")),  # each goes round until patience ends: no deaths
    ("link withdrawn first", Part("sqlite", "undo", 4, "token_revoked")),
    ("doubt taken for done", Part("sqlite", "undo", 4, "answer_lost_before")),
    ("doubt taken for done", Part("sqlite", "void", 8, "answer_lost_before")),
    *((name, Part("sqlite", "undo-import", 2)) for name in UNDO_IMPORT_CONTROLS),
    (FRESH_KEYS, Part("sqlite", "import", 2)),
    *((name, Part("sqlite", "update", 6, LOST)) for name in UPDATE_CONTROLS),
)


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
    """Play one case, in the way named by `control` if there is one; what breaks out of it is bad, and the others go on."""
    try:
        return _play(case, databases, control)
    except (Exception, Killed) as broken:
        at = traceback.extract_tb(broken.__traceback__)[-1]
        return Played(bad=[f"it broke off at {Path(at.filename).name}:{at.lineno}, {type(broken).__name__}: {broken}"])


def _play(case: Case, databases: Databases, control: str) -> Played:
    if case.world.scenario == "import":
        return ImportPlay(case, databases, fresh_keys=control == FRESH_KEYS).run()
    if case.world.scenario == "update":
        return UpdatePlay(case, databases, UPDATE_CONTROLS[control] if control else PLAIN).run()
    if case.world.scenario == "undo-import":
        return UndoImportPlay(case, databases, UNDO_IMPORT_CONTROLS[control] if control else PLAIN).run()
    kind = UndoPlay if case.world.scenario in UNDONE else STORIES.get(case.world.scenario, Play)
    return kind(case, databases, CONTROLS[control] if control else PLAIN).run()


def play_world(place: Place, sample: Sample, control: str, world: World) -> CaseCounts:
    """Play all cases of one world."""
    databases = place.databases(world.database)
    counts = CaseCounts(world.scenario)
    for case, played in survey(world, sample, lambda case: play(case, databases, control)):
        counts.played += 1
        if played.bad:
            counts.bad.append(("; ".join(played.bad), f"python -m tests.faults.run --case {case}"))
    return counts


def count_world(place: Place, sample: Sample, control: str, world: World) -> CaseCounts:
    """About how many cases there are of one world."""
    databases = place.databases(world.database)
    return CaseCounts(world.scenario, count_cases(world, sample, lambda case: play(case, databases, control)))


def run_part(
    name: str,
    chosen: Iterable[World],
    place: Place,
    sample: Sample,
    pool: ProcessPoolExecutor,
    control: str = "",
    count: bool = False,
) -> CaseCounts:
    """Play the worlds on all workers, or only count their cases."""
    begun, counts = time.monotonic(), CaseCounts(name)
    for found in pool.map(partial(count_world if count else play_world, place, sample, control), chosen):
        counts.take(found)
    counts.seconds = time.monotonic() - begun
    show(counts)
    return counts


def chosen_worlds(database: str, scenarios: Sequence[str], words: str) -> list[World]:
    """The worlds of these scenarios whose name holds all the words."""
    stories = (*story_worlds(database), *undo_worlds(database), *undo_import_worlds(database))
    every = (*worlds(database), *import_worlds(database), *update_worlds(database), *stories)
    return [w for w in every if w.scenario in scenarios and all(word in str(w) for word in words.split())]
