"""What the wiring gives to forms and jobs beside runs: lists, readings, checks, the light, sign-in, marks and who acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks as Simulator
from qb_plugin.errors import ReconnectNeeded
from qb_plugin.messages import CORRECTING
from qb_plugin.model import (
    PROGRAM,
    Connection,
    ConnectionState,
    Entity,
    JobNote,
    Link,
    LinkOrigin,
    Message,
    Reach,
    Ref,
)
from qb_plugin.quickbooks.factory import build_quickbooks
from qb_plugin.runtime import Runtime
from qb_plugin.services.parts import Parts
from qb_plugin.sync.reconcile.items import Period
from qb_plugin.sync.reporting import SILENT
from qb_plugin.sync.run import RunProgress, run_under_lease
from tests.support.addin.cut_short import cut_short
from tests.support.addin.quickbooks_fakes import COMPANY, NO_NETWORK, NOON, REALM, TODAY, payment_intent
from tests.support.addin.reported_rows import ended, reporting
from tests.support.hosts.text_host import TextHost, TextUser
from tests.support.ledgers.fake_ledger import CHANGES, FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeRecord
from tests.support.virtual_clock import VirtualClock

AWAY = Message("quickbooks_unreachable")
PAID = Link(realm=REALM, source=Ref.parse("payment:1"), entity=Entity.PAYMENT, quickbooks_id="32", origin=LinkOrigin.MATCHED)
RECORD = FakeRecord("payment", "1", "P-1", "1", "Whitfield", TODAY, Decimal("12.00"), method="Visa")


@pytest.fixture(scope="module")
def core() -> Simulator:
    """QuickBooks in this process; nothing here changes its books."""
    made = new_quickbooks("sample", today=TODAY)
    made.change_settings(any_redirect=True)
    return made


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when somebody waits."""
    return VirtualClock(NOON)


@pytest.fixture
def host(core: Simulator, tmp_path: Path) -> TextHost:
    """A host with one payment, started beside that QuickBooks."""
    keys = core.credentials(NO_NETWORK)
    options = {"quickbooks": NO_NETWORK, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    ledger = FakeLedger([FakeClient("1", "Whitfield")], [], [RECORD])
    return TextHost(ledger, f"sqlite:///{tmp_path / 'firm.db'}", options, date(2026, 11, 20))


@pytest.fixture
def runtime(core: Simulator, host: TextHost, clock: VirtualClock) -> Iterator[Runtime]:
    """The add-in, connected."""
    parts = Parts(clock=clock, connect=partial(build_quickbooks, adapter=InProcessAdapter(core), jitter=lambda: 0.0))
    with closing(Runtime(host, parts)) as found:
        found.company.open_quickbooks().accept_refresh_token(REALM, core.credentials(NO_NETWORK)["refresh_token"])
        yield found


@pytest.mark.parametrize(("can", "offered"), [(CHANGES, True), (CHANGES - {"update"}, False), (frozenset(), False)])
def test_fixes_that_update_records_are_offered_where_the_host_updates_records(
    host: TextHost, can: frozenset[str], offered: bool
) -> None:
    host.ledger.can = can
    with closing(Runtime(host)) as runtime:
        fixes = {fix for key in runtime.sentences for fix in runtime.sentences.fix(Message(key)).split()}
    assert bool(fixes & CORRECTING) is offered
    assert fixes - CORRECTING


def test_sentences_call_the_host_by_its_name(runtime: Runtime) -> None:
    assert runtime.sentences.text(Message("host_trouble")).startswith("Park Practice could not go on with this run.")


def test_the_app_keys_are_those_the_host_was_started_with(runtime: Runtime, host: TextHost) -> None:
    environment, app = runtime.app_keys.read()
    assert (environment, app.client_id, app.secret) == (NO_NETWORK, host.options["client_id"], host.options["client_secret"])


def test_a_run_stands_in_the_history_that_forms_show(runtime: Runtime) -> None:
    run = runtime.new_run("export-payments", 1)
    run_under_lease(runtime.run_ports, run, reporting(ended("payment:1")), progress=RunProgress(["payment:1"]), listener=SILENT)
    assert [(found.id, found.done) for found in runtime.history.runs([run.id])] == [(run.id, 1)]


def test_a_note_that_is_left_is_unread(runtime: Runtime, clock: VirtualClock) -> None:
    runtime.notes.leave(JobNote(realm=REALM, topic="comparing", at=clock.now(), lines=(AWAY,)))
    assert [(note.topic, note.lines) for note in runtime.notes.unread(REALM)] == [("comparing", (AWAY,))]


def test_a_turn_of_what_runs_by_itself_is_seen_by_every_process_and_is_not_the_lease_of_runs(
    runtime: Runtime, host: TextHost
) -> None:
    turn = runtime.turns.take(REALM, runtime.new_run("by-itself", 0))
    with closing(Runtime(host, runtime.parts)) as other:
        assert other.turns.current(REALM)
    assert runtime.run_ports.leases.current(REALM) is None
    runtime.turns.release(turn)
    assert runtime.turns.current(REALM) is None


def test_a_wait_of_a_form_is_said_by_the_host_and_shown_by_the_light_while_it_lasts(
    runtime: Runtime, host: TextHost, clock: VirtualClock
) -> None:
    shown: list[Reach] = []
    quickbooks = runtime.company.open_quickbooks()
    quickbooks.rate_limiter.throttled(3.0)
    clock.at(1.5, lambda: shown.append(runtime.reach()))
    quickbooks.adapter().methods()
    said = [runtime.sentences.text(Message("quickbooks_slow_down", {"seconds": left})) for left in (3, 2, 1)]
    assert (host.waits, shown, runtime.reach()) == (said, [Reach.WAITS], Reach.ANSWERS)


def test_the_light_looks_at_the_connected_company_while_it_is_away(runtime: Runtime) -> None:
    runtime.reachability.hear(AWAY)
    assert runtime.reach() is Reach.AWAY
    runtime.look_at_quickbooks()
    assert runtime.reach() is Reach.ANSWERS


def test_lists_that_were_read_now_tell_the_light_that_quickbooks_answers(runtime: Runtime) -> None:
    runtime.lists(runtime.connection())
    runtime.reachability.hear(AWAY)
    runtime.lists(runtime.connection())
    assert runtime.reach() is Reach.AWAY
    runtime.lists(runtime.connection(), True)
    assert runtime.reach() is Reach.ANSWERS


CALLS = ("Customer", "Item", "Vendor", "TaxCode")
LISTS: list[tuple[dict[str, bool], set[str]]] = [
    ({}, {"Customer", "TaxCode"}),
    ({}, set()),
    ({"fresh": True}, {"Customer"}),
    ({"fresh": True, "settings": False, "people": False, "tax_codes": False}, {"Customer"}),
    ({"settings": True}, {"Item"}),
    ({"fresh": True, "settings": True}, {"Item"}),
    ({"people": True}, {"Vendor"}),
    ({"fresh": True, "people": True}, {"Customer", "Vendor"}),
    ({"fresh": True, "tax_codes": True}, {"Customer", "TaxCode"}),
    ({"fresh": True, "settings": True, "people": True, "tax_codes": True}, {"Item", "Vendor", "TaxCode"}),
]


def test_lists_are_read_when_they_are_needed_and_not_at_hand_or_asked_for_anew(runtime: Runtime, core: Simulator) -> None:
    def read(options: dict[str, bool]) -> set[str]:
        before = core.log.entries[-1].number
        runtime.lists(runtime.connection(), **options)
        asked = [call.asked.decode() for call in core.log.entries if call.number > before]
        return {name for name in CALLS if any(f" FROM {name} " in query for query in asked)}

    assert [read(options) for options, _ in LISTS] == [expected for _, expected in LISTS]


def test_after_a_sign_out_the_ports_are_given_only_to_who_reads_without_quickbooks(runtime: Runtime) -> None:
    out = Connection(ConnectionState.RECONNECT, REALM, COMPANY, "simulator")
    with pytest.raises(ReconnectNeeded):
        runtime.context(out)
    assert runtime.context(out, False).journal is runtime.store.journal


def test_the_page_of_a_record_is_that_of_its_company(runtime: Runtime) -> None:
    assert runtime.record_page(runtime.connection(), "Payment", "32") == f"{NO_NETWORK}/books/{REALM}/Payment/32"


def test_a_company_is_called_by_the_name_that_was_saved_with_it(runtime: Runtime) -> None:
    runtime.save_settings(REALM, {"company_name": "Alder & Finch"})
    assert (runtime.company_name(REALM), runtime.company_name("4")) == ("Alder & Finch", "4")


def test_many_rows_take_longer_than_few(runtime: Runtime) -> None:
    assert runtime.seconds_until_sent(1) == 0.0
    assert runtime.seconds_until_sent(3000) > 60


def test_both_ledgers_are_read_with_the_marks_lists_and_settings_of_the_company_and_kept_for_a_while(
    runtime: Runtime, host: TextHost, clock: VirtualClock
) -> None:
    visa = next(entry.id for entry in runtime.lists(runtime.connection()).methods if entry.name == "Visa")
    runtime.save_settings(REALM, {"payment_method": {"Visa": visa}})
    host.marks.put([{"ref": "payment:1", "hidden": True}])
    first = runtime.ledger_readings.read(runtime.connection(), Period())
    assert (first.ours["payment:1"].method, first.ours["payment:1"].hidden) == ("Visa", True)
    assert first.theirs["Payment:32"].name == "Maple Street Bakery"
    assert runtime.ledger_readings.read(runtime.connection(), Period()) is first
    clock.move(301)
    assert runtime.ledger_readings.read(runtime.connection(), Period()) is not first


def test_the_change_check_finds_a_linked_record_that_differs_and_keeps_where_it_ended(runtime: Runtime) -> None:
    runtime.links.add([PAID])
    [pair] = runtime.change_check.check(runtime.connection())
    assert pair.key == "payment:1"
    assert runtime.settings(REALM)["changes_unsettled"] == ["Payment:32"]


def test_a_sign_in_that_is_finished_saves_first_settings_and_uses_the_marks_of_the_company(
    runtime: Runtime, host: TextHost, core: Simulator
) -> None:
    url = runtime.sign_in.begin("", "", "")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    back = core.signin.approve(core.signin.consent(asked), REALM, core.clock.now().timestamp())
    values = {name: given[0] for name, given in parse_qs(urlsplit(back).query).items()}
    assert runtime.sign_in.receive_callback(values) == {"ok": True, "text": f"Connected to {COMPANY} (simulator)."}
    assert runtime.company_name(REALM) == COMPANY
    assert set(runtime.settings(REALM)) > {"company_name"}
    assert host.marks.scope == REALM


def test_old_runs_are_pruned_by_the_settings_of_the_company(runtime: Runtime, clock: VirtualClock) -> None:
    run = runtime.new_run("export-payments", 1)
    run_under_lease(runtime.run_ports, run, reporting(ended("payment:1")), progress=RunProgress(["payment:1"]), listener=SILENT)
    runtime.save_settings(REALM, {"history_years": "1"})
    clock.move(timedelta(days=367).total_seconds())
    runtime.prune_history.run()
    assert runtime.store.runs.latest(REALM, 5) == []
    assert [(done.user, done.runs) for done in runtime.store.prunings.prunings(REALM)] == [(PROGRAM, 1)]


def test_the_settle_job_leaves_what_is_open_to_its_next_time_while_a_run_goes_on(runtime: Runtime) -> None:
    runtime.store.journal.open([payment_intent(1)], 0)
    lease = runtime.run_ports.leases.take(REALM, runtime.new_run("export-payments", 1))
    runtime.settle_job.run()
    assert len(runtime.store.journal.open_intents(REALM)) == 1
    assert [run.action for run in runtime.store.runs.latest(REALM, 5)] == []
    runtime.run_ports.leases.release(lease)


def test_marks_are_repaired_by_the_links_of_the_company_asked_for(runtime: Runtime, host: TextHost) -> None:
    runtime.links.add([PAID])
    runtime.repair_marks("4")
    assert host.marks.marked("synchronized", "4") == []
    runtime.repair_marks(REALM)
    assert host.marks.marked("synchronized", REALM) == ["payment:1"]


def test_marks_are_repaired_after_a_run_of_the_company_asked_for_that_was_cut_short(runtime: Runtime, host: TextHost) -> None:
    runtime.links.add([PAID])
    runtime.repair_after_cut_short(REALM)
    assert host.marks.marked("synchronized", REALM) == []
    cut_short(runtime)
    runtime.repair_after_cut_short("4")
    assert host.marks.marked("synchronized", REALM) == []
    runtime.repair_after_cut_short(REALM)
    assert host.marks.marked("synchronized", REALM) == ["payment:1"]


def test_who_acts_is_the_hosts_user_the_user_of_a_call_or_the_program(runtime: Runtime) -> None:
    def who() -> tuple[str, bool]:
        return runtime.user_name, runtime.may("export")

    seen = [who()]
    with runtime.acting(TextUser("Ana Ruiz", frozenset({"view"}))):
        seen.append(who())
        runtime.as_program(lambda: seen.append(who()))()
        seen.append(who())
    assert seen == [("Lee Park", True), ("Ana Ruiz", False), (PROGRAM, False), ("Ana Ruiz", False)]
    assert (runtime.may("export"), runtime.may("sell")) == (True, False)
