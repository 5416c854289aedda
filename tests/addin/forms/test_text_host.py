"""The border is neutral: a host of plain text, beside a fake ledger, runs the same forms through the same hooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from hostsim.addins.registrars import Support
from hostsim.qbo_simulator.companies import DEFAULT_REALMS
from hostsim.qbo_simulator.server.server import RunningSimulator, fill, running_simulator
from qb_plugin.forms.protocol import Task
from qb_plugin.host import Host, Ledger, Marks
from qb_plugin.plugin import QuickBooksAddIn, create
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from qb_plugin.store.database import open_store
from qb_plugin.support import SupportParts
from tests.support.hosts.text_host import TextHost
from tests.support.hurried_clock import HurriedClock
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeInvoice, FakeRecord
from tests.support.simulator.simulator_calls import Books as Entries

TODAY = date(2026, 11, 20)
# This simulator counts no calls.
SWIFT = Limits(per_second=10_000, per_minute=10_000, read_waits=(), send_waits=())


AMY, DIEGO, COOL, STRANGER = "Amy's Bird Sanctuary", "Diego Rodriguez", "Cool Cars", "Nobody & Co."


def payment(number: int, client: tuple[str, str], amount: str, **more: Any) -> FakeRecord:
    """A payment of this month."""
    day = more.pop("day", TODAY - timedelta(days=number))
    kind = more.pop("kind", "payment")
    return FakeRecord(kind, str(number), f"P-{1000 + number}", *client, day, Decimal(amount), **more)


@dataclass(slots=True)
class Scene:
    """A text host with the add-in loaded and connected."""

    host: TextHost
    addin: QuickBooksAddIn
    simulator: RunningSimulator

    def form(self, name: str) -> Any:
        """A form, by id."""
        return self.host.forms[name]

    def opened(self, name: str, **request: Any) -> dict[str, Any]:
        """A form's answer as it opens, with its token."""
        found = self.form(name).open(request)
        return {**found["answer"], "token": found["token"]}

    def run(self, name: str, action: str, answer: dict[str, Any], ids: list[str], **edits: Any) -> dict[str, Any]:
        """Run an action to its end: its summary, and each row as it was told last, in the order asked."""
        self.host.rows.clear()
        found: dict[str, Any] = self.form(name).run(action, answer, ids, edits, self.host)
        return {**found, "rows": [self.host.rows[identity] for identity in ids if identity in self.host.rows]}

    def outcomes(self, summary: dict[str, Any]) -> dict[str, str]:
        """Each row's end."""
        return {row["id"]: row["outcome"] for row in summary["rows"]}


def ledger() -> FakeLedger:
    """A small practice that shares three clients with the simulator's demo company."""
    amy, diego, cool, stranger = (("1", AMY), ("2", DIEGO), ("3", COOL), ("4", STRANGER))
    people = [FakeClient(*pair) for pair in (amy, diego, cool, stranger)]
    bills = [FakeInvoice("901", "INV-1001", "1", TODAY - timedelta(days=364), Decimal("150.00"), Decimal("150.00"))]
    entries = [
        payment(1, amy, "80.00", reference="501"),
        payment(2, diego, "45.50", reference="502"),
        payment(3, cool, "12.00"),
        payment(4, stranger, "10.00"),
        payment(5, amy, "0.00"),
        payment(6, amy, "10.005"),
        payment(7, diego, "20.00", reference="a reference that is far too long"),
        payment(8, amy, "30.00", kind="credit_memo", reference="CM-8"),
        payment(9, diego, "5.00", day=TODAY - timedelta(days=90)),
    ]
    return FakeLedger(people, bills, entries)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The add-in in the text host, connected to a simulator and with its clients matched."""
    with running_simulator("demo", today=TODAY) as simulator:
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        host = TextHost(ledger(), f"sqlite:///{tmp_path / 'park.db'}", options, TODAY)
        addin = QuickBooksAddIn(Parts(clock=HurriedClock(), limits=SWIFT))
        manager = host.load(addin)
        made = Scene(host, addin, simulator)
        connect(made)
        assert "3 clients" in made.form("match-clients").act("accept_all", {}, [], {})["notice"]
        yield made
        manager.hook.workspace_stop()


def connect(scene: Scene, realm: str = "", company: str = "Alder & Finch") -> None:
    """Give consent as a browser would."""
    url = scene.form("connection").act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{scene.simulator.base_url}/_control/consent", json={"url": url, "realm": realm}, timeout=10)
    answer = scene.host.callbacks[0](dict(parse_qsl(urlsplit(reply.json()["redirect"]).query)))
    assert answer == {"ok": True, "text": f"Connected to {company} (simulator)."}


def test_the_text_host_fits_what_the_addin_asks_of_a_host(tmp_path: Path) -> None:
    books: Ledger = ledger()
    host: Host = TextHost(ledger(), "", {}, TODAY)
    marks: Marks = ledger().marks
    task: Task = TextHost(ledger(), "", {}, TODAY)
    assert all(part is not None for part in (books, host, marks, task))


def test_every_door_is_registered(scene: Scene) -> None:
    assert (("Setup", "QuickBooks", "Time & Billing", "Import Payments"), "import-payments") in scene.host.entries
    assert (("Setup", "QuickBooks", "Time & Billing", "Export Payments"), "export-payments") in scene.host.entries
    assert (("billing.payments", "Export To…", "QuickBooks"), "export-payments") in scene.host.entries
    assert sorted(scene.host.forms) == [
        "by-itself",
        "changes",
        "connection",
        "export-payments",
        "export-preview",
        "history",
        "history-entries",
        "import-payments",
        "import-preview",
        "match-clients",
        "match-customers",
        "reconcile",
        "reconcile-items",
        "settings",
        "undo",
    ]


def test_an_export_ends_with_an_outcome_for_every_row(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    rows = scene.form("export-payments").rows(answer, None)
    assert rows.count == 7
    summary = scene.run("export-payments", "export", answer, rows.ids(0, rows.count))
    assert scene.outcomes(summary) == {
        "payment:1": "synchronized",
        "payment:2": "synchronized",
        "payment:3": "failed",
        "payment:4": "failed",
        "payment:5": "failed",
        "payment:6": "failed",
        "payment:7": "failed",
    }
    reasons = {row["id"]: row["message"] for row in summary["rows"]}
    assert reasons["payment:3"].startswith("Cool Cars has been made inactive")
    assert reasons["payment:4"].startswith("Nobody & Co. is not matched")
    assert "0.00" in reasons["payment:5"]
    assert "fractions of a cent" in reasons["payment:6"]
    assert "21" in reasons["payment:7"]
    assert "7/7" in scene.host.lines
    assert sorted(scene.host.marks.marked("synchronized")) == ["payment:1", "payment:2"]
    there = {row["id"]: row.get("quickbooks_id") for row in summary["rows"]}
    assert there["payment:1"]
    assert {ref: mark.external_id or None for ref, mark in scene.host.marks.get(list(there)).items()} == there


def test_nothing_goes_twice_when_the_button_is_pressed_twice(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    ids = ["payment:1", "payment:2"]
    scene.run("export-payments", "export", answer, ids)
    again = scene.run("export-payments", "export", answer, ids)
    assert scene.outcomes(again) == {"payment:1": "synchronized", "payment:2": "synchronized"}
    assert scene.form("export-payments").rows(answer, None).count == 5


@pytest.mark.parametrize("mend", ["press", "start"])
def test_a_mark_that_a_killed_process_did_not_set_is_set_by_the_next_press_or_start(scene: Scene, mend: str) -> None:
    answer = scene.opened("export-payments")
    scene.run("export-payments", "export", answer, ["payment:1"])
    scene.host.marks.put([{"ref": "payment:1", "state": ""}, {"ref": "payment:2", "state": "synchronized"}])
    if mend == "press":
        scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    else:
        scene.host.jobs["settle"]()
    assert "payment:1" not in scene.form("export-payments").rows(answer, None).ids(0, 99)
    assert ("payment:2" in scene.host.marks.marked("synchronized")) == (mend == "press")


def test_a_mixed_selection_warns_and_shows_the_payments(scene: Scene) -> None:
    found = scene.form("export-payments").open({"selection": ["payment:1", "credit_memo:8", "payment:9"]})
    assert found["warning"]["text"] == (
        "You picked 2 payments and 1 credit memo. They are sent separately: the 2 payments are shown now."
    )
    answer = {**found["answer"], "token": found["token"]}
    assert scene.form("export-payments").rows(answer, None).ids(0, 9) == ["payment:1", "payment:9"]
    link = found["notice"]["link"]
    assert link["label"] == "Show the credit memo"
    memos = scene.form("export-payments").open(link["request"])
    assert memos["answer"]["source"] == "credit_memos"
    assert scene.form("export-payments").rows({**memos["answer"], "token": memos["token"]}, None).ids(0, 9) == ["credit_memo:8"]


def test_a_dry_run_sends_nothing(scene: Scene) -> None:
    answer = {**scene.opened("export-payments"), "dry_run": True, "auto_apply": True}
    summary = scene.run("export-payments", "export", answer, ["payment:1", "payment:5"])
    assert scene.outcomes(summary) == {"payment:1": "ready", "payment:5": "not_ready"}
    assert scene.host.marks.marked("synchronized") == []
    assert scene.outcomes(scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1"])) == {
        "payment:1": "synchronized"
    }


def test_hidden_rows_leave_the_list_and_come_back(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    scene.host.calls[("Hide from QuickBooks",)](["payment:1"])
    assert "payment:1" not in scene.form("export-payments").rows(answer, None).ids(0, 99)
    shown = scene.form("export-payments").rows({**answer, "show_hidden": True}, None)
    row = next(row for row in shown.page(0, 99) if row["id"] == "payment:1")
    assert row["outcome"] == "hidden"
    scene.form("export-payments").act("show", answer, ["payment:1"], {})
    assert "payment:1" in scene.form("export-payments").rows(answer, None).ids(0, 99)


def test_reversed_dates_are_said_beside_the_field(scene: Scene) -> None:
    for name in ("export-payments", "import-payments"):
        answer = {**scene.opened(name), "from": "2026-11-30", "to": "2026-11-01"}
        assert scene.form(name).rows(answer, None) == {
            "rejected": {"to": "The range ends before it begins. Choose a last day on or after the first."}
        }


def test_a_date_that_is_none_is_said_beside_the_field(scene: Scene) -> None:
    answer = {**scene.opened("export-payments"), "from": "30.11.2026"}
    assert scene.form("export-payments").rows(answer, None) == {"rejected": {"from": "Enter a whole date as YYYY-MM-DD."}}


def test_an_unknown_row_fails_and_the_others_go_on(scene: Scene) -> None:
    summary = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:77", "payment:1"])
    assert scene.outcomes(summary) == {"payment:77": "failed", "payment:1": "synchronized"}


def test_cancel_finishes_what_is_in_flight_and_leaves_the_rest(scene: Scene) -> None:
    scene.host.cancelled = True
    summary = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    assert scene.outcomes(summary) == {"payment:1": "not_tried", "payment:2": "not_tried"}
    assert summary["text"] == "Stopped. 0 were done and stay; 2 were not touched."


def test_import_records_payments_and_their_shares(scene: Scene) -> None:
    answer = {**scene.opened("import-payments"), "from": (TODAY - timedelta(days=400)).isoformat()}
    rows = scene.form("import-payments").rows(answer, None)
    page = rows.page(0, rows.count)
    ready = [row for row in page if row["outcome"] == "ready" and AMY in row["cells"]["customer"]]
    assert ready
    summary = scene.run("import-payments", "import", answer, [row["id"] for row in ready])
    assert set(scene.outcomes(summary).values()) == {"synchronized"}
    keys = [entry.external_key for entry in scene.host.ledger.entries if entry.external_key]
    assert len(keys) == len(ready)
    assert scene.form("import-payments").rows(answer, None).count == rows.count - len(ready)
    again = scene.run("import-payments", "import", answer, [row["id"] for row in ready])
    assert set(scene.outcomes(again).values()) == {"synchronized"}
    assert len([entry for entry in scene.host.ledger.entries if entry.external_key]) == len(ready)


def test_what_changed_in_quickbooks_after_the_list_was_read_does_not_come_in_as_it_was(scene: Scene) -> None:
    there = Entries(scene.simulator.core)
    customer = there.query(f"select * from Customer where DisplayName = '{DIEGO}'")["Customer"][0]["Id"]
    made = [there.pay(customer, amount, PaymentRefNum=f"N{amount}", TxnDate=TODAY.isoformat()) for amount in (11, 12, 13, 14)]
    answer = scene.opened("import-payments")
    ids = [f"quickbooks_payment:{each['Id']}" for each in made]
    rows = scene.form("import-payments").rows(answer, None)
    assert set(ids) <= set(rows.ids(0, rows.count))
    stub = {"sparse": True, "Id": made[0]["Id"], "SyncToken": "0"}
    there.post("Payment", stub, operation="delete")
    there.post("Payment", {**stub, "Id": made[1]["Id"]}, operation="update", include="void")
    there.post("Payment", {**made[2], "TotalAmt": 31})
    before = scene.simulator.core.log.count
    summary = scene.run("import-payments", "import", answer, ids)
    assert list(scene.outcomes(summary).values()) == ["removed", "failed", "changed", "synchronized"]
    said = [row["message"] for row in summary["rows"]]
    assert said[0] == "Deleted in QuickBooks after this list was read. Nothing was imported. Load the list again."
    assert said[2].startswith("Imported as it is in QuickBooks now; it was changed there after this list was read (amount).")
    here = {entry.reference: entry.amount for entry in scene.host.ledger.entries if entry.external_key}
    assert here == {"N13": Decimal("31.00"), "N14": Decimal("14.00")}
    assert [entry.path.rsplit("/", 1)[1] for entry in scene.simulator.core.log.entries if entry.number > before] == ["cdc"]


def test_payments_of_the_company_before_do_not_come_in_as_those_of_the_next(scene: Scene) -> None:
    answer = scene.opened("import-payments")
    rows = scene.form("import-payments").rows(answer, None)
    ids = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"]
    fill(scene.simulator.core, "empty", TODAY)
    connect(scene, DEFAULT_REALMS["empty"], "Empty Company")
    summary = scene.run("import-payments", "import", answer, ids)
    refused = "What is shown here is of Alder & Finch, and Empty Company is connected since. Nothing was done."
    assert {row["message"].partition(" Load it again")[0] for row in summary["rows"]} == {refused}
    assert [entry for entry in scene.host.ledger.entries if entry.external_key] == []


def test_without_quickbooks_the_form_opens_and_says_so(scene: Scene) -> None:
    scene.simulator.stop()
    found = scene.form("export-payments").open({})
    assert "QuickBooks" in found["unavailable"]["text"]
    answer = {**found["answer"], "token": found["token"]}
    assert scene.form("export-payments").rows(answer, None).count == 7
    summary = scene.run("export-payments", "export", answer, ["payment:1"])
    assert scene.outcomes(summary) == {"payment:1": "not_tried"}
    assert summary["level"] == "error"


def test_before_connecting_the_forms_offer_to_connect(tmp_path: Path) -> None:
    host = TextHost(ledger(), f"sqlite:///{tmp_path / 'new.db'}", {}, TODAY)
    manager = host.load(create())
    for name in ("export-payments", "import-payments", "match-clients", "settings"):
        found = host.forms[name].open({})
        assert found["unavailable"] == {
            "text": "No QuickBooks company is connected.",
            "link": {"label": "Connect…", "form": "connection"},
        }
    assert host.forms["connection"].act("connect", {}, [], {})["rejected"]["client_id"].startswith("Enter the client ID")
    manager.hook.workspace_stop()


def test_a_support_bundle_of_this_host_has_the_addins_parts(scene: Scene) -> None:
    parts = Support()
    scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:4"])
    scene.addin.workspace_support(parts)
    found = cast(SupportParts, parts.parts)
    state, (run,) = found["state"], found["runs"]
    assert state["connection"]["state"] == "connected"
    assert state["lease"] is None
    assert state["intents"] == [{"operation": "create", "state": "confirmed", "count": 1}]
    assert (run["action"], run["done"], run["total"]) == ("export-payments", 2, 2)
    assert run["rows"] == [{"id": "payment:4", "outcome": "failed", "quickbooks_id": None, "key": "client_not_matched"}]


def test_a_support_bundle_tells_who_runs_without_their_name(scene: Scene) -> None:
    runtime, parts = scene.addin.runtime(), Support()
    lease = runtime.store.leases.take(runtime.connection().realm, runtime.new_run("export-payments", 7))
    scene.addin.workspace_support(parts)
    lease_part = cast(SupportParts, parts.parts)["state"]["lease"]
    assert lease_part
    assert lease_part["run"]
    assert lease_part["run"]["total"] == 7
    assert scene.host.user.name not in str(parts.parts)
    runtime.store.leases.release(lease)


def test_settings_are_kept_and_used(scene: Scene) -> None:
    found = scene.form("settings").open({})
    deposit = next(field for field in found["fields"] if field["name"] == "deposit_account:Check")
    account = next(choice for choice in deposit["choices"] if choice["value"])
    said = scene.form("settings").act("save", {**found["answer"], "deposit_account:Check": account["value"]}, [], {})
    assert said == {
        "notice": "Settings saved. Changed: Check: deposit to. It applies from the next export on; records that are in QuickBooks "
        "already stay as they are.",
        "level": "info",
    }
    rows = scene.form("export-payments").rows(scene.opened("export-payments"), None).page(0, 1)
    assert rows[0]["cells"]["deposit"] == {"value": account["value"], "label": account["label"]}
    bad = scene.form("settings").act("save", {"deposit_account:Check": "no such account"}, [], {})
    assert bad["rejected"] == {"deposit_account:Check": "Choose one of the values offered."}


def test_a_gentler_pace_holds_from_the_next_call_on(scene: Scene) -> None:
    runtime = scene.addin.runtime()
    found = scene.form("settings").open({})
    assert found["answer"]["pace"] == "full"
    for pace, share in (("gentle", 0.5), ("full", 1.0)):
        scene.form("settings").act("save", {**found["answer"], "pace": pace}, [], {})
        assert (runtime.company.open_quickbooks().pace, scene.form("settings").open({})["answer"]["pace"]) == (share, pace)


@pytest.mark.parametrize(
    ("name", "action", "row"), [("export-payments", "export", "payment:1"), ("import-payments", "import", "quickbooks_payment:0")]
)
def test_a_run_takes_over_the_pace_that_another_workstation_saved(scene: Scene, name: str, action: str, row: str) -> None:
    runtime = scene.addin.runtime()
    runtime.store.settings.put(runtime.connection().realm, {"pace": "gentle"})
    answer = scene.opened(name)
    assert runtime.company.open_quickbooks().pace == 1.0
    scene.run(name, action, answer, [row])
    assert runtime.company.open_quickbooks().pace == 0.5


def test_a_sign_in_that_is_gone_leaves_rows_untried_and_offers_to_reconnect(scene: Scene) -> None:
    scene.simulator.trouble("token_revoked", times=1)
    answer = scene.opened("export-payments")
    summary = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    assert scene.outcomes(summary) == {"payment:1": "not_tried", "payment:2": "not_tried"}
    found = scene.form("export-payments").open({})
    assert found["unavailable"]["link"] == {"label": "Connect…", "form": "connection"}
    connect(scene)
    again = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    assert scene.outcomes(again) == {"payment:1": "synchronized", "payment:2": "synchronized"}


def test_a_row_in_doubt_is_not_called_untried_when_the_sign_in_is_gone(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    scene.simulator.trouble("answer_lost_after", times=1, match={"path": "/batch"})
    scene.simulator.trouble("token_revoked", times=1, nth=5, match={"path": "/query"})
    first = scene.run("export-payments", "export", answer, ["payment:1"])
    again = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    assert scene.outcomes(first) == {"payment:1": "not_confirmed"}
    assert scene.outcomes(again) == {"payment:1": "not_confirmed", "payment:2": "not_tried"}
    connect(scene)
    last = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    assert scene.outcomes(last) == {"payment:1": "synchronized", "payment:2": "synchronized"}


class Colleague:
    """Runs at another workstation: thirty rows further at each look, and then over."""

    def __init__(self, scene: Scene, stays: bool = False) -> None:
        self._scene, self._stays = scene, stays
        runtime = scene.addin.runtime()
        self._leases = open_store(scene.host.database_url)
        run = replace(runtime.new_run("export-payments", 70), user="Ana Ruiz")
        self.since = f"{run.started.astimezone():%H:%M}"
        self.lease, self.done = self._leases.leases.take(run.realm, run), 0
        runtime.run_ports = replace(runtime.run_ports, clock=self)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return 0.0

    def uptime(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.done += 30
        self._leases.leases.beat(self.lease, min(self.done, 60))
        if self.done > 60 and self._stays:
            self._scene.host.cancelled = True
        elif self.done > 60:
            self.leave()

    def leave(self) -> None:
        self._leases.leases.release(self.lease)
        self.close()

    def close(self) -> None:
        self._leases.close()


class Saboteur(Colleague):
    """Takes the table of leases away at the first look."""

    def sleep(self, seconds: float) -> None:
        with self._scene.addin.runtime().store.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE quickbooks_leases")


def test_a_colleagues_run_is_watched_to_its_end_and_nothing_is_sent(scene: Scene) -> None:
    answer, colleague = scene.opened("export-payments"), Colleague(scene)
    scene.host.lines.clear()
    summary = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    said = f"Ana Ruiz started a run for this company at {colleague.since}"
    watched = "Watching it: nothing of yours is sent. Cancel stops watching."
    assert scene.host.lines[:6] == [
        line for done in (0, 30, 60) for line in (f"* {said} ({done} of 70 done). {watched}", f"{done}/70")
    ]
    assert [line for line in scene.host.lines if line[0].isdigit()][-1] == "0/2"
    assert summary["text"] == (
        f"The run that Ana Ruiz started at {colleague.since} is over. "
        "Nothing of yours was sent: press the button again for what is left."
    )
    assert scene.outcomes(summary) == {"payment:1": "not_tried", "payment:2": "not_tried"}
    again = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    assert scene.outcomes(again) == {"payment:1": "synchronized", "payment:2": "synchronized"}


def test_a_database_that_fails_while_a_colleague_is_watched_is_told(scene: Scene) -> None:
    answer, colleague = scene.opened("export-payments"), Saboteur(scene)
    summary = scene.run("export-payments", "export", answer, ["payment:1"])
    assert (summary["level"], scene.outcomes(summary)) == ("error", {"payment:1": "not_tried"})
    assert "database" in summary["text"]
    assert scene.host.lines[-1] == "0/1"
    colleague.close()


def test_whoever_has_seen_enough_of_a_colleagues_run_cancels(scene: Scene) -> None:
    answer, colleague = scene.opened("export-payments"), Colleague(scene, stays=True)
    summary = scene.run("export-payments", "export", answer, ["payment:1"])
    assert summary["text"].startswith(f"Ana Ruiz started a run for this company at {colleague.since} (60 of 70 done).")
    assert scene.outcomes(summary) == {"payment:1": "not_tried"}
    colleague.leave()


def test_a_throttle_is_waited_out_and_said(scene: Scene) -> None:
    scene.simulator.trouble("throttled", times=1, match={"path": "/batch"})
    summary = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1"])
    assert scene.outcomes(summary) == {"payment:1": "synchronized"}
    assert any(line.startswith("* QuickBooks asked us to slow down") for line in scene.host.lines)


def test_a_lost_answer_is_looked_up_not_sent_again(scene: Scene) -> None:
    scene.simulator.trouble("answer_lost_after", times=1, match={"path": "/batch"})
    summary = scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    assert scene.outcomes(summary) == {"payment:1": "synchronized", "payment:2": "synchronized"}
    assert {row["message"] for row in summary["rows"]} == {"Found in QuickBooks and linked: it had been saved there before."}


def test_trouble_of_the_hosts_own_leaves_every_row_with_an_outcome(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    scene.host.ledger.entries.append(None)  # type: ignore[arg-type]  # a ledger that breaks when it is read
    summary = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    assert scene.outcomes(summary) == {"payment:1": "not_tried", "payment:2": "not_tried"}
    assert summary["level"] == "error"
    assert summary["text"].startswith("Park Practice could not go on")
    del scene.host.ledger.entries[-1]
    again = scene.run("export-payments", "export", answer, ["payment:1", "payment:2"])
    assert scene.outcomes(again) == {"payment:1": "synchronized", "payment:2": "synchronized"}


def test_a_customer_that_belongs_to_another_client_is_shared_and_that_is_said(scene: Scene) -> None:
    form = scene.form("match-clients")
    rows = form.rows({}, None).page(0, 9)
    cool = next(row for row in rows if row["cells"]["client"] == COOL)
    amy = next(row for row in rows if row["cells"]["client"] == AMY)
    said = form.act("link", {}, [amy["id"]], {amy["id"]: {"customer": cool["cells"]["customer"]["value"]}})
    assert said["notice"] == (
        "1 client linked. Of one customer with another client: Amy's Bird Sanctuary (as Cool Cars). "
        "Their payments are told apart by the invoices they pay; where these do not say, you are asked."
    )
    linked = {row["cells"]["client"]: row["cells"]["customer"]["value"] for row in form.rows({}, None).page(0, 9)}
    assert linked[AMY] == linked[COOL] == cool["cells"]["customer"]["value"]


def test_a_row_that_asks_keeps_asking_until_it_is_answered(scene: Scene) -> None:
    # QuickBooks has this payment already, typed in there by hand (docs/demo-firm.md, the twin of invoice 570).
    client = ("5", "D'Angelo & D'Angelo LLP")
    entry = payment(70, client, "437.50", reference="20570", day=TODAY - timedelta(days=15))
    scene.host.ledger.people.append(FakeClient(*client))
    scene.host.ledger.entries.append(entry)
    scene.form("match-clients").act("accept_all", {}, [], {})
    answer = scene.opened("export-payments")
    assert scene.outcomes(scene.run("export-payments", "export", answer, [entry.ref])) == {entry.ref: "needs_decision"}
    row = next(row for row in scene.form("export-payments").rows(answer, None).page(0, 19) if row["id"] == entry.ref)
    assert row["outcome"] == "needs_decision"
    assert [fix["label"] for fix in row["fixes"]] == ["Same one: link them", "Send anyway", "Not now"]
    later = scene.form("export-payments").run("export", answer, [entry.ref], {entry.ref: {"skip": True}}, scene.host)
    assert later["counts"]["skipped"] == 1
    scene.form("export-payments").act("link_possible_duplicate", answer, [entry.ref], {})
    assert entry.ref not in scene.form("export-payments").rows(answer, None).ids(0, 19)


def test_progress_stops_where_the_run_stopped(scene: Scene) -> None:
    scene.host.cancelled = True
    scene.run("export-payments", "export", scene.opened("export-payments"), ["payment:1", "payment:2"])
    assert "2/2" not in scene.host.lines
    assert "0/2" in scene.host.lines


def test_match_client_opens_on_the_client(scene: Scene) -> None:
    answer = scene.opened("export-payments")
    scene.run("export-payments", "export", answer, ["payment:4"])
    row = next(row for row in scene.form("export-payments").rows(answer, None).page(0, 9) if row["id"] == "payment:4")
    match, create = row["fixes"]
    assert match == {"label": "Match client…", "form": "match-clients", "request": {"answer": {"search": STRANGER}}}
    assert (create["label"], create["run"]) == (f"Create “{STRANGER}” in QuickBooks", "create_customers")
    assert scene.form("match-clients").open(row["fixes"][0]["request"])["answer"]["search"] == STRANGER


def test_after_disconnecting_no_client_is_accused(scene: Scene) -> None:
    scene.form("connection").act("disconnect", {}, [], {})
    rows = scene.form("export-payments").rows(scene.opened("export-payments"), None).page(0, 9)
    assert [row["cells"]["client"] for row in rows if "not matched" in row["cells"]["client"]] == []
