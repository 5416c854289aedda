"""Totals of a grid: amounts of different currencies are never added to each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qb_plugin.forms.lists.totals import show_totals


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        ([], "0.00"),
        ([(None, "1.00"), (None, "2.50")], "3.50"),
        ([("USD", "1000.00"), ("USD", "1.00")], "1001.00"),
        ([("USD", "1000.00"), ("EUR", "200.00"), ("USD", "0.50")], "200.00 EUR · 1,000.50 USD"),
        ([("JPY", "5.00"), ("EUR", "0.00")], "0.00 EUR · 5.00 JPY"),
        ([(None, "3.00"), ("EUR", "2.00")], "3.00 · 2.00 EUR"),
    ],
)
def test_each_currency_has_a_total_of_its_own(amounts: list[tuple[str | None, str]], shown: str) -> None:
    assert show_totals((currency, Decimal(amount)) for currency, amount in amounts) == shown
