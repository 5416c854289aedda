"""`python -m tests.faults.processes.crowd`: many processes export the same rows at once; every refresh turns the token."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from qb_plugin.model import ConnectionState
from tests.faults.processes.books_process import CONTEXT, Books, Figures, running_books
from tests.faults.processes.inspection import Inspection, inspect
from tests.faults.processes.kills import on_postgres, preload
from tests.faults.processes.workstation import TODAY, Firm, Order, open_firm, values_of, work

# The add-in renews a token that ends within three minutes, so this one is renewed every four seconds and not at every call.
TOKEN_SECONDS = 184
TURNING = {"access_token_seconds": TOKEN_SECONDS, "rotate_after": 0.0, "rotation_grace": 0.0}
EXPIRED = 0.05  # the share of batches that meet a token which has ended before its time
PATIENCE = 240.0
BUSY = re.compile(
    r"^Person \d+ started a run for this company at \d\d:\d\d \((\d+) of (\d+) done\)\. "
    r"(Nothing was sent\.|Watching it: nothing of yours is sent\.)"
)
OVER = re.compile(r"^The run that Person \d+ started at \d\d:\d\d is over\. Nothing of yours was sent: press the button again")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many processes, how many rows, and whether one run at a time is kept to."""

    name: str
    rows: int
    processes: int
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `bad` has what the inspection found, and what else is wrong."""

    crowd: Crowd
    found: Inspection
    figures: Figures
    bad: Sequence[str]
    seconds: float

    def __str__(self) -> str:
        crowd, found, figures = self.crowd, self.found, self.figures
        return (
            f"{crowd.name}: {crowd.processes} processes, {crowd.rows:,} rows, {found.saved:,} in QuickBooks once each, "
            f"{found.refused:,} refused, {len(self.bad)} bad; {figures.token_calls} token calls, {figures.rotations} rotations, "
            f"{figures.refused} refused; {len(found.said)} times told who is running, {self.seconds:.0f} s"
        )


def play(crowd: Crowd, folder: Path, database: str) -> Outcome:
    """Let all of them begin at the same moment, and wait until the last one has nothing left to do."""
    begun = time.monotonic()
    with running_books(TODAY, **TURNING) as books:
        order = Order(database, values_of(books), folder / "told", exclusive=crowd.exclusive, seed=7)
        with open_firm(order, books, crowd.rows) as firm:
            for when in ({"nth": 2, "times": 1}, {"probability": EXPIRED, "seed": 3}):
                books.ask("trouble", kind="token_expired", match={"path": "batch"}, **when)
            files = [folder / f"told-{number}" for number in range(crowd.processes)]
            late = let_them_press(firm, files)
            found, figures = inspect(firm, books, files), books.figures()
            return Outcome(crowd, found, figures, judge(firm, books, found, figures, late), time.monotonic() - begun)


def let_them_press(firm: Firm, files: Sequence[Path]) -> int:
    """Everybody presses; how many did not come to an end."""
    ready = CONTEXT.Barrier(len(files))
    orders = [replace(firm.as_user(number), told=file) for number, file in enumerate(files)]
    processes: list[BaseProcess] = [CONTEXT.Process(target=work, args=(order, ready), daemon=True) for order in orders]
    for process in processes:
        process.start()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(deadline - time.monotonic(), 0))
    late = sum(process.exitcode != 0 for process in processes)
    for process in processes:
        process.kill()
        process.join()
    return late


def judge(firm: Firm, books: Books, found: Inspection, figures: Figures, late: int) -> list[str]:
    """Everything that is wrong."""
    bad = list(found.bad)
    if late:
        bad.append(f"{late} processes did not come to their end")
    if firm.runtime.connection().state is not ConnectionState.CONNECTED:
        bad.append("the firm was thrown out of its sign-in")
    if figures.refused or figures.token_calls != figures.rotations:
        bad.append(f"{figures.token_calls} token calls, {figures.rotations} rotations, {figures.refused} refused")
    over = sum(OVER.match(text) is not None for text in found.said)
    if over > sum(is_kind(text) for text in found.said):
        bad.append("somebody was told of an end without having been told how far it was")
    return bad + [f"told: {text}" for text in found.said if not is_kind(text) and not OVER.match(text)]


def is_kind(text: str) -> bool:
    """Whether the second person reads who is running, since when and how far."""
    match = BUSY.match(text)
    return match is not None and 0 <= int(match[1]) <= int(match[2])


def play_on(crowd: Crowd, database: str) -> Outcome:
    """Play on a database of this kind, made for it alone."""
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder:
        if database == "sqlite":
            return play(crowd, Path(folder), f"sqlite:///{folder}/firm.db")
        with on_postgres() as (_, address):
            return play(crowd, Path(folder), address)


def crowds(rows: int, processes: int) -> list[tuple[str, Crowd]]:
    """With and without the lease on both databases."""
    return [
        (database, Crowd(f"{database}, lease {'on' if exclusive else 'off'}", rows, processes, exclusive))
        for database in ("sqlite", "postgresql")
        for exclusive in (True, False)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play with and without the lease on both databases and print the figures; 1 when anything is bad."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.processes.crowd", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    asked = parser.parse_args(arguments)
    preload()
    bad = 0
    for database, crowd in crowds(asked.rows, asked.processes):
        if database in asked.databases:
            outcome = play_on(crowd, database)
            print(outcome, flush=True)
            for problem in outcome.bad[:20]:
                print(f"  BAD {problem}")
            bad += len(outcome.bad)
    print(f"the same {asked.rows:,} rows from {asked.processes} processes at once: {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
