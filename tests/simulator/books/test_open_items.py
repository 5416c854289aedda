"""Payments applied to what is no invoice: opening balances, refunds given by check or expense, bounced checks."""

from typing import Any

import pytest

from tests.support.simulator.simulator_calls import Books, new_books, payment

RECEIVABLE, CHECKING, SALES, EQUITY = "3", "6", "1", "10"


@pytest.fixture
def books() -> Books:
    return new_books()


def posting(side: str, amount: object, account: str, customer: str | None = None) -> dict[str, Any]:
    detail: dict[str, Any] = {"PostingType": side, "AccountRef": {"value": account}}
    if customer:
        detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer}}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def opening(books: Books, customer: str, amount: object) -> Any:
    lines = [posting("Debit", amount, RECEIVABLE, customer), posting("Credit", amount, EQUITY)]
    return books.post("JournalEntry", {"Line": lines})


def refund(customer: str, amount: object, kind: str = "Check") -> dict[str, Any]:
    detail = {"AccountRef": {"value": RECEIVABLE}}
    line = {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    payee = {"value": customer, "type": "Customer"}
    return {"PaymentType": kind, "AccountRef": {"value": CHECKING}, "EntityRef": payee, "Line": [line]}


def test_opening_balance_is_owed_and_paid(books: Books) -> None:
    ada = books.customer()
    entry = opening(books, ada, 80)
    assert books.get("Customer", ada)["Balance"] == 80
    paid = books.pay(ada, 50, (entry["Id"], 50, "JournalEntry"))
    assert paid["UnappliedAmt"] == 0
    assert paid["Line"][0]["LinkedTxn"] == [{"TxnId": entry["Id"], "TxnType": "JournalEntry", "TxnLineId": "1"}]
    after = books.get("JournalEntry", entry["Id"])
    assert (after["LinkedTxn"], after["SyncToken"]) == ([{"TxnId": paid["Id"], "TxnType": "Payment"}], "1")
    assert books.get("Customer", ada)["Balance"] == 30
    assert books.refused("Payment", payment(ada, 50, (entry["Id"], 31, "JournalEntry")))["code"] == "6000"


def test_line_shows_what_was_open_before(books: Books) -> None:
    ada = books.customer()
    entry = opening(books, ada, 80)
    paid = books.pay(ada, 50, (entry["Id"], 50, "JournalEntry"))
    pairs = {each["value"]["Name"]: each["value"].get("Value") for each in paid["Line"][0]["LineEx"]["any"]}
    assert pairs == {"txnId": entry["Id"], "txnOpenBalance": "80.00", "txnReferenceNumber": None}


def test_entry_with_two_customers_is_paid_by_each_for_his_own_line(books: Books) -> None:
    ada, bob = books.customer("Ada"), books.customer("Bob")
    lines = [posting("Debit", 10, RECEIVABLE, ada), posting("Debit", 20, RECEIVABLE, bob), posting("Credit", 30, EQUITY)]
    entry = books.post("JournalEntry", {"Line": lines})
    paid = books.pay(bob, 20, (entry["Id"], 20, "JournalEntry"))
    assert paid["Line"][0]["LinkedTxn"][0]["TxnLineId"] == "2"
    assert [books.get("Customer", each)["Balance"] for each in (ada, bob)] == [10, 0]
    assert books.refused("Payment", payment(bob, 10, (entry["Id"], 10, "JournalEntry")))["code"] == "620"


def test_credit_by_journal_entry_pays_an_invoice(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 100)
    lines = [posting("Credit", 40, RECEIVABLE, ada), posting("Debit", 40, EQUITY)]
    entry = books.post("JournalEntry", {"Line": lines})
    paid = books.pay(ada, 0, (bill["Id"], 40, "Invoice"), (entry["Id"], 40, "JournalEntry"))
    assert (paid["UnappliedAmt"], books.get("Invoice", bill["Id"])["Balance"]) == (0, 60)
    assert books.get("Customer", ada)["Balance"] == 60


@pytest.mark.parametrize(("kind", "type_"), [("Check", "Check"), ("Cash", "Expense")])
def test_overpayment_is_given_back(books: Books, kind: str, type_: str) -> None:
    ada = books.customer()
    paid = books.pay(ada, 100)
    given = books.post("Purchase", refund(ada, 30, kind))
    assert books.get("Customer", ada)["Balance"] == -70
    body = {**payment(ada, 100, (given["Id"], 30, type_)), "Id": paid["Id"], "SyncToken": "0"}
    changed = books.post("Payment", body)
    assert changed["UnappliedAmt"] == 70
    assert books.get("Purchase", given["Id"])["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert books.get("Customer", ada)["Balance"] == -70
    wrong = "Expense" if type_ == "Check" else "Check"
    assert books.refused("Payment", payment(ada, 5, (given["Id"], 5, wrong)))["code"] == "620"


def test_bounced_check_opens_the_invoice_again(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 100)
    paid = books.pay(ada, 100, (bill["Id"], 100, "Invoice"))
    bounced = books.post("Purchase", refund(ada, 100))
    books.post("Payment", {**payment(ada, 100, (bounced["Id"], 100, "Check")), "Id": paid["Id"], "SyncToken": "0"})
    assert books.get("Invoice", bill["Id"])["Balance"] == 100
    assert books.get("Customer", ada)["Balance"] == 100


def test_deleting_what_is_linked_frees_the_payment(books: Books) -> None:
    ada = books.customer()
    entry = opening(books, ada, 80)
    paid = books.pay(ada, 50, (entry["Id"], 50, "JournalEntry"))
    books.post("JournalEntry", {"Id": entry["Id"], "SyncToken": "1"}, operation="delete")
    after = books.get("Payment", paid["Id"])
    assert (after["Line"], after["UnappliedAmt"], after["SyncToken"]) == ([], 50, "1")
    assert books.get("Customer", ada)["Balance"] == -50


def test_lowered_entry_lets_go_of_what_has_no_room(books: Books) -> None:
    ada = books.customer()
    entry = opening(books, ada, 80)
    paid = books.pay(ada, 80, (entry["Id"], 80, "JournalEntry"))
    lines = [posting("Debit", 30, RECEIVABLE, ada), posting("Credit", 30, EQUITY)]
    lines[0]["Id"] = "1"
    books.post("JournalEntry", {"Id": entry["Id"], "SyncToken": "1", "sparse": True, "Line": lines})
    assert books.get("Payment", paid["Id"])["UnappliedAmt"] == 50
    assert books.get("Customer", ada)["Balance"] == -50


def test_voided_check_frees_the_payment(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 100)
    given = books.post("Purchase", refund(ada, 30))
    books.post("Payment", {**payment(ada, 100, (given["Id"], 30, "Check")), "Id": paid["Id"], "SyncToken": "0"})
    voided = books.post("Purchase", {"Id": given["Id"], "SyncToken": "1"}, operation="void")
    assert (voided["TotalAmt"], voided["Line"][0]["Amount"], "LinkedTxn" in voided) == (0, 0, False)
    assert books.get("Payment", paid["Id"])["UnappliedAmt"] == 100


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("JournalEntry", {"Line": []}, "2020"),
        ("JournalEntry", {"Line": [posting("Debit", 5, SALES)]}, "6000"),
        ("JournalEntry", {"Line": [posting("Debit", 5, RECEIVABLE), posting("Credit", 5, SALES)]}, "6000"),
        ("JournalEntry", {"Line": [posting("Debit", -5, SALES)]}, "2290"),
        ("JournalEntry", {"Line": [posting("Debit", 5, "999")]}, "2500"),
        ("JournalEntry", {"Line": [posting("Debit", 5, RECEIVABLE, "999")]}, "2500"),
        ("Purchase", {"PaymentType": None}, "2020"),
        ("Purchase", {"PaymentType": "Other"}, "2170"),
        ("Purchase", {"AccountRef": {"value": SALES}}, "6430"),
        ("Purchase", {"EntityRef": None}, "6000"),
    ],
)
def test_what_is_refused(books: Books, kind: str, change: dict[str, Any], code: str) -> None:
    ada = books.customer()
    body = {**(refund(ada, 5) if kind == "Purchase" else {}), **change}
    assert books.refused(kind, body)["code"] == code


def test_refund_receipt_pays_back_without_touching_what_is_owed(books: Books) -> None:
    ada = books.customer()
    line = {"Amount": 25, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    body = {"CustomerRef": {"value": ada}, "Line": [line]}
    assert books.refused("RefundReceipt", body)["code"] == "2020"
    made = books.post("RefundReceipt", {**body, "DepositToAccountRef": {"value": CHECKING}, "PaymentRefNum": "77"})
    assert (made["TotalAmt"], made["Balance"], made["DepositToAccountRef"]["name"]) == (25, 0, "Checking")
    assert books.get("Customer", ada)["Balance"] == 0
    voided = books.post("RefundReceipt", {"Id": made["Id"], "SyncToken": "0"}, operation="void")
    assert voided["TotalAmt"] == 0
    books.post("RefundReceipt", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")
    assert books.query("select * from RefundReceipt") == {}
