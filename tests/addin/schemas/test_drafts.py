"""Payments and credit memos to create: exact bytes, QuickBooks' limits, and back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.messages import load_sentences
from qb_plugin.model import CreditMemoDraft, Line, PaymentDraft
from qb_plugin.schemas.drafts import DraftRefusedError, write_draft
from qb_plugin.schemas.payloads import read_draft
from qb_plugin.schemas.text import BadReplyError

DAY = date(2026, 11, 22)
LEAST = PaymentDraft(customer_id="58", date=DAY, total=Decimal("450"))
FULL = PaymentDraft(
    customer_id="58",
    date=DAY,
    total=Decimal("450.00"),
    reference="10432",
    method_id="2",
    deposit_account_id="4",
    note="Café “O'Connor”\n[WS alder-payment-17]",
    lines=(Line("Invoice", "12", Decimal("400.00")), Line("CreditMemo", "13", Decimal("0.10"))),
    currency="USD",
)
MEMO = CreditMemoDraft(
    customer_id="58",
    date=DAY,
    amount=Decimal("75.00"),
    item_id="7",
    number="CM-0031",
    note="n",
    description="Discount",
    currency="USD",
)


def test_the_least_payment_is_unpadded_and_has_two_decimals() -> None:
    assert write_draft(LEAST) == ("Payment", '{"CustomerRef":{"value":"58"},"TotalAmt":450.00,"TxnDate":"2026-11-22"}')


def test_a_payment_with_everything_is_written_in_one_fixed_order() -> None:
    expected = (
        '{"CustomerRef":{"value":"58"},"TotalAmt":450.00,"TxnDate":"2026-11-22","PaymentRefNum":"10432",'
        '"PaymentMethodRef":{"value":"2"},"DepositToAccountRef":{"value":"4"},"CurrencyRef":{"value":"USD"},'
        '"PrivateNote":"Café “O\'Connor”\\n[WS alder-payment-17]","Line":['
        '{"Amount":400.00,"LinkedTxn":[{"TxnId":"12","TxnType":"Invoice"}]},'
        '{"Amount":0.10,"LinkedTxn":[{"TxnId":"13","TxnType":"CreditMemo"}]}]}'
    )
    assert write_draft(FULL) == ("Payment", expected)


def test_a_credit_memo_has_one_line_of_one_item() -> None:
    expected = (
        '{"CustomerRef":{"value":"58"},"TxnDate":"2026-11-22","DocNumber":"CM-0031","CurrencyRef":{"value":"USD"},'
        '"PrivateNote":"n","Line":[{"Amount":75.00,"Description":"Discount","DetailType":"SalesItemLineDetail",'
        '"SalesItemLineDetail":{"ItemRef":{"value":"7"}}}]}'
    )
    assert write_draft(MEMO) == ("CreditMemo", expected)


@pytest.mark.parametrize("draft", [LEAST, FULL, replace(FULL, lines=()), replace(FULL, total=Decimal("0.00")), MEMO])
def test_what_was_written_comes_back(draft: PaymentDraft | CreditMemoDraft) -> None:
    assert read_draft(*write_draft(draft)) == draft


def test_the_same_draft_is_the_same_text() -> None:
    assert len({write_draft(FULL)[1] for _ in range(20)}) == 1


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_text_is_left_out_so_that_it_does_not_count_as_a_value(empty: str | None) -> None:
    assert write_draft(replace(LEAST, reference=empty, note=empty, method_id=empty, currency=empty)) == write_draft(LEAST)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"reference": "x" * 22}, "quickbooks_too_long", "Reference is too long (22 of 21"),
        ({"note": "x" * 4001}, "quickbooks_too_long", "Memo is too long (4001 of 4000"),
        ({"reference": "a\tb"}, "quickbooks_bad_character", "Reference has a character that QuickBooks refuses (U+0009"),
        ({"reference": "a\nb"}, "quickbooks_bad_character", "U+000A"),
        ({"note": "a\x00b"}, "quickbooks_bad_character", "Memo has a character that QuickBooks refuses (U+0000"),
        ({"note": "half \ud83d"}, "quickbooks_bad_character", "U+D83D"),
        ({"total": Decimal("1.005")}, "quickbooks_bad_amount", "1.005"),
        ({"total": Decimal("-1")}, "quickbooks_bad_amount", "-1.00"),
        ({"total": Decimal("NaN")}, "quickbooks_bad_amount", "NaN"),
        ({"total": Decimal("1e30")}, "quickbooks_amount_too_large", "QuickBooks takes 9,999,999,999.99 at most"),
        ({"total": Decimal("10000000000.00")}, "quickbooks_amount_too_large", "this is 10,000,000,000.00"),
        ({"customer_id": ""}, "quickbooks_no_customer", "No customer"),
        ({"lines": (Line("Invoice", "1", Decimal("0.001")),)}, "quickbooks_bad_amount", "0.001"),
        (
            {"lines": (Line("Invoice", "1", Decimal("1")),) * 10_001},
            "quickbooks_too_many_lines",
            "10,001 invoices; QuickBooks takes 10,000 lines",
        ),
    ],
)
def test_a_limit_of_quickbooks_is_caught_before_anything_is_sent(change: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(DraftRefusedError) as caught:
        write_draft(replace(LEAST, **change))
    assert caught.value.message.key == key
    assert said in load_sentences().text(caught.value.message)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"number": "x" * 22}, "quickbooks_too_long"),
        ({"description": "x" * 4001}, "quickbooks_too_long"),
        ({"item_id": ""}, "quickbooks_no_item"),
        ({"amount": Decimal("0.001")}, "quickbooks_bad_amount"),
        ({"customer_id": ""}, "quickbooks_no_customer"),
    ],
)
def test_a_credit_memo_has_limits_too(change: dict[str, Any], key: str) -> None:
    with pytest.raises(DraftRefusedError) as caught:
        write_draft(replace(MEMO, **change))
    assert caught.value.message.key == key


@pytest.mark.parametrize(
    "change",
    [{"reference": "x" * 21}, {"note": "x" * 4000}, {"note": "line\r\nline\ttab"}, {"note": "😀"}, {"reference": "Ref: ünïcode's"}],
)
def test_what_lies_within_the_limits_is_sent_as_it_is(change: dict[str, Any]) -> None:
    draft = replace(LEAST, total=Decimal("450.00"), **change)
    assert read_draft(*write_draft(draft)) == draft


def test_a_draft_that_is_none_is_a_defect_and_not_a_refusal() -> None:
    with pytest.raises(TypeError, match="not a draft"):
        write_draft(replace(LEAST, date=None))  # type: ignore[arg-type]


def test_a_typical_payment_with_its_batch_frame_takes_less_than_500_bytes() -> None:
    frame = len('{"bId":"123456","operation":"create","Payment":},')
    assert len(write_draft(FULL)[1].encode()) + frame < 500


@pytest.mark.parametrize(
    ("entity", "payload"),
    [
        ("Payment", "no"),
        ("Payment", "{}"),
        ("Payment", "[]"),
        ("Invoice", "{}"),
        ("CreditMemo", '{"CustomerRef":{"value":"1"},"TxnDate":"2026-11-22","Line":[]}'),
    ],
)
def test_a_payload_of_somebody_else_is_refused(entity: str, payload: str) -> None:
    with pytest.raises(BadReplyError):
        read_draft(entity, payload)
