"""`python -m tests.faults.processes.undo_kills`: undos from the terminal are killed and begun again; both ledgers are compared."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.processes.books_process import CONTEXT, FORKS, Books, running_books
from tests.faults.processes.kills import on_postgres
from tests.faults.processes.ledger_states import QuickBooksDesk, read_states
from tests.faults.processes.terminal_process import Press, begin
from tests.faults.processes.undo_verdict import After, judge
from tests.faults.processes.undone_run import ARGUMENTS, fill, read_made, touch
from tests.faults.processes.workstation import TODAY, Firm, Order, open_firm, values_of

POLL, SLOW_POLL = 0.01, 0.1
PATIENCE = 300.0
ENDED = (0, -9)  # the exit codes of a press that ended, or was killed
# QuickBooks has carried a call out before it answers; seconds from one to the other. A control's deaths shall fall between the two,
# those of the others among many rounds, however quick the machine is.
LATE_ANSWER, ANSWER = 0.5, 0.1
EARLY = 0.25  # the share of processes that are killed while they start, read or settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A run of so many rows that is undone, and how often the undo is killed; `control` is a way known to be wrong."""

    name: str
    rows: int
    kills: int
    form: str = "export-payments"
    void: bool = False
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a scene; `kept` has the sentences of the rows that stayed, by row."""

    scene: Scene
    kills: int
    at_work: int  # of the kills, those while rows were left
    undone: int
    kept: Mapping[str, str]
    bad: Sequence[str]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.scene.name}: {self.scene.rows:,} rows, {self.kills} kills ({self.at_work} while rows were left), "
            f"{self.undone:,} undone, {len(self.kept)} refused, {len(self.bad)} bad, {self.seconds:.0f} s"
        )


@dataclass(slots=True)
class Terminal:
    """A person at the terminal, who reads what each press printed."""

    order: Order
    folder: Path
    presses: int = field(default=0)

    def press(self, form: str, *arguments: str, control: str = "") -> Press:
        """The next press."""
        self.presses += 1
        printed = self.folder / f"printed-{self.presses}.json"
        order = self.order
        return Press(database=order.database, values=order.values, form=form, arguments=arguments, printed=printed, control=control)

    def finish(self, form: str, *arguments: str, control: str = "") -> Any:
        """Press, wait until it has ended, and read what it printed."""
        press = self.press(form, *arguments, control=control)
        process = begin(press)
        process.join(PATIENCE)
        process.kill()
        process.join()
        return json.loads(press.printed.read_text("utf-8"))


@dataclass(slots=True)
class Deaths:
    """Chooses the moments: after so many rows more are gone, or at some time while the process starts, reads or settles."""

    scene: Scene
    random: Random
    left: Callable[[], int]
    kills: int = 0
    at_work: int = 0

    def haunt(self, start: Callable[[], Any]) -> None:
        """Start the undo again and again until every kill was made, and let nothing of it end before while rows are left."""
        while self.kills < self.scene.kills:
            process, begun = start(), time.monotonic()
            left = now = self.left()
            rows, seconds = self._moment(left)
            while process.is_alive() and left - (now := self.left()) < rows and time.monotonic() - begun < seconds:
                time.sleep(SLOW_POLL if self.scene.void else POLL)
            if process.is_alive():
                process.kill()
                self.kills += 1
                self.at_work += now > 0
            process.join()
            if process.exitcode not in ENDED:
                raise ChildProcessError(f"a press of undo broke off with {process.exitcode}")

    def _moment(self, left: int) -> tuple[int, float]:
        """Dies when so many rows more are gone, or after so many seconds."""
        if not left or self.random.random() < EARLY:
            return sys.maxsize, self.random.uniform(0.05, 2.0)
        return self.random.randint(1, max(3 * left // (2 * (self.scene.kills - self.kills)), 1)), PATIENCE


def play(scene: Scene, seed: int, folder: Path, database: str) -> Outcome:
    """Play one scene to its end."""
    begun = time.monotonic()
    with open_scene(scene, seed, folder, database) as (firm, books, desk):
        before, standing = read_states(desk, firm.practice), count_standing(scene, firm, books)
        terminal = Terminal(firm.order, folder)
        made = read_made(firm, scene.form, terminal.finish(scene.form, *ARGUMENTS[scene.form]))
        undo = ("--run", made.run, *(("--how", "void") if scene.void else ()), "--all")
        made = touch(made, firm, desk)
        said = terminal.finish("undo", *undo, "--dry-run")
        seconds = LATE_ANSWER if scene.control else ANSWER
        books.ask("trouble", kind="slow", seconds=seconds, probability=1.0, match={"path": "batch"})
        deaths = Deaths(scene, Random(seed), lambda: count_standing(scene, firm, books) - standing - len(made.touched))
        deaths.haunt(lambda: begin(terminal.press("undo", *undo, control=scene.control)))
        last = [terminal.finish("undo", *undo, control=scene.control) for _ in range(2)][-1]
        after = After(said=said["rows"], last=last["rows"], states=read_states(desk, firm.practice), void=scene.void)
        bad = list(judge(firm, made, before, after))
    return Outcome(
        scene=scene,
        kills=deaths.kills,
        at_work=deaths.at_work,
        undone=len(made.rows) - len(after.last),
        kept={row["id"]: row["message"] for row in after.last},
        bad=bad,
        seconds=time.monotonic() - begun,
    )


def count_standing(scene: Scene, firm: Firm, books: Books) -> int:
    """How many payments stand on the side from which the undo takes them; what is void must be looked for, the rest is counted."""
    if scene.form == "export-payments":
        return int(books.ask("standing" if scene.void else "count"))
    return int(firm.practice.ledger.snapshot({"kinds": ["payment"]}).count)


@contextmanager
def open_scene(scene: Scene, seed: int, folder: Path, database: str) -> Iterator[tuple[Firm, Books, QuickBooksDesk]]:
    """The firm, matched, with rows to export, or as many payments to import in QuickBooks."""
    is_export = scene.form == "export-payments"
    with ExitStack() as stack:
        books = stack.enter_context(running_books(TODAY))
        order = Order(database, values_of(books), folder / "told", seed=seed)
        firm = stack.enter_context(open_firm(order, books, scene.rows if is_export else 0))
        desk = QuickBooksDesk(books)
        stack.callback(desk.close)
        if not is_export:
            fill(firm, desk, scene.rows)
        yield firm, books, desk


def preload() -> None:
    """Let new processes be forks of one that has imported everything."""
    if FORKS:
        CONTEXT.set_forkserver_preload(["tests.faults.processes.workstation", "tests.faults.processes.terminal_process"])


def play_on(scene: Scene, seed: int, database: str) -> Outcome:
    """Play a scene on a database of this kind, made for it alone."""
    with tempfile.TemporaryDirectory(prefix="undo-kills-") as folder:
        if database == "sqlite":
            return play(scene, seed, Path(folder), f"sqlite:///{folder}/firm.db")
        with on_postgres() as (_, address):
            return play(scene, seed, Path(folder), address)


def scenes(rows: int, kills: int) -> list[tuple[str, Scene]]:
    """The parts of a full run: a run of so many rows in each, and the kills shared among them."""
    parts = (
        ("sqlite", Scene(name="export deleted, SQLite", rows=rows, kills=0)),
        ("postgresql", Scene(name="export voided, PostgreSQL", rows=rows, kills=0, void=True)),
        ("sqlite", Scene(name="import removed, SQLite", rows=rows, kills=0, form="import-payments")),
    )
    return [(database, replace(scene, kills=-(-kills // len(parts)))) for database, scene in parts]


#: An undo that writes its intents down when their answers are there: what a killed one took away is not known to the next.
CONTROLLED = ("sqlite", Scene(name="undo saved after the call", rows=120, kills=8, control="saved after"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the scenes and print the figures; 1 when anything is bad or fewer were killed than asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.processes.undo_kills", description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", default="", help="undo in this wrong way")
    parser.add_argument("--only", type=int, nargs="+", default=[0, 1, 2], help="the numbers of the scenes to play")
    asked = parser.parse_args(arguments)
    preload()
    outcomes = []
    for number in asked.only:
        database, scene = scenes(asked.rows, asked.kills)[number]
        outcomes.append(play_on(replace(scene, control=asked.control), asked.seed + number, database))
        print(outcomes[-1], flush=True)
        for line in (*outcomes[-1].kept.items(), *(("BAD", problem) for problem in outcomes[-1].bad[:20])):
            print(f"  {' '.join(line)}")
    return 1 if any(outcome.bad or outcome.kills < outcome.scene.kills for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
