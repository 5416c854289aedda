"""Families, shared customers and merges: whose payment it is, and whose invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.books.lists.merge import merge_customers
from tests.support.addin.import_scene import ImportScene, labels


def child(scene: ImportScene, parent: str, name: str, **more: object) -> str:
    """A sub-customer that bills with its parent."""
    return scene.quickbooks.customer(name, ParentRef={"value": parent}, BillWithParent=True, **more)


def test_a_parent_pays_a_childs_invoice_and_the_row_says_whose_it_is(scene: ImportScene) -> None:
    parent = scene.client("Pam")
    kid = scene.client("Pam's Child", customer=child(scene, parent, "Pam's Child"))
    scene.bill("Pam's Child", "CH-1", "50.00")
    owed = scene.quickbooks.invoice(kid, 50, DocNumber="CH-1")
    paid = scene.quickbooks.pay(parent, 50, (owed["Id"], 50, "Invoice"))
    assert scene.quickbooks.get("Invoice", owed["Id"])["Balance"] == 0
    row = scene.take_one(paid)
    assert row["message"] == "Invoice CH-1 belongs to Pam's Child here, so 50.00 is unapplied."
    assert (scene.applied(paid), scene.open_here("CH-1")) == ({}, Decimal(50))


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
@pytest.mark.parametrize("own", [False, True])
def test_a_payment_on_a_project_comes_in_to_the_nearest_client_above(scene: ImportScene, levels: int, own: bool) -> None:
    name = f"Tree {levels} {own}"
    above = scene.client(name)
    if own:
        above = scene.client(f"{name} Own", customer=child(scene, above, f"{name} Own"))
        name = f"{name} Own"
    at = above
    for level in range(levels - own):
        at = child(scene, at, f"{name} level {level}")
    bill = scene.bill(name, f"T-{scene.number()}", "30.00")
    owed = scene.quickbooks.invoice(at, 30, DocNumber=bill.number)
    paid = scene.quickbooks.pay(at, 30, (owed["Id"], 30, "Invoice"))
    row = scene.take_one(paid)
    found = scene.here(paid)
    assert (row["outcome"], row["message"]) == ("synchronized", "")
    assert found is not None
    assert (found.client_name, scene.applied(paid), scene.open_here(bill.number)) == (name, {bill.number: Decimal(30)}, Decimal(0))


def test_a_customer_without_any_client_above_is_not_matched(scene: ImportScene) -> None:
    alone = scene.quickbooks.customer("Alone")
    paid = scene.quickbooks.pay(child(scene, alone, "Alone's job"), 5)
    row = scene.take_one(paid)
    assert (row["outcome"], labels(row)) == ("failed", ["Match client…"])


def test_the_number_of_a_stranger_is_not_taken_for_the_invoice(scene: ImportScene) -> None:
    payer = scene.client("Quin")
    scene.client("Stranger")
    scene.bill("Stranger", "Q-1", "50.00")
    owed = scene.quickbooks.invoice(payer, 50, DocNumber="Q-1")
    row = scene.take_one(scene.quickbooks.pay(payer, 50, (owed["Id"], 50, "Invoice")))
    assert row["message"] == "Invoice Q-1 is not here, so 50.00 is unapplied."


# --- merged -------------------------------------------------------------------------------------------


def merged(scene: ImportScene, name: str) -> tuple[str, Any]:
    """A client whose customer had a payment that came in, and was merged into another then: that customer, its next payment."""
    old = scene.client(name)
    scene.take_one(scene.quickbooks.pay(old, 7, PaymentRefNum="before"))
    new = scene.quickbooks.customer(f"{name} Group")
    core = scene.simulator.core
    with core.lock:
        merge_customers(scene.quickbooks.company, int(old), int(new), core.clock.now())
    return new, scene.quickbooks.pay(new, 9, PaymentRefNum="after")


def test_after_a_merge_the_row_says_so_and_the_button_relinks(scene: ImportScene) -> None:
    new, paid = merged(scene, "Rosa")
    seen = scene.look()[paid["Id"]]
    assert seen["outcome"] == "not_ready"
    row = scene.take_one(paid)
    assert (row["outcome"], labels(row)) == ("failed", ["Match Rosa to Rosa Group"])
    assert row["message"] == (
        "Rosa was merged into Rosa Group in QuickBooks: the payments of Rosa stand there now. Nothing was imported. "
        "Match Rosa to Rosa Group, then import again."
    )
    pressed = scene.press(row, "Match Rosa to Rosa Group")
    assert pressed["message"] == "Rosa is matched to Rosa Group now. Import this row again."
    assert scene.take_one(paid)["outcome"] == "synchronized"
    found = scene.here(paid)
    assert found is not None
    assert (found.client_name, found.amount) == ("Rosa", Decimal(9))
    assert scene.quickbooks.get("Payment", paid["Id"])["CustomerRef"]["value"] == new
