"""What was entered in QuickBooks on a project of a client is the client's: asked about, linked, and no other customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Ref
from tests.addin.forms.both_sides import DAY, BothSides
from tests.addin.forms.test_text_host import Scene, scene

__all__ = ["scene"]


@pytest.fixture
def sides(scene: Scene) -> BothSides:
    return BothSides(scene)


def project(sides: BothSides, levels: int, bills: bool) -> str:
    """The id of a sub-customer so many levels below Diego."""
    at = sides.customer
    for level in range(levels):
        at = sides.books.customer(f"Level {level}", ParentRef={"value": at}, BillWithParent=bills)
    return at


def received(sides: BothSides, amount: str) -> list[Any]:
    """QuickBooks' payments of this amount, whoever's they are."""
    found = sides.books.query("select * from Payment maxresults 1000").get("Payment", ())
    return [each for each in found if Decimal(str(each["TotalAmt"])) == Decimal(amount)]


@pytest.mark.parametrize("bills", [True, False])
@pytest.mark.parametrize("levels", [1, 2, 4])
@pytest.mark.parametrize(("reference", "held"), [("4411", True), ("CHK 4411", True), (None, True), ("4412", False)])
def test_a_payment_that_a_person_entered_on_a_project_is_asked_about_and_linked(
    sides: BothSides, levels: int, bills: bool, reference: str | None, held: bool
) -> None:
    record, at = sides.here("71.30", reference="4411"), project(sides, levels, bills)
    more = {"PaymentRefNum": reference} if reference else {}
    typed = sides.books.pay(at, "71.30", TxnDate=DAY.isoformat(), **more)
    row = sides.export(record)[record]
    assert (row["outcome"], len(received(sides, "71.30"))) == (("needs_decision", 1) if held else ("synchronized", 2))
    if held:
        assert f"QuickBooks has a payment of 71.30 from Level {levels - 1} on" in row["message"]
        form, answer = sides.scene.form("export-payments"), sides.scene.opened("export-payments", selection=[record])
        assert form.act("link_possible_duplicate", answer, [record], {})["rows"][0]["outcome"] == "synchronized"
        sides.wait()
        told = sides.export(record)[record]
        assert (told["outcome"], told["message"]) == ("synchronized", "Already in QuickBooks. Nothing was sent.")
        assert sides.books.get("Payment", typed["Id"])["SyncToken"] == "0"


@pytest.mark.parametrize("levels", [1, 2])
def test_a_project_that_is_a_client_of_its_own_is_somebody_elses(sides: BothSides, levels: int) -> None:
    record, at = sides.here("71.30", reference="4411"), project(sides, levels, True)
    source, realm = Ref(Kind.CLIENT, "9"), sides.books.realm
    own = Link(realm=realm, source=source, entity=Entity.CUSTOMER, quickbooks_id=at, origin=LinkOrigin.MATCHED)
    assert sides.scene.addin.runtime().links.add([own])
    sides.books.pay(at, "71.30", TxnDate=DAY.isoformat(), PaymentRefNum="4411")
    assert (sides.export(record)[record]["outcome"], len(received(sides, "71.30"))) == ("synchronized", 2)


@pytest.mark.parametrize("levels", [1, 3])
def test_a_payment_of_ours_that_was_moved_to_a_project_is_no_other_customers(sides: BothSides, levels: int) -> None:
    record = sides.here("71.30", reference="4411")
    sides.export(record)
    (sent,) = received(sides, "71.30")
    moved = {"Id": sent["Id"], "SyncToken": sent["SyncToken"], "sparse": True, "Line": []}
    sides.books.post("Payment", {**moved, "CustomerRef": {"value": project(sides, levels, True)}})
    sides.wait()
    told = sides.export(record)[record]
    assert (told["outcome"], told["message"]) == ("synchronized", "Already in QuickBooks. Nothing was sent.")


@pytest.mark.parametrize("number", [None, "other"])
def test_a_memo_on_a_project_is_asked_about(sides: BothSides, number: str | None) -> None:
    sides.choose_item()
    record = sides.here("71.30", kind="credit_memo")
    sides.books.memo(project(sides, 1, True), "71.30", TxnDate=DAY.isoformat(), **({"DocNumber": number} if number else {}))
    row = sides.export(record, source="credit_memos")[record]
    assert row["outcome"] == "needs_decision"
    assert "QuickBooks has a credit memo of 71.30 for Level 0 on" in row["message"]
