"""What became there of the money of a linked record, compared with what was applied when it was seen last."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.addin.forms.both_sides import DAY, BothSides
from tests.addin.forms.test_text_host import Scene, scene
from tests.support.simulator.open_items import entry_lines, expense

__all__ = ["scene"]
UNTOUCHED = "Already in QuickBooks. Nothing was sent."
Happens = Callable[[BothSides, str], None]


@pytest.fixture
def sides(scene: Scene) -> BothSides:
    return BothSides(scene)


def put(sides: BothSides, identity: str, *lines: tuple[str, Any, str], **changed: Any) -> None:
    """Somebody edits the payment in QuickBooks: what it is applied to, amount and all."""
    linked = [{"Amount": float(amount), "LinkedTxn": [{"TxnId": to, "TxnType": kind}]} for to, amount, kind in lines]
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "Line": linked, **changed})


def check(sides: BothSides, amount: float) -> str:
    """Money that is given back to the customer."""
    entity = {"AccountRef": {"value": "6"}, "EntityRef": {"value": sides.customer, "type": "Customer"}, "PaymentType": "Check"}
    return str(sides.books.post("Purchase", {**entity, "TxnDate": DAY.isoformat(), "Line": [expense(amount)]})["Id"])


def give_back_all(sides: BothSides, identity: str) -> None:
    put(sides, identity, (check(sides, 70), 70, "Check"))


def give_back_some(sides: BothSides, identity: str) -> None:
    put(sides, identity, (check(sides, 30), 30, "Check"))


def move_to_entry(sides: BothSides, identity: str) -> None:
    entry = sides.books.post("JournalEntry", {"Line": entry_lines(sides.customer, sides.customer, Decimal(70), "Debit")})
    put(sides, identity, (entry["Id"], 70, "JournalEntry"))


def invoice(sides: BothSides, number: str) -> str:
    return str(sides.books.invoice(sides.customer, 70, DocNumber=number, TxnDate=DAY.isoformat())["Id"])


def apply_some(sides: BothSides, identity: str) -> None:
    put(sides, identity, (invoice(sides, "LT-1"), 20, "Invoice"))


def test_what_is_looked_at_again_is_the_same_until_somebody_touches_it(sides: BothSides) -> None:
    record = sides.here("70.00")
    sides.export(record)
    assert sides.export(record)[record]["message"] == UNTOUCHED


@pytest.mark.parametrize(
    ("happens", "outcome", "said"),
    [
        (give_back_all, "changed", "the two are not the same any more: 70.00 of it went back to the customer there. "),
        (give_back_some, "changed", "the two are not the same any more: 30.00 of it went back to the customer there. "),
        (move_to_entry, "synchronized", "; 70.00 of it is applied there to a journal entry. "),
        (apply_some, "synchronized", "; applied there since to LT-1 20.00. "),
    ],
)
def test_where_the_money_went_is_said(sides: BothSides, happens: Happens, outcome: str, said: str) -> None:
    record = sides.here("70.00")
    happens(sides, str(sides.export(record)[record]["quickbooks_id"]))
    row = sides.export(record)[record]
    assert (row["outcome"], said in row["message"]) == (outcome, True), row
    assert [fix["label"] for fix in row["fixes"]] == (["Compare the two…", "Unlink"] if outcome == "changed" else [])
    listed = sides.exported(record)
    assert (listed["outcome"], listed["message"]) == (outcome, row["message"])


def edit_reference(sides: BothSides, identity: str) -> None:
    sides.books.post("Payment", {**sides.books.get("Payment", identity), "PaymentRefNum": "1b"})


def take_off(sides: BothSides, identity: str) -> None:
    put(sides, identity)


def line_of(sides: BothSides, identity: str) -> str:
    return str(sides.books.get("Payment", identity)["Line"][0]["LinkedTxn"][0]["TxnId"])


def take_some_off(sides: BothSides, identity: str) -> None:
    put(sides, identity, (line_of(sides, identity), 50, "Invoice"))


def move(sides: BothSides, identity: str) -> None:
    put(sides, identity, (invoice(sides, "LT-2"), 70, "Invoice"))


def give_back(sides: BothSides, identity: str) -> None:
    put(sides, identity, (line_of(sides, identity), 40, "Invoice"), (check(sides, 30), 30, "Check"))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (edit_reference, UNTOUCHED),
        (take_off, "; taken off there since: LT-1 70.00. Nothing was sent."),
        (take_some_off, "; taken off there since: LT-1 20.00. Nothing was sent."),
        (move, "; taken off there since: LT-1 70.00; applied there since to LT-2 70.00. Nothing was sent."),
        (give_back, "30.00 of it went back to the customer there; taken off there since: LT-1 30.00. Nothing was sent."),
    ],
)
def test_what_we_applied_ourselves_is_not_called_applied_since(sides: BothSides, happens: Happens, said: str) -> None:
    invoice(sides, "LT-1")
    record = sides.here("70.00")
    sent = sides.export(record, auto_apply=True)[record]
    assert sent["message"].endswith("Applied: LT-1 70.00."), sent
    happens(sides, str(sent["quickbooks_id"]))
    assert said in sides.export(record)[record]["message"]
    assert len(sides.read_there("70.00")) == 1


@pytest.mark.parametrize("auto_apply", [False, True])
def test_how_much_of_a_credit_memo_was_used_there_since_is_said(sides: BothSides, auto_apply: bool) -> None:
    """Not that less is: QuickBooks' lists may show a memo as it was before our own application."""
    memo = sides.here("30.00", kind="credit_memo")
    sides.choose_item()
    identity = str(sides.export(memo, source="credit_memos", auto_apply=auto_apply)[memo]["quickbooks_id"])
    assert sides.export(memo, source="credit_memos")[memo]["message"] == UNTOUCHED
    if auto_apply:
        applied = sides.read_there("0")[0]
        sides.books.post("Payment", {"Id": applied["Id"], "SyncToken": applied["SyncToken"]}, operation="delete")
        said = UNTOUCHED
    else:
        to = invoice(sides, "LT-1")
        sides.books.pay(sides.customer, 0, (to, 5, "Invoice"), (identity, 5, "CreditMemo"))
        said = "; 5.00 of it was used there since. Nothing was sent."
    row = sides.export(memo, source="credit_memos")[memo]
    assert (row["outcome"], row["message"].endswith(said)) == ("synchronized", True), row
