"""Amounts go in and out exactly, bad ones too, and what is no amount is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostsim.practice.amounts import BadAmountError, from_units, has_whole_cents, read_amount, to_units


@pytest.mark.parametrize(
    ("text", "units"), [("450.00", 4_500_000), ("0", 0), ("-1.5", -15_000), ("10.005", 100_050), ("0.0001", 1), ("1e2", 1_000_000)]
)
def test_an_amount_is_kept_in_ten_thousandths(text: str, units: int) -> None:
    assert to_units(Decimal(text)) == units


@pytest.mark.parametrize("text", ["0.00001", "NaN", "Infinity", "-Infinity", "1e13", "1E+999999"])
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(BadAmountError):
        to_units(Decimal(text))


@pytest.mark.parametrize(
    ("units", "text"), [(4_500_000, "450.00"), (0, "0.00"), (100_050, "10.005"), (-100, "-0.01"), (10_000, "1.00")]
)
def test_an_amount_is_shown_with_two_decimals_unless_it_needs_more(units: int, text: str) -> None:
    assert str(from_units(units)) == text


@given(st.integers(-(10**16), 10**16))
def test_every_kept_amount_comes_back_the_same(units: int) -> None:
    assert to_units(from_units(units)) == units


def test_whole_cents_are_told_from_parts_of_one() -> None:
    assert has_whole_cents(to_units(Decimal("10.05")))
    assert not has_whole_cents(to_units(Decimal("10.005")))


@pytest.mark.parametrize("value", [1.5, None, True, "ten", "", [], b"1"])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(BadAmountError):
        read_amount(value)


@pytest.mark.parametrize("value", ["1.50", Decimal("1.50"), 3])
def test_texts_decimals_and_whole_numbers_are_amounts(value: object) -> None:
    assert read_amount(value) == Decimal(str(value))
