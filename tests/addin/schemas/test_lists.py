"""Customers, accounts, methods, items, and the company."""

from __future__ import annotations

from datetime import date

import pytest

from qb_plugin.model import Company, Customer, ListEntry
from qb_plugin.schemas.company import read_company
from qb_plugin.schemas.lists import read_account, read_customer, read_named
from qb_plugin.schemas.text import BadReplyError


def test_a_customer_and_a_sub_customer() -> None:
    assert read_customer({"Id": "1", "DisplayName": "Amy"}) == Customer(id="1", name="Amy", full_name="Amy")
    raw = {"Id": "2", "DisplayName": "Road", "FullyQualifiedName": "Amy:Road", "Active": False, "CurrencyRef": {"value": "EUR"}}
    assert read_customer(raw) == Customer(id="2", name="Road", full_name="Amy:Road", active=False, currency="EUR")


def test_accounts_methods_and_items() -> None:
    account = {"Id": "4", "Name": "Undeposited", "FullyQualifiedName": "Assets:Undeposited", "AccountType": "Bank"}
    assert read_account(account) == ListEntry("4", "Assets:Undeposited", "Bank", True)
    assert read_named({"Id": "2", "Name": "Check", "Type": "NON_CREDIT_CARD"}) == ListEntry("2", "Check", "NON_CREDIT_CARD")
    assert read_named({"Id": "2", "Name": "Hours", "Active": False}) == ListEntry("2", "Hours", "", False)


@pytest.mark.parametrize(
    "raw", [{}, {"Id": "1"}, {"Id": 1, "Name": "x", "DisplayName": "x"}, {"Id": "1", "Name": "x", "DisplayName": 7}]
)
def test_a_list_entry_without_id_or_name_is_refused(raw: object) -> None:
    with pytest.raises(BadReplyError):
        read_customer(raw)


@pytest.mark.parametrize("raw", [{"Id": "1", "Name": "x", "Active": "true"}, {"Id": "1", "Name": "x", "Active": 1}])
def test_active_is_true_or_false(raw: object) -> None:
    with pytest.raises(BadReplyError):
        read_named(raw)


def test_a_company_with_all_preferences() -> None:
    preferences = {
        "SalesFormsPrefs": {"AutoApplyCredit": True, "CustomTxnNumbers": True, "AllowDeposit": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "CAD"}},
        "AccountingInfoPrefs": {"BookCloseDate": "2025-12-31", "FirstMonthOfFiscalYear": "January"},
    }
    found = read_company("123", {"CompanyName": "Alder & Finch"}, preferences)
    assert found == Company(
        realm="123",
        name="Alder & Finch",
        home_currency="CAD",
        multicurrency=True,
        auto_apply_credit=True,
        custom_numbers=True,
        closed_until=date(2025, 12, 31),
    )


@pytest.mark.parametrize("preferences", [{}, {"SalesFormsPrefs": None}, {"CurrencyPrefs": {}, "AccountingInfoPrefs": {}}])
def test_a_company_that_tells_nothing_of_itself(preferences: object) -> None:
    assert read_company("123", {"CompanyName": "A"}, preferences) == Company(realm="123", name="A")


@pytest.mark.parametrize("preferences", [None, [], {"AccountingInfoPrefs": {"BookCloseDate": "soon"}}, {"SalesFormsPrefs": 7}])
def test_preferences_that_cannot_be_read_are_refused(preferences: object) -> None:
    with pytest.raises(BadReplyError):
        read_company("123", {"CompanyName": "A"}, preferences)
