"""Payments sent without Auto Apply are applied here alone: an edit there is taken, and these applications stay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.addin.forms.changes.conftest import Linked
from tests.support.ledgers.fake_ledger_values import FakeApplication

SIXTY_FORTY = {"A-1": "60.00", "A-2": "40.00"}


def applied(record: Any) -> dict[str, str]:
    """What of a record is applied here."""
    return {each.invoice_number: f"{each.amount:.2f}" for each in record.applications}


@pytest.mark.parametrize(
    ("edited", "what", "left"),
    [
        ({"PrivateNote": "seen"}, "", SIXTY_FORTY),
        ({"PaymentRefNum": "77"}, "", SIXTY_FORTY),
        ({"TxnDate": "2026-11-02"}, "Date changed there", SIXTY_FORTY),
        ({"TotalAmt": 140}, "Amount changed there", SIXTY_FORTY),
        ({"TotalAmt": 120}, "Amount changed there", SIXTY_FORTY),
        ({"TotalAmt": 100.01}, "Amount changed there", SIXTY_FORTY),
        ({"TotalAmt": 100}, "Amount changed there", SIXTY_FORTY),
        ({"TotalAmt": 99.99}, "Amount changed there", {"A-1": "60.00", "A-2": "39.99"}),
        ({"TotalAmt": 60}, "Amount changed there", {"A-1": "60.00"}),
        ({"TotalAmt": 59.5, "TxnDate": "2026-11-02"}, "Amount changed there", {"A-1": "59.50"}),
        ({"TotalAmt": 0.01}, "Amount changed there", {"A-1": "0.01"}),
    ],
)
def test_what_is_applied_here_alone_stays(linked: Linked, edited: dict[str, Any], what: str, left: dict[str, str]) -> None:
    parts = [linked.bill(number, amount)[0] for number, amount in SIXTY_FORTY.items()]
    ref, identity = linked.exported_pair("110.00", applications=parts)
    linked.edit_there(identity, **edited)
    row = linked.changes().get(ref)
    assert (row["cells"]["what"] if row else "") == what
    if row:
        assert "what is applied" not in row["message"]
        assert linked.settle("take", ref)[ref]["outcome"] == "synchronized"
        assert linked.changes() == {}
    assert applied(linked.record(ref)) == left
    there = linked.books.get("Payment", identity)
    assert (linked.record(ref).amount, there["Line"]) == (Decimal(str(edited.get("TotalAmt", 110))), [])
    open_here = {bill.number: bill.balance for bill in linked.scene.host.ledger.bills if bill.number in SIXTY_FORTY}
    expected = {number: Decimal(total) - Decimal(left.get(number, "0")) for number, total in SIXTY_FORTY.items()}
    assert open_here == expected


@pytest.mark.parametrize("more", [{}, {"TotalAmt": 90}])
def test_what_quickbooks_applies_since_is_shown_and_taken(linked: Linked, more: dict[str, Any]) -> None:
    first, _ = linked.bill("A-1", "60.00")
    _, other = linked.bill("A-2", "40.00")
    linked.scene.host.ledger.spend([FakeApplication("A-2", "A-2", Decimal("40.00"))], -1)
    ref, identity = linked.exported_pair("110.00", applications=[first])
    linked.edit_there(identity, **more, Line=[{"Amount": 40, "LinkedTxn": [{"TxnId": other, "TxnType": "Invoice"}]}])
    assert linked.changes()[ref]["cells"]["what"] == ("Amount changed there" if more else "Applied there since")
    assert "what is applied" in linked.changes()[ref]["message"]
    assert linked.settle("take", ref)[ref]["outcome"] == "synchronized"
    assert applied(linked.record(ref)) == {"A-2": "40.00"}
