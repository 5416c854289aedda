"""Payments, credit memos and invoices as QuickBooks sends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.model import Line, QboInvoice
from qb_plugin.schemas.text import BadReplyError, read_json
from qb_plugin.schemas.transactions import read_credit_memo, read_invoice, read_payment, read_transaction
from tests.support.paths import SHARED

RECORDED = SHARED / "recorded"
LEAST: Mapping[str, Any] = {
    "Id": "88",
    "SyncToken": "0",
    "CustomerRef": {"value": "58", "name": "Amy's Bird Sanctuary"},
    "TxnDate": "2026-11-22",
    "TotalAmt": Decimal("450.00"),
}
FULL = b"""{"CustomerRef":{"value":"58","name":"Amy"},"DepositToAccountRef":{"value":"4"},"PaymentMethodRef":{"value":"2"},
"PaymentRefNum":"10432","TotalAmt":450.10,"UnappliedAmt":0,"ProcessPayment":false,"domain":"QBO","sparse":false,"Id":"88",
"SyncToken":"3","MetaData":{"CreateTime":"2026-11-22T06:02:35-08:00","LastUpdatedTime":"2026-11-22T06:02:36-08:00"},
"TxnDate":"2026-11-22","CurrencyRef":{"value":"USD","name":"United States Dollar"},"PrivateNote":"a note",
"Line":[{"Amount":400,"LinkedTxn":[{"TxnId":"12","TxnType":"Invoice"}],"LineEx":{"any":[
{"name":"{http://schema.intuit.com/finance/v3}NameValue","value":{"Name":"txnId","Value":"12"}},
{"name":"x","value":{"Name":"txnReferenceNumber","Value":"INV-1001"}}]}},
{"Amount":50.10,"LinkedTxn":[{"TxnId":"13","TxnType":"Invoice"}],"LineEx":{"any":[{"value":{"Name":"txnReferenceNumber"}}]}},
{"Amount":1.00}],"NewKeyOfNextYear":{"a":[1]}}"""


def test_a_payment_with_everything() -> None:
    found = read_payment(read_json(FULL))
    assert (found.id, found.sync_token, found.customer_id, found.customer_name) == ("88", "3", "58", "Amy")
    assert (str(found.total), str(found.unapplied), found.date) == ("450.10", "0.00", date(2026, 11, 22))
    assert (found.reference, found.method_id, found.deposit_account_id, found.note) == ("10432", "2", "4", "a note")
    assert found.lines == (
        Line("Invoice", "12", Decimal("400.00"), "INV-1001"),
        Line("Invoice", "13", Decimal("50.10"), None),
    )
    assert found.created == datetime(2026, 11, 22, 14, 2, 35, tzinfo=UTC)
    assert found.updated == datetime(2026, 11, 22, 14, 2, 36, tzinfo=UTC)
    assert (found.currency, found.voided) == ("USD", False)


def test_a_payment_with_next_to_nothing() -> None:
    found = read_payment(LEAST)
    assert (found.lines, found.note, found.created, found.currency) == ((), None, None, None)
    assert found.unapplied == Decimal("450.00")


@pytest.mark.parametrize("name", ["Line", "UnappliedAmt", "MetaData", "CurrencyRef", "PrivateNote", "PaymentRefNum"])
def test_null_is_the_same_as_absent(name: str) -> None:
    assert read_payment({**LEAST, name: None}) == read_payment(LEAST)


def test_what_is_unapplied_is_worked_out_when_it_is_not_told() -> None:
    lines = [
        {"Amount": 300, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]},
        {"Amount": Decimal("50.00"), "LinkedTxn": [{"TxnId": "2", "TxnType": "CreditMemo"}]},
    ]
    assert read_payment({**LEAST, "Line": lines}).unapplied == Decimal("200.00")


@pytest.mark.parametrize(
    ("total", "note", "voided"),
    [(0, "Voided", True), (0, "Voided - by Robin", True), (0, None, False), (0, "was Voided", False), (5, "Voided", False)],
)
def test_a_voided_payment_is_known_by_its_note_and_its_total(total: int, note: str | None, voided: bool) -> None:
    assert read_payment({**LEAST, "TotalAmt": total, "PrivateNote": note}).voided is voided


def test_a_credit_memos_remainder_is_its_balance_when_it_is_not_told() -> None:
    memo = {**LEAST, "DocNumber": "CM-1", "Balance": Decimal("75.00")}
    assert read_credit_memo(memo).remaining == Decimal("75.00")
    assert read_credit_memo({**memo, "RemainingCredit": 0}).remaining == Decimal("0.00")
    assert read_credit_memo(memo).number == "CM-1"


def test_an_invoice() -> None:
    found = read_invoice({**LEAST, "DocNumber": "INV-1001", "Balance": 0, "CurrencyRef": {"value": "USD"}})
    assert found == QboInvoice(
        id="88",
        number="INV-1001",
        customer_id="58",
        date=date(2026, 11, 22),
        total=Decimal("450.00"),
        balance=Decimal("0.00"),
        currency="USD",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"Id": 88},
        {"Id": None},
        {"SyncToken": 0},
        {"CustomerRef": "58"},
        {"CustomerRef": {"name": "Amy"}},
        {"CustomerRef": {"value": 58}},
        {"TotalAmt": "450.00"},
        {"TotalAmt": True},
        {"TotalAmt": 4.5},
        {"TotalAmt": Decimal("NaN")},
        {"TotalAmt": Decimal("1e300")},
        {"TxnDate": "22.11.2026"},
        {"TxnDate": 20261122},
        {"Line": 7},
        {"Line": {"Amount": 1}},
        {"Line": [7]},
        {"Line": [{"LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]},
        {"Line": [{"Amount": 1, "LinkedTxn": [{"TxnId": 1, "TxnType": "Invoice"}]}]},
        {"Line": [{"Amount": "1", "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]},
        {"Line": [{"Amount": 1, "LinkedTxn": "x"}]},
        {"MetaData": {"CreateTime": "yesterday"}},
        {"MetaData": {"CreateTime": "2026-11-22T06:02:35"}},
        {"MetaData": []},
        {"PrivateNote": {"x": 1}},
    ],
)
def test_a_wrong_type_is_an_error_that_names_the_field(wrong: dict[str, object]) -> None:
    with pytest.raises(BadReplyError) as caught:
        read_payment({**LEAST, **wrong})
    assert next(iter(wrong)) in str(caught.value)


@pytest.mark.parametrize("raw", [None, 7, "x", [], [LEAST]])
def test_what_is_no_object_is_no_record(raw: object) -> None:
    for read in (read_payment, read_credit_memo, read_invoice):
        with pytest.raises(BadReplyError):
            read(raw)


def test_records_are_read_by_the_name_of_their_entity() -> None:
    assert read_transaction("Payment", LEAST) == read_payment(LEAST)
    assert read_transaction("CreditMemo", LEAST) == read_credit_memo(LEAST)
    with pytest.raises(BadReplyError):
        read_transaction("Invoice", LEAST)


def test_an_amount_with_more_decimals_is_kept_as_it_is_and_never_rounded() -> None:
    assert str(read_payment({**LEAST, "TotalAmt": Decimal("1.005")}).total) == "1.005"


def found_in(value: object, entity: str) -> list[object]:
    """Every record of an entity, however deep the recording holds it."""
    if isinstance(value, list):
        return [record for part in value for record in found_in(part, entity)]
    if not isinstance(value, dict):
        return []
    own = value.get(entity)
    records = own if isinstance(own, list) else [own] if isinstance(own, dict) else []
    return [*records, *(record for part in value.values() for record in found_in(part, entity))]


def test_recorded_records_are_read_where_the_recordings_are_at_hand() -> None:
    readers: dict[str, Callable[[object], object]] = {
        "Payment": read_payment,
        "CreditMemo": read_credit_memo,
        "Invoice": read_invoice,
    }
    for path in sorted(RECORDED.rglob("*.json")):
        response = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal).get("response") or {}
        for entity, read in readers.items():
            for raw in found_in(response.get("body"), entity):
                if isinstance(raw, dict) and raw.get("Id") and "TotalAmt" in raw:
                    assert read(raw), path.name
