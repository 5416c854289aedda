"""What a record must be before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from qb_plugin.errors import RowRefused
from qb_plugin.model import Company, Customer, ListEntry, Message
from qb_plugin.sync.exporting.drafting.checks import check_amount, check_currency, check_method, check_period
from qb_plugin.sync.exporting.snapshot import ExportOptions
from tests.support.addin.sync_firm import DAY, payment

HOME = Company(realm="realm", name="Alder & Finch", home_currency="USD", closed_until=DAY)
CARD = payment(method="Visa")
KNOWN = Customer(id="51", name="Amy", full_name="Amy", currency="USD")


def refusal(check: Callable[[], None]) -> Message:
    with pytest.raises(RowRefused) as caught:
        check()
    return caught.value.message


@pytest.mark.parametrize("amount", ["0.01", "100.00", "100", "100.000"])
def test_whole_cents_above_zero_may_be_sent(amount: str) -> None:
    check_amount(payment(amount=amount))


@pytest.mark.parametrize("amount", ["0", "0.00", "-0.01", "-100.00"])
def test_zero_and_negative_amounts_are_refused(amount: str) -> None:
    message = refusal(lambda: check_amount(payment(amount=amount)))
    assert message == Message("amount_not_positive", {"amount": Decimal(amount)})


@pytest.mark.parametrize("amount", ["0.001", "99.999", "NaN", "Infinity", "-1.005"])
def test_parts_of_a_cent_are_refused_never_rounded(amount: str) -> None:
    assert refusal(lambda: check_amount(payment(amount=amount))) == Message("amount_cents", {"amount": amount})


def test_a_customer_in_another_currency_cannot_take_a_payment_of_ours() -> None:
    abroad = Customer(id="52", name="Zoë", full_name="Parent:Zoë", currency="EUR")
    message = refusal(lambda: check_currency(payment(), abroad, HOME))
    assert message == Message("currency_differs", {"name": "Parent:Zoë", "currency": "EUR", "home": "USD"})


def test_a_customer_in_our_currency_or_in_none_can() -> None:
    check_currency(payment(), KNOWN, HOME)
    check_currency(payment(), Customer(id="53", name="Ann", full_name="Ann"), HOME)


def test_the_closing_date_itself_is_closed_and_the_day_after_is_open() -> None:
    message = refusal(lambda: check_period(payment(), HOME))
    assert message == Message("books_closed", {"closed": DAY, "date": DAY})
    check_period(payment(date=DAY + timedelta(days=1)), HOME)


def test_books_that_were_never_closed_take_any_date() -> None:
    check_period(payment(date=date(1999, 1, 1)), Company(realm="realm", name="Alder & Finch"))


def options(chosen: str, *known: ListEntry) -> ExportOptions:
    """The options of a run with this payment method for the payment, and these in QuickBooks."""
    return ExportOptions(methods={CARD.method: chosen}, known_methods=known)


def test_a_payment_method_that_was_made_inactive_or_deleted_is_refused_before_it_is_sent() -> None:
    gone = Message("payment_method_gone", {"there": "chosen for Visa", "method": "Visa"})
    for run in (options("7", ListEntry(id="7", name="Visa", active=False)), options("7", ListEntry(id="8", name="Cash"))):
        assert refusal(partial(check_method, CARD, run)) == gone


def test_a_payment_method_that_is_there_or_of_which_nothing_is_known_may_be_sent() -> None:
    visa = ListEntry(id="7", name="Visa")
    for each in (options("7", visa), options("", visa), options("7"), ExportOptions(known_methods=[visa])):
        check_method(CARD, each)
