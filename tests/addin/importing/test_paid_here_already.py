"""A payment on an invoice that somebody's payment here pays already, on whichever client and day it was entered, is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.model import Entity, Kind, Ref
from tests.support.addin.import_scene import DAY, ImportScene, labels
from tests.support.ledgers.fake_ledger_values import FakeApplication, FakeInvoice, FakeRecord


@dataclass(frozen=True, slots=True)
class Case:
    """An invoice of 100 is paid in QuickBooks by `payer`; here somebody entered `entered` on the child, so many days before."""

    name: str
    payer: str = "parent"  # or child, project
    owner: str = "child"  # or its project, which is no client of its own
    days: int = 0
    entered: str = "100.00"
    total: str = "100.00"  # in QuickBooks, of which the invoice takes 100
    number: str = "{no}"  # of the invoice here
    linked: bool = False  # the invoices, whatever their numbers
    other: bool = False  # what was entered pays another invoice, and this one is open
    held: bool = True


CASES = [
    Case("the parent pays, and the child's was entered on the day"),
    Case("the parent pays, days later", days=6),
    Case("the parent pays, weeks later", days=20),
    Case("the parent pays, a month later", days=31),
    Case("the parent pays before", days=-25),
    Case("the child pays, weeks later", payer="child", days=20),
    Case("the child pays, a month before", payer="child", days=-31),
    Case("the child's project pays", payer="project", owner="project", days=20),
    Case("the child pays its project's", payer="child", owner="project", days=20),
    Case("the parent pays the project's", owner="project", days=20),
    Case("the number in small letters", days=12, number="{no_small}"),
    Case("the number with blanks", days=12, number=" {no} "),
    Case("linked invoices of different numbers", days=12, number="X-{no}", linked=True),
    Case("of a larger payment, entered whole", payer="child", days=15, entered="130.00", total="130.00"),
    Case("another amount", days=3, entered="99.00", held=False),
    Case("longer ago than a month", payer="child", days=32, held=False),
    Case("it pays another invoice, and this one is open", payer="child", days=12, other=True, held=False),
]


def arrange(scene: ImportScene, case: Case) -> tuple[FakeInvoice, FakeRecord, Any]:
    """The invoice here, what somebody entered, and the payment in QuickBooks."""
    n = scene.number()
    names = {"parent": f"Parent {n}", "child": f"Child {n}"}
    ids = {"parent": scene.client(names["parent"])}
    ids["child"] = scene.quickbooks.customer(names["child"], ParentRef={"value": ids["parent"]}, BillWithParent=True, Job=True)
    scene.client(names["child"], customer=ids["child"])
    ids["project"] = scene.quickbooks.customer(f"Job {n}", ParentRef={"value": ids["child"]}, BillWithParent=True, Job=True)
    there = scene.quickbooks.invoice(ids[case.owner], 100, DocNumber=f"CH-{n}", TxnDate="2026-09-01")
    number = case.number.format(no=f"CH-{n}", no_small=f"ch-{n}")
    bill = scene.bill(names["child"], number, "100.00", "100.00" if case.other else "0.00")
    if case.linked:
        scene.links(Entity.INVOICE, Ref(Kind.INVOICE, bill.id), there["Id"])
    paid = scene.bill(names["child"], f"Z-{n}", "100.00", "0.00") if case.other else bill
    owner = next(each for each in scene.ledger.people if each.name == names["child"])
    parts = (FakeApplication(paid.id, paid.number, min(Decimal(case.entered), Decimal(100))),)
    entered = FakeRecord(
        "payment",
        f"7{n}",
        f"P-7{n}",
        owner.id,
        owner.name,
        DAY - timedelta(days=case.days),
        Decimal(case.entered),
        applications=parts,
    )
    scene.ledger.entries.append(entered)
    made = scene.quickbooks.pay(
        ids[case.payer], case.total, (there["Id"], 100, "Invoice"), TxnDate=DAY.isoformat(), PaymentRefNum=f"R{n}"
    )
    return bill, entered, made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_money_that_pays_an_invoice_here_already_does_not_come_in_unasked(scene: ImportScene, case: Case) -> None:
    bill, entered, there = arrange(scene, case)
    before = len(scene.ledger.entries)
    row = scene.take_one(there)
    assert (row["outcome"] == "needs_decision") == case.held, row
    assert len(scene.ledger.entries) == before + (not case.held)
    assert scene.quickbooks.get("Payment", there["Id"])["TotalAmt"] == Decimal(case.total)
    if case.held:
        assert f"looks like {entered.number}" in row["message"]
        assert labels(row)[-3:] == ["Same one: link them", "Import anyway", "Not now"]
        assert scene.open_here(bill.number) == (Decimal(100) if case.other else 0)


@pytest.mark.parametrize("case", [CASES[0], CASES[3], CASES[7]], ids=lambda case: case.name)
def test_it_comes_in_when_a_person_says_that_it_is_another_and_is_one_when_they_say_so(scene: ImportScene, case: Case) -> None:
    _, entered, there = arrange(scene, case)
    row = scene.take_one(there)
    assert scene.press(row, "Same one: link them")["outcome"] == "synchronized"
    assert scene.take_one(there)["outcome"] == "synchronized"
    assert scene.here(there) is None
    _, _, other = arrange(scene, case)
    assert scene.take_one(other, force=True)["outcome"] == "synchronized"
    found = scene.here(other)
    assert (found and found.amount, found and found.applications) == (Decimal(case.total), ())
    assert entered in scene.ledger.entries


@pytest.mark.parametrize(("days", "held"), [(0, True), (3, True), (7, True), (8, False), (15, False), (31, False)])
def test_two_payments_there_of_one_invoice_far_apart_are_two_though_less_is_open_here(
    scene: ImportScene, days: int, held: bool
) -> None:
    n = scene.number()
    name = f"Twice {n}"
    customer = scene.client(name)
    there = scene.quickbooks.invoice(customer, 200, DocNumber=f"TW-{n}", TxnDate="2026-09-01")
    scene.bill(name, f"TW-{n}", "200.00", "150.00")  # a part was written off here
    first, second = (
        scene.quickbooks.pay(customer, 100, (there["Id"], 100, "Invoice"), TxnDate=(DAY - timedelta(days=ago)).isoformat())
        for ago in (days, 0)
    )
    assert scene.take_one(first)["outcome"] == "synchronized"
    row = scene.take_one(second)
    assert row["outcome"] == ("needs_decision" if held else "synchronized"), row
    if held:
        assert f"which is linked to {first['Id']}" in row["message"]
    else:
        assert scene.open_here(f"TW-{n}") == 0
        assert "so 50.00 is unapplied" in row["message"]
