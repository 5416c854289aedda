"""`python -m tests.faults.processes.kills`: real processes export, are killed at random, started again: nothing twice or lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from tests.faults.processes.books_process import CONTEXT, FORKS, Books, running_books
from tests.faults.processes.inspection import Inspection, inspect
from tests.faults.processes.workstation import TODAY, Firm, Order, open_firm, values_of, work
from tests.support.postgres import PostgresServer, running_postgres

POLL = 0.02
LOOSE = {"answer_lost_after": 0.02, "reset_before": 0.01, "status_503_after": 0.01, "token_expired": 0.01}


@dataclass(frozen=True, slots=True)
class Scene:
    """One part of the run. `restarts`: every so many kills the database server is restarted in a workstation's place (0: never).

    `insist`: whoever has finished is started again until all kills were made, however fast the machine is; such a late one is
    killed while it starts, settles or finds nothing to do. A full run does without, so that its kills all fall into work.
    """

    name: str
    payments: int
    kills: int
    workers: int = 3
    exclusive: bool = True
    auto_apply: bool = False
    restarts: int = 0
    seconds: float = 120.0
    insist: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scene."""

    scene: Scene
    kills: int
    restarts: int
    seconds: float
    found: Inspection

    def __str__(self) -> str:
        scene, found = self.scene, self.found
        return (
            f"{scene.name}: {scene.payments:,} payments, {self.kills} kills, {self.restarts} server restarts, "
            f"{found.saved:,} in QuickBooks once each, {found.refused:,} refused, {len(found.bad)} bad, {self.seconds:.0f} s"
        )


class Crew:
    """The workstations; whoever dies before the work is done is started again."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders
        self._processes: list[BaseProcess] = [begin(order) for order in orders]
        self.kills = 0

    @property
    def at_work(self) -> list[int]:
        """The places of those who still work."""
        return [context for context, process in enumerate(self._processes) if process.is_alive()]

    def call_back(self) -> None:
        """Start the first one again though it has finished."""
        self._processes[0].join()
        self._processes[0] = begin(self._orders[0])

    def kill(self, context: int) -> None:
        """Kill one where it stands, and start it again."""
        self._processes[context].kill()
        self._processes[context].join()
        self.kills += 1
        self._processes[context] = begin(self._orders[context])

    def end(self) -> None:
        """Kill whoever is left."""
        for process in self._processes:
            process.kill()
            process.join()


def begin(order: Order) -> BaseProcess:
    """Start a workstation."""
    process: BaseProcess = CONTEXT.Process(target=work, args=(order,), daemon=True)
    process.start()
    return process


class Death:
    """Chooses the moments and the victims, so that the kills asked for are spread over the whole of the work."""

    def __init__(self, scene: Scene, books: Books, random: Random, server: PostgresServer | None) -> None:
        self._scene, self._books, self._random, self._server = scene, books, random, server
        self._first: int = books.ask("count")
        self.restarts = 0

    def haunt(self, crew: Crew) -> None:
        """Kill until the work is done or time is over."""
        begun = time.monotonic()
        strike = begun + self._random.uniform(0.1, 1.0)
        while (crew.at_work or self._owes(crew)) and time.monotonic() - begun < self._scene.seconds:
            if not crew.at_work:
                crew.call_back()
            time.sleep(POLL)
            if time.monotonic() >= strike and crew.kills < self._scene.kills:
                self._strike(crew)
                strike = time.monotonic() + self._random.uniform(0.2, 1.8) * self._pause(crew.kills, time.monotonic() - begun)

    def _owes(self, crew: Crew) -> bool:
        return self._scene.insist and crew.kills < self._scene.kills

    def _strike(self, crew: Crew) -> None:
        places = crew.at_work
        if not places:  # the last one finished just now
            return
        crew.kill(self._random.choice(places))
        if self._server and self._scene.restarts and crew.kills % self._scene.restarts == 0:
            self._server.restart()
            self.restarts += 1

    def _pause(self, kills: int, elapsed: float) -> float:
        """Seconds until the next kill, if work goes on as fast as it did: often enough that none of the kills is left over."""
        done: int = max(self._books.ask("count") - self._first, 1)
        left = max(self._scene.payments * 0.85 - done, 0) * elapsed / done
        return float(min(max(left / max(self._scene.kills - kills, 1), 0.1), 2.0))


def play(scene: Scene, seed: int, folder: Path, database: str, server: PostgresServer | None = None) -> Outcome:
    """Play one scene to its end."""
    begun = time.monotonic()
    with running_books(TODAY) as books:
        order = Order(database, values_of(books), folder / "told", seed=seed, chunk=400, auto_apply=scene.auto_apply)
        with open_firm(replace(order, exclusive=scene.exclusive), books, scene.payments) as firm:
            for kind, chance in LOOSE.items():
                books.ask("trouble", kind=kind, probability=chance, seed=seed, match={"path": "batch"})
            kills, restarts = let_them_work(scene, firm, books, server)
            finish(firm)
            files = sorted(folder.glob("told*"))
            return Outcome(scene, kills, restarts, time.monotonic() - begun, inspect(firm, books, files))


def let_them_work(scene: Scene, firm: Firm, books: Books, server: PostgresServer | None) -> tuple[int, int]:
    """The workstations at work, and killed; how many kills and how many restarts of the server there were."""
    told = firm.order.told
    crew = Crew([firm.as_user(number, told=told.with_name(f"told-{number}")) for number in range(1, scene.workers + 1)])
    death = Death(scene, books, Random(firm.order.seed), server)
    try:
        death.haunt(crew)
    finally:
        crew.end()
    return crew.kills, death.restarts


def finish(firm: Firm) -> None:
    """Somebody presses once more, and nobody is killed any more."""
    last = begin(firm.as_user(99, told=firm.order.told.with_name("told-99"), chunk=0))
    last.join(120)
    last.kill()
    last.join()


def preload() -> None:
    """Let new processes be forks of one that has imported everything."""
    if FORKS:
        CONTEXT.set_forkserver_preload(["tests.faults.processes.workstation"])


@contextmanager
def on_postgres() -> Iterator[tuple[PostgresServer, str]]:
    """A server that may be restarted, and the address of a database of it."""
    with running_postgres() as server, server.new_database() as address:
        yield server, address


def play_on(scene: Scene, seed: int, database: str) -> Outcome:
    """Play a scene on a database of this kind, made for it alone."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        if database == "sqlite":
            return play(scene, seed, Path(folder), f"sqlite:///{folder}/firm.db")
        with on_postgres() as (server, address):
            return play(scene, seed, Path(folder), address, server)


def scenes(payments: int, kills: int) -> list[tuple[str, Scene]]:
    """The four parts of a full run."""
    parts = (
        ("sqlite", Scene("SQLite, one run at a time", 0, 0, workers=2)),
        ("sqlite", Scene("SQLite, lease off, Auto Apply", 0, 0, workers=2, exclusive=False, auto_apply=True)),
        ("postgresql", Scene("PostgreSQL, one run at a time", 0, 0, restarts=8)),
        ("postgresql", Scene("PostgreSQL, lease off", 0, 0, exclusive=False, restarts=8)),
    )
    return [(database, replace(scene, payments=payments // 4, kills=-(-kills // 4))) for database, scene in parts]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play all scenes and print the figures; 1 when anything is bad or fewer were killed than asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.processes.kills", description=__doc__)
    parser.add_argument("--payments", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, nargs="+", default=[0, 1, 2, 3], help="the numbers of the scenes to play")
    asked = parser.parse_args(arguments)
    preload()
    outcomes = []
    for number in asked.only:
        database, scene = scenes(asked.payments, asked.kills)[number]
        outcomes.append(play_on(scene, asked.seed + number, database))
        print(outcomes[-1], flush=True)
        for problem in outcomes[-1].found.bad[:20]:
            print(f"  BAD {problem}")
    return tell(outcomes)


def tell(outcomes: Sequence[Outcome]) -> int:
    """The sum of all scenes."""
    bad = sum(len(outcome.found.bad) for outcome in outcomes)
    kills = sum(outcome.kills for outcome in outcomes)
    payments = sum(outcome.scene.payments for outcome in outcomes)
    restarts = sum(outcome.restarts for outcome in outcomes)
    seconds = sum(outcome.seconds for outcome in outcomes)
    print(f"real kills: {kills} SIGKILLs and {restarts} server restarts over {payments:,} payments, {bad} bad, {seconds:.0f} s")
    return 1 if bad or kills < sum(outcome.scene.kills for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
