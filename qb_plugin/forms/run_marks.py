"""The host's marks of a run's rows: set in groups while it goes on, and again later when the host cannot set them now."""

from __future__ import annotations

from qb_plugin.forms.services import MarkQueue
from qb_plugin.host import MarkChange
from qb_plugin.sync.run import RunPorts

GROUP = 500  # marks are set as soon as so many wait
SECONDS = 1.0  # and wait for others at most so long
LONGEST_PAUSE = 60.0  # seconds between two tries while the host's database is away
LAST_WAITS = (1.0, 1.0, 2.0, 4.0)  # seconds between the tries at the end of a run


class RunMarks:
    """Marks rows as they end. A host that cannot be written to is tried again; nothing of that reaches the run."""

    def __init__(self, queue: MarkQueue, ports: RunPorts) -> None:
        self._queue, self._clock = queue, ports.clock
        self._pause = SECONDS
        self._due = self._clock.monotonic() + SECONDS

    def add(self, change: MarkChange) -> None:
        """Let a mark wait for its group."""
        self._queue.add(change)

    def write_if_due(self) -> None:
        """Set the marks that wait, once they are many or old; after a failure only time makes them due."""
        many = len(self._queue) >= GROUP and self._pause == SECONDS
        if many or self._clock.monotonic() >= self._due:
            self._write()

    def write_last(self) -> str:
        """Set what waits, with some more tries; the name of the last failure, or nothing when all are set."""
        failure = self._write()
        for seconds in LAST_WAITS if failure else ():
            self._clock.sleep(seconds)
            failure = self._write()
            if not failure:
                break
        return failure

    def _write(self) -> str:
        failure = ""
        try:
            self._queue.write()
        except Exception as error:  # the host's own trouble: its text may hold client data, its name does not
            failure = type(error).__name__
        self._pause = min(2 * self._pause, LONGEST_PAUSE) if failure else SECONDS
        self._due = self._clock.monotonic() + self._pause
        return failure
