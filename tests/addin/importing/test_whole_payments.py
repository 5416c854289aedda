"""A payment comes in whole, or with what is missing said, from QuickBooks' own figures; both sides are read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.support.addin.import_scene import ImportScene, labels
from tests.support.simulator.open_items import entry_lines, expense

CHECKING = "6"


def bill_both(scene: ImportScene, name: str, customer: str, number: str, total: str) -> Any:
    """An invoice on both sides."""
    scene.bill(name, number, total)
    return scene.quickbooks.invoice(customer, Decimal(total), DocNumber=number, TxnDate="2026-11-01")


def test_an_invoice_paid_by_cash_and_a_credit_memo_says_what_stays_open_here(scene: ImportScene) -> None:
    ada = scene.client("Ada")
    bill = bill_both(scene, "Ada", ada, "A-1", "100.00")
    memo = scene.quickbooks.memo(ada, 2, DocNumber="M-2")
    paid = scene.quickbooks.pay(ada, 98, (bill["Id"], 100, "Invoice"), (memo["Id"], 2, "CreditMemo"))
    assert scene.quickbooks.get("Invoice", bill["Id"])["Balance"] == 0
    row = scene.take_one(paid)
    assert (row["outcome"], scene.applied(paid), scene.open_here("A-1")) == ("synchronized", {"A-1": Decimal(98)}, Decimal(2))
    assert row["message"] == (
        "Invoice A-1: 98.00 comes from this payment; 2.00 was paid in QuickBooks by credit memo M-2, and stays open here."
    )
    assert labels(row) == []  # the memo is not here: nothing could be applied


def test_a_linked_memo_is_applied_here_too_at_a_press(scene: ImportScene) -> None:
    bob = scene.client("Bob")
    bill = bill_both(scene, "Bob", bob, "B-1", "100.00")
    memo = scene.quickbooks.memo(bob, 2, DocNumber="M-3")
    here = scene.memo("Bob", "2.00", memo["Id"])
    paid = scene.quickbooks.pay(bob, 98, (bill["Id"], 100, "Invoice"), (memo["Id"], 2, "CreditMemo"))
    row = scene.take_one(paid)
    assert labels(row) == ["Apply the credit here"]
    pressed = scene.press(row, "Apply the credit here")
    assert pressed["message"] == f"Applied here, too: 2.00 of {here.number}."
    assert (scene.open_here("B-1"), scene.applied(paid)) == (Decimal(0), {"B-1": Decimal(98)})
    assert scene.quickbooks.get("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    again = scene.press(row, "Apply the credit here")
    assert again["message"].startswith("Nothing was applied.")
    assert scene.open_here("B-1") == 0


def test_a_line_on_a_journal_entry_is_not_called_unapplied_in_quickbooks(scene: ImportScene) -> None:
    cora = scene.client("Cora")
    lines = entry_lines(cora, cora, Decimal(40), "Debit")
    entry = scene.quickbooks.post("JournalEntry", {"Line": lines})
    both = [
        {"Amount": 40, "LinkedTxn": [{"TxnId": entry["Id"], "TxnType": "JournalEntry", "TxnLineId": line["Id"]}]}
        for line in entry["Line"][:2]
    ]
    paid = scene.quickbooks.post("Payment", {"CustomerRef": {"value": cora}, "TotalAmt": 80, "Line": both})
    assert paid["UnappliedAmt"] == 0
    row = scene.take_one(paid)
    found = scene.here(paid)
    assert found is not None
    assert (row["outcome"], found.amount, found.applications) == ("synchronized", Decimal(80), ())
    assert row["message"] == ("80.00 was applied in QuickBooks to a journal entry, which is not here; here it is unapplied.")


@dataclass(frozen=True)
class Back:
    """How money went back: the body of a purchase, and what it is called."""

    type: str
    body: dict[str, Any]
    name: str


BACK = [
    Back("Check", {"PaymentType": "Check", "DocNumber": "1043"}, "check 1043 on 2026-11-12"),
    Back("Check", {"PaymentType": "Check"}, "check on 2026-11-12"),
    Back("Expense", {"PaymentType": "Cash", "DocNumber": "E7"}, "expense E7 on 2026-11-12"),
    Back("Expense", {"PaymentType": "Cash"}, "expense on 2026-11-12"),
]


@pytest.mark.parametrize("share", ["10", "99.99", "100"])
@pytest.mark.parametrize("how", BACK, ids=lambda how: how.name)
def test_money_that_went_back_is_a_decision_and_never_a_free_credit(scene: ImportScene, how: Back, share: str) -> None:
    name = f"Dora {scene.number()}"
    dora = scene.client(name)
    payee = {"value": dora, "type": "Customer"}
    body = {"AccountRef": {"value": CHECKING}, "EntityRef": payee, "TxnDate": "2026-11-12", "Line": [expense(Decimal(share))]}
    given = scene.quickbooks.post("Purchase", {**body, **how.body})
    line = {
        "Amount": Decimal(share),
        "LinkedTxn": [{"TxnId": given["Id"], "TxnType": how.type, "TxnLineId": given["Line"][0]["Id"]}],
    }
    paid = scene.quickbooks.post("Payment", {"CustomerRef": {"value": dora}, "TotalAmt": 100, "Line": [line]})
    rest = 100 - Decimal(share)
    row = scene.take_one(paid)
    assert (row["outcome"], scene.here(paid)) == ("needs_decision", None)
    assert f"{Decimal(share):.2f} of this money went back to the customer in QuickBooks ({how.name})" in row["message"]
    assert labels(row) == ([f"Import the {rest:.2f}"] if rest else []) + ["Not now"]
    forced = scene.take_one(paid, force=True)
    found = scene.here(paid)
    assert (forced["outcome"], found and found.amount) == (("synchronized", rest) if rest else ("needs_decision", None))
    if rest:
        assert f"Without the {Decimal(share):.2f} that went back" in forced["message"]


@dataclass(frozen=True)
class Returned:
    """A payment with refunds and a credit: its lines in order, and what of its own money went back, by what."""

    total: str
    lines: tuple[tuple[str, str], ...]
    back: str
    by: str = ""
    applied: str = "0"  # to the invoice here
    credited: str = "0"  # what the credit paid of refunds
    refunds: str = ""
    open_here: str = ""  # of the invoice, where it is less than there


CHECK, EXPENSE = "check 1043 on 2026-11-12", "expense E7 on 2026-11-12"
M30, M50, C30, I50 = ("CreditMemo", "30"), ("CreditMemo", "50"), ("Check", "30"), ("Invoice", "50")
SEVERAL = (("Check", "20"), ("Invoice", "80"), ("Expense", "15.55"), M30)
RETURNED = [
    Returned("50", (I50, C30, M30), "0", "", "50", credited="30", refunds=CHECK),
    Returned("50", (I50, C30, M30), "0", "", "20", credited="30", refunds=CHECK, open_here="20"),
    Returned("50", (M30, C30, I50), "30", CHECK, "20"),
    Returned("50", (C30, I50, M30), "30", CHECK, "15", open_here="15"),
    Returned("100", SEVERAL, "20", CHECK, "65.55", credited="15.55", refunds=EXPENSE),
    Returned("70", (I50, C30, ("Expense", "20"), M30), "20", CHECK, "50", credited="30", refunds=f"{CHECK}, {EXPENSE}"),
    Returned("30", (C30, I50, M50), "30", CHECK),
]


def pay_with_refunds(scene: ImportScene, name: str, case: Returned) -> Any:
    """The payment in QuickBooks, with what its lines are on."""
    customer, lines = scene.client(name), list[dict[str, Any]]()
    payee, day = {"value": customer, "type": "Customer"}, "2026-11-12"
    for kind, amount in case.lines:
        if kind == "Invoice":
            there = scene.quickbooks.invoice(customer, Decimal(amount), DocNumber=name, TxnDate="2026-11-01")
            scene.bill(name, name, amount, case.open_here or amount)
        elif kind == "CreditMemo":
            there = scene.quickbooks.memo(customer, Decimal(amount), DocNumber=f"M{name}")
        else:
            how = {"PaymentType": "Check", "DocNumber": "1043"} if kind == "Check" else {"PaymentType": "Cash", "DocNumber": "E7"}
            body = {"AccountRef": {"value": CHECKING}, "EntityRef": payee, "TxnDate": day, **how}
            there = scene.quickbooks.post("Purchase", {**body, "Line": [expense(Decimal(amount))]})
        line = {"TxnLineId": there["Line"][0]["Id"]} if kind in {"Check", "Expense"} else {}
        lines.append({"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": there["Id"], "TxnType": kind, **line}]})
    return scene.quickbooks.post("Payment", {"CustomerRef": {"value": customer}, "TotalAmt": Decimal(case.total), "Line": lines})


@pytest.mark.parametrize("case", RETURNED, ids=lambda case: f"{case.total} on {case.lines} {case.open_here}")
def test_what_went_back_is_one_figure_where_a_credit_paid_refunds(scene: ImportScene, case: Returned) -> None:
    """It is what of this payment's own money went back, the documents are those of that figure, and the rest adds up to it."""
    name = f"R-{scene.number()}"
    paid = pay_with_refunds(scene, name, case)
    back, rest = Decimal(case.back), Decimal(case.total) - Decimal(case.back)
    row = scene.take_one(paid)
    assert (row["outcome"], scene.here(paid)) == ("needs_decision", None)
    by_credit = (
        f"{Decimal(case.credited):.2f} went back to the customer in QuickBooks ({case.refunds}), and credit memo M{name} paid"
    )
    by_cash = f"{back:.2f} of this money went back to the customer in QuickBooks ({case.by})"
    assert row["message"].startswith(by_cash if back else by_credit)
    assert labels(row) == ([f"Import the {rest:.2f}"] if rest else []) + ["Not now"]
    row = scene.take_one(paid, force=True)
    found = scene.here(paid)
    assert (found.amount if found else 0) == rest
    if rest:
        assert scene.applied(paid) == {name: Decimal(case.applied)}
        without = f"Without the {back:.2f} that went back to the customer in QuickBooks ({case.by})."
        assert (without in row["message"]) is bool(back)
        credited = (
            f"{Decimal(case.credited):.2f} of what went back to the customer in QuickBooks ({case.refunds}) was paid there by"
        )
        assert (f"{credited} credit memo M{name}, not by this payment." in row["message"]) is bool(case.refunds)
        assert ("was paid there by" in row["message"]) is bool(case.refunds)
        changes = scene.host.forms["changes"].rows(scene.host.forms["changes"].open({})["answer"], None)
        said = {each["id"]: each["cells"]["what"] for each in changes.page(0, changes.count)}
        assert said.get(found.ref if found else "", "Waiting for invoice") == "Waiting for invoice"  # less may be open here


def test_an_invoice_without_a_number_is_named_by_date_and_amount(scene: ImportScene) -> None:
    emma = scene.client("Emma")
    bill = scene.quickbooks.invoice(emma, 70, TxnDate="2026-11-02")
    assert not bill.get("DocNumber")
    paid = scene.quickbooks.pay(emma, 70, (bill["Id"], 70, "Invoice"))
    row = scene.take_one(paid)
    assert row["message"] == "Invoice of 2026-11-02 over 70.00 is not here, so 70.00 is unapplied."


def test_a_method_made_inactive_since_keeps_its_name(scene: ImportScene) -> None:
    finn = scene.client("Finn")
    method = scene.quickbooks.post("PaymentMethod", {"Name": "Cash Box"})
    paid = scene.quickbooks.pay(finn, 10, PaymentMethodRef={"value": method["Id"]})
    scene.quickbooks.post("PaymentMethod", {**method, "Active": False})
    assert scene.look()[paid["Id"]]["cells"]["method"] == "Cash Box"
    scene.take_one(paid)
    found = scene.here(paid)
    assert found is not None
    assert found.method == "Cash Box"
