"""What an undo leaves alone, and why: said beforehand, said again by the run, and nothing is changed on either side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from qb_plugin.errors import Fatal
from qb_plugin.model import Message
from tests.support.hosts.both_sides import BothSides
from tests.support.hosts.undo_steps import change, control, list_undo, press_undo
from tests.support.ledgers.fake_ledger_values import FakeRecorded

Touch = Callable[[BothSides, str], object]


def later(sides: BothSides) -> None:
    """Some time passes in QuickBooks."""
    control(sides, "clock", {"advance": 60})


def shrink_invoice(sides: BothSides, _: str) -> None:
    """Its invoice is voided, which takes the payment off it."""
    bill = sides.query("Invoice", "DocNumber = '1001'")[0]
    sides.entries.post("Invoice", {"Id": bill["Id"], "SyncToken": bill["SyncToken"]}, operation="void")


def close_books(sides: BothSides, _: str) -> None:
    """The books are closed over its date."""
    sides.build(preferences={"AccountingInfoPrefs": {"BookCloseDate": "2026-11-30"}})


def apply_by_hand(sides: BothSides, identity: str) -> None:
    """Somebody applies what is left of the payment."""
    later(sides)
    now = sides.read("Payment", identity)
    bill = sides.query("Invoice", "DocNumber = '1002'")[0]
    line = {"Amount": 1, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Invoice"}]}
    sides.entries.post("Payment", {**now, "Line": [line], "CustomerRef": bill["CustomerRef"]})


PAYMENTS: dict[str, tuple[Touch, str]] = {
    "deposited": (lambda s, i: control(s, "deposit", {"payments": [i]}), "lies in bank deposit"),
    "closed period": (close_books, "books are closed up to 2026-11-30"),
    "memo edited": (lambda s, i: change(s, "Payment", i, PrivateNote="Thank you"), "changed in QuickBooks since"),
    "amount edited": (lambda s, i: change(s, "Payment", i, TotalAmt=160), "changed in QuickBooks since"),
    "reference edited": (lambda s, i: change(s, "Payment", i, PaymentRefNum="77"), "changed in QuickBooks since"),
    "date edited": (lambda s, i: change(s, "Payment", i, TxnDate="2026-11-11"), "changed in QuickBooks since"),
    "taken off its invoice": (lambda s, i: change(s, "Payment", i, Line=[]), "changed in QuickBooks since"),
    "its invoice voided": (shrink_invoice, "changed in QuickBooks since"),
    "voided": (
        lambda s, i: s.entries.post("Payment", {"Id": i, "SyncToken": "0"}, operation="update", include="void"),
        "was voided",
    ),
    "deleted": (lambda s, i: change(s, "Payment", i, "delete"), "somebody deleted it"),
    "unreadable": (
        lambda s, i: control(s, "record", {"record": f"Payment:{i}", "set": {"TotalAmt": "much"}}),
        "cannot read",
    ),
}


@pytest.mark.parametrize("name", PAYMENTS)
def test_what_was_touched_or_is_locked_stays(sides: BothSides, name: str) -> None:
    touch, words = PAYMENTS[name]
    paid = sides.record(sides.ledger.people[0], "150.00")
    first = sides.export(paid, auto_apply=True)[paid.ref]["quickbooks_id"]
    touch(sides, first)
    before = sides.query("Payment")
    row = list_undo(sides, record=paid.ref)[paid.ref]
    assert (row["outcome"], words in row["message"]) == ("not_ready", True), row["message"]
    ended = press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]
    assert (ended["outcome"], words in ended["message"]) == ("failed", True), ended["message"]
    assert sides.query("Payment") == before


def use_elsewhere(sides: BothSides, memo: str) -> None:
    """The rest of the memo is used by somebody."""
    later(sides)
    bill = sides.query("Invoice", "DocNumber = '1001'")[0]
    lines = [(memo, 10, "CreditMemo"), (bill["Id"], 10, "Invoice")]
    sides.entries.pay(bill["CustomerRef"]["value"], 0, *lines)


def edit_memo(sides: BothSides, memo: str) -> None:
    """Somebody edits the memo."""
    later(sides)
    change(sides, "CreditMemo", memo, PrivateNote="Thank you")


def use_rest(sides: BothSides, memo: str) -> None:
    """What our application left of the memo is used for another invoice."""
    later(sides)
    owner = sides.read("CreditMemo", memo)["CustomerRef"]["value"]
    bill = sides.entries.invoice(owner, 10)
    sides.entries.pay(owner, 0, (memo, 10, "CreditMemo"), (bill["Id"], 10, "Invoice"))


MEMOS: dict[str, tuple[str, bool, Touch, str]] = {
    "unapplied, used elsewhere": ("60.00", False, use_elsewhere, "10.00 of credit memo"),
    "unapplied, edited": ("60.00", False, edit_memo, "changed in QuickBooks since"),
    "applied, the rest used elsewhere": ("460.00", True, use_rest, "10.00 of credit memo"),
    "applied, edited": ("60.00", True, edit_memo, "changed in QuickBooks since"),
    "void is chosen": ("60.00", False, lambda s, i: None, "cannot void a credit memo"),
}


@pytest.mark.parametrize("name", MEMOS)
def test_a_memo_that_somebody_used_or_touched_stays_with_its_application(sides: BothSides, name: str) -> None:
    amount, auto_apply, touch, words = MEMOS[name]
    memo = sides.record(sides.ledger.people[0], amount, kind="credit_memo")
    ended = sides.export(memo, auto_apply=auto_apply)[memo.ref]
    touch(sides, ended["quickbooks_id"])
    before = (sides.query("Payment"), sides.query("CreditMemo"))
    asked: dict[str, Any] = {"record": memo.ref, "how": "void" if "void" in name else "delete"}
    row = list_undo(sides, **asked)[memo.ref]
    assert (row["outcome"], words in row["message"]) == ("not_ready", True), row["message"]
    assert press_undo(sides, [memo.ref], **asked)["rows"][memo.ref]["outcome"] == "failed"
    assert (sides.query("Payment"), sides.query("CreditMemo")) == before


def test_a_bank_match_shows_only_in_the_refusal_and_leaves_the_link(sides: BothSides) -> None:
    paid, other = (sides.record(sides.ledger.people[0], amount) for amount in ("150.00", "20.00"))
    ids = {ref: row["quickbooks_id"] for ref, row in sides.export(paid, other).items()}
    control(sides, "bank-match", {"records": [f"Payment:{ids[paid.ref]}"]})
    rows = sides.form("undo").rows({**sides.opened("undo"), "record": f"{paid.ref} {other.ref}"}, None)
    assert "shows only when QuickBooks refuses" in rows.notice["text"]
    assert {row["outcome"] for row in rows.page(0, rows.count)} == {"ready"}
    ended = press_undo(sides, [paid.ref, other.ref], record=f"{paid.ref} {other.ref}")["rows"]
    assert (ended[paid.ref]["outcome"], ended[other.ref]["outcome"]) == ("failed", "undone")
    assert "matched with a bank transaction" in ended[paid.ref]["message"]
    assert [each["Id"] for each in sides.query("Payment")] == [ids[paid.ref]]
    assert sides.export(paid)[paid.ref]["quickbooks_id"] == ids[paid.ref]  # still linked, and not sent again
    control(sides, "bank-match", {"records": [f"Payment:{ids[paid.ref]}"], "matched": False})
    assert press_undo(sides, [paid.ref], record=paid.ref)["rows"][paid.ref]["outcome"] == "undone"


def test_an_imported_payment_that_was_edited_here_stays(sides: BothSides) -> None:
    owner = sides.query("Customer", "DisplayName = 'Ben'")[0]["Id"]
    made = sides.entries.pay(owner, 30, TxnDate="2026-11-10")["Id"]
    row, answer = f"quickbooks_payment:{made}", sides.opened("import-payments")
    sides.form("import-payments").rows(answer, None)
    sides.form("import-payments").run("import", answer, [row], {}, sides.host)
    [recorded] = sides.ledger.entries
    sides.ledger.entries[:] = [replace(recorded, version=recorded.version + 1)]  # as each edit of whichever field does
    assert "changed in" in list_undo(sides, record=row)[row]["message"]
    assert press_undo(sides, [row], record=row)["rows"][row]["outcome"] == "failed"
    assert len(sides.ledger.entries) == 1


@pytest.mark.parametrize("dies", [False, True])
def test_an_edit_between_the_recording_and_the_link_is_not_taken_for_what_came_in(
    sides: BothSides, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    owner = sides.query("Customer", "DisplayName = 'Ben'")[0]["Id"]
    made = sides.entries.pay(owner, 30, TxnDate="2026-11-10")["Id"]
    row, really = f"quickbooks_payment:{made}", sides.ledger.record_payments

    def record_and_edit(payments: Sequence[Mapping[str, Any]]) -> Sequence[FakeRecorded]:
        outcomes = really(payments)
        monkeypatch.undo()
        [recorded] = sides.ledger.entries
        sides.ledger.entries[:] = [replace(recorded, version=recorded.version + 1, memo="seen by Maria")]
        if dies:
            raise Fatal(Message("database_failed"))
        return outcomes

    monkeypatch.setattr(sides.ledger, "record_payments", record_and_edit)
    for _ in range(1 + dies):  # after a death it is found by its key
        answer = sides.opened("import-payments")
        sides.form("import-payments").rows(answer, None)
        sides.form("import-payments").run("import", answer, [row], {}, sides.host)
    assert press_undo(sides, [row], record=row)["rows"][row]["outcome"] == "failed"
    assert [each.memo for each in sides.ledger.entries] == ["seen by Maria"]


def test_what_is_nobodys_of_ours_is_refused(sides: BothSides) -> None:
    paid = sides.record(sides.ledger.people[0], "150.00")
    ended = press_undo(sides, [paid.ref], record=paid.ref)
    assert (ended["rows"][paid.ref]["outcome"], "Nothing of this stands" in ended["rows"][paid.ref]["message"]) == ("failed", True)
