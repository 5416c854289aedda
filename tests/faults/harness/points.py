"""The points at which a process can die: right before every commit takes effect, and on either side of every send.

Between a commit and the next point nothing lasts, so dying after it is dying before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import TimeoutError

from qb_plugin.clock import Clock
from qb_plugin.store.sql.connections import Database


class Killed(BaseException):
    """The process dies here: no handler of the product's may catch it, and nothing it does afterwards counts."""


class Points:
    """Counts the points that one process passes, and kills it at the one chosen."""

    def __init__(self, kill_at: int | None = None) -> None:
        self._kill_at = kill_at
        self.passed: list[str] = []
        self.dead = False

    def reach(self, name: str) -> None:
        """Pass a point, or die."""
        self.check()
        if len(self.passed) == self._kill_at:
            self.dead = True
            raise Killed(name)
        self.passed.append(name)

    def ask_database(self) -> None:
        """The database answers."""

    def check(self) -> None:
        """A dead process does nothing more, though its `finally` blocks still run here."""
        if self.dead:
            raise Killed("dead already")


AWAY = 6.0  # seconds


class Outage(Points):
    """Counts the points, and at the one chosen the database goes away for some seconds; nobody dies."""

    def __init__(self, begins_at: int | None, monotonic: Callable[[], float], seconds: float = AWAY) -> None:
        super().__init__()
        self._begins_at, self._monotonic, self._seconds = begins_at, monotonic, seconds
        self._ends: float | None = None

    def reach(self, name: str) -> None:
        """Pass a point; what was to be committed now is not."""
        if len(self.passed) == self._begins_at:
            self._ends = self._monotonic() + self._seconds
        super().reach(name)
        if name == "commit":
            self.ask_database()

    def ask_database(self) -> None:
        """No answer while it is away."""
        if self._ends is not None and self._monotonic() < self._ends:
            raise TimeoutError("the database is away")


class WatchedDatabase(Database):
    """The add-in's database as one process uses it: every commit that writes is a point of it.

    A listener at the engine would see the same, but then each statement looks for listeners.
    """

    def __init__(self, engine: Engine, clock: Clock, points: Points) -> None:
        super().__init__(engine, clock, server_time=False)
        self._points = points

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As the product's, while the database answers."""
        with super().read() as connection:
            self._points.ask_database()
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """As the product's; its commit is a point."""
        with super().write() as connection:
            self._points.ask_database()
            yield connection
            self._points.reach("commit")


class Watch:
    """Makes every commit that writes a point of the process that lives now; an engine outlives many processes.

    `option` is the execution option by which a writing connection is known.
    """

    def __init__(self, engine: Engine, option: str) -> None:
        self.points = Points()
        self._option = option
        event.listen(engine, "commit", self._before_commit)
        event.listen(engine, "checkout", lambda *_: self.points.ask_database())

    def _before_commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get(self._option):
            self.points.reach("commit")
