"""Undo after other forms have looked: what a person touched stays, however often it was compared, left or applied since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides
from tests.support.hosts.undo_steps import change, press_undo

EDITED_THERE: dict[str, dict[str, Any]] = {
    "memo": {"PrivateNote": "seen by the bookkeeper"},
    "reference": {"PaymentRefNum": "A-1"},
    "date": {"TxnDate": "2026-11-03"},
    "amount": {"TotalAmt": 149},
}
EDITED_HERE: dict[str, dict[str, Any]] = {
    "memo": {"memo": "seen by Maria"},
    "reference": {"reference": "A-1"},
    "method": {"method": "Cash"},
}
LOOKS = ("nobody", "changes", "left", "twice")


def look(sides: BothSides, way: str, ref: str) -> None:
    """A person opens Changes, perhaps leaves the row as it is, perhaps comes back."""
    if way == "nobody":
        return
    for _ in range(2 if way == "twice" else 1):
        rows = sides.form("changes").rows(sides.opened("changes"), None)
        assert rows.problem is None, rows.problem
    if way == "left":
        sides.form("changes").run("leave", sides.opened("changes"), [ref], {}, sides.host)


@pytest.mark.parametrize("way", LOOKS)
@pytest.mark.parametrize("edit", EDITED_THERE)
def test_what_was_sent_and_edited_there_stays(sides: BothSides, way: str, edit: str) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    identity = sides.export(paid)[paid.ref]["quickbooks_id"]
    lines = sides.read("Payment", identity)["Line"]
    change(sides, "Payment", identity, Line=lines, **EDITED_THERE[edit])
    look(sides, way, paid.ref)
    assert press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]["outcome"] == "failed"
    assert [each["Id"] for each in sides.query("Payment")] == [identity]


def bring_in(sides: BothSides, amount: int = 30, **more: Any) -> str:
    """A payment of Ben's comes in; its row."""
    owner = sides.query("Customer", "DisplayName = 'Ben'")[0]["Id"]
    row = f"quickbooks_payment:{sides.entries.pay(owner, amount, TxnDate='2026-11-10', **more)['Id']}"
    answer = sides.opened("import-payments")
    sides.form("import-payments").rows(answer, None)
    sides.form("import-payments").run("import", answer, [row], {}, sides.host)
    assert len(sides.ledger.entries) == 1
    return row


@pytest.mark.parametrize("way", LOOKS)
@pytest.mark.parametrize("edit", EDITED_HERE)
def test_what_came_in_and_was_edited_here_stays(sides: BothSides, way: str, edit: str) -> None:
    row = bring_in(sides)
    [recorded] = sides.ledger.entries
    sides.ledger.entries[:] = [replace(recorded, version=recorded.version + 1, **EDITED_HERE[edit])]
    look(sides, way, recorded.ref)
    assert press_undo(sides, [row], record=row)["rows"][row]["outcome"] == "failed"
    assert len(sides.ledger.entries) == 1


@pytest.mark.parametrize("edited", [False, True])
def test_what_this_program_applied_later_goes_unless_a_person_had_edited_it(sides: BothSides, edited: bool) -> None:
    owner = sides.ledger.people[1]
    customer = sides.query("Customer", "DisplayName = 'Ben'")[0]["Id"]
    bill = sides.entries.invoice(customer, 90)
    row = bring_in(sides, 30, Line=[{"Amount": 30, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Invoice"}]}])
    [recorded] = sides.ledger.entries
    assert recorded.applications == ()
    if edited:
        sides.ledger.entries[:] = [replace(recorded, version=recorded.version + 1, memo="seen by Maria")]
    sides.invoice(owner, bill["DocNumber"], "90.00")
    sides.form("changes").run("take", sides.opened("changes"), [recorded.ref], {}, sides.host)
    assert [part.amount for part in sides.ledger.entries[0].applications] == [30]
    ended = press_undo(sides, [row], record=row)["rows"][row]
    assert ended["outcome"] == ("failed" if edited else "undone"), ended
    assert len(sides.ledger.entries) == edited
