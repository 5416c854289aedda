"""Several currencies: decimals, rates, home amounts, and what does not mix."""

from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.base.money import currencies
from tests.support.simulator.simulator_calls import Books, new_books, payment, sale


@pytest.fixture
def books() -> Books:
    """A company in dollars that uses euros, yen and Kuwaiti dinars too."""
    books = new_books()
    prefs = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **prefs})
    for code in ("EUR", "JPY", "KWD"):
        books.post("CompanyCurrency", {"Code": code})
    return books


def abroad(books: Books, code: str) -> tuple[str, dict[str, Any]]:
    reference = {"CurrencyRef": {"value": code}}
    return books.customer(f"Customer in {code}", **reference), reference


def test_all_of_iso_4217_is_known_with_its_decimals() -> None:
    assert len(currencies()) >= 165
    decimals = {code: currencies()[code].decimals for code in ("JPY", "USD", "KWD", "CLF", "ISK", "TND")}
    assert decimals == {"JPY": 0, "USD": 2, "KWD": 3, "CLF": 4, "ISK": 0, "TND": 3}


@pytest.mark.parametrize(
    ("code", "sent", "kept"), [("JPY", "1000.6", "1001"), ("KWD", "12.3456", "12.346"), ("EUR", "5.005", "5.01")]
)
def test_amounts_have_the_decimals_of_their_currency(books: Books, code: str, sent: str, kept: str) -> None:
    customer, money = abroad(books, code)
    bill = books.invoice(customer, sent, **money)
    assert (bill["TotalAmt"], bill["Balance"]) == (Decimal(kept), Decimal(kept))
    paid = books.pay(customer, sent, (bill["Id"], kept, "Invoice"), **money)
    assert (paid["TotalAmt"], paid["UnappliedAmt"]) == (Decimal(kept), 0)
    assert books.get("Customer", customer)["Balance"] == 0


def test_rate_of_the_day_is_used_unless_another_is_given(books: Books) -> None:
    for day, rate in (("2026-10-01", 1.1), ("2026-11-01", 1.25), ("2026-12-01", 2)):
        books.post("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": rate, "AsOfDate": day})
    anna, euro = abroad(books, "EUR")
    bill = books.invoice(anna, 100, **euro)
    assert (bill["ExchangeRate"], bill["HomeTotalAmt"], bill["HomeBalance"]) == (Decimal("1.25"), 125, 125)
    assert books.invoice(anna, 100, ExchangeRate=1.5, **euro)["HomeTotalAmt"] == 150
    books.pay(anna, 40, (bill["Id"], 40, "Invoice"), ExchangeRate=3, **euro)
    assert books.get("Invoice", bill["Id"])["HomeBalance"] == 75
    home = books.invoice(books.customer(), 10, CurrencyRef={"value": "USD"}, ExchangeRate=7)
    assert (home["ExchangeRate"], home["HomeTotalAmt"]) == (1, 10)


def test_update_keeps_the_rate(books: Books) -> None:
    anna, euro = abroad(books, "EUR")
    bill = books.invoice(anna, 100, ExchangeRate=1.5, **euro)
    body = {"Id": bill["Id"], "SyncToken": "0", "CustomerRef": {"value": anna}, "Line": [sale(50)], **euro}
    assert books.post("Invoice", body)["HomeTotalAmt"] == 75


def test_rates_are_kept_by_day_and_found_by_query(books: Books) -> None:
    rate = {"SourceCurrencyCode": "EUR", "Rate": 1.1, "AsOfDate": "2026-11-01"}
    first = books.post("ExchangeRate", rate)
    assert list(first) == ["SourceCurrencyCode", "TargetCurrencyCode", "Rate", "AsOfDate", "MetaData"]
    books.post("ExchangeRate", {**rate, "Rate": 1.2})
    found = books.query("select * from ExchangeRate where SourceCurrencyCode in ('EUR') and AsOfDate = '2026-11-01'")
    assert [each["Rate"] for each in found["ExchangeRate"]] == [Decimal("1.2")]


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": 0}, "2290"),
        ("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": -1}, "2290"),
        ("ExchangeRate", {"SourceCurrencyCode": "CHF", "Rate": 1}, "2220"),
        ("ExchangeRate", {"Rate": 1}, "2020"),
        ("CompanyCurrency", {"Code": "EUR"}, "6240"),
        ("CompanyCurrency", {"Code": "USD"}, "6240"),
        ("CompanyCurrency", {"Code": "QQQ"}, "2220"),
        ("CompanyCurrency", {}, "2020"),
        ("Customer", {"DisplayName": "Claude", "CurrencyRef": {"value": "CHF"}}, "2220"),
        ("Account", {"Name": "Swiss", "AccountType": "Bank", "CurrencyRef": {"value": "CHF"}}, "2220"),
    ],
)
def test_lists_refuse_what_the_company_does_not_use(books: Books, kind: str, body: dict[str, Any], code: str) -> None:
    assert books.refused(kind, body)["code"] == code


def test_transactions_do_not_mix_currencies(books: Books) -> None:
    anna, euro = abroad(books, "EUR")
    yen = {"CurrencyRef": {"value": "JPY"}}
    bill = books.invoice(anna, 10, **euro)
    assert books.refused("Payment", payment(anna, 10, **yen))["code"] == "6000"
    assert books.refused("Payment", payment(anna, 10, **euro, ExchangeRate=0))["code"] == "2290"
    assert books.refused("Payment", payment(anna, 10, **euro, ExchangeRate=-1))["code"] == "2290"
    account = books.post("Account", {"Name": "Yen Bank", "AccountType": "Bank", **yen})
    into = {"DepositToAccountRef": {"value": account["Id"]}}
    assert books.refused("Payment", payment(anna, 10, (bill["Id"], 10, "Invoice"), **euro, **into))["code"] == "6000"
    assert books.get("Invoice", bill["Id"])["Balance"] == 10


def test_deposit_is_in_the_currency_of_what_it_takes(books: Books) -> None:
    anna, euro = abroad(books, "EUR")
    paid = books.pay(anna, 10, **euro)
    lines = [{"LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Payment"}]}]
    assert books.refused("Deposit", {"DepositToAccountRef": {"value": "6"}, "Line": lines})["code"] == "620"
    made = books.post("Deposit", {"DepositToAccountRef": {"value": "6"}, "Line": lines, "ExchangeRate": 2, **euro})
    assert (made["TotalAmt"], made["HomeTotalAmt"]) == (10, 20)


def test_several_currencies_bring_an_account_for_gains(books: Books) -> None:
    found = books.query("select * from Account where AccountSubType = 'ExchangeGainOrLoss'")
    assert [each["AccountType"] for each in found["Account"]] == ["Other Expense"]


def test_company_of_one_currency_adds_none() -> None:
    assert new_books().refused("CompanyCurrency", {"Code": "EUR"})["code"] == "6000"


def test_rate_of_a_day_is_read_by_its_address(books: Books) -> None:
    books.post("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": 1.25, "AsOfDate": "2026-11-01"})
    status, told = books.call("GET", "exchangerate", sourcecurrencycode="EUR", asofdate="2026-11-15")
    assert (status, told["ExchangeRate"]["Rate"], told["ExchangeRate"]["AsOfDate"]) == (200, Decimal("1.25"), "2026-11-15")
    assert books.call("GET", "exchangerate", sourcecurrencycode="CHF")[0] == 400
    assert books.call("GET", "exchangerate/1")[0] == 400
