"""The cases: every point at which a process can die × trouble × server × single or batch × database × a second death."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.harness.server import KEPT, LASTING, NETWORK, SERVERS

DATABASES = ("sqlite", "postgresql")
MODES = ("batch", "single")
TROUBLES = (
    "none",
    "answer_lost_before",
    "answer_lost_after",
    "reset_before",
    "reset_after",
    "status_500_before",
    "status_500_after",
    "status_502_before",
    "status_502_after",
    "status_503_before",
    "status_503_after",
    "throttled",
    "token_expired",
    "token_revoked",
    "late_commit",
    "slow",
    "truncated",
    "html",
    "batch_half",
    "batch_item_missing",
    "batch_item_repeated",
    "batch_shuffled",
    "links_dropped",
    "changed_by_other",
    NETWORK,
    *LASTING,
    KEPT,
)
# Which writing calls trouble strikes, in turn from world to world. A re-send is the second one of a batch.
STRIKES = {("payments", "batch"): ("1", "12"), ("applied", "batch"): ("1", "12"), ("memos", "batch"): ("1", "2", "12")}
ONE_BY_ONE = ("1", "2", "12")
PAUSES = (1.0, 40.0, 130.0, 4000.0)  # seconds until somebody presses again: at once, before and after QuickBooks' call limit, later


@dataclass(frozen=True, slots=True)
class World:
    """Everything of a case but the deaths."""

    database: str
    scenario: str
    mode: str
    trouble: str
    strike: str
    server: str

    def __str__(self) -> str:
        return "/".join((self.database, self.scenario, self.mode, self.trouble, self.strike, self.server))


@dataclass(frozen=True, slots=True)
class Case:
    """A world and the two points at which the process dies, if it does; `pause` is how long until it is started again."""

    world: World
    first: int | None = None
    second: int | None = None
    pause: float = 1.0

    def __str__(self) -> str:
        return f"{self.world}/{_told(self.first)}/{_told(self.second)}/{self.pause:g}"


def read_case(text: str) -> Case:
    """A case by its id, as printed."""
    *world, first, second, pause = text.split("/")
    return Case(World(*world), _read(first), _read(second), float(pause))


def worlds(database: str) -> Iterator[World]:
    """All worlds of a database."""
    for scenario in ("payments", "applied", "memos"):
        for mode in MODES:
            for trouble in TROUBLES:
                strikes = ("1",) if trouble == "none" else STRIKES.get((scenario, mode), ONE_BY_ONE)
                for context, server in enumerate(SERVERS):
                    strike = strikes[(context + TROUBLES.index(trouble)) % len(strikes)]
                    yield World(database, scenario, mode, trouble, strike, server)


def _told(point: int | None) -> str:
    return "-" if point is None else str(point)


def _read(text: str) -> int | None:
    return None if text == "-" else int(text)
