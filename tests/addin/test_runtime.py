"""The wiring: each service of the running add-in has the parts that it needs, and passes on what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.errors import StartRefused
from qb_plugin.model import Entity, Link, LinkOrigin, Message, Outcome, Ref
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.quickbooks.http.call_scope import CallPurpose, current_scope, never
from qb_plugin.quickbooks.http.pace_state import decode_state
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.sync.reporting import SILENT
from qb_plugin.sync.run import RunProgress, run_under_lease
from tests.support.addin.quickbooks_fakes import COMPANY, NO_NETWORK, NOON, REALM, TODAY
from tests.support.addin.reported_rows import ended, reporting
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.virtual_clock import VirtualClock


@pytest.fixture(scope="module")
def core() -> Simulator:
    """QuickBooks in this process; nothing here changes its books."""
    return new_quickbooks("sample", today=TODAY)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when somebody waits."""
    return VirtualClock(NOON)


@pytest.fixture
def host(core: Simulator, tmp_path: Path) -> TextHost:
    """A host started beside that QuickBooks."""
    keys = core.credentials(NO_NETWORK)
    options = {"quickbooks": NO_NETWORK, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    return TextHost(FakeLedger([], [], []), f"sqlite:///{tmp_path / 'firm.db'}", options, date(2026, 11, 20))


@pytest.fixture
def runtime(core: Simulator, host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in, connected."""
    parts = Parts(clock=clock, connect=partial(build_quickbooks, adapter=InProcessAdapter(core), jitter=lambda: 0.0))
    with closing(Runtime(host, parts)) as found:
        found.company.open_quickbooks().accept_refresh_token(REALM, core.credentials(NO_NETWORK)["refresh_token"])
        yield found


def test_the_host_is_in_reach_of_forms(runtime: Runtime, host: TextHost) -> None:
    assert runtime.host is host


def test_the_ports_of_a_company_reach_its_quickbooks_journal_and_links(runtime: Runtime) -> None:
    context = runtime.context(runtime.connection())
    assert context.quickbooks.company().name == COMPANY
    assert (context.journal, context.links) == (runtime.store.journal, runtime.links)


def test_a_runs_wait_for_quickbooks_is_heard_by_whoever_subscribed(runtime: Runtime) -> None:
    heard: list[Message] = []
    quickbooks = runtime.company.open_quickbooks()
    quickbooks.rate_limiter.throttled(3.0)
    with runtime.notices.subscribed(heard.append), runtime.calls_of_run(never, never):
        quickbooks.adapter().methods()
    assert [(message.key, message.values["seconds"]) for message in heard] == [("quickbooks_slow_down", n) for n in (3, 2, 1)]


def test_calls_are_counted_where_all_processes_of_the_firm_count_by_the_clock_of_this_one(
    runtime: Runtime, clock: VirtualClock
) -> None:
    with runtime.company.open_quickbooks().rate_limiter.slot():
        kept, now = runtime.ledger.change(lambda text, moment: (text, (text, moment)))
    assert len(decode_state(kept).places) == 5  # as many as a process takes that is alone
    assert now == clock.now().timestamp()


def test_a_run_is_written_to_the_history_and_holds_the_lease_meanwhile(runtime: Runtime, clock: VirtualClock) -> None:
    run = runtime.new_run("export-payments", 1)
    holders = []

    def work(leased: object) -> None:
        lease = runtime.run_ports.leases.current(REALM)
        holders.append(lease and lease.run and lease.run.id)
        reporting(ended("payment:1"))(leased)  # type: ignore[arg-type]

    run_under_lease(runtime.run_ports, run, work, progress=RunProgress(["payment:1"]), listener=SILENT)
    assert holders == [run.id]
    assert runtime.run_ports.leases.current(REALM) is None
    (found,) = runtime.store.runs.latest(REALM, 5)
    assert (found.id, found.action, found.finished) == (run.id, "export-payments", clock.now())


def test_the_lists_are_cached_and_read_again_on_request_alone(runtime: Runtime) -> None:
    connection = runtime.connection()
    first = runtime.lists(connection)
    assert {method.name for method in first.methods} >= {"Check", "Cash", "Visa"}
    assert runtime.lists(connection) is first
    again = runtime.lists(connection, True)
    assert again is not first
    assert runtime.lists(connection, fresh=False) is again


def test_settings_are_those_of_the_company_asked_for(runtime: Runtime) -> None:
    runtime.save_settings(REALM, {"pace": "gentle"})
    assert runtime.settings(REALM) == {"pace": "gentle"}
    assert runtime.settings("1") == {}
    assert runtime.company.open_quickbooks().pace == 0.5
    runtime.store.settings.put(REALM, {"pace": "full"})
    runtime.use_saved_pace(REALM)
    assert runtime.company.open_quickbooks().pace == 1.0
    runtime.store.settings.put(REALM, {"pace": "gentle"})
    runtime.use_saved_pace(REALM)
    assert runtime.company.open_quickbooks().pace == 0.5


def test_calls_of_a_run_are_called_back_and_given_up_by_its_own_word(runtime: Runtime) -> None:
    def stop() -> bool:
        return True

    def hasty() -> bool:
        return True

    with runtime.calls_of_run(stop, hasty):
        scope = current_scope()
    assert (scope.purpose, scope.stop, scope.hasty) == (CallPurpose.RUN, stop, hasty)
    assert current_scope().purpose is CallPurpose.FORM


def test_a_new_run_is_of_the_action_and_the_rows_asked_for(runtime: Runtime) -> None:
    run = runtime.new_run("import-payments", 7)
    assert (run.realm, run.action, run.total, run.user) == (REALM, "import-payments", 7, "Lee Park")


def test_a_support_bundle_has_the_connection_and_the_runs_with_their_numbers_alone(runtime: Runtime) -> None:
    run = runtime.new_run("export-payments", 1)
    refused = Message("quickbooks_trouble", details="400 2020 · Whitfield · intuit_tid 1-65a0-1")
    row = ended("payment:1", Outcome.FAILED, message=refused)
    run_under_lease(runtime.run_ports, run, reporting(row), progress=RunProgress(["payment:1"]), listener=SILENT)
    found = runtime.support_parts()
    assert found["state"]["connection"] == {"state": "connected", "realm": REALM, "environment": "simulator"}
    assert [(shown["id"], shown["rows"][0]["id"]) for shown in found["runs"]] == [(run.id, "payment:1")]
    assert (found["runs"][0]["rows"][0]["status"], found["runs"][0]["rows"][0]["code"]) == ("400", "2020")
    assert "Whitfield" not in str(found)


def test_a_mark_that_was_lost_is_set_by_the_settle_job(runtime: Runtime, host: TextHost) -> None:
    paid = Link(realm=REALM, source=Ref.parse("payment:1"), entity=Entity.PAYMENT, quickbooks_id="698", origin=LinkOrigin.MATCHED)
    runtime.links.add([paid])
    runtime.mark_queue.add({"ref": "payment:2", "state": "failed"})
    runtime.settle_job.run()
    assert {ref: mark.state for ref, mark in host.marks.marks.items()} == {"payment:1": "synchronized", "payment:2": "failed"}


def test_closed_it_holds_no_connection_to_the_database(host: TextHost, tmp_path: Path) -> None:
    runtime = Runtime(host)
    runtime.connection()
    runtime.ledger.change(lambda text, _: (text, None))
    assert runtime.parts.stand_in_clock is None
    runtime.close()
    assert not list(tmp_path.glob("firm.db-*"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "A database in memory would forget what was sent to QuickBooks. Nothing was saved."),
        ("mysql+pymysql://localhost/firm", "The add-in keeps its tables in SQLite or PostgreSQL, not in mysql. Nothing was saved."),
        ("sqlite:////nowhere/at/all/firm.db", "The database cannot be reached or read. This step was not saved."),
    ],
)
def test_an_addin_that_cannot_start_says_so_to_its_host_in_a_sentence(url: str, said: str) -> None:
    """Not the key of the sentence: a host shows the text of a ValueError as it is."""
    host = TextHost(FakeLedger([], [], []), url, {}, date(2026, 11, 20))
    with pytest.raises(StartRefused) as refused:
        QuickBooksAddIn().workspace_start(host=host)
    assert str(refused.value).startswith(said)
