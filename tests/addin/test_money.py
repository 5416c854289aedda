"""Money from text to text: nothing is rounded, nothing is a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.money import BadAmountError, exact, fits_currency, has_whole_cents, plain_amount, show_amount

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@given(AMOUNTS)
def test_an_amount_comes_back_from_its_text(amount: Decimal) -> None:
    assert exact(Decimal(plain_amount(amount))) == amount
    assert exact(Decimal(show_amount(amount).replace(",", ""))) == amount


@pytest.mark.parametrize("text", ["10.005", "0.001", "-1.999", "1e-3", "NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_in_cents_is_refused(text: str) -> None:
    with pytest.raises(BadAmountError):
        exact(Decimal(text))


@pytest.mark.parametrize("text", ["10.005", "-Infinity", "NaN", "12345678901234567890123456789.01"])
def test_a_refusal_names_what_was_refused(text: str) -> None:
    with pytest.raises(BadAmountError) as refused:
        exact(Decimal(text))
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("text", "cents"), [("10", "10.00"), ("10.5", "10.50"), (" 7.10 ", "7.10"), ("-3", "-3.00"), ("1e3", "1000.00")]
)
def test_an_amount_has_two_decimals(text: str, cents: str) -> None:
    assert str(exact(Decimal(text))) == cents


def test_too_many_digits_are_refused_rather_than_rounded() -> None:
    huge = Decimal("12345678901234567890123456789.01")
    assert not has_whole_cents(huge)
    with pytest.raises(BadAmountError):
        exact(huge)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1234.5", "1,234.50"), ("0", "0.00"), ("-75", "-75.00"), ("10.005", "10.005"), ("1000.0010", "1,000.001"), ("0.00", "0.00")],
)
def test_people_see_separators_and_every_decimal(amount: str, shown: str) -> None:
    assert show_amount(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        (None, "10.5", "10.50"),
        (None, "10.505", None),
        ("USD", "10.5", "10.50"),
        ("USD", "10.505", None),
        ("JPY", "1050", "1050.00"),
        ("JPY", "1050.00", "1050.00"),
        ("JPY", "10.5", None),
        ("VUV", "7", "7.00"),
        ("KWD", "10.5", "10.500"),
        ("KWD", "10.505", "10.505"),
        ("KWD", "10.5055", None),
        ("UYW", "1.2345", "1.2345"),
        ("UYW", "1.23456", None),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_and_two_at_least(currency: str | None, amount: str, shown: str | None) -> None:
    assert fits_currency(Decimal(amount), currency) is (shown is not None)
    if shown is None:
        with pytest.raises(BadAmountError):
            exact(Decimal(amount), currency)
    else:
        assert str(exact(Decimal(amount), currency)) == shown
