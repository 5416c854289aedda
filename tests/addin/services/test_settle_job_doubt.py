"""The settle job with doubt left by a process that died: a run of its own, in the history and in the host's marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from qb_plugin.errors import Unreachable
from qb_plugin.model import Connection, ConnectionState, Entity, Message, Outcome
from qb_plugin.quickbooks.http.call_scope import CallPurpose, CallScope, current_scope
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.services.settle_job import SettleJob
from qb_plugin.sync.context import SyncContext
from tests.support.addin.interrupted_runs import send_and_die
from tests.support.addin.quickbooks_memory import FakeBooks
from tests.support.addin.scripted_sends import LOST
from tests.support.addin.sync_firm import REALM, Firm, payment
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.virtual_clock import VirtualClock

CONNECTED = Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator")
ROWS = (payment(1), payment(2, client=2))


class WatchedBooks(FakeBooks):
    """QuickBooks that notes for whom it is asked, and may be away."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.scopes: list[CallScope] = []
        self.away = False

    def created_since(self, *arguments: object) -> object:  # type: ignore[override]
        """Note it, and show what is there."""
        self.scopes.append(current_scope())
        if self.away:
            raise Unreachable(Message("quickbooks_unreachable"))
        return super().created_since(*arguments)  # type: ignore[arg-type]


@dataclass(slots=True)
class Scene:
    """A firm in whose tables two payments stand in doubt, though QuickBooks has saved them."""

    firm: Firm
    books: WatchedBooks
    host: TextHost
    runtime: Runtime
    job: SettleJob

    def states(self) -> dict[str, tuple[str, str]]:
        """The host's marks."""
        return {ref: (mark.state, mark.external_id) for ref, mark in self.host.marks.marks.items()}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    firm = Firm(tmp_path)
    books = WatchedBooks(firm.clock)
    books.customers_, firm.quickbooks = firm.quickbooks.customers_, books
    for row in ROWS:
        firm.quickbooks.script(row.ref, LOST)
    send_and_die(firm, *ROWS)
    host = TextHost(FakeLedger([], [], []), firm.url, {"quickbooks": "http://127.0.0.1:8401"}, date(2026, 11, 20))
    with closing(firm.store), closing(Runtime(host, Parts(clock=firm.clock))) as runtime:
        runtime.store.tokens.save_connection(CONNECTED)
        yield Scene(firm, books, host, runtime, settle_job(runtime, host, lambda _: firm.context))


def settle_job(runtime: Runtime, host: TextHost, open_context: Callable[[Connection], SyncContext]) -> SettleJob:
    return SettleJob(
        company=runtime.company,
        open_context=open_context,
        run_ports=runtime.run_ports,
        marks=host.marks,
        waiting=runtime.mark_queue,
        links=runtime.links,
    )


def test_doubt_is_settled_in_a_run_of_its_own(scene: Scene) -> None:
    assert len(scene.firm.open_intents()) == 2
    scene.job.run()
    assert scene.firm.open_intents() == []
    saved = {link.source: link.quickbooks_id for link in scene.runtime.links.all_of(REALM, Entity.PAYMENT)}
    assert scene.states() == {str(row.ref): ("synchronized", saved[row.ref]) for row in ROWS}
    (run,) = scene.runtime.store.runs.latest(REALM, 5)
    assert (run.action, run.total, run.done, run.user) == ("settle", 2, 2, "Lee Park")
    assert (run.finished, run.counts["done"]) == (scene.firm.clock.now(), 2)
    rows = {row.id: row.outcome for row in scene.runtime.store.runs.results(run.id)}
    assert rows == {str(row.ref): Outcome.SYNCHRONIZED for row in ROWS}
    assert scene.runtime.store.leases.current(REALM) is None


def test_forms_go_first_and_nobody_calls_the_job_back(scene: Scene) -> None:
    scene.job.run()
    assert [(scope.purpose, scope.stop()) for scope in scene.books.scopes] == [(CallPurpose.RUN, False)]
    assert current_scope().purpose is CallPurpose.FORM


def test_a_quickbooks_that_is_away_leaves_the_doubt_to_the_next_time(scene: Scene) -> None:
    scene.books.away = True
    scene.job.run()
    assert len(scene.firm.open_intents()) == 2
    (run,) = scene.runtime.store.runs.latest(REALM, 5)
    assert (run.finished is not None, run.counts["not_confirmed"]) == (True, 2)
    scene.books.away = False
    scene.job.run()
    assert scene.firm.open_intents() == []


def test_doubt_that_was_settled_fully_is_left_to_a_person(scene: Scene) -> None:
    scene.firm.store.journal.mark_fully_settled([intent.id for intent in scene.firm.open_intents()])
    scene.job.run()
    assert scene.runtime.store.runs.latest(REALM, 5) == []
    assert scene.books.scopes == []


def test_one_that_was_not_settled_fully_takes_the_others_along(scene: Scene) -> None:
    first, _ = scene.firm.open_intents()
    scene.firm.store.journal.mark_fully_settled([first.id])
    scene.job.run()
    assert scene.firm.open_intents() == []


def test_a_run_of_somebody_else_goes_on_and_the_doubt_waits(scene: Scene) -> None:
    lease = scene.runtime.store.leases.take(REALM, scene.runtime.new_run("export-payments", 1))
    scene.job.run()
    assert len(scene.firm.open_intents()) == 2
    scene.runtime.store.leases.release(lease)


def test_marks_are_repaired_once_for_each_company(scene: Scene) -> None:
    scene.job.run()
    scene.host.marks.put([{"ref": "payment:1", "state": ""}])
    scene.job.run()
    assert scene.states()["payment:1"][0] == ""
    scene.runtime.store.tokens.save_connection(Connection(ConnectionState.CONNECTED, "4", "Another", "simulator"))
    scene.job.run()
    scene.runtime.store.tokens.save_connection(CONNECTED)
    scene.job.run()
    assert scene.states()["payment:1"][0] == "synchronized"


def test_a_mark_that_still_waits_is_set_and_then_held_against_the_links(scene: Scene) -> None:
    scene.job.run()
    scene.runtime.mark_queue.add({"ref": "payment:1", "state": "failed"})
    scene.runtime.mark_queue.add({"ref": "payment:7", "state": "synchronized"})
    scene.job.run()
    assert {ref: state for ref, (state, _) in scene.states().items()} == {
        "payment:1": "synchronized", "payment:2": "synchronized", "payment:7": "",
    }  # fmt: skip
