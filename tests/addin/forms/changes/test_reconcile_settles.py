"""Reconcile's groups of linked pairs have the buttons that settle them: each, pressed, moves its item to *equal*."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.books.lists.merge import merge_customers
from hostsim.qbo_simulator.companies.start import make
from tests.addin.forms.both_sides import DAY
from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.test_text_host import DIEGO

PERIOD = {"from": DAY.replace(day=1).isoformat(), "to": DAY.replace(day=28).isoformat()}


def items(linked: Linked, group: str) -> dict[str, Any]:
    """The items of a group, by id."""
    linked.scene.addin.runtime().ledger_readings.forget()
    rows = linked.scene.form("reconcile-items").rows({**linked.scene.opened("reconcile-items"), **PERIOD, "group": group}, None)
    assert not isinstance(rows, dict), rows
    return {row["id"]: row for row in rows.page(0, rows.count)}


def press(linked: Linked, way: str, ref: str) -> dict[str, Any]:
    """Press a row's button; how it ended."""
    answer = {**linked.scene.opened("reconcile-items"), **PERIOD}
    linked.scene.host.rows.clear()
    linked.scene.form("reconcile-items").run(way, answer, [ref], {}, linked.scene.host)
    return dict(linked.scene.host.rows[ref])


@pytest.mark.parametrize("way", ["take", "send"])
@pytest.mark.parametrize(
    ("group", "there"),
    [("amount_differs", {"TotalAmt": 71}), ("date_differs", {"TxnDate": "2026-10-02"}), ("amount_differs", {"TotalAmt": 69.5})],
)
def test_amount_and_date_are_settled_from_either_side(linked: Linked, way: str, group: str, there: dict[str, Any]) -> None:
    ref, identity = linked.exported_pair("70.00")
    linked.edit_there(identity, **there)
    assert [fix["label"] for fix in items(linked, group)[ref]["fixes"]][:2] == ["Take QuickBooks'", "Send Park Practice's"]
    told = press(linked, way, ref)
    assert told["outcome"] == "synchronized"
    found, record = linked.books.get("Payment", identity), linked.record(ref)
    assert (found["TotalAmt"], found["TxnDate"]) == (record.amount, record.date.isoformat())
    assert (record.amount == Decimal("70.00") and record.date == DAY) == (way == "send")
    assert ref not in items(linked, group)
    gone = way == "take" and group == "date_differs"  # it is dated in another month then, on both sides
    now = {"group": ""} if gone else items(linked, "equal")[ref]["cells"]
    assert told["cells"] == {**now, "difference": "0.00"}


@pytest.mark.parametrize("waits", [True, False])
def test_what_was_applied_there_is_applied_here(linked: Linked, waits: bool) -> None:
    application, invoice = linked.bill("R-1", "40.00")
    linked.scene.host.ledger.bills[-1] = type(linked.scene.host.ledger.bills[-1])(
        "R-1", "R-1", "2", DAY, Decimal("40.00"), Decimal("0.00" if waits else "40.00")
    )
    ref, identity = linked.exported_pair("70.00")
    linked.edit_there(identity, Line=[{"Amount": 40, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}])
    assert "Take QuickBooks'" in [fix["label"] for fix in items(linked, "applied_differs")[ref]["fixes"]]
    assert press(linked, "take", ref)["outcome"] == ("failed" if waits else "synchronized")
    assert (ref in items(linked, "applied_differs")) is waits
    assert sum(each.amount for each in linked.record(ref).applications) == (0 if waits else application.amount)


def test_a_host_that_changes_nothing_is_not_offered_to(linked: Linked) -> None:
    ref, identity = linked.exported_pair("70.00")
    linked.edit_there(identity, TotalAmt=71)
    linked.scene.host.ledger.can = frozenset()
    assert [fix["label"] for fix in items(linked, "amount_differs")[ref]["fixes"]] == ["Send Park Practice's", "Open in QuickBooks"]
    assert [action["id"] for action in linked.scene.form("changes").open({})["actions"]] == ["send", "leave"]
    assert [fix["label"] for fix in linked.changes()[ref]["fixes"]] == ["Send 70.00", "Unlink", "Leave", "Open in QuickBooks"]
    assert linked.settle("take", ref)[ref]["outcome"] == "failed"
    assert linked.record(ref).amount == Decimal("70.00")


def merge_there(linked: Linked) -> str:
    """Diego's customer is merged into Rodriguez & Sons in QuickBooks; the id of these."""
    now = linked.scene.simulator.core.clock.now()
    company = linked.books.company
    other = make(company, "Customer", {"DisplayName": "Rodriguez & Sons"}, now)
    merge_customers(company, int(linked.customer), int(other["Id"]), now)
    return str(other["Id"])


@pytest.mark.parametrize("group", ["amount_differs", "applied_differs", "date_differs"])
@pytest.mark.parametrize("way", ["take", "send"])
def test_what_differs_after_a_merge_is_settled_once_the_client_is_matched(linked: Linked, way: str, group: str) -> None:
    _, invoice = linked.bill("R-1", "40.00")
    ref, identity = linked.exported_pair("70.00")
    customer = merge_there(linked)
    paid = [{"Amount": 40, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}]
    edits: dict[str, dict[str, Any]] = {"amount_differs": {"TotalAmt": 71}, "applied_differs": {"Line": paid}}
    linked.edit_there(identity, **edits.get(group, {"TxnDate": "2026-10-02"}))
    row = items(linked, "not_matched")[ref]
    assert "was merged into another" in row["message"]
    assert [fix["label"] for fix in row["fixes"]] == ["Match client…", "Open in QuickBooks"]
    told = press(linked, way, ref)
    assert told["outcome"] == "failed"
    assert (
        f"{identity} is of Rodriguez & Sons in QuickBooks, and {DIEGO}, whose {linked.record(ref).number} it is here"
        in told["message"]
    )
    assert [fix["label"] for fix in told["fixes"]] == ["Match client…"]
    assert linked.changes()[ref]["message"].endswith("Nothing was changed.")
    match = linked.scene.form("match-clients")
    match.act("link", linked.scene.opened("match-clients"), ["client:2"], {"client:2": {"customer": customer}})
    if group == "applied_differs":
        linked.scene.host.ledger.bills[-1] = replace(linked.scene.host.ledger.bills[-1], balance=Decimal("40.00"))
        way = "take"  # what is applied is not sent
    assert ref in items(linked, group)
    assert press(linked, way, ref)["outcome"] == "synchronized"
    assert ref not in items(linked, "different")
