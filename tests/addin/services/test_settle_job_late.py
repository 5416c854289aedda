"""The settle job with a row that was withdrawn and turns up in QuickBooks after all: looked for at the start and once an hour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from qb_plugin.model import Connection, ConnectionState, Intent, Outcome
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.services.settle_job import LOOK_EVERY, SettleJob
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.withdrawing.withdrawal import withdraw
from tests.support.addin.scripted_sends import LOST
from tests.support.addin.sync_firm import REALM, Firm, collect, payment
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger

CONNECTED = Connection(ConnectionState.CONNECTED, REALM, "Alder & Finch", "simulator")
ANOTHER = "4"
ROW = payment(1, reference="4411")


@dataclass(slots=True)
class Scene:
    """A firm that gave up a payment that never arrived, and the job that looks for it; `asked` is the company of its ports."""

    firm: Firm
    host: TextHost
    runtime: Runtime
    sent: Intent
    asked: str = REALM

    def context(self, connection: Connection) -> SyncContext:
        return replace(self.firm.context, realm=self.asked)

    def job(self) -> SettleJob:
        """The job of a process that starts."""
        return SettleJob(
            company=self.runtime.company,
            open_context=self.context,
            run_ports=self.runtime.run_ports,
            marks=self.host.marks,
            waiting=self.runtime.mark_queue,
            links=self.runtime.links,
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    firm = Firm(tmp_path)
    sent = give_up(firm)
    host = TextHost(FakeLedger([], [], []), firm.url, {"quickbooks": "http://127.0.0.1:8401"}, date(2026, 11, 20))
    with closing(firm.store), closing(Runtime(host, Parts(clock=firm.clock))) as runtime:
        runtime.store.tokens.save_connection(CONNECTED)
        yield Scene(firm, host, runtime, sent)


def give_up(firm: Firm) -> Intent:
    """Export the row in vain, withdraw it, and let QuickBooks work from then on; what was sent."""
    firm.quickbooks.broken.add(ROW.ref)
    firm.export(ROW)
    [intent] = firm.open_intents()
    collect(lambda run: withdraw(firm.context, run, {ROW.ref}))
    firm.quickbooks.broken.clear()
    return intent


def test_what_turned_up_is_adopted_at_the_start_in_a_run_of_its_own(scene: Scene) -> None:
    scene.firm.quickbooks.save_late(scene.sent)
    scene.job().run()
    [saved] = scene.firm.quickbooks.payments_saved()
    link = scene.firm.link(ROW)
    assert link
    assert link.quickbooks_id == saved.id
    assert {ref: (m.state, m.external_id) for ref, m in scene.host.marks.marks.items()} == {
        str(ROW.ref): ("synchronized", saved.id)
    }
    [run] = scene.runtime.store.runs.latest(REALM, 5)
    assert (run.action, run.total, run.done, run.counts["done"]) == ("settle", 1, 1, 1)
    assert [(row.id, row.outcome) for row in scene.runtime.store.runs.results(run.id)] == [(str(ROW.ref), Outcome.SYNCHRONIZED)]


def test_what_was_not_found_is_looked_for_again_after_an_hour(scene: Scene) -> None:
    job = scene.job()
    job.run()
    scene.firm.quickbooks.save_late(scene.sent)
    scene.firm.clock.move(LOOK_EVERY - 1)
    job.run()
    assert scene.firm.link(ROW) is None
    scene.firm.clock.move(1)
    job.run()
    assert scene.firm.link(ROW)


def test_nothing_is_asked_and_no_run_begun_while_nothing_turns_up(scene: Scene) -> None:
    job = scene.job()
    job.run()
    scene.firm.quickbooks.calls.clear()
    job.run()
    assert scene.firm.quickbooks.calls == []
    assert scene.runtime.store.runs.latest(REALM, 5) == []


def test_the_hour_is_that_of_each_company(scene: Scene) -> None:
    job = scene.job()
    scene.asked = ANOTHER
    job.run()
    scene.firm.quickbooks.save_late(scene.sent)
    scene.asked = REALM
    job.run()
    assert scene.firm.link(ROW)


def test_a_row_in_doubt_is_settled_beside_the_one_that_turned_up(scene: Scene) -> None:
    other = payment(2, client=2)
    scene.firm.quickbooks.script(other.ref, LOST)
    scene.firm.break_off(other, when=lambda ended: bool(ended.rows) and ended.outcome(other) is Outcome.NOT_CONFIRMED)
    scene.firm.quickbooks.save_late(scene.sent)
    scene.job().run()
    assert scene.firm.link(ROW)
    assert scene.firm.link(other)
    [run] = scene.runtime.store.runs.latest(REALM, 5)
    assert (run.total, run.counts["done"]) == (2, 2)
