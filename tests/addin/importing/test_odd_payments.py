"""Payments in forms that QuickBooks rarely sends: each comes in right, is asked about or is named, and stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.support.addin.import_scene import ImportScene, labels

Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Odd:
    """How a payment of 50.00 on an invoice is sent, how its row ends, what of it is applied here, and what is said."""

    name: str
    set: Change
    remove: tuple[str, ...] = ()
    outcome: str = "synchronized"
    applied: str = "50.00"
    said: str = ""


def on(invoice: str, amount: object, **more: object) -> Change:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}], **more}


NO_ROW_LEFT_OUT = [
    Odd("as it is", {}),
    Odd("the year one", {"TxnDate": "0001-01-01"}),
    Odd("the last day that there is", {"TxnDate": "9999-12-31"}),
    Odd("the first week that there is", {"TxnDate": "0001-01-05"}),
    Odd("far in the future", {"TxnDate": "2199-01-01"}),
    Odd("lines without LineEx", {"Line": [on("{invoice}", 50)]}),
    Odd("a LineEx without a number", {"Line": [on("{invoice}", 50, LineEx={"any": []})]}),
    Odd("a line without a link beside it", {"Line": [on("{invoice}", 50), {"Amount": 5, "DetailType": "DiscountLineDetail"}]}),
    Odd("two lines on the invoice", {"Line": [on("{invoice}", 20), on("{invoice}", 30)]}),
    Odd("a line of nothing beside it", {"Line": [on("{invoice}", 0), on("{invoice}", 50)]}),
    Odd("unknown fields", {"Surprise": {"deep": [1]}, "sparse": True}),
    Odd("no name of the customer", {"CustomerRef": {"value": "{customer}"}}),
    Odd("no rest", {}, remove=("UnappliedAmt",)),
    Odd("no currency", {}, remove=("CurrencyRef", "ExchangeRate")),
    Odd("no lines", {"Line": None, "UnappliedAmt": 50}, applied="", said="50.00 is unapplied in QuickBooks, and here too."),
    Odd("a line of nothing", {"Line": [on("{invoice}", 0)]}, outcome="needs_decision", applied="", said="do not add up"),
    Odd(
        "a customer that is not there", {"CustomerRef": {"value": "987654"}}, outcome="failed", applied="", said="(customer 987654)"
    ),
    Odd("no customer's id", {"CustomerRef": {"value": ""}}, outcome="failed", applied="", said="QuickBooks shows no customer"),
    Odd("below zero", {"TotalAmt": -50, "UnappliedAmt": -50, "Line": []}, outcome="failed", applied="", said="did not take"),
    Odd("parts of a cent", {"TotalAmt": 50.005, "UnappliedAmt": 0.005}, outcome="failed", applied="", said="did not take"),
    Odd("a text for a date", {"TxnDate": "yesterday"}, outcome="failed", applied="", said="in a form we do not understand"),
    Odd("a day that there is not", {"TxnDate": "2026-02-30"}, outcome="failed", applied="", said="in a form we do not understand"),
    Odd("beyond any amount", {"TotalAmt": 10**18}, outcome="failed", applied="", said="in a form we do not understand"),
]


def filled(value: Any, fill: Callable[[str], str]) -> Any:
    """The value with names of records in their places."""
    if isinstance(value, dict):
        return {key: filled(each, fill) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, fill) for each in value]
    return fill(value) if isinstance(value, str) else value


def bill_both(scene: ImportScene, name: str, customer: str, total: str, balance: str | None = None) -> tuple[str, str]:
    """An invoice on both sides: its number, and its id in QuickBooks."""
    number = f"O-{scene.number()}"
    scene.bill(name, number, total, balance)
    return number, str(scene.quickbooks.invoice(customer, Decimal(total), DocNumber=number, TxnDate="2026-11-01")["Id"])


@pytest.mark.parametrize("odd", NO_ROW_LEFT_OUT, ids=lambda odd: odd.name)
def test_an_odd_payment_comes_in_or_is_named_and_the_next_comes_in(scene: ImportScene, odd: Odd) -> None:
    name = f"Ora {scene.number()}"
    customer = scene.client(name)
    number, invoice = bill_both(scene, name, customer, "50.00")
    paid = scene.quickbooks.pay(customer, 50, (invoice, 50, "Invoice"))
    other = scene.quickbooks.pay(customer, 8)
    values = filled(odd.set, lambda text: text.format(invoice=invoice, customer=customer))
    body = {"record": f"Payment:{paid['Id']}", "set": values, "remove": list(odd.remove)}
    reply = requests.post(f"{scene.quickbooks.address}/_control/record", json=body, timeout=10)
    assert reply.status_code == 200, reply.text
    rows = scene.take(paid, other)
    row = rows[paid["Id"]]
    assert (rows[other["Id"]]["outcome"], row["outcome"], odd.said in row["message"]) == ("synchronized", odd.outcome, True), row
    assert scene.applied(paid) == ({number: Decimal(odd.applied)} if odd.applied else {})
    assert scene.open_here(number) == Decimal(50) - Decimal(odd.applied or 0)
    assert not (odd.applied and row["message"]), row["message"]
    assert "Create client “”" not in labels(row)


def test_a_customer_that_is_not_there_is_said_when_a_client_is_to_be_made_of_it(scene: ImportScene) -> None:
    customer = scene.client(f"Ora {scene.number()}")
    paid = scene.quickbooks.pay(customer, 50)
    body = {"record": f"Payment:{paid['Id']}", "set": {"CustomerRef": {"value": "987655", "name": "Gone Ltd."}}}
    assert requests.post(f"{scene.quickbooks.address}/_control/record", json=body, timeout=10).status_code == 200
    row = scene.take_one(paid)
    pressed = scene.press(row, "Create client “Gone Ltd.”")
    assert "QuickBooks shows no customer Gone Ltd." in pressed["notice"]
    assert not any(person.name == "Gone Ltd." for person in scene.ledger.people)


# Of two invoices of 60.00 paid in QuickBooks by 100.00 and a credit of 20.00: what is open here of each, what is applied here to
# each, what stays unapplied, and what is said.
MOVED = [
    ("60", "60", "60", "40", "0", "20.00 was paid in QuickBooks by credit memo"),
    ("40", "60", "40", "60", "0", "has less open here than was applied in QuickBooks; 20.00 of that pays {b} here"),
    ("50", "60", "50", "50", "0", "has less open here than was applied in QuickBooks; 10.00 of that pays {b} here"),
    ("50", "60", "50", "50", "0", "10.00 was paid in QuickBooks by credit memo"),
    ("10", "60", "10", "60", "30", "has less open here than was applied in QuickBooks; 20.00 of that pays {b} here"),
    ("10", "60", "10", "60", "30", "so 30.00 is unapplied."),
    ("0", "60", "0", "60", "40", "20.00 of that pays {b} here"),
    ("60", "50", "60", "40", "0", "10.00 was paid in QuickBooks by credit memo"),
    ("60", "40", "60", "40", "0", ""),
    ("60", "0", "60", "0", "40", "so 40.00 is unapplied."),
    ("60", "30", "60", "30", "10", "so 10.00 is unapplied."),
]


@pytest.mark.parametrize(("open_a", "open_b", "on_a", "on_b", "rest", "said"), MOVED)
def test_each_line_stands_here_to_the_cent_or_is_said_where_credits_paid_a_part(
    scene: ImportScene, open_a: str, open_b: str, on_a: str, on_b: str, rest: str, said: str
) -> None:
    name = f"Ida {scene.number()}"
    customer = scene.client(name)
    (a, first), (b, second) = (bill_both(scene, name, customer, "60.00", f"{each}.00") for each in (open_a, open_b))
    memo = scene.quickbooks.memo(customer, 20, DocNumber=f"IM-{scene.number()}")["Id"]
    lines = ((first, 60, "Invoice"), (second, 60, "Invoice"), (memo, 20, "CreditMemo"))
    paid = scene.quickbooks.pay(customer, 100, *lines)
    row = scene.take_one(paid)
    assert (row["outcome"], paid["UnappliedAmt"]) == ("synchronized", 0)
    assert scene.applied(paid) == {number: Decimal(part) for number, part in ((a, on_a), (b, on_b)) if part != "0"}
    assert Decimal(100) - sum(scene.applied(paid).values()) == Decimal(rest)
    assert said.format(a=a, b=b) in row["message"], row["message"]
    assert bool(row["message"]) == bool(said)


# What two memos paid of an invoice of 100.00, whether each is linked here and how much of it is free, what a press applies here,
# and what stays open.
PRESSES = [
    ([("2", True, "2")], "2.00", "0"),
    ([("2", False, "0")], "", "2"),
    ([("2", True, "2"), ("3", True, "3")], "5.00", "0"),
    ([("2", True, "2"), ("3", False, "0")], "2.00", "3"),
    ([("2", False, "0"), ("3", True, "3")], "3.00", "2"),
    ([("2", True, "1"), ("3", True, "3")], "4.00", "1"),
    ([("2", True, "0"), ("3", True, "3")], "3.00", "2"),
    ([("2", True, "0")], "none", "2"),
    ([("40", True, "40"), ("50", False, "0")], "40.00", "50"),
    ([("10", True, "25")], "10.00", "0"),
]


@pytest.mark.parametrize("twice", [False, True], ids=["one line", "two lines on the invoice"])
@pytest.mark.parametrize(("memos", "pressed", "left"), PRESSES)
def test_a_press_applies_what_is_linked_and_says_what_stays_open(
    scene: ImportScene, memos: list[tuple[str, bool, str]], pressed: str, left: str, twice: bool
) -> None:
    name = f"Una {scene.number()}"
    customer = scene.client(name)
    number, invoice = bill_both(scene, name, customer, "100.00")
    lines: list[tuple[str, object, str]] = []
    for amount, linked, free in memos:
        there = scene.quickbooks.memo(customer, Decimal(amount), DocNumber=f"UM-{scene.number()}")["Id"]
        lines.append((there, Decimal(amount), "CreditMemo"))
        if linked:
            scene.memo(name, f"{free}.00" if free != "0" else "0.00", there)
    credits = sum(Decimal(amount) for amount, _, _ in memos)
    parts = [(invoice, 30, "Invoice"), (invoice, 70, "Invoice")] if twice else [(invoice, 100, "Invoice")]
    paid = scene.quickbooks.pay(customer, 100 - credits, *parts, *lines)
    row = scene.take_one(paid)
    assert (row["outcome"], scene.open_here(number)) == ("synchronized", credits)
    whole = sum(Decimal(amount) for amount, linked, _ in memos if linked) >= credits
    assert ("until the credit is applied here, too" in row["message"]) == whole
    if not pressed:
        assert labels(row) == []
        return
    done = scene.press(row, "Apply the credit here")["message"]
    assert scene.open_here(number) == Decimal(left)
    assert (f"{left}.00 of invoice {number} stays open here" in done) == (left != "0" and pressed != "none"), done
    if pressed == "none":
        assert done == "Nothing was applied. No linked credit memo has money left for what is open here."
