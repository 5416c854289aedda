"""What can be read of a record that is not as the reference describes: every part by itself, and never a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.model import Entity, QboPayment, UnreadableRecord
from qb_plugin.schemas.salvage import tolerant
from qb_plugin.schemas.text import BadReplyError
from qb_plugin.schemas.transactions import read_payment

GOOD: dict[str, object] = {
    "Id": "17",
    "SyncToken": "0",
    "CustomerRef": {"value": "58", "name": "Amy"},
    "TxnDate": "2026-11-20",
    "TotalAmt": Decimal("12.50"),
    "PrivateNote": "by hand",
}
read = tolerant(Entity.PAYMENT, read_payment)


def without(*names: str, **changed: object) -> dict[str, object]:
    return {name: value for name, value in {**GOOD, **changed}.items() if name not in names}


def salvaged(raw: object) -> UnreadableRecord:
    found = read(raw)
    assert isinstance(found, UnreadableRecord)
    return found


def test_a_good_record_is_read_as_it_is() -> None:
    assert isinstance(read(GOOD), QboPayment)


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (without("CustomerRef"), "customer_id"),
        (without(CustomerRef={"name": "Amy"}), "customer_id"),
        (without(CustomerRef="58"), "customer_id"),
        (without("TotalAmt"), "total"),
        (without(TotalAmt=Decimal("1e20")), "total"),
        (without(TotalAmt="12.50"), "total"),
        (without(TotalAmt=Decimal("NaN")), "total"),
        (without("TxnDate"), "date"),
        (without(TxnDate="30 February"), "date"),
        (without(PrivateNote=7), "note"),
    ],
)
def test_only_the_odd_part_is_missing(raw: dict[str, object], part: str) -> None:
    found = salvaged(raw)
    whole = {"customer_id": "58", "total": Decimal("12.50"), "date": date(2026, 11, 20), "note": "by hand"}
    assert {name: getattr(found, name) for name in whole} == {**whole, part: None}
    assert (found.id, found.entity) == ("17", "Payment")
    assert found.problem


def test_an_absent_note_is_known_to_be_empty() -> None:
    assert salvaged(without("TotalAmt", "PrivateNote")).note == ""


@pytest.mark.parametrize("raw", [None, [], "17", {}, without("Id"), without(Id=17)])
def test_what_nobody_could_name_is_no_record(raw: object) -> None:
    with pytest.raises(BadReplyError):
        read(raw)
