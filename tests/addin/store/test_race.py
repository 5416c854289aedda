"""Real processes at the same moment: each record is sent by exactly one, and nobody waits for the dead."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.errors import RunInProgress
from qb_plugin.store.database import open_store
from tests.support.addin.store_samples import REALM, StillClock, payment, sample_intents, sample_run

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 60.0


class QuickClock(StillClock):
    """Stands still, yet lets the others go on while somebody waits."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 10)


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    process = SPAWN.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def open_overlapping(url: str, name: str, numbers: list[int], ready: Any, won: Any) -> None:
    """Open the tables, make them if need be, and try to be the one who sends each payment, ten to a batch."""
    ready.wait(PATIENCE)
    mine: list[str] = []
    with closing(open_store(url, patience=PATIENCE)) as store:
        for start_at in range(0, len(numbers), 10):
            written = store.journal.open(sample_intents(numbers[start_at : start_at + 10], name), 0)
            mine += [intent.source.id for intent in written if intent]
    won.put((name, mine))


def test_of_two_processes_exactly_one_sends_each_payment(database_url: str) -> None:
    ready, won = SPAWN.Barrier(2), SPAWN.Queue()
    up, down = list(range(200)), list(range(299, 99, -1))
    processes = [start(open_overlapping, database_url, name, numbers, ready, won) for name, numbers in (("up", up), ("down", down))]
    winners = dict(won.get(timeout=PATIENCE) for _ in processes)
    for process in processes:
        process.join(PATIENCE)
    both = winners["up"] + winners["down"]
    assert len(both) == len(set(both)) == 300
    with closing(open_store(database_url)) as store:
        standing = store.journal.standing(REALM, [payment(number) for number in range(300)])
    assert {intent.source.id: intent.id.partition("-")[0] for intent in standing} == {
        number: name for name, numbers in winners.items() for number in numbers
    }


def count_under_lock(url: str, file: Path, times: int, ready: Any) -> None:
    """Read a number, wait a little, write the next: two who do so at once lose one."""
    with closing(open_store(url, QuickClock(), patience=PATIENCE)) as store:
        ready.wait(PATIENCE)
        for _ in range(times):
            with store.tokens.lock():
                number = int(file.read_text(encoding="ascii"))
                os.sched_yield()
                file.write_text(str(number + 1), encoding="ascii")


def test_only_one_process_at_a_time_refreshes_the_tokens(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("0", encoding="ascii")
    ready = SPAWN.Barrier(3)
    processes = [start(count_under_lock, database_url, file, 15, ready) for _ in range(3)]
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert file.read_text(encoding="ascii") == "45"


def hold_until_killed(url: str, held: Any) -> None:
    with closing(open_store(url)) as store, store.tokens.lock():
        store.leases.take(REALM, sample_run())
        held.set()
        while True:
            signal.pause()


def test_what_a_killed_process_held_is_free_at_once(database_url: str) -> None:
    held = SPAWN.Event()
    process = start(hold_until_killed, database_url, held)
    assert held.wait(PATIENCE)
    clock = StillClock()
    with closing(open_store(database_url)) as store:
        with pytest.raises(RunInProgress):
            store.leases.take(REALM, sample_run("second"))
        process.kill()
        process.join(PATIENCE)
        assert store.leases.take(REALM, sample_run("second")).fence == 2
    with closing(open_store(database_url, clock)) as store, store.tokens.lock():
        assert clock.slept == []
