"""Names are compared as people mean them; what looks the same is the same customer, date, amount and reference."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from qb_plugin.model import QboCreditMemo
from qb_plugin.sync.matching import comparable, duplicate_key, transaction_key
from tests.support.addin.sync_firm import DAY, book_payment


def test_names_are_compared_without_case_blanks_and_quickbooks_deleted() -> None:
    assert comparable(" Cool   CARS (deleted)") == "cool cars"


def test_look_alikes_agree_in_customer_date_amount_and_reference() -> None:
    book = book_payment("900", reference="10432")
    key = duplicate_key("51", DAY, Decimal("100"), " 10432 ")
    assert transaction_key(book) == key
    assert transaction_key(replace(book, reference=None)) == duplicate_key("51", DAY, Decimal("100.00"), None)
    for other in (replace(book, customer_id="52"), replace(book, total=Decimal("9")), replace(book, reference="10433")):
        assert transaction_key(other) != key


def test_a_credit_memos_number_stands_where_a_payment_has_its_reference() -> None:
    memo = QboCreditMemo(
        id="901",
        sync_token="0",
        customer_id="51",
        customer_name="",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-31",
    )
    assert transaction_key(memo) == duplicate_key("51", DAY, Decimal("75.00"), "CM-31")
