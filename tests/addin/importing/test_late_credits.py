"""An invoice that a payment and a credit paid in QuickBooks comes here later: what the credit paid is open here, and is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.addin.import_scene import ImportScene, labels

APPLY = "Apply the credit here"
LATE = "Its invoice is here now: applied as in QuickBooks."


def paid_by_both(scene: ImportScene, *, linked: tuple[str, ...], others: tuple[str, ...] = ()) -> tuple[str, str, Any]:
    """An invoice of 100.00 there, paid by cash and these credit memos, of which the linked ones are here; imported before it is.

    The client's name, the invoice's number, and the payment.
    """
    name, number = f"Ada {scene.number()}", f"LC-{scene.number()}"
    there = scene.client(name)
    bill = scene.quickbooks.invoice(there, 100, DocNumber=number, TxnDate="2026-11-01")
    memos = [(scene.quickbooks.memo(there, Decimal(amount))["Id"], amount) for amount in (*linked, *others)]
    for memo, amount in memos[: len(linked)]:
        scene.memo(name, amount, memo)
    cash = 100 - sum((Decimal(amount) for _, amount in memos), Decimal(0))
    lines = [(memo, Decimal(amount), "CreditMemo") for memo, amount in memos]
    paid = scene.quickbooks.pay(there, cash, (bill["Id"], 100, "Invoice"), *lines)
    assert scene.take_one(paid)["outcome"] == "synchronized"
    assert scene.applied(paid) == {}
    return name, number, paid


def import_another(scene: ImportScene, paid: Any) -> dict[str, Any]:
    """Import another payment: what the run says of the one that waited."""
    scene.take_one(scene.quickbooks.pay(paid["CustomerRef"]["value"], 3))
    return dict(scene.host.rows[f"quickbooks_payment:{paid['Id']}"])


@pytest.mark.parametrize(
    ("linked", "others", "buttons", "left"),
    [
        (("20",), (), [APPLY], 0),
        (("15", "5"), (), [APPLY], 0),
        (("20",), ("10",), [APPLY], 10),
        ((), ("20",), [], 20),
    ],
    ids=["linked", "two linked", "one of two linked", "not linked"],
)
def test_what_credits_leave_open_is_said_and_can_be_applied(
    scene: ImportScene, linked: tuple[str, ...], others: tuple[str, ...], buttons: list[str], left: int
) -> None:
    name, number, paid = paid_by_both(scene, linked=linked, others=others)
    scene.bill(name, number, "100.00")
    row = import_another(scene, paid)
    cash, credit = Decimal(paid["TotalAmt"]), 100 - Decimal(paid["TotalAmt"])
    said = f"{LATE} Invoice {number}: {cash:.2f} comes from this payment; {credit:.2f} was paid in QuickBooks by credit memo"
    assert (row["outcome"], row["message"].startswith(said)) == ("synchronized", True), row
    assert (labels(row), scene.open_here(number)) == (buttons, credit)
    if buttons:
        scene.press(row, APPLY)
    assert (scene.open_here(number), scene.applied(paid)) == (Decimal(left), {number: cash})


def test_where_nothing_stays_open_nothing_more_is_said(scene: ImportScene) -> None:
    name, number, paid = paid_by_both(scene, linked=("20",))
    scene.bill(name, number, "100.00", "80.00")  # somebody applied the memo here by hand
    row = import_another(scene, paid)
    assert (row["message"], labels(row), scene.open_here(number)) == (LATE, [], Decimal(0))


def test_changes_says_it_and_offers_nothing_that_it_cannot_do(scene: ImportScene) -> None:
    name, number, paid = paid_by_both(scene, linked=("20",))
    scene.bill(name, number, "100.00")
    form, here = scene.host.forms["changes"], scene.here(paid)
    assert here is not None
    opened = form.open({})
    form.rows(answer := {**opened["answer"], "token": opened["token"]}, None)
    scene.host.rows.clear()
    form.run("take", answer, [here.ref], {}, scene.host)
    row: dict[str, Any] = {**scene.host.rows[here.ref]}
    assert row["message"].startswith(f"{LATE} Invoice {number}: 80.00 comes from this payment; 20.00 was paid in QuickBooks by")
    assert (row["message"].endswith(", and stays open here."), APPLY in labels(row)) == (True, False)


def test_cash_that_pays_another_invoice_here_is_not_called_applied_as_in_quickbooks(scene: ImportScene) -> None:
    name = f"Ada {scene.number()}"
    there, memo = scene.client(name), scene.number()
    first, second = (scene.quickbooks.invoice(there, total, DocNumber=f"LC-{total}-{memo}") for total in (100, 50))
    credit = scene.quickbooks.memo(there, 20, DocNumber=f"M-{memo}")
    lines = ((first["Id"], 100, "Invoice"), (second["Id"], 50, "Invoice"), (credit["Id"], 20, "CreditMemo"))
    paid = scene.quickbooks.pay(there, 130, *lines)
    scene.take_one(paid)
    scene.bill(name, f"LC-100-{memo}", "100.00", "90.00")
    scene.bill(name, f"LC-50-{memo}", "50.00")
    said = import_another(scene, paid)["message"]
    assert scene.applied(paid) == {f"LC-100-{memo}": Decimal(90), f"LC-50-{memo}": Decimal(40)}
    assert said.startswith(
        f"Invoice LC-100-{memo} has less open here than was applied in QuickBooks; 10.00 of that pays LC-50-{memo}"
    )
    assert (LATE in said, "10.00 was paid in QuickBooks by credit memo" in said) == (False, True)
