"""Another company, another truth: states are a company's, hidden is the person's, what came from another company is asked about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hostsim.qbo_simulator.companies import DEFAULT_REALMS
from hostsim.qbo_simulator.companies.start import make
from hostsim.qbo_simulator.server.server import fill
from tests.addin.forms.both_sides import BothSides, row_there
from tests.addin.forms.test_text_host import DIEGO, TODAY, Scene, connect, scene
from tests.support.simulator.simulator_calls import Books

__all__ = ["scene"]

EMPTY = DEFAULT_REALMS["empty"]


@pytest.fixture
def sides(scene: Scene) -> BothSides:
    return BothSides(scene)


def connect_empty(sides: BothSides) -> Books:
    """Connect the real company, which holds Diego and nothing else, while the host runs."""
    core = sides.scene.simulator.core
    if EMPTY not in core.realms:
        fill(core, "empty", TODAY)
        make(core.realms[EMPTY], "Customer", {"DisplayName": DIEGO}, core.clock.now())
    connect(sides.scene, EMPTY, "Empty Company")
    there = Books(core)
    there.realm = EMPTY
    there.refresh()
    sides.scene.form("match-clients").act("accept_all", {}, [], {})
    return there


def offered(sides: BothSides, **answer: object) -> list[str]:
    rows = sides.scene.form("export-payments").rows({**sides.scene.opened("export-payments"), **answer}, None)
    return list(rows.ids(0, rows.count))


def test_after_another_company_is_connected_every_row_is_offered_at_once(sides: BothSides) -> None:
    records = [sides.here(f"{10 + n}.00") for n in range(12)]
    before = offered(sides)
    assert {row["outcome"] for row in sides.export(*records).values()} == {"synchronized"}
    assert not set(records) & set(offered(sides))
    there = connect_empty(sides)
    assert offered(sides) == before
    assert {sides.exported(record)["outcome"] for record in records} == {"ready"}
    assert {row["outcome"] for row in sides.export(*records[:3]).values()} == {"synchronized"}
    assert len(there.query("select * from Payment")["Payment"]) == 3
    connect(sides.scene)
    assert not set(records) & set(offered(sides))  # the trial company's truth has stayed
    connect_empty(sides)
    assert set(before) - set(offered(sides)) == set(records[:3])


@pytest.mark.parametrize("state", ["synchronized", "failed", "not_confirmed", ""])
@pytest.mark.parametrize("hidden", [True, False])
def test_states_are_a_companys_and_hidden_is_the_persons(sides: BothSides, state: str, hidden: bool) -> None:
    record, marks = sides.here("70.00"), sides.scene.host.marks
    realm = sides.books.realm
    marks.put([{"ref": record, "state": state, "scope": realm}])
    sides.scene.form("export-payments").act("hide" if hidden else "show", {}, [record], {})
    connect_empty(sides)
    assert (record in offered(sides), record in offered(sides, show_hidden=True)) == (not hidden, True)
    found = [marks.get([record], each).get(record) for each in (realm, EMPTY)]
    assert [mark.state if mark else "" for mark in found] == [state, ""]
    assert sides.exported(record)["outcome"] == ("hidden" if hidden else "ready")


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_imported_from_the_trial_company_needs_a_decision_in_the_real_one(sides: BothSides, count: int) -> None:
    ids = [row_there(sides.there(f"{80 + n}.00", reference=str(n))) for n in range(count)]
    assert {row["outcome"] for row in sides.import_(*ids).values()} == {"synchronized"}
    records = [e.ref for e in sides.scene.host.ledger.entries if e.external_key]
    there = connect_empty(sides)
    assert {sides.exported(record)["outcome"] for record in records} == {"needs_decision"}
    for row in sides.export(*records).values():
        assert (row["outcome"], "came from Alder & Finch. Nothing was sent" in row["message"]) == ("needs_decision", True)
        assert [fix["label"] for fix in row["fixes"]] == ["Send to this company", "Not now"]
    assert there.query("select * from Payment") == {}
    ends = sides.export(*records, edits={record: {"force": True} for record in records})
    assert {row["outcome"] for row in ends.values()} == {"synchronized"}
    assert len(there.query("select * from Payment")["Payment"]) == count
    assert {sides.exported(record)["outcome"] for record in records} == {"synchronized"}


def test_a_payment_of_the_real_company_that_was_imported_from_the_trial_is_asked_about(sides: BothSides) -> None:
    identity = row_there(sides.there("90.00", reference="7"))
    sides.import_(identity)
    there = connect_empty(sides)
    customer = there.query("select * from Customer")["Customer"][0]["Id"]
    day = (TODAY - timedelta(days=9)).isoformat()
    real = row_there(there.pay(customer, 90, PaymentRefNum="7", TxnDate=day)["Id"])
    assert sides.import_(real)[real]["outcome"] == "needs_decision"
    assert sides.received_here("90.00") == 1


def test_the_first_list_of_a_new_company_says_how_much_was_exported_elsewhere(sides: BothSides) -> None:
    records = [sides.here(f"{30 + n}.00") for n in range(3)]
    form = sides.scene.form("export-payments")
    assert form.open({})["notice"] is None
    sides.export(*records)
    assert form.open({})["notice"] is None
    connect_empty(sides)
    said = form.open({})["notice"]["text"]
    assert said.startswith("3 payments and credit memos were exported to Alder & Finch before, and nothing to this company yet.")
    sides.export(records[0])
    assert form.open({})["notice"] is None
