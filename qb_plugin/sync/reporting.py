"""The reporter of a run: handed down once from where the lease is held, called whenever there is something to report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qb_plugin.model import Message, RowResult


def nothing() -> None:
    """What is done at the end where nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Takes rows' results and notices about the whole run. A row may have several results; its last one counts.

    `end` is called when every row has ended and nothing follows, while the lease is still held: what dies before it is through
    leaves a lease behind that was not given back, which tells the next run of it.
    """

    row: Callable[[RowResult], None]
    notice: Callable[[Message], None]
    end: Callable[[], None] = nothing


SILENT = Reporter(row=lambda _: None, notice=lambda _: None)  # for a run without a listener


class RunAborted(BaseException):
    """Ends a run's work where it stands, because a result could not be written down or shown; `failure` says why.

    Like GeneratorExit it is no failure of the work's own: nothing on its way may take it for one and go on sending. What
    is in flight is still written down.
    """

    def __init__(self, failure: BaseException) -> None:
        super().__init__(str(failure))
        self.failure = failure
