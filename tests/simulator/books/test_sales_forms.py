"""Sales forms and lists: numbers, stock dates, accounts of items, addresses, and credits used by themselves."""

from typing import Any

import pytest

from tests.support.simulator.simulator_calls import Books, new_books, sale


@pytest.fixture
def books() -> Books:
    return new_books()


def prefer(books: Books, **sales: object) -> None:
    token = books.call("GET", "preferences")[1]["Preferences"]["SyncToken"]
    books.post("Preferences", {"Id": "1", "SyncToken": token, "sparse": True, "SalesFormsPrefs": sales})


def test_invoices_and_credit_memos_share_one_number_space(books: Books) -> None:
    prefer(books, CustomTxnNumbers=True)
    ada = books.customer()
    memo = books.memo(ada, 5, DocNumber="A-1")
    error = books.refused("Invoice", {"CustomerRef": {"value": ada}, "Line": [sale(5)], "DocNumber": "a-1"})
    assert error["code"] == "6140"
    assert f"TxnType=Credit Memo with TxnId={memo['Id']}" in error["Detail"]
    receipt = {"CustomerRef": {"value": ada}, "Line": [sale(5)], "DocNumber": "A-1"}
    assert books.post("SalesReceipt", receipt)["DocNumber"] == "A-1"


def test_company_counts_all_sales_forms_in_one_row(books: Books) -> None:
    ada = books.customer()
    receipt = books.post("SalesReceipt", {"Line": [sale(5)]})
    numbers = [books.invoice(ada, 5)["DocNumber"], books.memo(ada, 5)["DocNumber"], books.invoice(ada, 5)["DocNumber"]]
    assert [receipt["DocNumber"], *numbers] == ["1001", "1002", "1003", "1004"]


def test_form_dated_before_the_stock_is_refused(books: Books) -> None:
    ada = books.customer()
    body = {"Name": "Pump", "Type": "Inventory", "IncomeAccountRef": {"value": "1"}, "TrackQtyOnHand": True}
    assert books.refused("Item", body)["code"] == "2020"
    item = books.post("Item", {**body, "InvStartDate": "2026-11-10", "QtyOnHand": 5})
    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}}}
    sent = {"CustomerRef": {"value": ada}, "Line": [line]}
    error = books.refused("Invoice", {**sent, "TxnDate": "2026-11-09"})
    assert (error["code"], error["element"]) == ("6270", "")
    assert books.post("Invoice", {**sent, "TxnDate": "2026-11-10"})["TotalAmt"] == 5


def test_lines_tell_the_account_of_their_item(books: Books) -> None:
    first, subtotal = books.invoice(books.customer(), 5)["Line"]
    assert first["SalesItemLineDetail"]["ItemAccountRef"] == {"value": "2", "name": "Services"}
    assert [first["CustomExtensions"], subtotal["CustomExtensions"]] == [[], []]


def test_addresses_get_ids_that_stay(books: Books) -> None:
    ada = books.customer("Ada", BillAddr={"Line1": "1 High Street"})
    bob = books.customer("Bob", BillAddr={"Line1": "2 High Street"}, ShipAddr={"Line1": "3 High Street"})
    one, two = books.get("Customer", ada), books.get("Customer", bob)
    ids = [one["BillAddr"]["Id"], two["BillAddr"]["Id"], two["ShipAddr"]["Id"]]
    assert len(set(ids)) == 3
    body = {"Id": ada, "SyncToken": "0", "sparse": True, "BillAddr": {"Line1": "4 High Street"}}
    assert books.post("Customer", body)["BillAddr"] == {"Id": ids[0], "Line1": "4 High Street"}


def test_invoice_link_is_told_when_asked_for(books: Books) -> None:
    online = {"AllowOnlineACHPayment": True, "BillEmail": {"Address": "ada@example.com"}}
    bill = books.invoice(books.customer(), 5, **online)
    status, told = books.call("GET", f"invoice/{bill['Id']}", include="invoiceLink")
    assert status == 200
    assert told["Invoice"]["InvoiceLink"].startswith("https://")
    names = list(told["Invoice"])
    assert names[names.index("InvoiceLink") - 1] == "AllowOnlineACHPayment"
    assert "InvoiceLink" not in books.get("Invoice", bill["Id"])


def test_credits_are_used_oldest_first_unapplied_payments_too(books: Books) -> None:
    prefer(books, AutoApplyCredit=True)
    ada = books.customer()
    paid = books.pay(ada, 30, TxnDate="2026-10-01")
    memo = books.memo(ada, 20, TxnDate="2026-10-02")
    bill = books.invoice(ada, 45)
    books.core.clock.advance(1)
    after = books.get("Invoice", bill["Id"])
    assert (after["Balance"], len(after["LinkedTxn"])) == (0, 2)
    used: Any = books.get("Payment", paid["Id"])
    assert (used["UnappliedAmt"], used["SyncToken"], used["Line"][0]["Amount"]) == (0, "1", 30)
    assert books.get("CreditMemo", memo["Id"])["RemainingCredit"] == 5


def test_new_payment_is_used_as_well(books: Books) -> None:
    prefer(books, AutoApplyCredit=True)
    ada = books.customer()
    bill = books.invoice(ada, 45)
    paid = books.pay(ada, 30)
    books.core.clock.advance(1)
    assert books.get("Invoice", bill["Id"])["Balance"] == 15
    assert books.get("Payment", paid["Id"])["UnappliedAmt"] == 0


def test_preferences_have_the_texts_of_e_mails() -> None:
    texts = new_books("sample").call("GET", "preferences")[1]["Preferences"]["EmailMessagesPrefs"]
    assert list(texts) == ["InvoiceMessage", "EstimateMessage", "SalesReceiptMessage", "StatementMessage"]
    assert texts["InvoiceMessage"]["Subject"] == "Invoice from Greenbriar Gardens & Design"
