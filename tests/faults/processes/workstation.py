"""A workstation in a process of its own: the real practice, the real add-in, and a person who presses until nothing is left."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hostsim.addins.host_services import Callbacks, Options, Services, User
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.bulk_seed import seed_payments
from hostsim.practice.demo.firm import fill_demo_firm
from hostsim.practice.sql.connection import PracticeUnavailable
from qb_plugin.errors import AddInError, StartRefused
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.matching.form import MatchClients
from qb_plugin.model import Outcome
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.store.database import open_store
from qb_plugin.sync.context import Waits
from tests.faults.processes.books_process import Books
from tests.support.addin.open_leases import open_store_without_lease

TODAY = date(2026, 11, 20)
KEY = bytes(range(32))
# The simulator counts no calls here, and what a dead process had under way is carried out or lost within a second.
SWIFT = Limits(per_second=100_000, per_minute=100_000, batches_per_minute=100_000, in_flight=4, send_waits=(0.2,) * 20)
WAITS = Waits(call_limit=0.6, lag=0.2, margin=0.1)
ENDED = frozenset({Outcome.SYNCHRONIZED, Outcome.CHANGED, Outcome.FAILED, Outcome.NEEDS_DECISION})
PAUSE = 0.1
WATCHING = "started a run for this company"
PATIENCE = 60.0

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Order:
    """What a workstation is to do: press Export for `chunk` rows at a time (0: for all), starting anywhere (`seed`).

    `told` is the file that takes what its person reads, line by line, so that it outlives the process.
    """

    database: str
    values: Mapping[str, str]
    told: Path
    user: str = "Maria Ortiz"
    seed: int = 0
    chunk: int = 0
    exclusive: bool = True
    auto_apply: bool = False
    limits: Limits = SWIFT


@dataclass(slots=True)
class Listener:
    """The host's task: writes down what is told of each row."""

    told: Telling
    cancelled: bool = False
    hasty: bool = False
    ended: dict[str, str] = field(default_factory=dict)

    def row(self, row: Mapping[str, Any]) -> None:
        """A row's outcome, as it comes to be."""
        if row["outcome"] in ENDED:
            self.ended[row["id"]] = row["outcome"]
        if row["outcome"] in (Outcome.SYNCHRONIZED, Outcome.CHANGED):
            self.told.line(row["outcome"], row["id"])

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """Nobody looks."""

    def notice(self, text: str) -> None:
        """What is said of somebody else's run is read; nobody looks at the rest."""
        if WATCHING in text:
            self.told.line("said", text)


class Telling:
    """A file that several lives of a process add lines to; each line is one write."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def line(self, word: str, text: str) -> None:
        """Add a line."""
        os.write(self._file, f"{word} {text}\n".encode())


class Workstation:
    """One life of the process."""

    def __init__(self, order: Order, practice: Practice) -> None:
        self.order, self.telling = order, Telling(order.told)
        self.runtime = open_runtime(order, practice)
        self._form = ExportPayments(self.runtime)
        self._random = Random(f"{order.seed} {os.getpid()}")
        self._ended: set[str] = set()

    def finish(self) -> None:
        """Press until every row that the filters leave has come to its end."""
        self.runtime.settle_job.run()
        while rows := self._left():
            first = self._random.randrange(len(rows)) if self.order.chunk else 0
            self._press(rows[first : first + (self.order.chunk or len(rows))])

    def _left(self) -> list[str]:
        rows = self._form.rows(self._answer(), None)
        return [] if isinstance(rows, dict) else [identity for identity in rows.ids(0, rows.count) if identity not in self._ended]

    def _answer(self) -> dict[str, Any]:
        dates = {"from": "2000-01-01", "to": "2099-12-31"}
        return {**dates, "source": "payments", "hide_synchronized": True, "auto_apply": self.order.auto_apply}

    def _press(self, rows: Sequence[str]) -> None:
        listener = Listener(self.telling)
        summary = self._form.run("export", self._answer(), rows, {}, listener)
        self._ended |= set(listener.ended)
        if summary["level"] == "error":
            self.telling.line("said", summary["text"])
            time.sleep(PAUSE)


def open_runtime(order: Order, practice: Practice) -> Runtime:
    """The add-in over this practice; only its pauses are shorter."""
    options = Options(order.database, 8400, order.values, TODAY)
    host = Services("quickbooks", practice, User(order.user), options, Callbacks(), lambda _: KEY, lambda: TODAY)
    opened = open_store if order.exclusive else open_store_without_lease
    return Runtime(host, Parts(waits=WAITS, limits=order.limits, open_store=opened))


def work(order: Order, ready: Any = None) -> None:
    """The process: as a host does it, a database that fails is told, and a person tries again."""
    telling = Telling(order.told)
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # that a server's restart breaks its connections is no news here
    if ready is not None:
        ready.wait(PATIENCE)
    try:
        station = patiently(telling, lambda: Workstation(order, open_practice(order.database)))
        patiently(telling, station.finish)
    except Exception as surprise:
        telling.line("surprise", repr(surprise))
        raise


def patiently(telling: Telling, act: Callable[[], Made]) -> Made:
    """Try until the database lets it be done."""
    while True:
        try:
            return act()
        except (PracticeUnavailable, AddInError, StartRefused) as trouble:
            telling.line("trouble", str(trouble))
            time.sleep(PAUSE)


@dataclass(frozen=True, slots=True)
class Firm:
    """A practice with records to send, and those that must stay: `hidden` were hidden by hand."""

    order: Order
    practice: Practice
    runtime: Runtime
    rows: Sequence[str]
    hidden: Sequence[str]

    def as_user(self, number: int, **changes: Any) -> Order:
        """The order for one of several people."""
        return replace(self.order, user=f"Person {number}", seed=number, **changes)


@contextmanager
def open_firm(order: Order, books: Books, payments: int) -> Iterator[Firm]:
    """The demo firm, connected and matched, its own records hidden by hand, with so many payments more to be sent."""
    practice = open_practice(order.database)
    fill_demo_firm(practice.database, TODAY)
    runtime = open_runtime(order, practice)
    old = practice.ledger.snapshot({})
    hidden = list(old.refs(0, old.count))
    runtime.host.marks.put([{"ref": ref, "hidden": True} for ref in hidden])
    seed_payments(practice.database, payments, TODAY, order.seed)
    every = practice.ledger.snapshot({"kinds": ["payment"]})
    rows = sorted(set(every.refs(0, every.count)) - set(hidden))
    quickbooks = runtime.company.open_quickbooks()
    runtime.sign_in.prepare(quickbooks.accept_refresh_token(books.keys["realm"], books.keys["refresh_token"]))
    MatchClients(runtime).act("accept_all", {}, [], {})
    try:
        yield Firm(order, practice, runtime, rows, hidden)
    finally:
        runtime.close()
        practice.close()


def values_of(books: Books) -> dict[str, str]:
    """What the add-in is started with."""
    keys = books.keys
    return {"quickbooks": keys["base"], "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
