"""Sales tax: American groups, codes on every line elsewhere, and what is marked as not taxed."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.simulator.simulator_calls import Books, new_books

POUNDS = {"CurrencyRef": {"value": "GBP"}}


@pytest.fixture
def abroad() -> Books:
    return new_books("abroad")


def line(amount: object, code: str | None = None) -> dict[str, Any]:
    detail: dict[str, Any] = {"ItemRef": {"value": "1"}}
    if code:
        detail["TaxCodeRef"] = {"value": code}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def bill(books: Books, *lines: dict[str, Any], **more: object) -> Any:
    return books.post("Invoice", {"CustomerRef": {"value": "1"}, "Line": list(lines), **more})


def test_line_marked_non_is_not_taxed() -> None:
    books = new_books(sales_tax_percent=10)
    books.customer()
    made = bill(books, line(100), line(50, "NON"), line(7, "TAX"))
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (Decimal("10.70"), Decimal("167.70"))


def test_american_company_taxes_marked_lines_by_the_group_of_the_form() -> None:
    books = new_books("sample")
    made = bill(books, line(100, "TAX"), line(50))
    assert (made["TxnTaxDetail"]["TxnTaxCodeRef"], made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == ({"value": "2"}, 8, 158)
    (part,) = made["TxnTaxDetail"]["TaxLine"]
    assert (part["TaxLineDetail"]["TaxPercent"], part["TaxLineDetail"]["NetAmountTaxable"]) == (8, 100)
    other = bill(books, line(100, "TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "3"}})
    assert other["TotalAmt"] == Decimal("109.10")
    assert bill(books, line(100))["TxnTaxDetail"] == {"TotalTax": 0}


def test_discount_may_come_before_the_tax() -> None:
    books = new_books("sample")
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    before = bill(books, line(100, "TAX"), discount, ApplyTaxAfterDiscount=True)
    after = bill(books, line(100, "TAX"), discount, ApplyTaxAfterDiscount=False)
    assert (before["TotalAmt"], after["TotalAmt"]) == (Decimal("97.20"), 98)


def test_company_abroad_demands_a_code_on_each_line(abroad: Books) -> None:
    body = {"CustomerRef": {"value": "1"}, **POUNDS}
    for lines in ([line(5)], [line(5, "NON")], [line(5, "2"), line(5)]):
        assert abroad.refused("Invoice", {**body, "Line": lines})["code"] == "6000"
    assert abroad.refused("Invoice", {**body, "Line": [line(5, "99")]})["code"] == "2500"
    assert abroad.post("Invoice", {**body, "Line": [line(5)], "GlobalTaxCalculation": "NotApplicable"})["TotalAmt"] == 5


def test_each_rate_has_its_tax_line(abroad: Books) -> None:
    made = bill(abroad, line(100, "2"), line(100, "3"), line(50, "2"), **POUNDS)
    parts = {part["TaxLineDetail"]["TaxPercent"]: part["Amount"] for part in made["TxnTaxDetail"]["TaxLine"]}
    assert (parts, made["TotalAmt"]) == ({20: 30, 5: 5}, 285)


def test_lines_may_have_the_tax_in_them(abroad: Books) -> None:
    made = bill(abroad, line(120, "2"), GlobalTaxCalculation="TaxInclusive", **POUNDS)
    assert (made["TotalAmt"], made["TxnTaxDetail"]["TotalTax"]) == (120, 20)
    assert made["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"] == 100


def test_expense_abroad_has_its_tax_too(abroad: Books) -> None:
    detail = {"AccountRef": {"value": "12"}, "TaxCodeRef": {"value": "2"}}
    spent = {"Amount": 10, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    made = abroad.post("Purchase", {"PaymentType": "Cash", "AccountRef": {"value": "6"}, "Line": [spent]})
    assert (made["TotalAmt"], made["TxnTaxDetail"]["TotalTax"]) == (12, 2)


def test_codes_and_rates_are_read_but_not_made(abroad: Books) -> None:
    codes = abroad.query("select * from TaxCode")["TaxCode"]
    assert [each["Id"] for each in codes] == ["2", "3", "4"]
    rate = codes[0]["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"]
    assert abroad.get("TaxRate", rate)["RateValue"] == 20
    assert abroad.refused("TaxCode", {"Name": "Mine"})["code"] == "500"
    assert abroad.post("TaxAgency", {"DisplayName": "Revenue Scotland"})["TaxTrackedOnSales"] is True
