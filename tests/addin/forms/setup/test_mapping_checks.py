"""The Test of the settings: each choice that does not stand in QuickBooks is named at its field, and nothing else is."""

from __future__ import annotations

import pytest

from qb_plugin.forms.mapping_checks import check_mappings
from qb_plugin.model import Connection, ConnectionState, ListEntry, ReferenceLists

LISTS = ReferenceLists(
    accounts=[ListEntry("4", "Undeposited Funds"), ListEntry("35", "Checking")],
    receivables=[ListEntry("84", "Accounts Receivable", "Accounts Receivable")],
    methods=[ListEntry("1", "Check"), ListEntry("2", "Old card", active=False)],
    items=[ListEntry("7", "Services"), ListEntry("8", "Gone", active=False)],
    tax_codes=[ListEntry("NON", "Not taxed")],
)
CONNECTED = Connection(ConnectionState.CONNECTED, "1", "Alder & Finch", "simulator")


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({}, []),
        ({"payment_method:Visa": "1", "deposit_account:Visa": "35"}, []),
        ({"payment_method:Visa": "2"}, ["payment_method:Visa"]),
        ({"payment_method:Visa": "99"}, ["payment_method:Visa"]),
        ({"deposit_account:Visa": "84"}, ["deposit_account:Visa"]),
        ({"deposit_account:Check": "99", "payment_method:Check": "99"}, ["payment_method:Check", "deposit_account:Check"]),
        ({"deposit_account:Wire": "99"}, []),
        ({"credit_memo_item": "7", "credit_memo_tax_code": "NON", "receivable_account": "84"}, []),
        ({"credit_memo_item": "8"}, ["credit_memo_item"]),
        ({"credit_memo_tax_code": "TAX"}, ["credit_memo_tax_code"]),
        ({"receivable_account": "35"}, ["receivable_account"]),
        ({"credit_memo_item": "x", "deposit_account:Check": "x"}, ["deposit_account:Check", "credit_memo_item"]),
    ],
)
def test_what_does_not_stand_is_named_at_its_field(chosen: dict[str, str], wrong: list[str]) -> None:
    checks = check_mappings(chosen, ["Check", "Visa"], CONNECTED, LISTS)
    assert [check.field for check in checks if check.field] == wrong
