"""What is due is done once, by itself, and what is not due is not: in each situation both sides are read afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hostsim.qbo_simulator.companies import DEFAULT_REALMS
from hostsim.qbo_simulator.server.server import fill
from qb_plugin.model import Entity, RunInfo
from tests.addin.forms.by_itself.conftest import MINUTE, NINE, Desk
from tests.addin.forms.test_text_host import TODAY, connect
from tests.support.simulator.simulator_calls import payment

TEN, ELEVEN = NINE + timedelta(hours=1), NINE + timedelta(hours=2)
IMPORT = "import-payments"
DEMO = DEFAULT_REALMS["demo"]
AMOUNT = "61.00"
CAME = "1 payment came in from QuickBooks: 61.00 USD."
LOOSE = "Of these, not applied to invoices in full: 1 payment."


@dataclass(frozen=True, slots=True)
class Two:
    """Two workstations of a firm."""

    desk: Desk
    other: Desk

    def schedule(self, often: str = "hourly", **more: str) -> None:
        """Let the import run by itself, from nine o'clock on, and enter a payment in QuickBooks."""
        self.desk.schedule(IMPORT, often, **more)
        self.desk.there(AMOUNT)

    def at(self, *moments: datetime) -> None:
        """Let the host of the first call its job at these moments."""
        for moment in moments:
            self.desk.at(moment)


def held(two: Two) -> RunInfo:
    """A run of Ana's that has the lease."""
    return RunInfo(id="a", realm=two.desk.books.realm, action="export-payments", user="Ana", started=NINE, total=3)


def nothing_is_set(two: Two) -> None:
    two.desk.there(AMOUNT)
    two.at(TEN, ELEVEN)


def it_is_not_due(two: Two) -> None:
    two.schedule()
    two.at(NINE, NINE + MINUTE, TEN - MINUTE)


def it_is_due(two: Two) -> None:
    two.schedule()
    two.at(TEN)


def it_was_done(two: Two) -> None:
    two.schedule()
    two.at(TEN, TEN + MINUTE, ELEVEN)


def it_is_due_once_a_day(two: Two) -> None:
    two.schedule("daily", **{f"by_itself_at:{IMPORT}": "10:00"})
    two.at(TEN - MINUTE, TEN, ELEVEN, TEN + timedelta(hours=23))


def quiet_hours_over_midnight(two: Two) -> None:
    two.schedule(quiet_from="08:30", quiet_to="07:00")
    two.at(TEN, NINE.replace(hour=23, minute=59), NINE + timedelta(hours=15), NINE + timedelta(hours=21, minutes=59))


def quiet_hours_have_ended(two: Two) -> None:
    two.schedule(quiet_from="09:30", quiet_to="07:00")
    two.at(TEN, NINE + timedelta(hours=22))


def nobody_was_there_for_days(two: Two) -> None:
    two.schedule()
    two.at(NINE + timedelta(days=5), NINE + timedelta(days=5, minutes=1))


def a_person_has_the_lease(two: Two) -> None:
    two.schedule()
    lease = two.desk.scene.addin.runtime().store.leases.take(two.desk.books.realm, held(two))
    two.at(TEN, TEN + MINUTE)
    assert two.desk.received_here(AMOUNT) == 0
    two.desk.scene.addin.runtime().store.leases.release(lease)


def a_person_had_the_lease(two: Two) -> None:
    a_person_has_the_lease(two)
    two.at(TEN + 2 * MINUTE)


def it_is_signed_out(two: Two) -> None:
    two.schedule()
    two.desk.scene.simulator.trouble("token_revoked", times=1, match={"path": "/query"})
    two.at(TEN)
    calls = two.desk.calls()
    two.at(*(TEN + n * MINUTE for n in range(1, 30)), ELEVEN)
    assert two.desk.calls() == calls


def somebody_has_connected_again(two: Two) -> None:
    it_is_signed_out(two)
    connect(two.desk.scene, company="Empty Company")
    two.at(ELEVEN + MINUTE)


def one_row_is_refused(two: Two) -> None:
    two.schedule()
    two.desk.there("13.13")
    two.at(TEN)


def the_ledger_was_away(two: Two) -> None:
    two.schedule()
    two.desk.scene.host.ledger.is_away = True  # type: ignore[attr-defined]
    two.at(TEN)
    two.desk.scene.host.ledger.is_away = False  # type: ignore[attr-defined]
    assert two.desk.said()[0].startswith("Import payments did not end: ")
    two.at(TEN + MINUTE)
    assert two.desk.received_here(AMOUNT) == 0
    two.at(TEN + 15 * MINUTE)


def another_company_is_connected(two: Two) -> None:
    two.schedule()
    if DEMO not in two.desk.scene.simulator.core.realms:
        fill(two.desk.scene.simulator.core, "demo", TODAY)
    connect(two.desk.scene, DEMO)
    two.at(TEN, ELEVEN)
    assert (two.desk.runs(), two.desk.said()) == ([], [])


def the_company_is_back(two: Two) -> None:
    another_company_is_connected(two)
    connect(two.desk.scene, company="Empty Company")
    two.at(ELEVEN + MINUTE)


def two_workstations(two: Two) -> None:
    two.schedule()
    two.at(TEN)
    two.other.at(TEN + MINUTE)
    two.other.at(TEN - MINUTE)
    assert two.other.said() == two.desk.said()


def a_workstation_was_restarted(two: Two) -> None:
    two.schedule()
    two.other.at(TEN)  # the settings are in the database, and so is what was done
    two.at(TEN + MINUTE)


def the_clock_was_put_back(two: Two) -> None:
    two.schedule()
    two.at(TEN, NINE + MINUTE, TEN, TEN + MINUTE)


def the_clock_was_years_ahead(two: Two) -> None:
    two.desk.schedule(IMPORT)
    two.at(NINE + timedelta(days=30))
    two.desk.there(AMOUNT)
    two.at(TEN)


def a_decision_is_left(two: Two) -> None:
    two.schedule()
    two.desk.here("62.00")
    two.desk.there("62.00")
    two.at(TEN, ELEVEN)


def a_stranger_paid(two: Two) -> None:
    two.schedule()
    stranger = two.desk.books.query("select * from Customer where DisplayName = 'Somebody Else'")["Customer"][0]["Id"]
    two.desk.books.post("Payment", payment(stranger, "5.00", TxnDate=TODAY.isoformat()))
    two.at(TEN)


@dataclass(frozen=True, slots=True)
class Situation:
    """What happens; how often the payment is here then, how many runs the history has, and the newest note, if there is one."""

    happens: Callable[[Two], None]
    here: int
    runs: int
    note: str = ""


LEFT = f"{CAME} {LOOSE} Left for a person: "
DONE = f"{CAME} {LOOSE}"
SIGNED_OUT = (
    "QuickBooks has signed Park Practice out of Empty Company: nothing runs by itself until somebody connects again. "
    "What was missed is then done once."
)
SITUATIONS = [
    Situation(nothing_is_set, 0, 0),
    Situation(it_is_not_due, 0, 0),
    Situation(it_is_due, 1, 1, DONE),
    Situation(it_was_done, 1, 1, DONE),
    Situation(it_is_due_once_a_day, 1, 1, DONE),
    Situation(quiet_hours_over_midnight, 0, 0),
    Situation(quiet_hours_have_ended, 1, 1, DONE),
    Situation(nobody_was_there_for_days, 1, 1, DONE),
    Situation(a_person_has_the_lease, 0, 0),
    Situation(a_person_had_the_lease, 1, 1, DONE),
    Situation(
        it_is_signed_out,
        0,
        0,
        SIGNED_OUT,
    ),
    Situation(somebody_has_connected_again, 1, 1, DONE),
    Situation(one_row_is_refused, 1, 1, f"{LEFT}1 could not be imported."),
    Situation(the_ledger_was_away, 1, 2, DONE),
    Situation(another_company_is_connected, 0, 0),
    Situation(the_company_is_back, 1, 1, DONE),
    Situation(two_workstations, 1, 1, DONE),
    Situation(a_workstation_was_restarted, 1, 1, DONE),
    Situation(the_clock_was_put_back, 1, 1, DONE),
    Situation(the_clock_was_years_ahead, 1, 1, DONE),
    Situation(a_decision_is_left, 1, 1, f"{LEFT}1 needs a decision."),
    Situation(a_stranger_paid, 1, 1, f"{LEFT}1 is not matched to a client."),
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.happens.__name__)
def test_what_is_due_is_done_once(situation: Situation, desk: Desk, other: Desk) -> None:
    two = Two(desk, other)
    situation.happens(two)
    assert desk.received_here(AMOUNT) == situation.here
    assert desk.runs() == [("the program", "Import payments")] * situation.runs
    assert (desk.said() or [""])[0] == situation.note
    found = desk.read_there(AMOUNT)
    assert [each["SyncToken"] for each in found] == ["0"]  # an import changes nothing over there
    links = desk.scene.addin.runtime().links.by_quickbooks(desk.books.realm, Entity.PAYMENT, [str(found[0]["Id"])])
    assert len(links) == situation.here


def test_a_sign_in_that_is_refused_and_stands_all_the_same_is_tried_a_quarter_of_an_hour_later(desk: Desk) -> None:
    desk.schedule(IMPORT)
    desk.there(AMOUNT)
    desk.scene.simulator.trouble("token_revoked", times=1, match={"path": "/.well-known"})
    calls = desk.at(TEN).calls()
    assert desk.said() == [SIGNED_OUT]
    assert desk.at(TEN + 14 * MINUTE).calls() == calls
    assert desk.at(TEN + 15 * MINUTE).said() == [DONE]
    assert desk.received_here(AMOUNT) == 1
