"""Deposits: what they take to the bank is locked, and both ends know of each other."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.simulator.simulator_calls import Books, new_books

CHECKING = {"value": "6"}


@pytest.fixture
def books() -> Books:
    return new_books()


def taken(*payments: str, kind: str = "Payment") -> list[dict[str, Any]]:
    """Lines that take whole payments."""
    return [{"LinkedTxn": [{"TxnId": each, "TxnType": kind}]} for each in payments]


def other(amount: object, account: str, **detail: object) -> dict[str, Any]:
    """A line of money that came without a payment."""
    known = {"AccountRef": {"value": account}, **detail}
    return {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": known}


def deposit(books: Books, *lines: dict[str, Any], **more: object) -> Any:
    return books.post("Deposit", {"DepositToAccountRef": CHECKING, "Line": list(lines), **more})


def test_total_is_that_of_the_lines_less_cash_back(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 60)
    made = deposit(books, *taken(paid["Id"]), other(15, "5"), CashBack={"AccountRef": {"value": "7"}, "Amount": 5})
    assert (made["TotalAmt"], [line["Amount"] for line in made["Line"]]) == (70, [60, 15])
    assert made["Line"][0]["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment", "TxnLineId": "0"}]


def test_payment_shows_its_deposit_and_is_locked(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 60)
    made = deposit(books, *taken(paid["Id"]))
    locked = books.get("Payment", paid["Id"])
    assert (locked["LinkedTxn"], locked["SyncToken"]) == ([{"TxnId": made["Id"], "TxnType": "Deposit"}], "1")
    body = {"Id": paid["Id"], "SyncToken": "1", "sparse": True, "PrivateNote": "x"}
    assert books.refused("Payment", body)["code"] == "6540"
    assert books.refused("Payment", body, operation="delete")["code"] == "6540"
    assert books.refused("Payment", body, operation="update", include="void")["code"] == "6540"


def test_deleting_the_deposit_frees_its_payments(books: Books) -> None:
    paid = books.pay(books.customer(), 60)
    made = deposit(books, *taken(paid["Id"]))
    books.post("Deposit", {"Id": made["Id"], "SyncToken": made["SyncToken"]}, operation="delete")
    freed = books.get("Payment", paid["Id"])
    assert ("LinkedTxn" in freed, freed["SyncToken"]) == (False, "2")
    assert deposit(books, *taken(paid["Id"]))["TotalAmt"] == 60


def test_payment_of_another_deposit_is_refused_and_nothing_changes(books: Books) -> None:
    ada = books.customer()
    one, two = books.pay(ada, 60), books.pay(ada, 5)
    made = deposit(books, *taken(one["Id"]))
    body = {"DepositToAccountRef": CHECKING, "Line": taken(two["Id"], one["Id"])}
    error = books.refused("Deposit", body)
    assert (error["code"], error["element"]) == ("620", "Deposit.Line.LinkedTxn.TxnId")
    assert "LinkedTxn" not in books.get("Payment", two["Id"])
    assert books.get("Payment", one["Id"])["LinkedTxn"][0]["TxnId"] == made["Id"]


def test_one_payment_twice_in_one_deposit_is_refused(books: Books) -> None:
    paid = books.pay(books.customer(), 60)
    body = {"DepositToAccountRef": CHECKING, "Line": taken(paid["Id"], paid["Id"])}
    assert books.refused("Deposit", body)["code"] == "620"


def test_payment_that_went_straight_to_the_bank_is_refused(books: Books) -> None:
    paid = books.pay(books.customer(), 60, DepositToAccountRef=CHECKING)
    body = {"DepositToAccountRef": CHECKING, "Line": taken(paid["Id"])}
    assert books.refused("Deposit", body)["code"] == "620"


def test_changed_deposit_lets_go_of_lines_that_are_gone(books: Books) -> None:
    ada = books.customer()
    one, two = books.pay(ada, 60), books.pay(ada, 5)
    made = deposit(books, *taken(one["Id"]))
    sent = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "Line": taken(two["Id"])}
    assert books.post("Deposit", sent)["TotalAmt"] == 5
    assert "LinkedTxn" not in books.get("Payment", one["Id"])
    assert books.get("Payment", two["Id"])["LinkedTxn"][0]["TxnId"] == made["Id"]


def test_sales_receipt_is_taken_and_locked_too(books: Books) -> None:
    line = {"Amount": 30, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    receipt = books.post("SalesReceipt", {"Line": [line]})
    deposit(books, *taken(receipt["Id"], kind="SalesReceipt"))
    body = {"Id": receipt["Id"], "SyncToken": "1", "sparse": True, "PrivateNote": "x"}
    assert books.refused("SalesReceipt", body)["code"] == "6540"


def test_line_on_receivables_is_a_credit_of_the_customer_it_names(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    made = deposit(books, other(20, "3", Entity={"value": ada, "type": "Customer"}))
    assert books.get("Customer", ada)["Balance"] == 30
    books.pay(ada, 0, (bill["Id"], 20, "Invoice"), (made["Id"], 20, "Deposit"))
    assert books.get("Invoice", bill["Id"])["Balance"] == 30
    assert books.get("Customer", ada)["Balance"] == 30
    assert books.get("Deposit", made["Id"])["LinkedTxn"][0]["TxnType"] == "Payment"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Line": [other(5, "5")]}, "2020"),
        ({"DepositToAccountRef": CHECKING}, "2020"),
        ({"DepositToAccountRef": {"value": "5"}, "Line": [other(5, "5")]}, "6000"),
        ({"DepositToAccountRef": CHECKING, "Line": [other(5, "3")]}, "6000"),
        ({"DepositToAccountRef": CHECKING, "Line": [other(-5, "5")]}, "6000"),
        ({"DepositToAccountRef": CHECKING, "Line": [{"Amount": 5, "DepositLineDetail": {"CheckNum": "1"}}]}, "2020"),
        ({"DepositToAccountRef": CHECKING, "Line": taken("99")}, "620"),
        ({"DepositToAccountRef": CHECKING, "Line": taken("1", kind="Invoice")}, "620"),
    ],
)
def test_what_is_refused(books: Books, body: dict[str, Any], code: str) -> None:
    assert books.refused("Deposit", body)["code"] == code


def test_lists_of_deposits_say_how_many_there_are(books: Books) -> None:
    deposit(books, other(5, "5"))
    found = books.query("select * from Deposit")
    assert (found["totalCount"], found["Deposit"][0]["TotalAmt"]) == (1, Decimal(5))
