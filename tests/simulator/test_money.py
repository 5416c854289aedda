"""What the simulator does with money: balances, applications, and everything it refuses."""

from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.books.changes import deposit_payments
from tests.support.simulator.simulator_calls import Books, new_books, payment, sale


@pytest.fixture
def books() -> Books:
    return new_books()


def test_smallest_payment_is_all_unapplied(books: Books) -> None:
    ada = books.customer()
    paid = books.post("Payment", {"CustomerRef": {"value": ada}, "TotalAmt": 25})
    assert list(paid) == [
        "CustomerRef",
        "DepositToAccountRef",
        "TotalAmt",
        "UnappliedAmt",
        "ProcessPayment",
        "domain",
        "sparse",
        "Id",
        "SyncToken",
        "MetaData",
        "TxnDate",
        "CurrencyRef",
        "Line",
    ]
    assert (paid["UnappliedAmt"], paid["Line"], paid["SyncToken"]) == (Decimal("25.00"), [], "0")
    assert paid["DepositToAccountRef"] == {"value": "4"}
    assert paid["CustomerRef"] == {"value": ada, "name": "Ada"}
    assert books.get("Customer", ada)["Balance"] == Decimal("-25.00")


def test_payment_lowers_the_invoice_and_both_ends_know(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 100)
    paid = books.pay(ada, 60, (bill["Id"], 60, "Invoice"))
    after = books.get("Invoice", bill["Id"])
    assert (after["Balance"], after["SyncToken"]) == (Decimal("40.00"), "1")
    assert after["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    pairs = {each["value"]["Name"]: each["value"].get("Value") for each in paid["Line"][0]["LineEx"]["any"]}
    assert pairs == {"txnId": bill["Id"], "txnOpenBalance": "100.00", "txnReferenceNumber": bill["DocNumber"]}
    assert books.get("Customer", ada)["Balance"] == Decimal("40.00")


def test_credit_memo_is_applied_by_a_payment_of_nothing(books: Books) -> None:
    ada = books.customer()
    bill, memo = books.invoice(ada, 100), books.memo(ada, 30)
    paid = books.pay(ada, 0, (bill["Id"], 30, "Invoice"), (memo["Id"], 30, "CreditMemo"))
    assert (paid["TotalAmt"], paid["UnappliedAmt"]) == (0, 0)
    assert "DepositToAccountRef" not in paid
    after = books.get("CreditMemo", memo["Id"])
    assert (after["RemainingCredit"], after["Balance"]) == (0, 0)
    assert "LinkedTxn" not in after
    assert books.get("Invoice", bill["Id"])["Balance"] == Decimal("70.00")


def test_cash_and_credit_may_go_together(books: Books) -> None:
    ada = books.customer()
    bill, memo = books.invoice(ada, 100), books.memo(ada, 30)
    paid = books.pay(ada, 80, (bill["Id"], 100, "Invoice"), (memo["Id"], 30, "CreditMemo"))
    assert paid["UnappliedAmt"] == Decimal("10.00")


def test_update_replaces_all_lines_even_a_sparse_one(books: Books) -> None:
    ada = books.customer()
    one, two = books.invoice(ada, 50), books.invoice(ada, 50)
    paid = books.pay(ada, 100, (one["Id"], 50, "Invoice"), (two["Id"], 50, "Invoice"))
    body = {"Id": paid["Id"], "SyncToken": "0", "sparse": True, "Line": payment(ada, 0, (two["Id"], 20, "Invoice"))["Line"]}
    changed = books.post("Payment", body)
    assert (changed["UnappliedAmt"], changed["SyncToken"]) == (Decimal("80.00"), "1")
    assert books.get("Invoice", one["Id"])["Balance"] == Decimal("50.00")
    assert books.get("Invoice", two["Id"])["Balance"] == Decimal("30.00")


def test_sparse_note_keeps_the_lines(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    paid = books.pay(ada, 50, (bill["Id"], 50, "Invoice"))
    changed = books.post("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert (len(changed["Line"]), changed["PrivateNote"], changed["UnappliedAmt"]) == (1, "x", 0)
    assert books.get("Invoice", bill["Id"])["SyncToken"] == "1"


def test_full_update_blanks_what_is_left_out(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 50, PaymentRefNum="77", PrivateNote="note")
    changed = books.post("Payment", {"Id": paid["Id"], "SyncToken": "0", "CustomerRef": {"value": ada}, "TotalAmt": 50})
    assert "PaymentRefNum" not in changed
    assert "PrivateNote" not in changed


def test_voided_payment_stays_with_nothing_on_it(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    paid = books.pay(ada, 50, (bill["Id"], 50, "Invoice"), PrivateNote="[WS 1-P-7]")
    body = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    gone = books.post("Payment", body, operation="update", include="void")
    assert (gone["TotalAmt"], gone["UnappliedAmt"], gone["Line"], gone["SyncToken"]) == (0, 0, [], "1")
    assert gone["PrivateNote"].startswith("Voided")
    assert gone["PrivateNote"].endswith("[WS 1-P-7]")
    assert books.get("Invoice", bill["Id"])["Balance"] == Decimal("50.00")


def test_void_may_keep_its_lines(books: Books) -> None:
    books.core.change_settings(void_keeps_lines=True)
    ada = books.customer()
    bill = books.invoice(ada, 50)
    paid = books.pay(ada, 50, (bill["Id"], 50, "Invoice"))
    gone = books.post("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="update", include="void")
    assert [line["Amount"] for line in gone["Line"]] == [0]
    assert books.get("Invoice", bill["Id"])["Balance"] == Decimal("50.00")


def test_deleted_payment_opens_the_invoice_again(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    paid = books.pay(ada, 50, (bill["Id"], 50, "Invoice"))
    told = books.post("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="delete")
    assert told == {"domain": "QBO", "status": "Deleted", "Id": paid["Id"]}
    assert books.get("Invoice", bill["Id"])["LinkedTxn"] == []
    status, missing = books.call("GET", f"payment/{paid['Id']}")
    assert (status, missing["Fault"]["Error"][0]["code"]) == (400, "610")


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_payments_of_a_voided_or_deleted_invoice_become_unapplied(books: Books, operation: str) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    paid = books.pay(ada, 50, (bill["Id"], 50, "Invoice"))
    books.post("Invoice", {"Id": bill["Id"], "SyncToken": "1"}, operation=operation)
    after = books.get("Payment", paid["Id"])
    assert (after["UnappliedAmt"], after["Line"]) == (Decimal("50.00"), [])


def test_deleting_an_applied_memo_takes_its_zero_payment_along(books: Books) -> None:
    ada = books.customer()
    bill, memo = books.invoice(ada, 100), books.memo(ada, 30)
    paid = books.pay(ada, 0, (bill["Id"], 30, "Invoice"), (memo["Id"], 30, "CreditMemo"))
    books.post("CreditMemo", {"Id": memo["Id"], "SyncToken": "1"}, operation="delete")
    assert books.get("Invoice", bill["Id"])["Balance"] == Decimal("100.00")
    assert books.call("GET", f"payment/{paid['Id']}")[0] == 400
    assert books.get("Customer", ada)["Balance"] == Decimal("100.00")


def test_lowering_an_invoice_below_what_is_paid_frees_the_rest(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 100)
    paid = books.pay(ada, 100, (bill["Id"], 100, "Invoice"))
    body = {"Id": bill["Id"], "SyncToken": "1", "sparse": True, "Line": [sale(60)]}
    assert books.post("Invoice", body)["Balance"] == 0
    assert books.get("Payment", paid["Id"])["UnappliedAmt"] == Decimal("40.00")


def test_customer_changes_its_time_but_not_its_token(books: Books) -> None:
    ada = books.customer()
    before = books.get("Customer", ada)
    books.core.clock.advance(60)
    books.invoice(ada, 10)
    after = books.get("Customer", ada)
    assert after["SyncToken"] == before["SyncToken"]
    assert after["MetaData"]["LastUpdatedTime"] > before["MetaData"]["LastUpdatedTime"]


def test_job_counts_into_its_parent(books: Books) -> None:
    ada = books.customer()
    job = books.customer("Kitchen", ParentRef={"value": ada}, Job=True, BillWithParent=True)
    bill = books.invoice(job, 40)
    parent = books.get("Customer", ada)
    assert (parent["Balance"], parent["BalanceWithJobs"]) == (0, Decimal("40.00"))
    assert books.get("Customer", job)["FullyQualifiedName"] == "Ada:Kitchen"
    books.pay(ada, 40, (bill["Id"], 40, "Invoice"))
    assert books.get("Customer", ada)["BalanceWithJobs"] == 0


def test_job_that_bills_for_itself_is_not_paid_by_its_parent(books: Books) -> None:
    ada = books.customer()
    job = books.customer("Kitchen", ParentRef={"value": ada})
    bill = books.invoice(job, 40)
    assert books.refused("Payment", payment(ada, 40, (bill["Id"], 40, "Invoice")))["code"] == "620"


@pytest.mark.parametrize(("choice", "code"), [("6000", "6000"), ("620", "620")])
def test_more_than_the_open_balance_is_refused(choice: str, code: str) -> None:
    books = new_books(over_application=choice)
    ada = books.customer()
    bill = books.invoice(ada, 50)
    error = books.refused("Payment", payment(ada, 80, (bill["Id"], 80, "Invoice")))
    assert error["code"] == code
    assert books.get("Invoice", bill["Id"])["Balance"] == Decimal("50.00")


def test_more_than_the_open_balance_may_be_taken_with_less_applied() -> None:
    books = new_books(over_application="accept")
    ada = books.customer()
    bill = books.invoice(ada, 5)
    paid = books.pay(ada, 30, (bill["Id"], 30, "Invoice"))
    assert paid["UnappliedAmt"] == Decimal("25.00")


def _refusals(books: Books) -> list[tuple[str, dict[str, Any], str]]:
    ada, bob = books.customer(), books.customer("Bob")
    bill, other, memo = books.invoice(ada, 50), books.invoice(bob, 50), books.memo(ada, 70)
    done = books.invoice(ada, 10)
    books.pay(ada, 10, (done["Id"], 10, "Invoice"))
    reference = {"value": ada}
    return [
        ("nothing said of the amount", {"CustomerRef": reference}, "6000"),
        ("a negative amount", payment(ada, -1), "6000"),
        ("no customer", {"TotalAmt": 1}, "2020"),
        ("no such customer", payment("999", 1), "2500"),
        ("another's invoice", payment(ada, 50, (other["Id"], 50, "Invoice")), "620"),
        ("an invoice paid already", payment(ada, 10, (done["Id"], 10, "Invoice")), "620"),
        ("no such invoice", payment(ada, 10, ("9999", 10, "Invoice")), "610"),
        ("a number for an id", payment(ada, 10, ("INV-1", 10, "Invoice")), "610"),
        ("charges over money", payment(ada, 10, (bill["Id"], 40, "Invoice")), "6000"),
        ("credits over charges", payment(ada, 0, (bill["Id"], 50, "Invoice"), (memo["Id"], 70, "CreditMemo")), "6000"),
        ("a reference too long", payment(ada, 1, PaymentRefNum="x" * 22), "2050"),
        ("a note too long", payment(ada, 1, PrivateNote="x" * 4001), "2050"),
        ("income for a bank", payment(ada, 1, DepositToAccountRef={"value": "1"}), "6430"),
        ("an unknown word", payment(ada, 1, Colour="red"), "2010"),
        ("a day that is none", payment(ada, 1, TxnDate="2026-13-01"), "2060"),
        ("a negative line", payment(ada, 10, (bill["Id"], -1, "Invoice")), "2290"),
    ]


def test_each_refusal_has_its_code_and_leaves_no_trace(books: Books) -> None:
    cases = _refusals(books)
    before = books.query("select count(*) from Payment")
    for what, body, code in cases:
        assert (what, books.refused("Payment", body)["code"]) == (what, code)
    assert books.query("select count(*) from Payment") == before


def test_exact_text_when_charges_exceed_the_money(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 50)
    assert books.refused("Payment", payment(ada, 10, (bill["Id"], 40, "Invoice"))) == {
        "Message": "A business validation error has occurred while processing your request",
        "Detail": "Business Validation Error: The Amount Received (plus credits) can't be less than the selected charges. "
        "Also, the selected charges can't be less than the selected credits.",
        "code": "6000",
        "element": "",
    }


def test_old_token_is_refused_by_name(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 5)
    books.post("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    error = books.refused("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True})
    assert (error["code"], error["element"]) == ("5010", "")
    assert "Sandbox User finished before you did" in error["Detail"]


def test_deposited_payment_is_locked(books: Books) -> None:
    ada = books.customer()
    paid = books.pay(ada, 5)
    deposit_payments(books.company, [int(paid["Id"])], books.core.clock.now())
    locked = books.get("Payment", paid["Id"])
    assert locked["LinkedTxn"][0]["TxnType"] == "Deposit"
    body = {"Id": paid["Id"], "SyncToken": locked["SyncToken"], "sparse": True}
    assert books.refused("Payment", body)["code"] == "6540"
    assert books.refused("Payment", body, operation="delete")["code"] == "6540"
    assert books.refused("Payment", body, operation="update", include="void")["code"] == "6540"


@pytest.mark.parametrize(("password", "code"), [(False, "6200"), (True, "6210")])
def test_closed_books_stay_closed(password: bool, code: str) -> None:
    books = new_books(closing_password=password)
    ada = books.customer()
    paid = books.pay(ada, 5, TxnDate="2026-01-15")
    books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "AccountingInfoPrefs": {"BookCloseDate": "2026-01-31"}})
    assert books.refused("Payment", payment(ada, 5, TxnDate="2026-01-31"))["code"] == code
    assert books.refused("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="delete")["code"] == code
    assert books.pay(ada, 5, TxnDate="2026-02-01")["TxnDate"] == "2026-02-01"


def test_inactive_records_cannot_be_used(books: Books) -> None:
    ada = books.customer()
    books.post("Customer", {"Id": ada, "SyncToken": "0", "sparse": True, "Active": False})
    error = books.refused("Payment", payment(ada, 5))
    assert (error["code"], "has been made inactive" in error["Detail"]) == ("610", True)
    assert books.get("Customer", ada)["DisplayName"] == "Ada (deleted)"


def test_several_currencies_do_not_mix(books: Books) -> None:
    currencies = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}
    books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "CurrencyPrefs": currencies})
    assert books.refused("Customer", {"DisplayName": "Anna", "CurrencyRef": {"value": "EUR"}})["code"] == "2220"
    books.post("CompanyCurrency", {"Code": "EUR"})
    anna = books.customer("Anna", CurrencyRef={"value": "EUR"})
    assert books.refused("Payment", payment(anna, 5, CurrencyRef={"value": "USD"}))["code"] == "6000"
    assert books.refused("Payment", payment(anna, 5))["code"] == "2020"
    assert books.pay(anna, 5, CurrencyRef={"value": "EUR"})["CurrencyRef"] == {"value": "EUR", "name": "Euro"}


def test_numbers_may_be_used_once_if_the_company_counts_itself(books: Books) -> None:
    prefs = {"CustomTxnNumbers": True}
    books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": prefs})
    ada = books.customer()
    bill = books.invoice(ada, 5, DocNumber="A-1")
    body = {"CustomerRef": {"value": ada}, "Line": [sale(5)], "DocNumber": "A-1"}
    error = books.refused("Invoice", body)
    assert error["code"] == "6140"
    assert f"TxnType=Invoice with TxnId={bill['Id']}" in error["Detail"]
    assert books.post("Invoice", body, include="allowduplicatedocnum")["DocNumber"] == "A-1"


def test_numbers_are_given_out_if_the_company_does_not(books: Books) -> None:
    ada = books.customer()
    assert [books.invoice(ada, 5, DocNumber="mine")["DocNumber"] for _ in range(2)] == ["1001", "1002"]


def test_amounts_that_do_not_multiply_are_refused(books: Books) -> None:
    ada = books.customer()
    detail = {"ItemRef": {"value": "1"}, "UnitPrice": 75, "Qty": Decimal("4.5")}
    line = {"Amount": Decimal("337.49"), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": ada}, "Line": [line]}
    assert books.refused("Invoice", body)["code"] == "6070"
    line["Amount"] = Decimal("337.50")
    assert books.post("Invoice", body)["TotalAmt"] == Decimal("337.50")


def test_quickbooks_may_apply_credits_by_itself(books: Books) -> None:
    prefs = {"AutoApplyCredit": True}
    books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": prefs})
    books.core.change_settings(auto_apply_delay=5.0)
    ada = books.customer()
    old, new = books.invoice(ada, 20, TxnDate="2026-01-01"), books.invoice(ada, 20)
    memo = books.memo(ada, 30)
    assert memo["RemainingCredit"] == Decimal("30.00")
    books.core.clock.advance(6)
    assert books.get("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    assert books.get("Invoice", old["Id"])["Balance"] == 0
    assert books.get("Invoice", new["Id"])["Balance"] == Decimal("10.00")
    notes = [each["PrivateNote"] for each in books.query("select * from Payment")["Payment"]]
    assert notes == ["Created by QB Online to link credits to charges"] * 2


def test_a_lapsed_subscription_can_only_be_read(books: Books) -> None:
    ada = books.customer()
    books.core.change_settings(subscription_lapsed=True)
    assert books.refused("Payment", payment(ada, 5))["code"] == "6190"
    assert books.get("Customer", ada)["DisplayName"] == "Ada"


def test_sales_tax_makes_a_memo_larger_than_asked(books: Books) -> None:
    books.core.change_settings(sales_tax_percent=8.25)
    assert books.memo(books.customer(), 100)["TotalAmt"] == Decimal("108.25")
