"""An update of a credit memo: its lines as QuickBooks gave them, the amount on the one that it stands on, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.model import CreditMemoUpdate
from qb_plugin.schemas.drafts import DraftRefusedError
from qb_plugin.schemas.memos.forms import read_credit_memo_form
from qb_plugin.schemas.memos.updates import write_credit_memo_update
from qb_plugin.schemas.payloads import read_draft
from qb_plugin.schemas.text import BadReplyError, read_json

DAY = date(2026, 11, 20)
SALE, SUBTOTAL = "SalesItemLineDetail", "SubTotalLineDetail"


def sale(amount: str, **detail: Any) -> dict[str, Any]:
    return {"Id": "1", "Amount": Decimal(amount), "DetailType": SALE, SALE: {"ItemRef": {"value": "7"}, **detail}}


def raw(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    subtotal = {"Amount": Decimal(1), "DetailType": SUBTOTAL, SUBTOTAL: {}}
    return {"Id": "41", "SyncToken": "3", "Line": [*lines, subtotal], **more}


def written(of: dict[str, Any], total: str = "90.00", **more: Any) -> dict[str, Any]:
    """The update of a memo read so, as JSON."""
    update = CreditMemoUpdate(form=read_credit_memo_form(of), customer_id="58", date=DAY, total=Decimal(total), **more)
    found = read_json(write_credit_memo_update(update).encode())
    assert isinstance(found, dict)
    return found


HEADING = {"DetailType": "DescriptionOnly", "Description": "Hours of May", "DescriptionLineDetail": {}}
DISCOUNT = {"Amount": Decimal(5), "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}
ODD = {"CustomExtensions": [{"a": 1}]}
CLASS = {"ClassRef": {"value": "9"}, "TaxCodeRef": {"value": "2"}}
LINES = {
    "one sale": ([sale("80.00")], [sale("90.00")]),
    "a heading above it": ([HEADING, sale("80.00")], [HEADING, sale("90.00")]),
    "class and tax code": ([sale("80.00", **CLASS)], [sale("90.00", **CLASS)]),
    "one at its price": (
        [sale("80.00", Qty=1, UnitPrice=Decimal(80))],
        [sale("90.00", Qty=1, UnitPrice=Decimal("90.00"))],
    ),
    "four hours": ([sale("80.00", Qty=4, UnitPrice=20)], [sale("90.00")]),
    "an amount with its tax": ([sale("80.00", TaxInclusiveAmt=Decimal(96))], [sale("90.00")]),
    "two sales": ([sale("50.00"), sale("30.00")], [sale("50.00"), sale("30.00")]),
    "a discount": ([sale("85.00"), DISCOUNT], [sale("85.00"), DISCOUNT]),
    "none": ([HEADING], [HEADING]),
    "a line that is not known": ([{**sale("80.00"), **ODD}], [{**sale("90.00"), **ODD}]),
}


@pytest.mark.parametrize(("before", "after"), LINES.values(), ids=LINES)
def test_the_amount_goes_to_the_only_sale_and_all_else_comes_back(before: list[Any], after: list[Any]) -> None:
    found = written(raw(*before), line_amount=Decimal("90.00"))
    assert found["Line"] == after
    assert (found["Id"], found["SyncToken"], found["sparse"], found["TotalAmt"]) == ("41", "3", True, Decimal("90.00"))


def test_nothing_is_named_that_is_to_stay() -> None:
    assert written(raw(sale("90.00"))).keys() == {"Id", "SyncToken", "sparse", "CustomerRef", "TxnDate", "TotalAmt", "Line"}


def test_the_tax_is_sent_as_it_was() -> None:
    tax = {
        "TxnTaxDetail": {"TotalTax": Decimal(5), "TxnTaxCodeRef": {"value": "3"}, "TaxLine": []},
        "GlobalTaxCalculation": "TaxExcluded",
    }
    found = written(raw(sale("90.00"), **tax))
    assert (found["TxnTaxDetail"], found["GlobalTaxCalculation"]) == ({"TxnTaxCodeRef": {"value": "3"}}, "TaxExcluded")


def test_a_new_memo_is_the_description_of_the_only_sale() -> None:
    of = raw({**sale("90.00"), "Description": "Discount"})
    assert written(of)["Line"][0]["Description"] == "Discount"
    assert written(of, description="Goodwill")["Line"][0]["Description"] == "Goodwill"


def test_what_was_written_comes_back_as_what_was_meant() -> None:
    update = CreditMemoUpdate(
        form=read_credit_memo_form(raw(sale("80.00"))),
        customer_id="58",
        date=DAY,
        total=Decimal("90.00"),
        number="CM-1",
        note="n",
        currency="USD",
        line_amount=Decimal("90.00"),
    )
    draft = read_draft("CreditMemo", write_credit_memo_update(update))
    assert (draft.customer_id, draft.date, draft.note, draft.currency) == ("58", DAY, "n", "USD")
    assert getattr(draft, "amount", None) == getattr(draft, "subtotal", None) == Decimal("90.00")
    assert getattr(draft, "number", None) == "CM-1"


@pytest.mark.parametrize(
    "more", [{"number": "x" * 22}, {"note": "x" * 4001}, {"description": "x" * 4001}, {"line_amount": Decimal("0.001")}]
)
def test_what_quickbooks_would_refuse_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(DraftRefusedError):
        written(raw(sale("80.00")), **more)


@pytest.mark.parametrize(
    "odd", [{"Line": None}, {"Line": [1]}, {"Line": [{"Amount": "1"}]}, {"TxnTaxDetail": 1}, {"TxnTaxDetail": {"TxnTaxCodeRef": 1}}]
)
def test_a_memo_of_another_shape_is_not_understood(odd: dict[str, Any]) -> None:
    with pytest.raises(BadReplyError):
        read_credit_memo_form({**raw(sale("1.00")), **odd})
