"""Auto Apply tells what it did, row by row, and what it tells is what QuickBooks holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Ref
from tests.support.hosts.both_sides import TODAY, BothSides, both_sides, customer, invoice, lines_of


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        found.build(preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}})
        yield found


@dataclass(frozen=True, slots=True)
class Shape:
    """A customer's tree and invoices, a payment of one of its members, and what becomes of it."""

    name: str
    invoices: tuple[tuple[str, str, str], ...]  # owner, number, amount; the oldest first
    amount: str
    applied: str
    ending: str  # of the sentence
    jobs: tuple[tuple[str, str, bool], ...] = ()  # name, parent, bills with the parent
    payer: str = "me"

    def steps(self, prefix: str) -> list[dict[str, Any]]:
        """The steps that build it; every name begins with the prefix."""
        found = [customer(f"{prefix} me", f"{prefix}me")]
        for name, parent, bills in self.jobs:
            parent_ref = {"ParentRef": f"${prefix}{parent}", "Job": True, "BillWithParent": bills}
            found.append(customer(f"{prefix} {name}", f"{prefix}{name}", **parent_ref))
        for day, (owner, number, amount) in enumerate(self.invoices, 1):
            found.append(invoice(f"{prefix}{owner}", f"{prefix}{number}", amount, day=f"2026-10-{day:02}"))
        return found


JOB = (("job", "me", True),)
TWO_DEEP = (("job", "me", True), ("part", "job", True))
SHAPES = (
    Shape("equal", (("me", "1", "50.00"), ("me", "2", "80.00")), "80.00", "2 80.00", ""),
    Shape("oldest", (("me", "1", "50.00"), ("me", "2", "80.00")), "60.00", "1 50.00, 2 10.00", ""),
    Shape("rest", (("me", "1", "50.00"),), "60.00", "1 50.00", "10.00 is unapplied: {me} has no other open invoice."),
    Shape("nothing", (), "60.00", "", "Sent. Nothing could be applied: {me} has no open invoice. 60.00 is unapplied."),
    Shape("jobs invoice", (("job", "1", "70.00"),), "70.00", "1 70.00", "", JOB),
    Shape("oldest over the family", (("job", "1", "30.00"), ("me", "2", "40.00")), "60.00", "1 30.00, 2 30.00", "", JOB),
    Shape("equal in the family", (("me", "1", "30.00"), ("job", "2", "40.00")), "40.00", "2 40.00", "", JOB),
    Shape("two deep", (("part", "1", "25.00"), ("job", "2", "25.00")), "50.00", "1 25.00, 2 25.00", "", TWO_DEEP),
    Shape("job pays its part", (("part", "1", "25.00"), ("me", "2", "25.00")), "25.00", "1 25.00", "", TWO_DEEP, "job"),
    Shape(
        "job pays nothing of its parent",
        (("me", "1", "70.00"),),
        "70.00",
        "",
        "{me}:{job} has no open invoice. 70.00 is unapplied.",
        JOB,
        "job",
    ),
    Shape(
        "job that bills by itself",
        (("job", "1", "70.00"),),
        "70.00",
        "",
        "{me} has no open invoice. 70.00 is unapplied.",
        (("job", "me", False),),
    ),
    Shape(
        "one between bills by itself",
        (("part", "1", "20.00"), ("job", "2", "30.00")),
        "30.00",
        "",
        "{me} has no open invoice. 30.00 is unapplied.",
        (("job", "me", False), ("part", "job", True)),
    ),
    Shape("a cent more", (("me", "1", "50.00"),), "50.01", "1 50.00", "0.01 is unapplied: {me} has no other open invoice."),
)


def test_each_row_says_what_auto_apply_did_and_quickbooks_holds_just_that(sides: BothSides) -> None:
    ids = sides.build(*(step for number, shape in enumerate(SHAPES) for step in shape.steps(f"c{number}")))
    payers = {each["Id"]: each["DisplayName"] for each in sides.query("Customer")}
    records = []
    for number, shape in enumerate(SHAPES):
        client = sides.client(payers[ids[f"c{number}{shape.payer}"]])
        records.append(sides.record(client, shape.amount))
    sides.match()
    rows = sides.export(*records, auto_apply=True)
    for number, (shape, record) in enumerate(zip(SHAPES, records, strict=True)):
        row, prefix = rows[record.ref], f"c{number}"
        names = {key: f"{prefix} {key}" for key in ("me", "job")}
        assert row["outcome"] == "synchronized", (shape.name, row)
        there = sides.read("Payment", row["quickbooks_id"])
        told = {ids[f"{prefix}{part.split()[0]}"]: Decimal(part.split()[1]) for part in shape.applied.split(", ") if part}
        assert lines_of(there) == told, (shape.name, there)
        assert there["UnappliedAmt"] == record.amount - sum(told.values()), shape.name
        shown = ", ".join(f"{prefix}{part}" for part in shape.applied.split(", ") if part)
        assert shown in row["message"], (shape.name, row["message"])
        assert row["message"].endswith(shape.ending.format(**names)), (shape.name, row["message"])
        assert told == {} or row["quickbooks_id"] in row["message"]


def test_what_was_sent_and_not_applied_is_counted(sides: BothSides) -> None:
    sides.build(customer("Ada", "ada"), customer("Bo", "bo"), invoice("bo", "B-1", "10.00"))
    records = [sides.record(sides.client("Ada"), "10.00"), sides.record(sides.client("Bo"), "10.00")]
    sides.match()
    summary = sides.run(records, {"auto_apply": True})
    assert summary["counts"]["done"] == 2
    assert summary["counts"]["not_applied"] == 1
    assert "2 done (1 of them not applied)" in summary["text"]


def test_two_payments_of_one_family_are_never_in_two_batches_at_once(sides: BothSides) -> None:
    family = [customer("Root", "root")]
    for number in range(40):
        family.append(customer(f"Job {number}", f"job{number}", ParentRef="$root", Job=True, BillWithParent=True))
        family.append(invoice(f"job{number}", f"J-{number}", "10.00", day="2026-10-01"))
    sides.build(*family)
    names = ["Root", *(f"Job {number}" for number in range(40))]
    records = [sides.record(sides.client(name), "10.00") for name in names]
    sides.match()
    rows = sides.export(*records, auto_apply=True)
    assert {row["outcome"] for row in rows.values()} == {"synchronized"}
    spent: dict[str, Decimal] = {}
    for payment in sides.query("Payment"):
        for identity, amount in lines_of(payment).items():
            spent[identity] = spent.get(identity, Decimal(0)) + amount
    assert set(spent.values()) == {Decimal("10.00")}
    assert all(each["Balance"] == 0 for each in sides.query("Invoice"))
    assert sum(not row["applied"] for row in rows.values()) == 1  # forty-one payments, forty invoices


def test_a_row_that_is_edited_here_between_plan_and_send_is_said(sides: BothSides) -> None:
    sides.build(customer("Ada", "ada"), customer("Bo", "bo"))
    ada, bo = (sides.record(sides.client(name), "10.00") for name in ("Ada", "Bo"))
    sides.match()
    edited = replace(ada, amount=Decimal("12.00"), version=1)

    def edit() -> None:
        sides.ledger.entries[sides.ledger.entries.index(ada)] = edited

    sides.host.when_running = edit
    rows = sides.export(ada, bo)
    assert (rows[bo.ref]["outcome"], rows[ada.ref]["outcome"]) == ("synchronized", "changed")
    assert sides.read("Payment", rows[ada.ref]["quickbooks_id"])["TotalAmt"] == Decimal("10.00")
    assert "10.00" in rows[ada.ref]["message"]
    assert "12.00" in rows[ada.ref]["message"]


EDITS: dict[str, tuple[dict[str, object], str]] = {
    "amount": ({"amount": Decimal("12.00")}, "amount 10.00, now 12.00"),
    "date": ({"date": TODAY}, f"now {TODAY.isoformat()}"),
    "reference": ({"reference": "77"}, "reference –, now 77"),
    "to a matched client": ({"client_id": "2", "client_name": "Bo"}, "client, now Bo"),
    "to a client of the same customer": ({"client_id": "3", "client_name": "Zed"}, ""),
    "to a client without a customer": ({"client_id": "4", "client_name": "Cy"}, "client, now Cy"),
    "client and amount": ({"client_id": "2", "client_name": "Bo", "amount": Decimal(9)}, "client, now Bo; amount 10.00, now 9.00"),
    "memo": ({"memo": "Thank you"}, ""),
    "method": ({"method": "Cash"}, ""),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_quickbooks_sees_of_an_edit_between_plan_and_send_is_said(sides: BothSides, name: str) -> None:
    edit, said = EDITS[name]
    ids = sides.build(customer("Ada", "ada"), customer("Bo", "bo"))
    ada, _, _, _ = (sides.client(each) for each in ("Ada", "Bo", "Zed", "Cy"))
    record = sides.record(ada, "10.00")
    sides.match()
    realm = sides.entries.realm
    link = Link(
        realm=realm,
        source=Ref(Kind.CLIENT, "3"),
        entity=Entity.CUSTOMER,
        quickbooks_id=ids["ada"],
        origin=LinkOrigin.MATCHED,
    )
    assert sides.addin.runtime().links.add([link])

    def change() -> None:
        sides.ledger.entries[sides.ledger.entries.index(record)] = replace(record, version=1, **edit)  # type: ignore[arg-type]

    sides.host.when_running = change
    row = sides.export(record)[record.ref]
    assert (row["outcome"], said in row["message"]) == ("changed" if said else "synchronized", True), row
    there = sides.read("Payment", row["quickbooks_id"])
    assert (there["TotalAmt"], there["CustomerRef"]["value"]) == (Decimal(10), ids["ada"])
