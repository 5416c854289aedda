"""Each job as its user meets it: what a check costs, what a note says, who may set it, who goes first, and what the form shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest

from hostsim.addins.registrars import RIGHTS
from qb_plugin.forms.by_itself.by_itself import Begun, ByItself
from qb_plugin.forms.by_itself.job_task import JobTask
from qb_plugin.forms.by_itself.notes import SHOWN
from qb_plugin.forms.run_task import RunTask
from qb_plugin.model import Outcome, RowResult, RunInfo
from qb_plugin.services.status.acting_user import ProgramUser
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.scheduling.timetable import Job
from tests.addin.forms.by_itself.conftest import MINUTE, NINE, Desk

TEN = NINE + timedelta(hours=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ana:
    """Somebody who may do all but what a test takes away."""

    rights: frozenset[str]
    name: str = "Ana"


def test_a_check_by_itself_costs_one_metered_read_when_nothing_happened(desk: Desk) -> None:
    for amount in ("10.00", "11.00", "12.00"):
        desk.exported_pair(amount)
    desk.schedule("changes")
    desk.at(desk.clock.at + HOUR)
    for number in range(2, 5):
        before = desk.reads()
        desk.at(desk.clock.at + HOUR)
        assert desk.reads() == before + 1, number
    assert desk.said() == []


def test_a_change_is_said_once_and_the_note_goes_when_it_is_settled(desk: Desk) -> None:
    ref, identity = desk.exported_pair("70.00")
    desk.schedule("changes")
    desk.edit_there(identity, TotalAmt=71)
    desk.at(desk.clock.at + HOUR)
    said = "Not the same on both sides: 1 linked record (Amount changed 1). Nothing was overwritten; each waits for a person."
    assert (desk.said(), desk.notes()[0]["links"]) == ([said], [{"label": "Changes…", "form": "changes"}])
    assert desk.record(ref).amount == Decimal("70.00")
    desk.scene.form("connection").act("put_away_note", {"note": desk.notes()[0]["id"]}, [], {})
    desk.at(desk.clock.at + HOUR)
    assert desk.said() == []  # the same pair is not said again
    desk.edit_there(identity, TotalAmt=72)
    other, there = desk.exported_pair("80.00")
    desk.edit_there(there, TotalAmt=81)
    desk.at(desk.clock.at + HOUR)
    assert desk.said()[0].startswith("Not the same on both sides: 2 linked records (Amount changed 2).")
    desk.settle("leave", ref, other)
    desk.at(desk.clock.at + HOUR)
    assert desk.said() == []


def test_a_reconcile_says_whether_the_sides_differ_and_why(desk: Desk) -> None:
    desk.schedule("reconcile")
    desk.exported_pair("70.00")
    desk.at(desk.clock.at + HOUR)
    days = "from 2026-10-01 to 2026-11-30"
    assert desk.said() == [f"USD: both sides agree to the cent {days} (1 record)."]
    desk.at(desk.clock.at + HOUR)
    assert len(desk.scene.addin.runtime().notes.latest(desk.books.realm, 9)) == 1
    desk.here("5.00")
    desk.at(desk.clock.at + HOUR)
    assert desk.said() == [
        f"USD: the sides differ {days}. Park Practice less QuickBooks is 5.00 received, 0.00 applied, 5.00 unapplied, "
        "0.00 credits. Why: Only here 1."
    ]
    answer = {"from": "2026-10-01", "to": "2026-11-30"}
    assert desk.notes()[0]["links"] == [{"label": "Reconcile…", "form": "reconcile", "request": {"answer": answer}}]


def test_notes_of_what_came_in_stay_until_somebody_has_read_them(desk: Desk) -> None:
    desk.schedule("import-payments")
    for hour in range(1, SHOWN + 3):
        desk.there(f"{40 + hour}.00")
        desk.at(NINE + hour * HOUR)
    shown = desk.notes()
    assert len(shown) == SHOWN
    assert shown[-1]["text"].endswith(" 2 more notes are listed in By Itself.")
    assert shown[-1]["links"][-1]["form"] == "by-itself"
    for note in shown:
        desk.scene.form("connection").act("put_away_note", {"note": note["id"]}, [], {})
    assert len(desk.notes()) == 2
    rows = desk.scene.form("by-itself").rows({"show": "notes"}, None)
    assert [row["details"] for row in rows.page(0, rows.count)] == ["Put away by Lee Park"] * SHOWN + [""] * 2


@pytest.mark.parametrize("missing", sorted(RIGHTS))
def test_who_may_neither_configure_nor_import_cannot_let_it_import(desk: Desk, missing: str) -> None:
    form, ana = desk.scene.form("settings"), Ana(frozenset(RIGHTS) - {missing})
    answer = {**form.open({})["answer"], "by_itself_often:import-payments": "hourly"}
    result = form.act("save", answer, [], {}, user=ana)
    assert ("rejected" in result) == (missing in {"configure", "import"}), result
    desk.there("61.00")
    desk.at(TEN)
    assert desk.received_here("61.00") == (missing not in {"configure", "import"})


def test_who_may_not_import_may_still_change_the_other_jobs(desk: Desk) -> None:
    desk.schedule("import-payments")
    form, ana = desk.scene.form("settings"), Ana(frozenset(RIGHTS) - {"import"})
    answer = {**form.open({})["answer"], "by_itself_often:changes": "daily"}
    assert "rejected" not in form.act("save", answer, [], {}, user=ana)


HOURS = [
    ("22:00", "07:00", True),
    ("", "", True),
    ("22:00", "", False),
    ("", "07:00", False),
    ("07:00", "07:00", False),
    ("25:00", "07:00", False),
]


@pytest.mark.parametrize(("start", "end", "fits"), HOURS)
def test_quiet_hours_are_whole_or_none(desk: Desk, start: str, end: str, fits: bool) -> None:
    result = desk.schedule("changes", quiet_from=start, quiet_to=end)
    assert ("rejected" not in result) == fits


def ending(*ids: str) -> Any:
    """The work of a run that ends each row well."""

    def work(run: LeasedRun) -> None:
        for identity in ids:
            run.reporter.row(RowResult(id=identity, outcome=Outcome.SYNCHRONIZED))

    return work


@pytest.mark.parametrize("action", ["import-payments", "changes", "reconcile"])
def test_what_runs_by_itself_gives_way_to_a_persons_run_on_another_workstation(desk: Desk, other: Desk, action: str) -> None:
    runtime = desk.scene.addin.runtime()
    with runtime.acting(ProgramUser()):
        run, task = runtime.new_run(action, 500), JobTask(runtime, desk.books.realm, action, lambda: False)
        lease = runtime.run_ports.leases.take(desk.books.realm, run)
        assert not task.cancelled

        def give_way() -> None:
            """What a job does at its next look."""
            runtime.parts.clock.sleep(2.0)
            assert task.cancelled
            runtime.run_ports.leases.release(lease)

        # The other workstation waits by its own clock, on which a wait is over at once: the job looks at the first.
        sleep = other.clock.sleep

        def wait(seconds: float) -> None:
            """Let the other's second pass; the job looks in it."""
            give_way()
            sleep(seconds)

        other.clock.sleep = wait
        summary = RunTask(other.scene.addin.runtime(), other.scene.host).run("export-payments", ["payment:1"], ending("payment:1"))
    assert summary["counts"]["done"] == 1
    assert "* What runs by itself is ending, because you want to run. Yours begins as soon as it has." in other.scene.host.lines


def test_an_import_that_gave_way_goes_on_a_minute_later(desk: Desk) -> None:
    desk.schedule("import-payments")
    for number in range(3):
        desk.there(f"{50 + number}.00")
    runtime = desk.scene.addin.runtime()
    leases, take = runtime.run_ports.leases, runtime.run_ports.leases.take

    def take_and_be_asked(realm: str, run: RunInfo) -> Any:
        """A person presses a run in the moment after the job has the lease."""
        lease = take(realm, run)
        leases.ask(realm)
        runtime.parts.clock.sleep(2.0)
        return lease

    leases.take = take_and_be_asked  # type: ignore[method-assign]
    desk.at(TEN)
    assert [desk.received_here(f"{50 + number}.00") for number in range(3)] == [0, 0, 0]
    leases.take = take  # type: ignore[method-assign]
    desk.at(TEN + 2 * MINUTE)
    assert [desk.received_here(f"{50 + number}.00") for number in range(3)] == [1, 1, 1]


def test_a_job_whose_turn_another_workstation_has_is_left_to_it(desk: Desk, other: Desk) -> None:
    desk.schedule("import-payments")
    desk.there("61.00")
    runtime = other.scene.addin.runtime()
    lease = runtime.turns.take(desk.books.realm, runtime.new_run("by-itself", 0))
    desk.at(TEN)
    assert desk.received_here("61.00") == 0
    row = run_now(desk, "job:import-payments")[0]
    assert (row["outcome"], "at work already" in row["message"]) == ("failed", True)
    runtime.turns.release(lease)
    desk.at(TEN + MINUTE)
    assert desk.received_here("61.00") == 1


def run_now(desk: Desk, *ids: str, **answer: object) -> list[Any]:
    """Press Run Now; the rows as they ended."""
    desk.scene.host.rows.clear()
    desk.scene.form("by-itself").run("run_now", answer, list(ids), {}, desk.scene.host)
    return [desk.scene.host.rows[identity] for identity in ids]


def test_a_person_runs_a_job_now_in_their_own_name_and_the_text_host_lists_it(desk: Desk) -> None:
    desk.there("61.00")
    listed = run_now(desk, "job:import-payments", "job:changes", "job:reconcile", dry_run=True)
    assert {row["message"] for row in listed} == {"Off. Last: . Next: . Found: It has not run by itself yet."}
    assert desk.received_here("61.00") == 0
    rows = run_now(desk, "job:import-payments", "job:changes", "job:reconcile")
    assert [row["outcome"] for row in rows] == ["synchronized", "synchronized", "synchronized"]
    assert rows[0]["message"].startswith("1 payment came in from QuickBooks: 61.00 USD.")
    assert desk.received_here("61.00") == 1
    assert desk.runs() == [("Lee Park", "Import payments")]


def test_a_job_in_a_thread_of_its_own_is_no_persons(desk: Desk) -> None:
    """A host calls jobs from threads where nobody acts."""
    desk.schedule("import-payments")
    desk.there("61.00")
    desk.clock.at = TEN
    thread = Thread(target=desk.scene.host.jobs["by-itself"])
    thread.start()
    thread.join()
    assert desk.runs() == [("the program", "Import payments")]


def test_two_workstations_that_look_in_the_same_moment_do_it_once(desk: Desk, other: Desk) -> None:
    desk.schedule("import-payments")
    for number in range(20):
        desk.there(f"{50 + number}.00")
    threads = [Thread(target=each.at, args=(TEN,)) for each in (desk, other) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.runs() == [("the program", "Import payments")]
    assert [desk.received_here(f"{50 + number}.00") for number in range(20)] == [1] * 20
    assert len(desk.scene.addin.runtime().notes.latest(desk.books.realm, 9)) == 1


@pytest.mark.parametrize("happens", ["nothing", "quiet hours begin", "another company"])
@pytest.mark.parametrize("pressed", [True, False])
def test_a_job_at_work_ends_early_when_quiet_hours_begin_or_another_company_is_connected(
    desk: Desk, happens: str, pressed: bool
) -> None:
    desk.schedule("import-payments", quiet_from="22:00", quiet_to="07:00")
    runtime = desk.scene.addin.runtime()
    over = ByItself(runtime, UTC)._over(desk.books.realm, Begun(Job.IMPORT, TEN, None if pressed else TEN))
    assert not over()
    if happens == "quiet hours begin":
        desk.clock.at = NINE.replace(hour=22)
    if happens == "another company":
        desk.scene.form("connection").act("disconnect", {}, [], {})
    assert over() == (happens == "another company" or (happens == "quiet hours begin" and not pressed))


def test_what_waits_for_an_invoice_waits_for_no_person(desk: Desk) -> None:
    desk.schedule("changes")
    invoice = desk.books.invoice(desk.customer, "40.00", DocNumber="LT-1", TxnDate="2026-11-01")
    there = desk.there("40.00", (str(invoice["Id"]), "40.00", "Invoice"))
    assert desk.import_(f"quickbooks_payment:{there}")[f"quickbooks_payment:{there}"]["outcome"] == "synchronized"
    desk.wait(400.0)
    desk.at(desk.clock.at + HOUR)
    assert [(note["text"].partition(":")[0], note["level"]) for note in desk.notes()] == [
        ("Imported, and waiting for an invoice that is not here, or not open enough", "info")
    ]


def test_dates_are_written_as_the_firm_writes_them(desk: Desk) -> None:
    desk.schedule("import-payments", dates="DD.MM.YYYY")
    desk.there("61.00")
    desk.at(TEN)
    assert desk.notes()[0]["title"].startswith("Import payments, 20.11.2026 ")
    assert desk.notes()[0]["links"][0]["request"] == {"answer": {"from": "2026-10-21", "to": "2026-11-20"}}  # data stay as they are
    rows = desk.scene.form("by-itself").rows({}, None)
    assert rows.page(0, 1)[0]["cells"]["last"].startswith("20.11.2026 ")
    desk.at(TEN + HOUR)
    rows = desk.scene.form("by-itself").rows({}, None)
    assert rows.page(0, 1)[0]["message"] == "Nothing new came in from 21.10.2026 to 20.11.2026."
