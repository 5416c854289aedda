"""Whether QuickBooks can be reached now: what its client last said of waits, and a look of our own once it has been quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from qb_plugin.clock import Clock
from qb_plugin.errors import AddInError, Unreachable
from qb_plugin.model import Connection, ConnectionState, Message, Reach
from qb_plugin.sync.context import SyncContext

WAITS = frozenset({"quickbooks_slow_down", "pace_own_calls", "pace_other_calls", "pace_places", "pace_database"})
AWAY = frozenset({"quickbooks_no_connection", "quickbooks_unreachable"})
SHORTEST = 3.0  # seconds that a wait is shown for which no length is known
QUIET = 300.0  # seconds after which a company that nobody has called is looked at


@dataclass(frozen=True, slots=True)
class Heard:
    """The last that was heard of QuickBooks, by the monotonic clock."""

    reach: Reach = Reach.ANSWERS
    at: float | None = None  # when QuickBooks last answered, or was last found away; None before the first time
    until: float = 0.0  # when a wait is over


class Reachability:
    """Hears the notices of waits and the outcome of reading; thread-safe."""

    def __init__(self, open_context: Callable[[Connection], SyncContext], clock: Clock) -> None:
        self._open_context, self._clock = open_context, clock
        self._heard, self._lock = Heard(), Lock()

    def hear(self, message: Message) -> None:
        """Take a notice of the QuickBooks client."""
        now = self._clock.monotonic()
        with self._lock:
            if message.key in AWAY:
                self._heard = Heard(Reach.AWAY, now)
            elif message.key in WAITS:
                seconds = message.values.get("seconds")
                until = now + (float(seconds) if isinstance(seconds, int | float) else SHORTEST)
                self._heard = Heard(Reach.WAITS, self._heard.at, until)

    @contextmanager
    def hearing(self, asked: bool) -> Iterator[None]:
        """Hear how the reading in the block went; `asked` is false where it may have been answered without QuickBooks."""
        try:
            yield
        except Unreachable as problem:
            self.hear(problem.message)
            raise
        if asked:
            self.answered()

    def answered(self) -> None:
        """QuickBooks has answered just now."""
        with self._lock:
            self._heard = Heard(Reach.ANSWERS, self._clock.monotonic())

    def now(self) -> Reach:
        """How QuickBooks stands; a wait that is over is none."""
        with self._lock:
            heard = self._heard
        return Reach.ANSWERS if heard.reach is Reach.WAITS and self._clock.monotonic() >= heard.until else heard.reach

    def look(self, connection: Connection) -> None:
        """Read the company, if it is signed in and has been quiet for long or was away; raises nothing that is QuickBooks' own."""
        quiet = self._heard.at is None or self._clock.monotonic() - self._heard.at >= QUIET
        if connection.state is not ConnectionState.CONNECTED or not (quiet or self.now() is Reach.AWAY):
            return
        try:
            self._open_context(connection).quickbooks.company()
        except Unreachable as problem:
            self.hear(problem.message)
        except AddInError:
            return  # it answered, or nothing is known: the sign-in says what is wrong
        else:
            self.answered()
