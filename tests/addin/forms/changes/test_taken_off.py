"""Applications that somebody added, removed or moved in QuickBooks since a payment was seen last, and what is no such change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.changes.memo_desk import MemoDesk, memo_desk
from tests.support.ledgers.fake_ledger_values import FakeApplication

Amounts = Mapping[str, str]
OFF, APPLIED = "Taken off its invoice there", "Applied there since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A payment of 120.00; A-1 and A-2 are of 100.00 and 50.00. `here`: what it pays here. `there`: what it pays after the edit.

    `taken` and `sent` are what it pays here after *Take* and there after *Send*; None where there is no such button.
    """

    here: Amounts = field(default_factory=dict)
    auto: bool = True
    there: Amounts = field(default_factory=dict)
    edited: Mapping[str, Any] = field(default_factory=dict)
    edited_here: Amounts | None = None
    what: str = OFF
    taken: Amounts | None = field(default_factory=dict)
    sent: Amounts | None = None


ONE, TWO = {"A-1": "100.00"}, {"A-1": "100.00", "A-2": "20.00"}
CASES = {
    "all of it, not applied here": Case(there={}),
    "a part, not applied here": Case(there=ONE, taken=ONE),
    "less of one": Case(there={"A-1": "60.00", "A-2": "20.00"}, taken={"A-1": "60.00", "A-2": "20.00"}),
    "all of it, applied here": Case(here=TWO, there={}, taken={}, sent=TWO),
    "a part, applied here": Case(here=TWO, there=ONE, taken=ONE, sent=TWO),
    "less of one, applied here": Case(here=TWO, there={"A-1": "99.99"}, taken={"A-1": "99.99"}, sent=TWO),
    "with the amount": Case(here=ONE, there={}, edited={"TotalAmt": 110}, what="Amount changed there", taken={}, sent=ONE),
    "moved, applied here": Case(here=ONE, there={"A-2": "50.00"}, taken={"A-2": "50.00"}, sent=ONE),
    "moved alike": Case(
        here={"A-1": "100.00", "A-2": "20.00"}, there={"A-1": "70.00", "A-2": "50.00"}, what=APPLIED,
        taken={"A-1": "70.00", "A-2": "50.00"}, sent=TWO,
    ),
    "added": Case(here=ONE, auto=False, there=TWO, what=APPLIED, taken=TWO, sent=ONE),
    "added, not applied here": Case(auto=False, there=ONE, what=APPLIED, taken=ONE),
    "applied to another": Case(here=ONE, auto=False, there={"A-2": "20.00"}, what=APPLIED, taken={"A-2": "20.00"}, sent=ONE),
}  # fmt: skip
NO_CHANGES = {
    "a note there": Case(there=TWO, edited={"PrivateNote": "seen"}),
    "a reference there, applied otherwise here": Case(here={"A-2": "50.00"}, there=TWO, edited={"PaymentRefNum": "9"}),
    "sent without Auto Apply": Case(here=ONE, auto=False, edited={"PrivateNote": "seen"}),
    "applied by hand as here": Case(here=ONE, auto=False, there=ONE),
    "taken off on both sides": Case(here=TWO, there={"A-1": "60.00"}, edited_here={"A-1": "60.00"}),
    "nothing but time": Case(here=ONE),
}


@pytest.fixture
def invoices(linked: Linked) -> dict[str, str]:
    """A-1 and A-2 on both sides, the only open ones: their ids there by number."""
    owed = linked.books.query(f"select * from Invoice where CustomerRef = '{linked.customer}' and Balance > '0'")
    for invoice in owed.get("Invoice", ()):
        linked.books.pay(linked.customer, invoice["Balance"], (invoice["Id"], invoice["Balance"], "Invoice"))
    ids = {}
    for number, amount in (("A-1", "100.00"), ("A-2", "50.00")):
        part, ids[number] = linked.bill(number, amount)
        linked.scene.host.ledger.spend([part], -1)
    return ids


def parts(amounts: Amounts) -> list[FakeApplication]:
    return [FakeApplication(number, number, Decimal(amount)) for number, amount in amounts.items()]


def apply_here(linked: Linked, ref: str, amounts: Amounts) -> None:
    """Somebody applies it otherwise here."""
    ledger = linked.scene.host.ledger
    ledger.spend(linked.record(ref).applications, -1)
    ledger.spend(parts(amounts))
    linked.edit_here(ref, applications=parts(amounts))


def lines(amounts: Amounts, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Amount": Decimal(amounts[n]), "LinkedTxn": [{"TxnId": ids[n], "TxnType": "Invoice"}]} for n in amounts]


def begin(linked: Linked, case: Case, invoices: Mapping[str, str]) -> tuple[str, str]:
    """The payment, sent."""
    linked.scene.host.ledger.spend(parts(case.here))
    ref = linked.here("120.00", applications=parts(case.here))
    row = linked.export(ref, auto_apply=case.auto)[ref]
    assert row["outcome"] == "synchronized", row
    linked.wait(400.0)
    assert paid_there(linked, str(row["quickbooks_id"]), invoices) == (TWO if case.auto else {})
    return ref, str(row["quickbooks_id"])


def paid_there(linked: Linked, identity: str, ids: Mapping[str, str]) -> Amounts:
    numbers = {there: number for number, there in ids.items()}
    found = linked.books.get("Payment", identity)["Line"]
    return {numbers[line["LinkedTxn"][0]["TxnId"]]: f"{Decimal(str(line['Amount'])):.2f}" for line in found}


def paid_here(linked: Linked, ref: str) -> Amounts:
    return {each.invoice_number: f"{each.amount:.2f}" for each in linked.record(ref).applications}


def open_there(linked: Linked, ids: Mapping[str, str]) -> dict[str, Decimal]:
    return {number: Decimal(str(linked.books.get("Invoice", identity)["Balance"])) for number, identity in ids.items()}


@pytest.mark.parametrize("way", ["take", "send", "leave"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_applied_otherwise_there_is_shown_and_each_choice_does_what_it_says(
    linked: Linked, invoices: dict[str, str], case: Case, way: str
) -> None:
    ref, identity = begin(linked, case, invoices)
    linked.edit_there(identity, Line=lines(case.there, invoices), **case.edited)
    row = linked.changes()[ref]
    assert row["cells"]["what"] == case.what
    assert (
        "what is applied" in row["message"] or "when it was seen last" in row["message"] or "QuickBooks applied" in row["message"]
    )
    buttons = [fix["label"].split()[0] for fix in row["fixes"]]
    assert ("Send" in buttons) is (case.sent is not None)
    assert {"Unlink", "Leave"} <= set(buttons)
    told = linked.settle(way, ref)[ref]
    if way == "send" and case.sent is None:
        assert (told["outcome"], "Nothing was sent" in told["message"]) == ("failed", True), told
        assert paid_there(linked, identity, invoices) == case.there
        return
    assert told["outcome"] == "synchronized", told
    assert linked.changes() == {}
    if way == "take":
        assert paid_here(linked, ref) == case.taken
    if way == "send":
        assert case.sent is not None
        assert paid_there(linked, identity, invoices) == case.sent
        spent = {number: Decimal(case.sent.get(number, "0")) for number in invoices}
        assert open_there(linked, invoices) == {"A-1": 100 - spent["A-1"], "A-2": 50 - spent["A-2"]}
        assert linked.record(ref).amount == Decimal(str(linked.books.get("Payment", identity)["TotalAmt"]))
    if way != "take":
        assert paid_here(linked, ref) == case.here
    linked.edit_there(identity, Line=linked.books.get("Payment", identity)["Line"], PrivateNote="looked at")
    again = [row["cells"]["what"] for row in linked.changes().values()]
    still = way == "leave" and "TotalAmt" in case.edited  # an amount that was left is told when the payment changes once more
    assert again == (["Amount changed there"] if still else [])  # what was settled is not asked about again


@pytest.mark.parametrize("case", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_is_no_change_of_applications_is_not_shown(linked: Linked, invoices: dict[str, str], case: Case) -> None:
    ref, identity = begin(linked, case, invoices)
    if case.there or case.edited:
        linked.edit_there(identity, Line=lines(case.there, invoices), **case.edited)
    if case.edited_here is not None:
        apply_here(linked, ref, case.edited_here)
    assert linked.changes() == {}


def test_what_was_applied_by_hand_and_taken_off_again_is_shown(linked: Linked, invoices: dict[str, str]) -> None:
    ref, identity = begin(linked, Case(here=ONE, auto=False), invoices)
    linked.edit_there(identity, Line=lines(ONE, invoices))
    assert linked.changes() == {}
    linked.edit_there(identity, Line=[])
    row = linked.changes()[ref]
    assert row["cells"]["what"] == OFF
    assert "QuickBooks had applied 100.00" in row["message"]
    assert "to invoice A-1" in row["message"]


def test_our_own_update_is_no_change(linked: Linked, invoices: dict[str, str]) -> None:
    ref, identity = begin(linked, Case(), invoices)
    linked.edit_here(ref, amount=Decimal("60.00"))
    assert linked.settle("send", ref)[ref]["outcome"] == "synchronized"
    assert paid_there(linked, identity, invoices) == {"A-1": "60.00"}
    assert linked.changes() == {}
    linked.edit_there(identity, Line=[])
    assert linked.changes()[ref]["cells"]["what"] == OFF


@pytest.mark.parametrize("auto", [False, True])
def test_an_amount_that_is_sent_leaves_what_was_applied_on_one_side_alone(
    linked: Linked, invoices: dict[str, str], auto: bool
) -> None:
    here = {} if auto else {"A-1": "100.00"}
    ref, identity = begin(linked, Case(here=here, auto=auto), invoices)
    linked.edit_here(ref, amount=Decimal("110.00"))
    assert linked.settle("send", ref)[ref]["outcome"] == "synchronized"
    assert paid_there(linked, identity, invoices) == ({"A-1": "100.00", "A-2": "10.00"} if auto else {})
    token = linked.books.get("Payment", identity)["SyncToken"]
    assert linked.settle("send", ref)[ref]["outcome"] == "synchronized"  # nothing is left to send
    assert linked.books.get("Payment", identity)["SyncToken"] == token


def test_an_invoice_that_was_deleted_there_took_the_money_off(linked: Linked, invoices: dict[str, str]) -> None:
    ref, _ = begin(linked, Case(), invoices)
    found = linked.books.get("Invoice", invoices["A-1"])
    linked.books.post("Invoice", {"Id": found["Id"], "SyncToken": found["SyncToken"]}, operation="delete")
    assert linked.changes()[ref]["cells"]["what"] == OFF


def test_a_database_that_did_not_note_it_is_told_by_what_was_sent(linked: Linked, invoices: dict[str, str]) -> None:
    ref, identity = begin(linked, Case(), invoices)
    with linked.scene.addin.runtime().store.database.write() as connection:
        connection.execute(text("UPDATE quickbooks_links SET applied = NULL"))
    linked.edit_there(identity, Line=lines(ONE, invoices))
    assert linked.changes()[ref]["cells"]["what"] == OFF


@pytest.mark.parametrize(
    ("number", "words"),
    [("A-9", "QuickBooks has no invoice A-9"), ("A-2", "Invoice A-2 has 10.00 open in QuickBooks")],
)
def test_what_cannot_be_applied_there_is_said_and_nothing_is_sent(
    linked: Linked, invoices: dict[str, str], number: str, words: str
) -> None:
    ref, identity = begin(linked, Case(here=ONE), invoices)
    linked.edit_there(identity, Line=[])
    linked.books.pay(linked.customer, 40, (invoices["A-2"], 40, "Invoice"))
    apply_here(linked, ref, {number: "20.00"}) if number == "A-2" else linked.edit_here(ref, applications=parts({number: "20.00"}))
    token = linked.books.get("Payment", identity)["SyncToken"]
    row = linked.settle("send", ref)[ref]
    assert (row["outcome"], words in row["message"], "Nothing was sent" in row["message"]) == ("failed", True, True), row
    assert linked.books.get("Payment", identity)["SyncToken"] == token


Act = Callable[[MemoDesk], object]


def take_off(desk: MemoDesk) -> None:
    desk.remove_there(desk.applications()[0]["Id"])


def take_off_a_part(desk: MemoDesk) -> None:
    found = desk.applications()[0]
    halved = [{**line, "Amount": 30} for line in found["Line"]]
    desk.sides.entries.post("Payment", {"Id": found["Id"], "SyncToken": found["SyncToken"], "sparse": True, "Line": halved})


def use(desk: MemoDesk) -> None:
    invoice = desk.sides.query("Invoice")[0]
    desk.use_there(invoice["Id"], "50.00")


def write_a_note(desk: MemoDesk) -> None:
    desk.edit_there(PrivateNote="looked at")


def apply_again(desk: MemoDesk) -> None:
    take_off(desk)
    invoice = desk.sides.query("Invoice")[0]
    desk.use_there(invoice["Id"], "80.00")


MEMOS: Mapping[str, tuple[bool, Act, str]] = {
    "taken off": (True, take_off, OFF),
    "taken off in part": (True, take_off_a_part, OFF),
    "used by hand": (False, use, APPLIED),
    "a note": (True, write_a_note, ""),
    "a note on one that is not used": (False, write_a_note, ""),
    "applied again as it was": (True, apply_again, ""),
    "our own application": (True, lambda _: None, ""),
}


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize(("auto", "act", "what"), MEMOS.values(), ids=MEMOS)
def test_what_is_used_of_a_credit_memo_is_told(tmp_path: Path, auto: bool, act: Act, what: str, checked: bool) -> None:
    with memo_desk(tmp_path) as desk:
        desk.send_first("120.00", auto)
        if checked:
            assert desk.changes() == {}
        act(desk)
        row = desk.changes().get(desk.ref)
        assert (row["cells"]["what"] if row else "") == what
        if row:
            assert "when it was seen last" in row["message"]
            assert desk.press("leave")["outcome"] == "synchronized"
            write_a_note(desk)
            assert desk.changes() == {}
