"""A run of three rows: its host, connected without QuickBooks, and the work that reports how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from qb_plugin.model import Application, Connection, ConnectionState, Message, Outcome, Ref, RowResult
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.sync.lease import LeasedRun
from tests.support.hosts.text_host import TextHost
from tests.support.virtual_clock import VirtualClock

REALM = "9130"
CONNECTED = Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator")
IDS = ["payment:1", "payment:2", "payment:3"]


@contextmanager
def connected(host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in, connected; nothing here calls QuickBooks."""
    with closing(Runtime(host, Parts(clock=clock))) as runtime:
        runtime.store.tokens.save_connection(CONNECTED)
        yield runtime


def ended(
    identity: str,
    outcome: Outcome = Outcome.SYNCHRONIZED,
    *,
    quickbooks_id: str | None = None,
    source: Ref | None = None,
    applied: tuple[Application, ...] = (),
    message: Message | None = None,
) -> RowResult:
    """A row's result: its last one, unless it says that it goes on."""
    return RowResult(id=identity, outcome=outcome, quickbooks_id=quickbooks_id, source=source, applied=applied, message=message)


def reporting(*results: RowResult) -> Callable[[LeasedRun], None]:
    """Work that reports these results."""

    def work(run: LeasedRun) -> None:
        for result in results:
            run.reporter.row(result)

    return work


def failing(failure: Exception) -> Callable[[LeasedRun], None]:
    """Work of which one row ends and one is on its way when it fails."""

    def work(run: LeasedRun) -> None:
        run.reporter.row(ended("payment:1"))
        run.reporter.row(ended("payment:2", Outcome.RUNNING))
        raise failure

    return work
