"""A QuickBooks simulator in a process of its own, which its starter asks over a pipe; it lives on whoever else is killed."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.server.server import fill, start
from hostsim.qbo_simulator.simulator import QuickBooks
from qb_plugin.sync.markers import find_marker

# Starting a process anew takes as long as a fork where there is a server that has imported everything already.
FORKS = "forkserver" in multiprocessing.get_all_start_methods()
CONTEXT: Any = multiprocessing.get_context("forkserver" if FORKS else "spawn")
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment that carries a marker, as it stands in the books; `source` is the record the marker names."""

    id: str
    source: str
    customer: str
    amount: Decimal
    date: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What was asked of the sign-in service: token calls, how many were refused, how often the refresh token turned."""

    calls: int = 0
    token_calls: int = 0
    refused: int = 0
    rotations: int = 0


class CountingBooks(QuickBooks):
    """The simulator; it counts what is asked of its sign-in service."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings=settings)
        self.token_calls = self.refused = self.rotations = 0

    def handle(self, request: Request) -> Response | LostAnswer:
        """Answer one call, and count it when it asks for tokens."""
        if not request.path.endswith("/tokens/bearer"):
            return super().handle(request)
        with self.lock:
            before = self._refresh_tokens()
            answer = super().handle(request)
            self.token_calls += 1
            self.refused += isinstance(answer, LostAnswer) or answer.status != 200
            self.rotations += before != self._refresh_tokens()
            return answer

    def _refresh_tokens(self) -> list[str]:
        return [grant.refresh for grant in self.vault.grants.values()]

    def figures(self) -> Figures:
        """The counts so far."""
        return Figures(self.log.count, self.token_calls, self.refused, self.rotations)

    def booked(self) -> list[Booked]:
        """Every payment with a marker, past all lag."""
        with self.lock:
            self.run_due(self.clock.now())
            company = next(iter(self.realms.values()))
            found = [(record, find_marker(record.get("PrivateNote"))) for record in company.all("Payment")]
            return [as_booked(record, str(marker.source)) for record, marker in found if marker]

    def standing(self) -> int:
        """How many payments of more than nothing there are."""
        with self.lock:
            return sum(1 for record in next(iter(self.realms.values())).all("Payment") if record["TotalAmt"])

    def over_applied(self) -> list[str]:
        """Invoices with less than nothing open, or more than they come to."""
        with self.lock:
            invoices = next(iter(self.realms.values())).all("Invoice")
            return [str(bill["DocNumber"]) for bill in invoices if not 0 <= bill["Balance"] <= bill["TotalAmt"]]


def as_booked(record: Mapping[str, Any], source: str) -> Booked:
    """As much of a payment as is compared."""
    return Booked(record["Id"], source, record["CustomerRef"]["value"], Decimal(record["TotalAmt"]), record["TxnDate"])


def serve(pipe: Connection, today: date, switches: Mapping[str, Any]) -> None:
    """The process: answers over HTTP, and over the pipe what its starter asks."""
    core = CountingBooks(Settings(**switches))
    fill(core, "demo", today)
    running = start(core, lambda: None)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # callers that were killed are no news here
    answers: Mapping[str, Callable[..., Any]] = {
        "count": lambda: len(next(iter(core.realms.values())).tables["Payment"].rows),
        "booked": core.booked,
        "standing": core.standing,
        "over_applied": core.over_applied,
        "figures": core.figures,
        "switch": lambda **changes: core.change_settings(**changes) and None,
        "trouble": lambda **given: core.add_trouble(**given) and None,
    }
    pipe.send(running.credentials())
    while (asked := pipe.recv()) is not None:
        name, given = asked
        pipe.send(answers[name](**given))
    running.stop()


class Books:
    """The simulator as its starter sees it; `keys` has client id, secret, realm, refresh token and address."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.keys: Mapping[str, str] = self._answer()

    @property
    def address(self) -> str:
        """Where it answers."""
        return self.keys["base"]

    def ask(self, name: str, **given: Any) -> Any:
        """Ask over the pipe."""
        self._pipe.send((name, given))
        return self._answer()

    def booked(self) -> Sequence[Booked]:
        """Every payment with a marker."""
        return list(self.ask("booked"))

    def figures(self) -> Figures:
        """What was asked of the sign-in service."""
        found: Figures = self.ask("figures")
        return found

    def _answer(self) -> Any:
        if not self._pipe.poll(PATIENCE):
            raise TimeoutError("the simulator does not answer")
        return self._pipe.recv()


@contextmanager
def running_books(today: date, **switches: Any) -> Iterator[Books]:
    """A simulator of the demo company until the block ends; `switches` are those of its settings."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=serve, args=(theirs, today, switches), daemon=True)
    process.start()
    try:
        yield Books(ours)
        ours.send(None)
        process.join(PATIENCE)
    finally:
        process.kill()
        process.join()
