"""A total is in whole cents: a record with fractions of one is named instead of being counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.forms.lists.totals import whole_total
from tests.support.ledgers.fake_ledger_values import FakeRecord

CASES = [
    ([], "0.00"),
    (["10.00"], "10.00"),
    (["1234567.89", "0.01"], "1234567.90"),
    (["10.005"], "0.00 without P-0 (10.005)"),
    (["1.00", "10.005"], "1.00 without P-1 (10.005)"),
    (["94578.27", "12.345", "0.10"], "94,578.37 without P-1 (12.345)"),
    (["0.001", "2.00", "0.002"], "2.00 without P-0 (0.001) and 1 more"),
    (["0.001", "0.002", "0.003", "7.10"], "7.10 without P-0 (0.001) and 2 more"),
    (["0.005", "0.005"], "0.01"),  # these two make a cent: the total has no fraction
    (["1000.1234", "2000"], "2,000.00 without P-0 (1,000.1234)"),
    (["5"], "5.00"),
]


@pytest.mark.parametrize(("amounts", "total"), CASES)
def test_a_total_shows_no_fraction_of_a_cent(amounts: list[str], total: str) -> None:
    records = [
        FakeRecord("payment", str(n), f"P-{n}", "1", "Amy", date(2026, 11, 20), Decimal(text)) for n, text in enumerate(amounts)
    ]
    assert whole_total(sum((record.amount for record in records), Decimal("0.00")), lambda: records) == total


def test_whole_totals_read_no_record() -> None:
    assert whole_total(Decimal("12.30"), lambda: pytest.fail("no record is needed")) == "12.30"
